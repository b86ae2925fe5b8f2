// Changes over once.
#include "grammar/schema/json_reader.h"

namespace bantam::grammar {

bool JsonReader::Push(uint8_t byte) {
  if (checker_ == nullptr && matcher_->core().strained()) Change();
  bool taken = checker_ != nullptr ? checker_->Push(byte) : matcher_->Push(byte);
  // A number that is beyond the limits is so to a checker, too.
  const bool renewable = !taken && checker_ == nullptr && !matcher_->core().limited();
  if (renewable && matcher_->limited() && Change()) taken = checker_->Push(byte);
  if (taken) text_.push_back(static_cast<char>(byte));
  return taken;
}

void JsonReader::Pop(size_t n) {
  if (checker_ != nullptr) {
    checker_->Pop(n);
  } else {
    matcher_->Pop(n);
  }
  text_.resize(text_.size() - n);
}

// False, and nothing has changed, if the checker comes to its limits on the way.
bool JsonReader::Change() {
  auto checker = std::make_unique<Checker>(machine_, make_);
  for (const char c : text_) {
    if (!checker->Push(static_cast<uint8_t>(c))) return false;
  }
  checker_ = std::move(checker);
  matcher_.reset();
  return true;
}

}  // namespace bantam::grammar
