// Fuzzes the repair of JSON: what is written is valid, stays as it is when repaired again, and any
// beginning of it can be finished. Valid text comes back byte by byte.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/json_repair.h"
#include "base/check.h"
#include "base/json.h"
#include "grammar/repair/strict_scan.h"

namespace {

using bantam::ErrorCode;
using bantam::Json;
using bantam::JsonRepair;

// By the independent reader, which allows neither deep nesting nor keys that appear twice.
void CheckParses(const std::string& text) {
  const auto json = Json::Parse(text);
  if (json) return;
  const std::string& message = json.error().message;
  CHECK(message.find("appears twice") != std::string::npos ||
        message.find("nested arrays") != std::string::npos);
}

void CheckEdits(const JsonRepair& repair, std::string_view text) {
  CHECK((repair.edit_count == 0) == (repair.text == text));
  CHECK(repair.edits.size() <= repair.edit_count);
  size_t last = 0;
  for (const bantam::JsonEdit& edit : repair.edits) {
    CHECK(edit.offset >= last && edit.offset <= text.size() && !edit.what.empty());
    last = edit.offset;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bantam::JsonCheck check = bantam::CheckJson(text);
  CHECK(check.valid == check.error.what.empty());
  const auto repair = bantam::RepairJson(text);
  if (!repair) {
    CHECK(repair.error().code == ErrorCode::kCorrupt && !repair.error().message.empty());
    return 0;
  }
  CHECK(check.valid == (repair->edit_count == 0));
  CheckParses(repair->text);
  CheckEdits(*repair, text);
  const auto again = bantam::RepairJson(repair->text);
  CHECK(again && again->text == repair->text);

  const size_t length = repair->text.size() * (size % 7) / 7;
  const std::string begin = repair->text.substr(0, length);
  const auto complete = bantam::CompleteJson(begin);
  CHECK(complete.has_value());
  CheckParses(complete->text);
  CheckEdits(*complete, begin);
  if (const auto whole = bantam::CompleteJson(text)) CheckParses(whole->text);
  return 0;
}
