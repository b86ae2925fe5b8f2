// JSON Schema → matchers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "grammar/matcher.h"
#include "grammar/schema/copied_strings.h"
#include "grammar/schema/schema.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {

// A compiled schema. Not thread-safe: its matchers share caches (until those grow too large, see
// RenewedMatcher: they change no answer).
class JsonSchema {
 public:
  // Fails as LoadSchema does, with kInvalidArgument if nothing is valid, and with
  // kResourceExhausted or kUnsupported where a keyword is beyond a limit; the message begins with
  // the keyword's place.
  static Result<std::shared_ptr<const JsonSchema>> Compile(const Json& schema,
                                                           const SchemaOptions& options);
  // Whether the schema has x-copy, so that it compiles only with texts to copy from. Fails as
  // LoadSchema does.
  static Result<bool> Copies(const Json& schema, const SchemaOptions& options);

  std::unique_ptr<Matcher> NewMatcher() const;
  // For documents that are there already: linear in their depth, and in the items of arrays where
  // no two may be equal (JsonReader).
  std::unique_ptr<Matcher> NewReader() const;
  // For tests: on caches of its own that hardly grow (see SchemaMachine).
  std::unique_ptr<Matcher> NewCrampedMatcher(size_t most_growth) const;
  // Keywords that have no effect, and why ("#/format: …"), and words that may be misspelt keywords;
  // at most kMostNotes.
  const std::vector<std::string>& notes() const { return notes_; }
  static constexpr size_t kMostNotes = 20;
  // What x-copy has copied in a document (copied_strings.h).
  bool copies() const { return machine_->languages().schema().copy_source != nullptr; }
  std::vector<CopiedString> CopiedStrings(std::string_view document) const {
    return FindCopiedStrings(*machine(), document);
  }
  uint32_t min_bytes() const { return min_bytes_; }  // of the shortest document
  // Languages and caches, for those that do more than to match: those of new matchers. Others take
  // their place once they are crowded or have given up.
  std::shared_ptr<SchemaMachine> machine() const;

 private:
  std::shared_ptr<const Schema> schema_;
  mutable std::shared_ptr<SchemaMachine> machine_;
  std::vector<std::string> notes_;
  uint32_t min_bytes_ = 0;
};

}  // namespace bantam::grammar
