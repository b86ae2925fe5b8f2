// JSON Schema → matchers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "grammar/matcher.h"
#include "grammar/schema/schema.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {

// A compiled schema. Not thread-safe: its matchers share caches.
class JsonSchema {
 public:
  // Fails as LoadSchema does, with kInvalidArgument if nothing is valid, and with
  // kResourceExhausted or kUnsupported where a keyword is beyond a limit; the message begins with
  // the keyword's place.
  static Result<std::shared_ptr<const JsonSchema>> Compile(const Json& schema,
                                                           const SchemaOptions& options);

  std::unique_ptr<Matcher> NewMatcher() const;
  // Keywords that have no effect, and why ("#/format: …"); at most kMostNotes.
  const std::vector<std::string>& notes() const { return notes_; }
  static constexpr size_t kMostNotes = 20;
  uint32_t min_bytes() const { return min_bytes_; }  // of the shortest document

 private:
  std::unique_ptr<SchemaMachine> machine_;
  std::vector<std::string> notes_;
  uint32_t min_bytes_ = 0;
};

}  // namespace bantam::grammar
