// JsonReader: reads documents that are there already, of any length, and says where they are not
// valid.
#pragma once

#include <memory>
#include <string>

#include "grammar/renewed_matcher.h"
#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {

// The matcher that shapes replies, as long as it can keep pace: where it is strained or has come to
// its limits, a JsonChecker reads the document again and goes on. So the bytes that are accepted
// are the same, but for what JsonChecker says of items that are there twice; how the document can
// end is known exactly only before.
class JsonReader final : public Matcher {
 public:
  using Maker = std::function<std::shared_ptr<SchemaMachine>()>;
  JsonReader(const std::shared_ptr<SchemaMachine>& machine, Maker make)
      : make_(std::move(make)),
        machine_(machine),
        matcher_(std::make_unique<RenewedMatcher<JsonMatcher, SchemaMachine>>(machine, make_)) {}

  bool Push(uint8_t byte) override;
  void Pop(size_t n) override;
  size_t size() const override { return text_.size(); }
  bool Accepting() const override { return At().Accepting(); }
  uint32_t FinishBytes() const override { return At().FinishBytes(); }
  std::string Completion() const override { return At().Completion(); }
  uint32_t losses() const override { return At().losses(); }
  bool limited() const override {
    return checker_ != nullptr ? checker_->limited() : matcher_->limited();
  }

 private:
  using Checker = RenewedMatcher<JsonChecker, SchemaMachine, false>;

  bool Change();
  const Matcher& At() const {
    if (checker_ != nullptr) return *checker_;
    return *matcher_;
  }

  const Maker make_;
  std::shared_ptr<SchemaMachine> machine_;
  std::unique_ptr<RenewedMatcher<JsonMatcher, SchemaMachine>> matcher_;
  std::unique_ptr<Checker> checker_;  // instead, once it is set
  std::string text_;
};

}  // namespace bantam::grammar
