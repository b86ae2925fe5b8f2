// Reads what transformers' generate() and apply_chat_template() read.
#include "engine/folder_tokenizer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "engine/vocab_txt.h"
#include "format/hf_shards.h"
#include "text/tokenizer_json.h"

namespace bantam {
namespace {

constexpr uint64_t kMaxTokenizerBytes = 64 << 20;  // the largest published ones have some 35 MB
constexpr uint64_t kMaxTextBytes = 4 << 20;

Result<Json> ParseObject(const char* name, const std::string& text) {
  if (text.empty()) return Json::MakeObject();
  Result<Json> json = Json::Parse(text);
  if (!json) return Fail(json.error().code, std::string(name) + ": " + json.error().message);
  if (!json->is_object()) {
    return Fail(ErrorCode::kCorrupt, std::string(name) + ": expected an object");
  }
  return json;
}

std::unexpected<Error> Wrong(const char* name, const char* key, const Json& value,
                             const char* expected) {
  return Fail(ErrorCode::kCorrupt, std::string(name) + ": key \"" + key + "\" is " +
                                       Quote(value.Dump()) + ", expected " + expected);
}

// Ids under eos_token_id; none if it is missing or null.
Result<std::vector<TokenId>> EosOf(const char* name, const Json& json, int n_tokens) {
  constexpr const char* kKey = "eos_token_id";
  std::vector<TokenId> ids;
  const Json* value = json.Find(kKey);
  if (value == nullptr || value->is_null()) return ids;
  const Json::Array one = {*value};
  for (const Json& item : value->is_array() ? value->items() : one) {
    const Result<int64_t> id = item.AsInt();
    if (!id) return Wrong(name, kKey, *value, "a number or a list of them");
    if (*id >= 0 && *id < n_tokens) ids.push_back(static_cast<TokenId>(*id));
  }
  return ids;
}

// Tokens that are only numbers.
class NumberTokenizer final : public Tokenizer {
 public:
  NumberTokenizer(int n_tokens, std::vector<TokenId> end_ids) {
    auto vocabulary = std::make_shared<Vocabulary>();
    vocabulary->bytes.resize(static_cast<size_t>(n_tokens));
    vocabulary->kinds.assign(static_cast<size_t>(n_tokens), TokenKind::kUnused);
    if (!end_ids.empty()) vocabulary->eos = end_ids.front();
    vocabulary->end_ids = std::move(end_ids);
    vocabulary_ = std::move(vocabulary);
  }
  std::vector<TokenId> Encode(std::string_view, const EncodeOptions&) const override { return {}; }
  std::string Decode(const std::vector<TokenId>&, bool) const override { return {}; }
};

}  // namespace

Result<FolderTexts> ReadFolderTexts(const std::string& folder) {
  FolderTexts texts;
  texts.config = TRY(ReadFolderTextIfThere(folder, "config.json", kMaxTextBytes));
  texts.generation_config =
      TRY(ReadFolderTextIfThere(folder, "generation_config.json", kMaxTextBytes));
  texts.tokenizer = TRY(ReadFolderTextIfThere(folder, "tokenizer.json", kMaxTokenizerBytes));
  texts.tokenizer_config =
      TRY(ReadFolderTextIfThere(folder, "tokenizer_config.json", kMaxTextBytes));
  texts.chat_template = TRY(ReadFolderTextIfThere(folder, "chat_template.jinja", kMaxTextBytes));
  if (texts.tokenizer.empty()) {
    texts.vocabulary = TRY(ReadFolderTextIfThere(folder, "vocab.txt", kMaxTextBytes));
  }
  return texts;
}

Result<std::vector<TokenId>> EndIdsOf(const FolderTexts& texts, int n_tokens) {
  for (const auto& [name, text] : {std::pair("generation_config.json", &texts.generation_config),
                                   std::pair("config.json", &texts.config)}) {
    const Json json = TRY(ParseObject(name, *text));
    std::vector<TokenId> ids = TRY(EosOf(name, json, n_tokens));
    if (!ids.empty()) return ids;
  }
  return std::vector<TokenId>();
}

Result<std::string> ChatTemplateOf(const FolderTexts& texts) {
  if (!texts.chat_template.empty()) return texts.chat_template;
  return ReadChatTemplate(texts.tokenizer_config);
}

Result<FolderTokenizer> MakeFolderTokenizer(const FolderTexts& texts, int n_tokens) {
  FolderTokenizer out;
  std::vector<TokenId> end_ids = TRY(EndIdsOf(texts, n_tokens));
  if (!texts.vocabulary.empty()) {
    out.tokenizer = TRY(ReadVocabTxt(texts.vocabulary, n_tokens));
    out.kind = "WordPiece";
    return out;
  }
  if (texts.tokenizer.empty()) {
    out.chat_template = TRY(ChatTemplateOf(texts));
    out.tokenizer = std::make_unique<NumberTokenizer>(n_tokens, std::move(end_ids));
    return out;
  }
  TokenizerJsonOptions options;
  options.vocab_size = n_tokens;
  options.end_ids = end_ids;
  LoadedTokenizer loaded = TRY(ReadTokenizerJson(texts.tokenizer, texts.tokenizer_config, options));
  if (loaded.tokenizer->vocabulary().size() != n_tokens) {
    return Fail(ErrorCode::kCorrupt,
                "tokenizer.json has " + std::to_string(loaded.tokenizer->vocabulary().size()) +
                    " tokens, but config.json says vocab_size " + std::to_string(n_tokens));
  }
  out.tokenizer = std::move(loaded.tokenizer);
  out.kind = std::move(loaded.kind);
  out.chat_template =
      texts.chat_template.empty() ? std::move(loaded.chat_template) : texts.chat_template;
  return out;
}

}  // namespace bantam
