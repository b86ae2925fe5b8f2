// One document under a constraint, without a model's opinion.
#include "engine/shape_writer.h"

#include <utility>

#include "base/check.h"
#include "engine/compiled_shape.h"
#include "engine/loaded_model.h"
#include "grammar/constraint.h"

namespace bantam {
namespace {

class ConstraintWriter final : public ShapeWriter {
 public:
  ConstraintWriter(std::shared_ptr<const Shape> shape, std::shared_ptr<const LoadedModel> model,
                   std::unique_ptr<grammar::Constraint> constraint)
      : shape_(std::move(shape)), model_(std::move(model)), constraint_(std::move(constraint)) {}

  std::span<const uint64_t> Allowed() override { return constraint_->Mask().words(); }

  bool Accept(TokenId token) override {
    if (ended_ || !constraint_->Accept(token)) return false;
    ended_ = model_->IsEndToken(token);
    if (!ended_) text_ += model_->TokenBytes(token);
    return true;
  }

  bool Finished() override {
    if (ended_) return true;
    bool ends = false;
    return constraint_->matcher().Accepting() && constraint_->ForcedBytes(&ends).empty() && ends;
  }

  const std::string& text() const override { return text_; }
  uint32_t CompletionBytes() const override { return constraint_->matcher().FinishBytes(); }
  bool Shortened() const override { return constraint_->shortened_at() >= 0; }

 private:
  std::shared_ptr<const Shape> shape_;
  std::shared_ptr<const LoadedModel> model_;
  std::unique_ptr<grammar::Constraint> constraint_;
  std::string text_;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ShapeWriter>> StartWriter(std::shared_ptr<const Shape> shape,
                                                 std::shared_ptr<const Model> model,
                                                 int max_tokens) {
  auto loaded = std::dynamic_pointer_cast<const LoadedModel>(std::move(model));
  if (loaded == nullptr) return Fail(ErrorCode::kInvalidArgument, "the model has no vocabulary");
  auto constraint =
      TRY(grammar::Constraint::Create(Compiled(*shape).NewMatcher(), loaded->token_text().trie(),
                                      max_tokens, &Compiled(*shape).masks()));
  return std::make_unique<ConstraintWriter>(std::move(shape), std::move(loaded),
                                            std::move(constraint));
}

}  // namespace bantam
