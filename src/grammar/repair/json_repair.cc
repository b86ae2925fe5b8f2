// The public functions of bantam/json_repair.h.
#include "bantam/json_repair.h"

#include <utility>

#include "base/check.h"
#include "grammar/repair/json_encoding.h"
#include "grammar/repair/repairer.h"
#include "grammar/repair/strict_scan.h"

namespace bantam {
namespace {

using grammar::EncodingOf;
using grammar::OfEncoded;
using grammar::StrictScan;
using grammar::TextEncoding;

std::unexpected<Error> FailAt(ErrorCode code, const JsonEdit& error) {
  return Fail(code, error.what + " at byte " + std::to_string(error.offset));
}

}  // namespace

JsonCheck CheckJson(std::string_view text) {
  JsonCheck check;
  if (const TextEncoding encoding = EncodingOf(text); encoding != TextEncoding::kUtf8) {
    check.error = {0, grammar::EncodingError(encoding)};
    return check;
  }
  StrictScan scan(text);
  check.valid = scan.Run() == StrictScan::Outcome::kValid;
  if (!check.valid) check.error = scan.error();
  check.notes = scan.notes();
  return check;
}

Result<JsonRepair> RepairJson(std::string_view text) {
  if (const TextEncoding encoding = EncodingOf(text); encoding != TextEncoding::kUtf8) {
    return OfEncoded(text, encoding, [](const std::string& t) { return RepairJson(t); });
  }
  StrictScan scan(text);
  const StrictScan::Outcome outcome = scan.Run();
  if (outcome == StrictScan::Outcome::kValid) return JsonRepair{std::string(text), {}, 0};
  if (outcome == StrictScan::Outcome::kDeep) {
    return FailAt(ErrorCode::kResourceExhausted, scan.error());
  }
  JsonRepair repair = TRY(grammar::Repairer(text).Run());
  // Never print what does not parse, should there be a bug.
  StrictScan proof(repair.text);
  if (proof.Run() != StrictScan::Outcome::kValid) {
    return Fail(ErrorCode::kInternal, "the repair is not valid: " + proof.error().what +
                                          " at byte " + std::to_string(proof.error().offset));
  }
  return repair;
}

Result<JsonRepair> CompleteJson(std::string_view text) {
  if (const TextEncoding encoding = EncodingOf(text); encoding != TextEncoding::kUtf8) {
    return OfEncoded(text, encoding, [](const std::string& t) { return CompleteJson(t); });
  }
  const auto [scan, outcome] = grammar::ScanBeginning(text);
  switch (outcome) {
    case StrictScan::Outcome::kValid: return JsonRepair{std::string(text), {}, 0};
    case StrictScan::Outcome::kWrong: return FailAt(ErrorCode::kCorrupt, scan.error());
    case StrictScan::Outcome::kDeep: return FailAt(ErrorCode::kResourceExhausted, scan.error());
    case StrictScan::Outcome::kCut: break;
  }
  JsonRepair repair;
  repair.text = std::string(text.substr(0, scan.keep())) + scan.rest();
  repair.edits.push_back({scan.keep(), scan.finish()});
  repair.edit_count = 1;
  return repair;
}

}  // namespace bantam
