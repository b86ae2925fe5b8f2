// Choice: a document is one of a list of texts.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "bantam/result.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

// Immutable; any thread. Matchers keep it alive.
class CompiledChoice {
 public:
  virtual ~CompiledChoice() = default;
  virtual std::unique_ptr<Matcher> NewMatcher() const = 0;
};

// At least one text, each well-formed UTF-8; repeated ones count once, the empty one is allowed.
// Fails with kInvalidArgument, naming the place in the list, or with kResourceExhausted beyond 10^6
// texts or 256 MiB. Time is that of sorting the texts; memory is theirs and 24 bytes for each. A
// byte takes time in proportion to the logarithm of the ways to go on.
Result<std::shared_ptr<const CompiledChoice>> CompileChoice(std::span<const std::string> texts);

}  // namespace bantam::grammar
