// A shape for tests: a finite automaton over bytes, written down state by state.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/compiled_shape.h"
#include "engine/fake_model.h"
#include "engine/token_text.h"

namespace bantam {

class FakeShape : public CompiledShape {
 public:
  struct State {
    std::array<int, 256> next;
    bool accepting = false;
    uint32_t finish = UINT32_MAX;
    State() { next.fill(-1); }
  };

  // One state, where the document begins; it is not accepting.
  FakeShape() : states_(1) {}

  // Adds states that read `text` from `state`, and gives the last one.
  int Text(int state, std::string_view text) {
    for (const char c : text) {
      int next = At(state, c);
      if (next < 0) {
        next = NewState();
        Edge(state, c, next);
      }
      state = next;
    }
    return state;
  }
  int NewState() {
    states_.emplace_back();
    return static_cast<int>(states_.size()) - 1;
  }
  void Edge(int from, char c, int to) {
    states_[static_cast<size_t>(from)].next[static_cast<unsigned char>(c)] = to;
  }
  void Edges(int from, char first, char last, int to) {
    for (char c = first; c <= last; ++c) Edge(from, c, to);
  }
  void Accept(int state) { states_[static_cast<size_t>(state)].accepting = true; }

  // After all states: the lengths of the shortest ways to the end.
  std::shared_ptr<const Shape> Build() {
    for (bool changed = true; changed;) {
      changed = false;
      for (State& state : states_) changed |= Relax(state);
    }
    return std::make_shared<FakeShape>(*this);
  }

  ShapeSpec::Kind kind() const override { return kind_; }
  uint32_t shortest_bytes() const override { return states_[0].finish; }
  std::unique_ptr<grammar::Matcher> NewMatcher() const override {
    return std::make_unique<FakeMatcher>(states_);
  }

  ShapeSpec::Kind kind_ = ShapeSpec::Kind::kGrammar;

 private:
  class FakeMatcher final : public grammar::Matcher {
   public:
    explicit FakeMatcher(const std::vector<State>& states) : states_(states), path_{0} {}
    bool Push(uint8_t byte) override {
      const int next = Now().next[byte];
      if (next < 0 || Of(next).finish == UINT32_MAX) return false;
      path_.push_back(next);
      return true;
    }
    void Pop(size_t n) override { path_.resize(path_.size() - n); }
    size_t size() const override { return path_.size() - 1; }
    bool Accepting() const override { return Now().accepting; }
    uint32_t FinishBytes() const override { return Now().finish; }
    std::string Completion() const override {
      std::string out;
      for (int at = path_.back(); Of(at).finish > 0;) {
        for (size_t byte = 0; byte < 256; ++byte) {
          const int next = Of(at).next[byte];
          if (next < 0 || Of(next).finish != Of(at).finish - 1) continue;
          out += static_cast<char>(byte);
          at = next;
          break;
        }
      }
      return out;
    }

   private:
    const State& Of(int state) const { return states_[static_cast<size_t>(state)]; }
    const State& Now() const { return Of(path_.back()); }
    const std::vector<State>& states_;
    std::vector<int> path_;
  };

  int At(int state, char c) const {
    return states_[static_cast<size_t>(state)].next[static_cast<unsigned char>(c)];
  }
  bool Relax(State& state) {
    uint32_t finish = state.accepting ? 0 : state.finish;
    for (const int next : state.next) {
      if (next < 0 || states_[static_cast<size_t>(next)].finish == UINT32_MAX) continue;
      finish = std::min(finish, states_[static_cast<size_t>(next)].finish + 1);
    }
    return std::exchange(state.finish, finish) != finish;
  }

  std::vector<State> states_;
};

// The longest token at each place; bytes without a token are left out.
inline std::vector<TokenId> FakeEncode(const Vocabulary& vocabulary, std::string_view text) {
  std::vector<TokenId> ids;
  while (!text.empty()) {
    TokenId best = -1;
    size_t length = 0;
    for (TokenId id = 0; id < vocabulary.size(); ++id) {
      const std::string& bytes = vocabulary.bytes[static_cast<size_t>(id)];
      const bool normal = vocabulary.kinds[static_cast<size_t>(id)] == TokenKind::kNormal;
      if (!normal || bytes.size() <= length || !text.starts_with(bytes)) continue;
      best = id;
      length = bytes.size();
    }
    if (best >= 0) ids.push_back(best);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return ids;
}

// What an engine needs of the vocabulary, which must outlive it.
inline TokenText FakeTokenText(const Vocabulary& vocabulary) {
  auto trie = std::make_shared<const grammar::TokenTrie>(vocabulary);
  return {.trie = [trie]() -> const grammar::TokenTrie& { return *trie; },
          .encode = [&vocabulary](std::string_view text) { return FakeEncode(vocabulary, text); }};
}

}  // namespace bantam
