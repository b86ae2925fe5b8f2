// SpanAutomaton: recognises exactly the spans (substrings) of some texts, and says where one is.
//
// The suffix automaton of several texts: Blumer, Blumer, Ehrenfeucht, Haussler, Chen and Seiferas,
// "The smallest automaton recognizing the subwords of a text" (1985); the same, "Complete inverted
// files for efficient text retrieval and analysis" (1987).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::grammar {

// Over code points; a span lies within one text; the empty one is in every text. Each state
// accepts, and no path leads back to where it was. Of n code points come at most 2 n states and 3 n
// edges, about 50 bytes of memory for each code point in all. Immutable, so thread-safe.
class SpanAutomaton {
 public:
  static constexpr size_t kMostCodePoints = 1'000'000;  // of all texts
  static constexpr uint32_t kStart = 0;
  static constexpr uint32_t kNowhere = ~uint32_t{0};

  // Time is linear, about 0.2 µs for each code point. Fails with kInvalidArgument where a text is
  // not valid UTF-8 and with kResourceExhausted beyond kMostCodePoints.
  static Result<std::shared_ptr<const SpanAutomaton>> Build(std::span<const std::string> texts);

  struct Edge {
    char32_t code_point;
    uint32_t target;
  };
  // Ascending by code point.
  std::span<const Edge> Edges(uint32_t state) const {
    return std::span(edges_).subspan(states_[state].edges,
                                     states_[state + 1].edges - states_[state].edges);
  }
  // kNowhere: no span goes on so.
  uint32_t Next(uint32_t state, char32_t code_point) const;
  // Code points of the longest way on. Shorter ones of each length are a part of it.
  uint32_t longest(uint32_t state) const { return states_[state].longest; }
  size_t size() const { return states_.size() - 1; }  // states

  struct Place {
    size_t text = 0;    // its index
    size_t offset = 0;  // in bytes
    bool operator==(const Place&) const = default;
  };
  // Where `span` occurs first: in the first text that has it. Nothing: in none.
  std::optional<Place> Find(std::string_view span) const;

 private:
  struct State {
    uint32_t edges;  // where they begin in edges_
    uint32_t longest;
    uint32_t end;  // of the first occurrence, in bytes, all texts one after the other
  };

  std::vector<State> states_;  // and one more, for the end of the last one's edges
  std::vector<Edge> edges_;
  std::vector<uint32_t> starts_;  // [text]: its first byte, all texts one after the other
};

}  // namespace bantam::grammar
