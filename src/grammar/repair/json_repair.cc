// The public functions of bantam/json_repair.h.
#include "bantam/json_repair.h"

#include <utility>

#include "base/check.h"
#include "grammar/repair/repairer.h"
#include "grammar/repair/strict_scan.h"

namespace bantam {
namespace {

using grammar::StrictScan;

std::unexpected<Error> FailAt(ErrorCode code, const JsonEdit& error) {
  return Fail(code, error.what + " at byte " + std::to_string(error.offset));
}

}  // namespace

JsonCheck CheckJson(std::string_view text) {
  StrictScan scan(text);
  JsonCheck check;
  check.valid = scan.Run() == StrictScan::Outcome::kValid;
  if (!check.valid) check.error = scan.error();
  check.notes = scan.notes();
  return check;
}

Result<JsonRepair> RepairJson(std::string_view text) {
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
  StrictScan scan(text);
  switch (scan.Run()) {
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
