// Errors, limits and text, whatever the model is for.
#include "engine/open_model.h"

#include <utility>

#include "base/check.h"
#include "base/mapped_file.h"

namespace bantam {
namespace {

constexpr int kMaxThreads = 256;

}  // namespace

Error InFile(const std::string& path, Error error) {
  if (error.message.find(path) == std::string::npos) error.message = path + ": " + error.message;
  return error;
}

Result<void> CheckThreads(const char* what, int threads) {
  if (threads >= 0 && threads <= kMaxThreads) return {};
  return Fail(ErrorCode::kInvalidArgument, std::string(what) + " must be between 0 and " +
                                               std::to_string(kMaxThreads) + ", not " +
                                               std::to_string(threads));
}

Result<FolderTokenizer> OpenText(const ModelFile& file) {
  const Metadata& metadata = file.metadata();
  if (IsDirectory(file.path())) {
    const std::string key =
        std::string(TRY(metadata.GetString("general.architecture"))) + ".vocab_size";
    const uint64_t n_tokens = TRY(metadata.GetUint(key, INT32_MAX));
    const FolderTexts texts = TRY(ReadFolderTexts(file.path()));
    return MakeFolderTokenizer(texts, static_cast<int>(n_tokens));
  }
  FolderTokenizer text;
  text.tokenizer = TRY(Tokenizer::Create(metadata));
  text.chat_template = TRY(metadata.GetStringOr(kTemplateKey, ""));
  return text;
}

}  // namespace bantam
