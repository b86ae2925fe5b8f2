// A matcher and the shape that it needs.
#include "engine/shape_reader.h"

#include <utility>

#include "engine/compiled_shape.h"
#include "grammar/expected.h"

namespace bantam {
namespace {

class MatcherReader final : public ShapeReader {
 public:
  explicit MatcherReader(std::shared_ptr<const Shape> shape)
      : shape_(std::move(shape)), matcher_(Compiled(*shape_).NewReader()) {}

  bool Push(uint8_t byte) override { return matcher_->Push(byte); }
  bool Accepting() const override { return matcher_->Accepting(); }
  bool Limited() const override { return matcher_->limited(); }
  uint32_t CompletionBytes() const override { return matcher_->FinishBytes(); }
  std::string Completion() const override { return matcher_->Completion(); }

  std::vector<std::string> Expected() override { return grammar::ExpectedNext(*matcher_); }

 private:
  std::shared_ptr<const Shape> shape_;
  std::unique_ptr<grammar::Matcher> matcher_;
};

}  // namespace

std::unique_ptr<ShapeReader> StartReader(std::shared_ptr<const Shape> shape) {
  return std::make_unique<MatcherReader>(std::move(shape));
}

}  // namespace bantam
