// CompileGbnf: a GBNF grammar → matchers of its documents.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bantam/result.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

struct GbnfLimits {
  uint32_t nodes = 4'000'000;         // parts of the grammar: texts, classes, repeats, …
  uint32_t states = 2'000'000;        // of the automata of its rules
  uint32_t edges = 8'000'000;         // of the automata of its rules
  uint32_t shortest_bytes = 1 << 20;  // of the shortest document; at most 4 MiB
  // Items and readings looked at for one character, see earley_matcher.h.
  uint32_t steps_per_character = 20'000;

  // These change only how fast documents are read: states up to which a rule replaces its calls and
  // a counted repeat is written out; members of subsets looked at to make rules deterministic.
  uint32_t inlined_states = 400;
  uint32_t repeated_states = 2'000;
  uint64_t subset_members = 20'000'000;
};

// A grammar ready for use. NewMatcher() may be called on any thread, but matchers of one grammar
// share caches and run on one thread at a time. Matchers keep the grammar alive.
class CompiledGbnf {
 public:
  virtual ~CompiledGbnf() = default;
  virtual std::unique_ptr<Matcher> NewMatcher() const = 0;
};

// `text` is what gbnf_parser.h reads. Left recursion, hidden or not, ambiguous and empty rules are
// all allowed; rules that the root never uses are read and otherwise ignored, as are alternatives
// that can never be finished. Fails as ParseGbnf, PlanGrammar and BuildAutomata
// do, and with kResourceExhausted if the shortest document is too long; all of it takes time and
// memory linear in the grammar up to the limits above.
Result<std::shared_ptr<const CompiledGbnf>> CompileGbnf(std::string_view text,
                                                        const GbnfLimits& limits = {});

}  // namespace bantam::grammar
