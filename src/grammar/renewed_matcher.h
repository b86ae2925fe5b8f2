// RenewedMatcher: runs a matcher on caches that others share, and on its own where those have grown
// large or have given up a question, so that no answer depends on what others have asked.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

// Core: a Matcher, made of Caches&. Caches:
//   crowded()  they should not grow much more: what is known can still be worked with
//   gave_up()  some answer erred towards "nothing goes on", for want of room or of steps
// kKnowsEnds: what its Completion() gives always ends the document; JsonChecker forgets items.
//
// Caches that are crowded, or shared and have given up, are left for new ones, on which the
// document is read again. Where those do not suffice either (or after kMostRenewals), what is being
// read may go on for kMostBeyond bytes, so that a token that a mask has is taken as a whole. From
// there, or from where bytes are taken back to, only the completion that is known goes on: every
// byte of it is legal, no other is. So time and memory stay bounded, and how far a document gets
// depends on itself and on what was asked about it alone.
//
// An answer that was given up may stand in the way of that completion, too: where the core refuses
// its next byte, the completion alone goes on after it.
template <typename Core, typename Caches, bool kKnowsEnds = true>
class RenewedMatcher final : public Matcher {
 public:
  static constexpr int kMostRenewals = 16;
  static constexpr int kMostBeyond = 1024;

  using Maker = std::function<std::shared_ptr<Caches>()>;
  RenewedMatcher(std::shared_ptr<Caches> shared, Maker make)
      : make_(std::move(make)), caches_(std::move(shared)), core_(new Core(*caches_)) {}

  bool Push(uint8_t byte) override {
    if (plan_) return PushPlanned(*plan_, byte);
    const bool taken = core_->Core::Push(byte);
    if (Suffice()) return Keep(byte, taken);
    return beyond_ > 0 ? PushBeyond(byte, taken) : PushAnew(byte, taken);
  }

  void Pop(size_t n) override {
    CHECK(n <= size());
    const size_t planned = std::min(n, planned_);
    planned_ -= planned;
    if (planned_ == 0 && beyond_ == 0) plan_.reset();
    if (n == planned) return;
    plan_.reset();
    known_.reset();
    core_->Pop(n - planned);
    text_.resize(text_.size() - (n - planned));
    if (beyond_ > 0) StartPlan();
  }

  size_t size() const override { return text_.size() + planned_; }
  bool Accepting() const override { return plan_ ? FinishBytes() == 0 : core_->Accepting(); }
  uint32_t FinishBytes() const override {
    return plan_ ? static_cast<uint32_t>(plan_->size() - planned_) : core_->FinishBytes();
  }
  bool FinishesWithin(uint32_t bytes) const override {
    return plan_ ? FinishBytes() <= bytes : core_->FinishesWithin(bytes);
  }
  std::string Completion() const override {
    return plan_ ? plan_->substr(planned_) : core_->Completion();
  }

  std::string OnlyCharacter() const override { return plan_ ? "" : core_->OnlyCharacter(); }
  PlainText plain_text() const override { return plan_ ? PlainText::kTry : core_->plain_text(); }
  std::optional<std::string> compared_text() const override {
    return plan_ ? std::nullopt : core_->compared_text();
  }
  std::vector<std::string> stray_texts() const override {
    return plan_ ? std::vector<std::string>() : core_->stray_texts();
  }
  bool ends_vary() const override { return !plan_ && core_->ends_vary(); }
  std::optional<Convergence> convergence() const override {
    return plan_ ? std::nullopt : core_->convergence();
  }
  uint64_t text_position() const override { return plan_ ? 0 : core_->text_position(); }
  std::vector<std::string> dead_ends() const override {
    return plan_ ? std::vector<std::string>() : core_->dead_ends();
  }
  uint32_t plain_characters() const override {
    return plan_ ? kUnbounded : core_->plain_characters();
  }
  PlainSet plain_set() const override { return plan_ ? PlainSet::All() : core_->plain_set(); }
  uint32_t PlainFinishBytes() const override {
    return plan_ ? kUnbounded : core_->PlainFinishBytes();
  }
  PlainSet loop() const override { return plan_ ? PlainSet() : core_->loop(); }
  std::optional<TextPlace> text_place() const override {
    auto place = plan_ ? std::nullopt : core_->text_place();
    if (place) place->caches = caches_;
    return place;
  }
  bool AppendPosition(std::string& position) const override {
    return !plan_ && core_->AppendPosition(position);
  }
  uint32_t losses() const override { return losses_; }
  bool limited() const override {
    return plan_ || (own_ && caches_->gave_up()) || core_->limited();
  }

  const Core& core() const { return *core_; }

 private:
  bool Suffice() const { return !caches_->crowded() && (own_ || !caches_->gave_up()); }

  bool Keep(uint8_t byte, bool taken) {
    if (own_ && !told_ && caches_->gave_up()) {
      told_ = true;
      ++losses_;
    }
    if (!taken) return kKnowsEnds && caches_->gave_up() && PushKnown(byte);
    text_.push_back(static_cast<char>(byte));
    known_.reset();
    return true;
  }

  // The core refused the byte, maybe since an answer was given up. From here other bytes may come
  // as before: this changes no answer that was given.
  bool PushKnown(uint8_t byte) {
    if (!known_) known_ = core_->Completion();
    if (known_->empty() || static_cast<uint8_t>(known_->front()) != byte) return false;
    if (beyond_ > 0) return PushPlanned(StartPlan(), byte);
    plan_ = known_;
    planned_ = 1;
    return true;
  }

  bool PushAnew(uint8_t byte, bool taken) {
    if (taken) core_->Pop(1);
    if (Renew()) {
      taken = core_->Push(byte);
      if (Suffice()) return Keep(byte, taken);
      if (taken) core_->Pop(1);
      Renew();
    }
    ++losses_;
    beyond_ = 1;
    return Keep(byte, core_->Push(byte));
  }

  bool PushBeyond(uint8_t byte, bool taken) {
    if (++beyond_ <= kMostBeyond) return Keep(byte, taken);
    if (taken) core_->Pop(1);
    return PushPlanned(StartPlan(), byte);
  }

  const std::string& StartPlan() {
    ++losses_;
    planned_ = 0;
    return plan_.emplace(core_->Completion());
  }

  bool PushPlanned(const std::string& plan, uint8_t byte) {
    if (planned_ == plan.size() || static_cast<uint8_t>(plan[planned_]) != byte) return false;
    ++planned_;
    return true;
  }

  // False, and nothing has changed, if it was done too often or new caches give up on the way.
  bool Renew() {
    if (renewals_ == kMostRenewals) return false;
    ++renewals_;
    std::shared_ptr<Caches> caches = make_();
    std::unique_ptr<Core> core(new Core(*caches));
    for (const char c : text_) {
      if (!core->Push(static_cast<uint8_t>(c))) return false;
    }
    known_.reset();
    core_ = std::move(core);  // before the caches that it runs on
    caches_ = std::move(caches);
    own_ = true;
    return true;
  }

  const Maker make_;
  std::shared_ptr<Caches> caches_;
  std::unique_ptr<Core> core_;
  bool own_ = false;
  int renewals_ = 0;
  int beyond_ = 0;  // bytes that were pushed where caches did not suffice
  uint32_t losses_ = 0;
  bool told_ = false;                 // that its own caches have given up
  std::string text_;                  // what the core has read
  std::optional<std::string> known_;  // its completion, once one was asked for here
  // Set: the only way to go on from there, of which so many bytes have been read.
  std::optional<std::string> plan_;
  size_t planned_ = 0;
};

}  // namespace bantam::grammar
