// For tests: whether a matcher keeps what matcher.h promises, on a random walk.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "grammar/matcher.h"

namespace bantam::grammar {

// What can be seen of a matcher without changing it.
struct MatcherView {
  size_t size;
  bool accepting;
  uint32_t finish_bytes;
  std::string completion;
  PlainText plain_text;
  bool operator==(const MatcherView&) const = default;

  static MatcherView Of(const Matcher& matcher) {
    return {matcher.size(), matcher.Accepting(), matcher.FinishBytes(), matcher.Completion(),
            matcher.plain_text()};
  }
};

// Each of these gives the promise that is broken, "" for none, and leaves the matcher as it was.

// The completion leads to the end, byte by byte nearer.
inline std::string BrokenByCompletion(Matcher& matcher) {
  const MatcherView before = MatcherView::Of(matcher);
  if (before.finish_bytes != before.completion.size()) return "FinishBytes is not its length";
  if ((before.finish_bytes == 0) != before.accepting) return "FinishBytes 0 is not Accepting";
  uint32_t finish = before.finish_bytes;
  for (const char c : before.completion) {
    if (!matcher.Push(static_cast<uint8_t>(c))) return "refused: " + before.completion;
    if (matcher.FinishBytes() >= finish) return "no nearer to the end: " + before.completion;
    finish = matcher.FinishBytes();
  }
  if (!matcher.Accepting()) return "no end: " + before.completion;
  matcher.Pop(before.completion.size());
  return MatcherView::Of(matcher) == before ? "" : "Pop of a completion";
}

// plain_text() says that any plain text may come next, and for kUniform that it changes nothing.
inline std::string BrokenByPlainText(Matcher& matcher, std::mt19937& random) {
  const PlainText promise = matcher.plain_text();
  if (promise == PlainText::kTry) return "";
  const char* samples[] = {"a", " ", "|", "~", "\x7F", "é", "€", "\u2028", "🀀", "\U0010FFFF", "}"};
  const MatcherView before = MatcherView::Of(matcher);
  std::string text;
  for (size_t i = 1 + random() % 3; i > 0; --i) text += samples[random() % 11];
  for (const char c : text) {
    if (!matcher.Push(static_cast<uint8_t>(c))) return "plain text refused: " + text;
  }
  MatcherView after = MatcherView::Of(matcher);
  after.size = before.size;
  if (promise == PlainText::kUniform && after != before) return "not uniform: " + text;
  matcher.Pop(text.size());
  return MatcherView::Of(matcher) == before ? "" : "Pop of plain text";
}

// `steps` random steps from the beginning: a legal byte, chosen evenly, or some bytes taken back.
// All that has been seen at a position must be seen there again after taking bytes back. `exact`:
// no way to finish is shorter than FinishBytes().
inline std::string BrokenPromise(Matcher& matcher, std::mt19937& random, int steps,
                                 bool exact = true) {
  std::vector<MatcherView> views = {MatcherView::Of(matcher)};
  std::string text;
  for (int step = 0; step < steps; ++step) {
    if (random() % 8 == 0) {
      const size_t most = random() % 50 == 0 ? 1000 : 5;
      const size_t n = random() % (1 + std::min(text.size(), most));
      matcher.Pop(n);
      text.resize(text.size() - n);
      views.resize(views.size() - n);
      if (MatcherView::Of(matcher) != views.back()) return "Pop, after " + text;
    }
    std::string legal;
    for (int byte = 0; byte < 256; ++byte) {
      if (!matcher.Push(static_cast<uint8_t>(byte))) continue;
      legal.push_back(static_cast<char>(byte));
      if (exact && views.back().finish_bytes > 1 + matcher.FinishBytes()) {
        return "a shorter way, after " + text;
      }
      matcher.Pop(1);
    }
    if (MatcherView::Of(matcher) != views.back()) return "Push and Pop, after " + text;
    for (const std::string& broken :
         {BrokenByCompletion(matcher), BrokenByPlainText(matcher, random)}) {
      if (!broken.empty()) return broken + ", after " + text;
    }
    if (legal.empty()) {
      if (!matcher.Accepting()) return "a dead end, after " + text;
      matcher.Pop(text.size());
      text.clear();
      views.resize(1);
      continue;
    }
    text.push_back(legal[random() % legal.size()]);
    if (!matcher.Push(static_cast<uint8_t>(text.back()))) return "Push again, after " + text;
    views.push_back(MatcherView::Of(matcher));
  }
  matcher.Pop(text.size());
  return MatcherView::Of(matcher) == views[0] ? "" : "Pop of all";
}

}  // namespace bantam::grammar
