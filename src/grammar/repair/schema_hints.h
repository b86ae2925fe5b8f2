// SchemaHints: what the schemas behind a formula list and name, for repair to try. Hints only: what
// is accepted, the matcher decides.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "grammar/repair/spellings.h"
#include "grammar/schema/schema_machine.h"

namespace bantam::grammar {

struct Hints {
  std::vector<const Json*> defaults;   // outermost first
  WordList texts;                      // strings of enum and const, and of patterns with few
  std::optional<uint64_t> max_length;  // the least
  std::optional<uint64_t> min_length;  // the greatest
  std::vector<std::string> values;     // of enum and const as JSON, the first few
  bool more_values = false;
  std::vector<std::string> names;  // of properties, in the order of the first schema
  std::string path;                // of the outermost schema
};

// Not thread-safe; bounded by kMostSchemas for each formula. References stay.
class SchemaHints {
 public:
  static constexpr size_t kMostSchemas = 1'000;
  static constexpr size_t kMostTexts = 100'000;
  static constexpr size_t kMostNames = 100;

  explicit SchemaHints(SchemaMachine& machine) : machine_(machine) {}

  const Hints& Of(FormulaId value);

  // "a string", "an integer or null", "one of \"a\", \"b\"" and the schema's path. `found` is what
  // is there instead.
  const std::string& Expected(FormulaId value, Json::Kind found);

 private:
  void Walk(FormulaId value, Hints& hints);
  std::string FindExpected(FormulaId value, Json::Kind found);
  std::vector<std::string> Kinds(FormulaId value, Json::Kind found, bool& same_kind);

  SchemaMachine& machine_;
  std::unordered_map<FormulaId, Hints> hints_;
  std::map<std::pair<FormulaId, Json::Kind>, std::string> expected_;
};

// For people: at most about 60 bytes of a JSON text.
std::string Shown(std::string_view text);

}  // namespace bantam::grammar
