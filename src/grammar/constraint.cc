// Constraint: keeps a matcher and a budget together, token by token.
#include "grammar/constraint.h"

#include <algorithm>
#include <bitset>
#include <utility>

#include "base/check.h"
#include "grammar/mask/mask_builder.h"

namespace bantam::grammar {
namespace {

// Bytes that no UTF-8 text has.
bool IsNeverUsed(unsigned byte) {
  return byte == 0xC0 || byte == 0xC1 || byte >= 0xF5;
}

// Bytes that hardly any text has, so that vocabularies made from texts may lack them.
bool IsRare(unsigned byte) {
  return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F ||
         byte == 0xF1 || byte == 0xF2;
}

std::string Hex(unsigned byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'0', 'x', kDigits[byte / 16], kDigits[byte % 16]};
}

// The bytes of which there must be tokens, or the rare ones, that there are none of.
std::bitset<256> Missing(const TokenTrie& trie, bool rare) {
  std::bitset<256> missing = trie.missing_bytes();
  for (unsigned byte = 0; byte < 256; ++byte) {
    if (IsNeverUsed(byte) || IsRare(byte) != rare) missing.reset(byte);
  }
  return missing;
}

bool HasAny(std::string_view text, const std::bitset<256>& bytes) {
  return std::any_of(text.begin(), text.end(),
                     [&](char c) { return bytes[static_cast<uint8_t>(c)]; });
}

class BudgetedConstraint final : public Constraint {
 public:
  BudgetedConstraint(std::unique_ptr<Matcher> matcher, const TokenTrie& trie, int64_t budget,
                     MaskCache* masks)
      : matcher_(std::move(matcher)),
        trie_(trie),
        masks_(masks),
        remaining_(budget),
        first_byte_(matcher_->size()),
        missing_(Missing(trie, true)),
        mask_(trie.vocabulary().size()) {
    if (missing_.any()) witness_ = matcher_->Completion();
  }

  const TokenMask& Mask() override {
    if (mask_is_valid_) return mask_;
    mask_is_valid_ = true;
    if (!ended_) {
      uint32_t losses = 0;
      do {  // a few times at most, see RenewedMatcher
        losses = matcher_->losses();
        if (Fill()) Shorten();
      } while (matcher_->losses() != losses);
      return mask_;
    }
    mask_.ForbidAll();
    for (const TokenId id : trie_.vocabulary().end_ids) mask_.Allow(id);
    return mask_;
  }

  bool Allows(TokenId token) override {
    if (mask_is_valid_ && !mask_.Allows(token)) return false;
    if (trie_.vocabulary().IsEnd(token)) return ended_ || matcher_->Accepting();
    if (!Read(token)) return false;
    matcher_->Pop(Bytes(token).size());
    return true;
  }

  bool Accept(TokenId token) override {
    const bool end = trie_.vocabulary().IsEnd(token);
    if (end ? !ended_ && !matcher_->Accepting() : !Read(token)) return false;
    Step step{end ? 0 : Bytes(token).size(), ended_, shortened_at_, {}};
    if (missing_.any() && !end) {
      step.witness = std::move(witness_);
      witness_ = NextWitness(step.witness, Bytes(token));
    }
    steps_.push_back(std::move(step));
    ended_ = end;
    --remaining_;
    mask_is_valid_ = false;
    return true;
  }

  void Rollback(int n) override {
    for (; n > 0 && !steps_.empty(); --n) {
      Step& step = steps_.back();
      matcher_->Pop(step.bytes);
      ended_ = step.ended;
      shortened_at_ = step.shortened_at;
      if (step.bytes > 0 && missing_.any()) witness_ = std::move(step.witness);
      ++remaining_;
      steps_.pop_back();
      mask_is_valid_ = false;
    }
  }

  std::string ForcedBytes(bool* ends) override;

  int64_t shortened_at() const override { return shortened_at_; }
  const Matcher& matcher() const override { return *matcher_; }

 private:
  struct Step {
    size_t bytes;
    // before it:
    bool ended;
    int64_t shortened_at;
    std::string witness;
  };

  std::string_view Bytes(TokenId token) const {
    return trie_.vocabulary().bytes[static_cast<size_t>(token)];
  }

  // What may be owed after one more token: the end token needs a place, too.
  int64_t finish_bytes_max() const { return remaining_ - 2; }

  void Shorten() {
    if (shortened_at_ < 0) shortened_at_ = static_cast<int64_t>(matcher_->size() - first_byte_);
  }

  bool Fill() {
    return masks_ == nullptr ? FillMask(trie_, *matcher_, finish_bytes_max(), mask_)
                             : masks_->Fill(trie_, *matcher_, finish_bytes_max(), mask_);
  }

  // Reads a text token, or nothing if it is not legal.
  bool Read(TokenId token) {
    if (ended_ || !trie_.IsText(token)) return false;
    const std::string_view bytes = Bytes(token);
    for (size_t n = 0; n < bytes.size(); ++n) {
      if (matcher_->Push(static_cast<uint8_t>(bytes[n]))) continue;
      matcher_->Pop(n);
      return false;
    }
    const bool fits = matcher_->FinishBytes() <= finish_bytes_max();
    if (fits && (missing_.none() || IsSpelled(bytes))) return true;
    matcher_->Pop(bytes.size());
    if (!fits) Shorten();
    return false;
  }

  // The vocabulary has the bytes of the completion after the token, or of the one known before.
  bool IsSpelled(std::string_view bytes) const {
    return !HasAny(matcher_->Completion(), missing_) || witness_.starts_with(bytes);
  }

  std::string NextWitness(const std::string& witness, std::string_view bytes) const {
    std::string next = matcher_->Completion();
    if (HasAny(next, missing_)) next = witness.substr(bytes.size());
    return next;
  }

  std::unique_ptr<Matcher> matcher_;
  const TokenTrie& trie_;
  MaskCache* const masks_;
  int64_t remaining_;  // tokens, the end token included
  const size_t first_byte_;
  const std::bitset<256> missing_;  // rare bytes without a token
  std::string witness_;             // if any are: a completion without them
  TokenMask mask_;
  bool mask_is_valid_ = false;
  bool ended_ = false;
  int64_t shortened_at_ = -1;
  std::vector<Step> steps_;
};

// How many bytes may come next, two standing for more, and the last of them. Printable characters
// are tried first: where many are legal, two of them are soon found.
int CountNext(Matcher& matcher, char& byte) {
  int legal = 0;
  for (unsigned i = 0; i < 256 && legal < 2; ++i) {
    const auto next = static_cast<uint8_t>(i + 0x20);
    if (!matcher.Push(next)) continue;
    matcher.Pop(1);
    byte = static_cast<char>(next);
    ++legal;
  }
  return legal;
}

std::string BudgetedConstraint::ForcedBytes(bool* ends) {
  *ends = ended_;
  std::string forced;
  if (ended_) return forced;
  while (forced.size() < kMaxForcedBytes) {
    std::string next = matcher_->OnlyCharacter();
    if (next.empty()) {
      next.resize(1);
      const int legal = CountNext(*matcher_, next[0]);
      if (legal == 0) *ends = matcher_->Accepting();
      if (legal != 1 || matcher_->Accepting()) break;
    }
    for (const char byte : next) CHECK(matcher_->Push(static_cast<uint8_t>(byte)));
    forced += next;
  }
  matcher_->Pop(forced.size());
  return forced;
}

}  // namespace

Result<std::unique_ptr<Constraint>> Constraint::Create(std::unique_ptr<Matcher> matcher,
                                                       const TokenTrie& trie, int64_t budget,
                                                       MaskCache* masks) {
  if (trie.vocabulary().end_ids.empty()) {
    return Fail(ErrorCode::kUnsupported, "the vocabulary has no token that ends a reply");
  }
  std::bitset<256> missing = Missing(trie, false);
  const std::string completion = matcher->Completion();
  const bool starts_rare = HasAny(completion, Missing(trie, true));
  if (starts_rare) missing |= Missing(trie, true);
  if (missing.any()) {
    std::string names;
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (!missing[byte]) continue;
      if (names.size() > 60) {
        names += ", …";
        break;
      }
      names += (names.empty() ? "" : ", ") + Hex(byte);
    }
    return Fail(ErrorCode::kUnsupported,
                "replies of a given shape need a token for every byte; the vocabulary lacks those "
                "of " +
                    names);
  }
  const int64_t minimum = int64_t{matcher->FinishBytes()} + 1;
  if (budget < minimum) {
    return Fail(ErrorCode::kInvalidArgument,
                "a limit of " + std::to_string(budget) +
                    " tokens is too small: the shortest reply of this shape takes " +
                    std::to_string(minimum) + ", counted as a token for each byte");
  }
  return std::unique_ptr<Constraint>(
      std::make_unique<BudgetedConstraint>(std::move(matcher), trie, budget, masks));
}

}  // namespace bantam::grammar
