// Small matchers of any shape for tests: random automata, and quoted strings that count characters.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grammar/matcher.h"

namespace bantam::grammar {

// A UTF-8 character that is being read.
struct OpenCharacter {
  uint8_t left = 0;
  uint8_t low = 0x80, high = 0xBF;  // of the next byte

  bool Begin(uint8_t lead) {
    if (lead < 0xC2 || lead > 0xF4) return false;
    left = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    return true;
  }
  bool Continue(uint8_t byte) {
    if (byte < low || byte > high) return false;
    *this = {static_cast<uint8_t>(left - 1), 0x80, 0xBF};
    return true;
  }
  std::string Rest() const {
    std::string text(left, '\x80');
    if (left > 0) text[0] = static_cast<char>(low);
    return text;
  }
};

// An automaton over seven classes of characters.
class Dfa {
 public:
  static constexpr int kClasses = 7;  // control, '"', '\', digits, letters, other ASCII, the rest
  static constexpr int kFirstPlain = 3;
  static constexpr std::array<const char*, kClasses> kExamples = {"\n", "\"", "\\",    "7",
                                                                  "x",  " ",  "\u00E9"};

  // Of at most eight states; nothing if it accepts no text.
  static std::optional<Dfa> Random(std::mt19937& random) {
    Dfa dfa;
    const size_t n = 1 + random() % 8;
    dfa.states_.resize(n);
    // Plain classes often share a way, so that plain text is often legal.
    const bool lenient = random() % 2 == 0;
    for (State& state : dfa.states_) {
      const int shared = static_cast<int>(random() % n);
      state.accepting = random() % 3 == 0;
      for (int c = 0; c < kClasses; ++c) {
        const bool same = lenient && c >= kFirstPlain && random() % 8 != 0;
        const bool none = random() % 3 == 0;
        state.next[c] = same ? shared : none ? -1 : static_cast<int>(random() % n);
      }
    }
    dfa.Measure();
    if (dfa.states_[0].finish.empty() && !dfa.states_[0].accepting) return std::nullopt;
    return dfa;
  }

  struct State {
    std::array<int, kClasses> next;  // -1: none
    bool accepting;
    std::string finish;  // shortest text to the end; "" and not accepting: dead
    PlainText plain = PlainText::kTry;
    uint32_t plain_finish = 0;
  };
  const State& state(int at) const { return states_[static_cast<size_t>(at)]; }
  bool Alive(int at) const { return at >= 0 && (state(at).accepting || !state(at).finish.empty()); }

  static int ClassOf(uint8_t c) {
    if (c >= 0x80) return 6;
    if (c < 0x20) return 0;
    if (c == '"') return 1;
    if (c == '\\') return 2;
    if (c >= '0' && c <= '9') return 3;
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? 4 : 5;
  }

 private:
  void Measure() {
    for (bool changed = true; changed;) {
      changed = false;
      for (State& state : states_) {
        if (state.accepting) continue;
        for (int c = 0; c < kClasses; ++c) {
          if (!Alive(state.next[c])) continue;
          const std::string way = kExamples[c] + states_[state.next[c]].finish;
          if (!state.finish.empty() && way.size() >= state.finish.size()) continue;
          state.finish = way;
          changed = true;
        }
      }
    }
    for (State& state : states_) MeasurePlain(state);
  }

  // Which states plain text leads to, and whether each of them goes on.
  void MeasurePlain(State& from) {
    std::vector<int> reached;
    bool legal = true;
    bool uniform = true;
    const auto visit = [&](const State& state) {
      for (int c = kFirstPlain; c < kClasses; ++c) {
        const int next = state.next[c];
        legal &= Alive(next);
        uniform &= next >= 0 && &states_[next] == &from;
        if (next >= 0 && std::find(reached.begin(), reached.end(), next) == reached.end()) {
          reached.push_back(next);
        }
      }
    };
    visit(from);
    for (size_t i = 0; i < reached.size(); ++i) visit(states_[reached[i]]);
    if (!legal) return;
    from.plain = uniform ? PlainText::kUniform : PlainText::kLegal;
    for (const int at : reached) {
      from.plain_finish =
          std::max(from.plain_finish, static_cast<uint32_t>(states_[at].finish.size()) + 3);
    }
  }

  std::vector<State> states_;
};

inline PlainSet SetOf(std::string_view ascii, bool beyond_ascii) {
  PlainSet set;
  for (const char c : ascii) set.ascii[c / 64] |= uint64_t{1} << (c % 64);
  set.beyond_ascii = beyond_ascii;
  set.punctuation = beyond_ascii ? PlainSet::kAll : PlainSet::kNone;
  return set;
}

// All plain characters, letters and digits, half of the letters and all beyond ASCII, or digits.
inline PlainSet SomeSet(size_t which) {
  switch (which % 4) {
    case 0: return PlainSet::All();
    case 1: return SetOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", false);
    case 2: return SetOf("abcdefghijkl ", true);
    default: return SetOf("0123456789a", false);
  }
}

// Texts of a Dfa, which must outlive this.
class DfaMatcher final : public Matcher {
 public:
  explicit DfaMatcher(const Dfa& dfa) : dfa_(dfa), history_(1) {}

  bool Push(uint8_t byte) override {
    Position next = history_.back();
    if (next.open.left > 0) {
      if (!next.open.Continue(byte)) return false;
    } else {
      next.state = dfa_.state(next.state).next[Dfa::ClassOf(byte)];
      if (!dfa_.Alive(next.state) || (byte >= 0x80 && !next.open.Begin(byte))) return false;
    }
    history_.push_back(next);
    return true;
  }
  void Pop(size_t n) override { history_.resize(history_.size() - n); }
  size_t size() const override { return history_.size() - 1; }
  bool Accepting() const override { return now().open.left == 0 && state().accepting; }
  uint32_t FinishBytes() const override {
    return now().open.left + static_cast<uint32_t>(state().finish.size());
  }
  std::string Completion() const override { return now().open.Rest() + state().finish; }
  PlainText plain_text() const override {
    return now().open.left > 0 ? PlainText::kTry : state().plain;
  }
  uint32_t PlainFinishBytes() const override { return state().plain_finish; }
  // Not all of it where the state's number is odd.
  PlainSet loop() const override {
    PlainSet loop;
    if (now().open.left > 0) return loop;
    for (uint8_t c = 0x20; c < 0x80; ++c) {
      const int kind = Dfa::ClassOf(c);
      const bool kept = now().state % 2 == 0 || (c != 'm' && c != '.');
      if (kind >= Dfa::kFirstPlain && kept && state().next[kind] == now().state) {
        loop.ascii[c / 64] |= uint64_t{1} << (c % 64);
      }
    }
    loop.beyond_ascii = state().next[Dfa::kClasses - 1] == now().state;
    loop.punctuation = loop.beyond_ascii ? PlainSet::kAll : PlainSet::kNone;
    return loop;
  }

 private:
  struct Position {
    int state = 0;  // inside a character: the one after it
    OpenCharacter open;
  };
  const Position& now() const { return history_.back(); }
  const Dfa::State& state() const { return dfa_.state(now().state); }

  const Dfa& dfa_;
  std::vector<Position> history_;
};

// Lists of 1 to 3 strings, each of `min` to `max` characters of a set that has 'a', or escapes, as
// "a","b".
class CountingMatcher final : public Matcher {
 public:
  CountingMatcher(uint32_t min, uint32_t max, PlainSet set = PlainSet::All())
      : min_(min), max_(max), set_(set), history_(1) {}

  bool Push(uint8_t byte) override {
    Position next = history_.back();
    if (!Read(byte, next)) return false;
    history_.push_back(next);
    return true;
  }
  void Pop(size_t n) override { history_.resize(history_.size() - n); }
  size_t size() const override { return history_.size() - 1; }
  bool Accepting() const override { return now().place == kAfter; }
  uint32_t FinishBytes() const override { return static_cast<uint32_t>(Completion().size()); }
  std::string Completion() const override {
    const Position& at = now();
    if (at.place == kAfter) return "";
    const uint32_t owed = at.characters < min_ ? min_ - at.characters : 0;
    return at.open.Rest() +
           (at.place == kBefore   ? "\""
            : at.place == kEscape ? "n"
                                  : "") +
           std::string(owed, 'a') + "\"";
  }
  PlainText plain_text() const override {
    const bool free = now().place == kInside && now().open.left == 0;
    return free ? PlainText::kLegal : PlainText::kTry;
  }
  uint32_t plain_characters() const override { return max_ - now().characters; }
  PlainSet plain_set() const override { return set_; }
  uint32_t PlainFinishBytes() const override { return FinishBytes() + 3; }

 private:
  enum Place : uint8_t { kBefore, kInside, kEscape, kAfter };
  struct Position {
    Place place = kBefore;
    uint32_t strings = 0;
    uint32_t characters = 0;  // one that has begun counts
    OpenCharacter open;
  };
  const Position& now() const { return history_.back(); }

  bool Read(uint8_t c, Position& at) const {
    switch (at.place) {
      case kBefore:
        at.place = kInside;
        ++at.strings;
        return c == '"';
      case kAfter:
        at.characters = 0;
        at.place = kBefore;
        return c == ',' && at.strings < 3;
      case kEscape: at.place = kInside; return c == 'n' || c == '"' || c == '\\';
      case kInside: break;
    }
    if (at.open.left > 0) return at.open.Continue(c);
    if (c == '"') {
      at.place = kAfter;
      return at.characters >= min_;
    }
    if (c == '\\') at.place = kEscape;
    return ++at.characters <= max_ && InSet(c) && (c < 0x80 || at.open.Begin(c));
  }

  bool InSet(uint8_t c) const {
    if (c == '\\' || c < 0x20) return c == '\\';
    return c >= 0x80 ? set_.beyond_ascii : (set_.ascii[c / 64] >> (c % 64) & 1) != 0;
  }

  const uint32_t min_, max_;
  const PlainSet set_;
  std::vector<Position> history_;
};

}  // namespace bantam::grammar
