// Detokenising, looking for stop strings and letting go of what is certain.
#include "engine/reply.h"

#include <algorithm>
#include <utility>

namespace bantam {

Reply::Reply(const Vocabulary& vocabulary, bool keep_special, const std::vector<std::string>& stop,
             bool opens_text)
    : detokenizer_(vocabulary, keep_special, opens_text), stop_(stop) {}

void Reply::Hold(TokenId token, const TokenLogprob* logprob) {
  held_.push_back({token, text_.size(), logprob != nullptr, {}});
  if (logprob != nullptr) held_.back().logprob = *logprob;
}

// Whether the first `length` bytes are a whole document. Stop strings are found in ascending order
// of their ends, so that the matcher hardly ever goes back.
bool Reply::IsDocument(size_t length) {
  if (document_->size() > length) document_->Pop(document_->size() - length);
  while (document_->size() < length) {
    if (!document_->Push(static_cast<uint8_t>(text_[document_->size()]))) return false;
  }
  return document_->Accepting();
}

bool Reply::PushText(const std::string& piece) {
  text_ += piece;
  if (document_ == nullptr) return stop_.Push(piece);
  return stop_.Push(piece, [this](size_t begin) { return IsDocument(begin); });
}

bool Reply::Push(TokenId token, const TokenLogprob* logprob) {
  const bool found = PushText(detokenizer_.Push(token));
  Hold(token, logprob);
  certain_ = stop_.certain();
  if (found) {
    // Of the tokens held back, those that begin before the stop string belong to the reply.
    text_.resize(certain_);
    size_t begin = released_;
    size_t keep = 0;
    while (keep < held_.size() && begin < certain_) begin = held_[keep++].end;
    held_.resize(keep);
    for (Held& held : held_) held.end = std::min(held.end, certain_);
  }
  return found;
}

void Reply::PushSilent(TokenId token, const TokenLogprob* logprob) {
  Hold(token, logprob);
}

void Reply::Finish() {
  if (PushText(detokenizer_.Finish())) {
    // The end of the text completed a stop string (it would have to contain U+FFFD).
    text_.resize(stop_.certain());
  }
  certain_ = text_.size();
  for (Held& held : held_) held.end = std::min(held.end, certain_);
}

void Reply::Abandon() {
  text_.resize(sent_);
  certain_ = sent_;
  held_.clear();
}

Delta Reply::TakeDelta() {
  Delta delta;
  while (!held_.empty() && held_.front().end <= certain_) {
    delta.tokens.push_back(held_.front().token);
    released_ = held_.front().end;
    if (held_.front().has_logprob) delta.logprobs.push_back(std::move(held_.front().logprob));
    held_.pop_front();
  }
  delta.text.assign(text_, sent_, certain_ - sent_);
  sent_ = certain_;
  return delta;
}

}  // namespace bantam
