// Member by member and item by item, as a matcher reads them.
#include "grammar/schema/json_truth.h"

#include <array>
#include <vector>

namespace bantam::grammar {

bool JsonTruth::OfScalar(FormulaId value, const Json& json) {
  if (json.is_string()) {
    return languages_.regexes().Matches(languages_.Texts(value), json.AsString());
  }
  if (json.is_number()) {
    const Result<Decimal> number = Decimal::Parse(json.number_text());
    return number && languages_.Numbers(value)->Has(*number, json.number_text());
  }
  if (json.is_null()) return languages_.Accepts(value, JsonLiteral::kNull);
  return languages_.Accepts(value, json.AsBool() ? JsonLiteral::kTrue : JsonLiteral::kFalse);
}

std::optional<bool> JsonTruth::Of(FormulaId value, const Json& json, int depth) {
  if (!json.is_object() && !json.is_array()) return OfScalar(value, json);
  if (depth == kMostNested) return std::nullopt;
  FormulaId live = json.is_object() ? languages_.Members(value) : languages_.Items(value);
  if (json.is_object()) {
    const NamesId names = steps_.NamesOf(std::array{live});
    for (const auto& [name, member] : json.members()) {
      const auto next =
          Settled(steps_.Member(live, steps_.ClassOf(names, name)), member, depth + 1);
      if (!next) return std::nullopt;
      live = *next;
    }
  } else {
    for (const Json& item : json.items()) {
      const auto next = Settled(steps_.Item(live), item, depth + 1);
      if (!next) return std::nullopt;
      live = *next;
    }
  }
  return steps_.Closes(live);
}

std::optional<FormulaId> JsonTruth::Settled(FormulaId begun, const Json& json, int depth) {
  const std::vector<FormulaId> asked = steps_.Asked(begun);
  std::vector<uint8_t> truth;
  for (FormulaId formula : asked) {
    const std::optional<bool> holds = Of(formula, json, depth);
    if (!holds) return std::nullopt;
    truth.push_back(*holds ? 1 : 0);
  }
  Outcome outcome;
  outcome.asked = asked;
  outcome.truth = truth;
  if (steps_.NeedsValue(begun)) outcome.value = languages_.values().Intern(json);
  return steps_.Settle(begun, outcome);
}

}  // namespace bantam::grammar
