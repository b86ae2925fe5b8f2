// Reply: the text of one answer as it grows, and how much of it may leave already.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bantam/engine.h"
#include "base/vocabulary.h"
#include "engine/stop_strings.h"
#include "grammar/matcher.h"
#include "text/detokenizer.h"

namespace bantam {

// Holds back text that might be the beginning of a stop string, and the tokens it comes from.
// What TakeDelta has given is never taken back. Not thread-safe.
class Reply {
 public:
  // `vocabulary` must outlive it. `opens_text`: see Detokenizer.
  Reply(const Vocabulary& vocabulary, bool keep_special, const std::vector<std::string>& stop,
        bool opens_text = false);

  // From the beginning on: a stop string counts only where the text before it is a whole document
  // of this matcher.
  void StopOnlyAfter(std::unique_ptr<grammar::Matcher> document) {
    document_ = std::move(document);
  }

  // The next token; `logprob` may be null. True if a stop string is complete now: the reply then
  // ends before it, and only TakeDelta and the getters may follow.
  bool Push(TokenId token, const TokenLogprob* logprob);

  // An end token: part of the reply's tokens, not of its text.
  void PushSilent(TokenId token, const TokenLogprob* logprob);

  // The reply is over without a stop string: all of its text is certain now.
  void Finish();

  // Drops what has not left yet.
  void Abandon();

  // What has become certain since the last call: text, and the tokens whose text is out.
  Delta TakeDelta();

  const std::string& text() const { return text_; }
  const std::string& stop_string() const { return stop_.found(); }

 private:
  struct Held {
    TokenId token;
    size_t end;  // of its text
    bool has_logprob;
    TokenLogprob logprob;
  };

  void Hold(TokenId token, const TokenLogprob* logprob);
  bool PushText(const std::string& piece);
  bool IsDocument(size_t length);

  Detokenizer detokenizer_;
  StopStrings stop_;
  std::unique_ptr<grammar::Matcher> document_;  // of text_, up to where it was last asked for
  std::string text_;
  size_t certain_ = 0;
  size_t sent_ = 0;
  size_t released_ = 0;  // end of the last token that has left
  std::deque<Held> held_;
};

}  // namespace bantam
