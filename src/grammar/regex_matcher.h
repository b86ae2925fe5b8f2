// Regex: a document is one text that a regular expression matches as a whole.
#pragma once

#include <memory>
#include <string_view>

#include "bantam/result.h"
#include "grammar/matcher.h"
#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

// NewMatcher() may be called on any thread, but matchers of one expression share its automaton and
// run on one thread at a time. Matchers keep what they need of it alive.
class CompiledRegex {
 public:
  virtual ~CompiledRegex() = default;
  virtual std::unique_ptr<Matcher> NewMatcher() const = 0;
};

// `pattern` is what regex_syntax.h reads, without a need for ^ and $. Fails as ParseRegex does,
// with kInvalidArgument if nothing matches, and with kResourceExhausted if that cannot be told
// within the limits of RegexPool.
//
// Completions have the fewest characters, not always the fewest bytes. Should a document alone make
// the automaton outgrow `limits`, it can still be finished, but in the known way alone; what others
// have asked makes no difference (see RenewedMatcher).
Result<std::shared_ptr<const CompiledRegex>> CompileRegex(std::string_view pattern,
                                                          const RegexPool::Limits& limits = {});

}  // namespace bantam::grammar
