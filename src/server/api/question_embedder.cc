// One question at a time, by the public API.
#include "server/api/question_embedder.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace bantam::server {
namespace {

class QuestionEmbedder final : public store::Embedder {
 public:
  explicit QuestionEmbedder(std::shared_ptr<Encoder> encoder) : encoder_(std::move(encoder)) {}

  // Vectors of other files do not mix: name, shape and size tell encoders apart.
  std::string id() const override {
    const ModelInfo& info = encoder_->info();
    return info.name + " " + info.architecture + " " + info.quantisation + " " +
           std::to_string(info.file_bytes) + " " + std::to_string(encoder_->dims());
  }

  Result<std::vector<float>> Embed(std::string_view text) override {
    const std::array<std::string_view, 1> texts = {text};
    Embeddings embeddings = TRY(encoder_->Embed(texts, {}));
    return std::move(embeddings.values);
  }

 private:
  const std::shared_ptr<Encoder> encoder_;
};

}  // namespace

Result<std::shared_ptr<store::Embedder>> MakeQuestionEmbedder(const std::string& path,
                                                              int threads) {
  EncoderOptions options;
  options.threads = threads;
  return std::make_shared<QuestionEmbedder>(TRY(Encoder::Load(path, options)));
}

}  // namespace bantam::server
