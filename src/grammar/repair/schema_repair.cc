// The matcher has the first and the last word; between them the search of RepairSpace.
#include "grammar/repair/schema_repair.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json_text.h"
#include "grammar/expected.h"
#include "grammar/repair/aligned.h"
#include "grammar/repair/json_encoding.h"
#include "grammar/repair/plan_writer.h"
#include "grammar/repair/squeezed.h"
#include "grammar/repair/strict_scan.h"
#include "grammar/repair/value_repair.h"

namespace bantam::grammar {
namespace {

using Scanned = StrictScan::Outcome;

constexpr size_t kMostExpected = 8;  // of a message

std::unexpected<Error> FailAt(ErrorCode code, const JsonEdit& error) {
  const std::string place = error.pointer.empty() ? "" : error.pointer + ": ";
  return Fail(code, place + error.what + " at byte " + std::to_string(error.offset));
}

bool IsSpaceName(const std::string& expected) {
  return expected == " " || expected == "tab" || expected == "newline" ||
         expected == "carriage return";
}

// "'a', 'b' or '0-9'": what may come next.
std::string ExpectedText(Matcher& matcher) {
  std::vector<std::string> names = ExpectedNext(matcher);
  std::erase_if(names, IsSpaceName);
  std::string text;
  const size_t shown = std::min(names.size(), kMostExpected);
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : " or ";
    const bool words = names[i] == "the end" || names[i] == "text" || names[i].size() > 20;
    text += words ? names[i] : "'" + names[i] + "'";
  }
  if (names.size() > shown) text += ", …";
  return text.empty() ? "nothing" : text;
}

// Why the matcher does not take the byte there.
std::string Deviation(Matcher& matcher, std::string_view text, size_t at) {
  if (matcher.limited()) return "beyond the limits of matching: what comes here cannot be decided";
  return "expected " + ExpectedText(matcher) + ", found " + DescribeCharacter(text, at);
}

struct Violation {
  JsonEdit place;
  bool limited;  // it cannot be decided whether it is one
};

// The first byte that no document that the schema accepts has there; nothing: it accepts the text.
std::optional<Violation> FirstViolation(std::string_view text, const JsonSchema& schema) {
  const std::unique_ptr<Matcher> matcher = schema.NewReader();
  const size_t taken = Feed(*matcher, text);
  if (taken == text.size() && matcher->Accepting()) return std::nullopt;
  const bool limited = matcher->limited();
  JsonEdit place;
  place.offset = taken;
  place.what = Deviation(*matcher, text, taken);
  return Violation{std::move(place), limited};
}

// For text of our own making that the schema does not accept: at a limit, or there is a bug.
std::unexpected<Error> NotPrinted(Violation violation) {
  violation.place.what = "no repair found: " + violation.place.what;
  return FailAt(violation.limited ? ErrorCode::kResourceExhausted : ErrorCode::kInternal,
                violation.place);
}

// A byte belongs to the string that begins at `begin`, its quotes included.
bool IsInString(std::string_view text, size_t begin, size_t at) {
  if (at < begin) return false;
  size_t end = begin + 1;
  while (end < at && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return end >= at;
}

// What `text`, which is valid JSON, becomes so that the schema accepts it.
Result<WrittenPlan> RepairValid(const std::string& text, const JsonSchema& schema, bool fill) {
  const std::shared_ptr<SchemaMachine> machine = schema.machine();
  RepairSpace space(*machine, fill, text.size());
  const NodeId root_node = TRY(space.tree().Add(text));
  const RepairSpace::Question root{root_node, machine->languages().Root()};
  std::vector<std::unique_ptr<ValueRepair>> open;
  PlanId plan = space.Ask(root.node, root.value);
  while (plan == kPending) {
    for (const RepairSpace::Question& question : std::exchange(space.wanted(), {})) {
      open.push_back(std::make_unique<ValueRepair>(space, question));
    }
    // A question may have been asked again before it came up.
    while (!open.empty() && space.Answered(open.back()->question())) open.pop_back();
    if (open.empty()) {
      plan = space.Ask(root.node, root.value);
      continue;
    }
    ValueRepair& repair = *open.back();
    space.Begin(repair.question());
    const bool finished = repair.Run();
    if (space.exhausted()) {
      return Fail(ErrorCode::kResourceExhausted,
                  "it cannot be decided within the limits of search what was meant");
    }
    CHECK(finished || !space.wanted().empty());
    if (finished) space.Answer(repair.question(), repair.Take());
  }
  CHECK(plan != kNoPlan);
  return WritePlan(space, plan);
}

// Edits of a syntactic repair and those that came after it, which count in its text.
JsonRepair Combined(std::string_view text, JsonRepair first, WrittenPlan then) {
  JsonRepair repair;
  repair.text = std::move(then.text);
  repair.edit_count = first.edit_count + then.edits.count();
  repair.edits = then.edits.Take();
  if (first.edit_count == 0) return repair;
  Align(first.text, text, repair.edits);
  EditList both;
  for (auto* edits : {&first.edits, &repair.edits}) {
    for (JsonEdit& edit : *edits) both.Add(std::move(edit));
  }
  repair.edits = both.Take();
  return repair;
}

// For a reply that was cut before its JSON began: a fence, say, and nothing in it.
Result<JsonRepair> FromNothing(std::string_view text, const JsonSchema& schema) {
  JsonRepair repair = TRY(CompleteJson("", schema));
  for (JsonEdit& edit : repair.edits) edit.what = "removed " + Shown(text) + ", " + edit.what;
  return repair;
}

}  // namespace

JsonCheck CheckJson(std::string_view text, const JsonSchema& schema) {
  JsonCheck check = bantam::CheckJson(text);
  if (!check.valid) return check;
  const std::optional<Violation> violation = FirstViolation(text, schema);
  if (!violation) return check;
  check.valid = false;
  check.error = violation->place;
  const auto twice = std::ranges::find_if(check.notes, [&](const JsonEdit& note) {
    return IsInString(text, note.offset, violation->place.offset);
  });
  if (twice != check.notes.end()) {
    check.error.what = twice->what + ", which no schema allows here";
    check.notes.erase(twice);
  }
  return check;
}

Result<JsonRepair> CompleteJson(std::string_view text, const JsonSchema& schema) {
  if (const TextEncoding encoding = EncodingOf(text); encoding != TextEncoding::kUtf8) {
    return OfEncoded(text, encoding, [&](const std::string& t) { return CompleteJson(t, schema); });
  }
  const auto [scan, outcome] = ScanBeginning(text);
  size_t keep = text.size();
  switch (outcome) {
    case Scanned::kValid: break;
    case Scanned::kWrong: return FailAt(ErrorCode::kCorrupt, scan.error());
    case Scanned::kDeep: return FailAt(ErrorCode::kResourceExhausted, scan.error());
    case Scanned::kCut: keep = scan.keep(); break;
  }
  std::unique_ptr<Matcher> matcher = schema.NewReader();
  std::string_view kept = text.substr(0, keep);
  const size_t taken = Feed(*matcher, kept);
  if (taken < keep) {
    const bool limited = matcher->limited();
    JsonEdit error;
    error.offset = taken;
    error.what = (limited ? "" : "the schema does not allow what comes before the end: ") +
                 Deviation(*matcher, text, taken);
    return FailAt(limited ? ErrorCode::kResourceExhausted : ErrorCode::kCorrupt, error);
  }
  const std::string rest = matcher->Completion();
  matcher.reset();
  if (rest.empty() && keep == text.size()) return JsonRepair{std::string(text), {}, 0};
  if (keep == text.size() && !rest.empty() && scan.rest().empty()) {
    // A whole number that the schema wants longer.
    kept = kept.substr(0, kept.find_last_not_of(" \n\r\t") + 1);
    keep = kept.size();
  }
  JsonRepair repair;
  repair.text = std::string(kept) + rest;
  JsonEdit edit;
  edit.offset = keep;
  const std::string cut(text.substr(keep));
  if (!cut.empty()) edit.what = "removed " + Shown(cut);
  if (!rest.empty()) edit.what += (cut.empty() ? "added " : ", added ") + Shown(rest);
  repair.edits.push_back(std::move(edit));
  repair.edit_count = 1;
  if (auto violation = FirstViolation(repair.text, schema)) {
    return NotPrinted(*std::move(violation));
  }
  return repair;
}

Result<JsonRepair> RepairJson(std::string_view text, const JsonSchema& schema,
                              const JsonRepairOptions& options) {
  if (const TextEncoding encoding = EncodingOf(text); encoding != TextEncoding::kUtf8) {
    return OfEncoded(text, encoding,
                     [&](const std::string& t) { return RepairJson(t, schema, options); });
  }
  JsonRepair first;
  const Scanned outcome = ScanBeginning(text).second;
  if (outcome == Scanned::kCut && options.fill) {
    Result<JsonRepair> complete = CompleteJson(text, schema);
    if (complete) return complete;
  }
  Result<JsonRepair> repaired = bantam::RepairJson(text);
  if (!repaired && repaired.error().code == ErrorCode::kCorrupt && options.fill) {
    return FromNothing(text, schema);
  }
  first = TRY(std::move(repaired));
  if (!FirstViolation(first.text, schema)) return first;
  WrittenPlan then = TRY(RepairValid(first.text, schema, options.fill));
  if (then.failure) {
    std::vector<JsonEdit> place = {*std::move(then.failure)};
    if (first.edit_count > 0) Align(first.text, text, place);
    return FailAt(ErrorCode::kCorrupt, place[0]);
  }
  // Never print what the schema does not accept.
  if (auto left = FirstViolation(then.text, schema)) return NotPrinted(*std::move(left));
  return Combined(text, std::move(first), std::move(then));
}

}  // namespace bantam::grammar
