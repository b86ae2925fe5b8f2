// Fuzzes the JSON reader and writer: what is accepted must survive being written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/json.h"

namespace {

using bantam::Json;

// Visits every value of a tree (depth is limited by the reader, but no recursion here either).
void VisitNumbers(const Json& root) {
  std::vector<const Json*> todo = {&root};
  while (!todo.empty()) {
    const Json& value = *todo.back();
    todo.pop_back();
    if (value.is_array()) {
      for (const Json& item : value.items()) todo.push_back(&item);
    } else if (value.is_object()) {
      for (const auto& [key, member] : value.members()) {
        if (value.members().size() < 100) CHECK(value.Find(key) == &member);
        todo.push_back(&member);
      }
    } else if (value.is_number()) {
      const double number = value.AsDouble();
      CHECK(number == number);
      if (const auto integer = value.AsInt()) CHECK(static_cast<double>(*integer) == number);
      const Json again = Json::Double(number);
      if (again.is_number()) CHECK(again.AsDouble() == number);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = Json::Parse(text);
  if (!json) {
    CHECK(!json.error().message.empty());
    return 0;
  }
  VisitNumbers(*json);
  const std::string compact = json->Dump();
  const auto again = Json::Parse(compact);
  CHECK(again.has_value());
  CHECK(again->Dump() == compact);
  const auto indented = Json::Parse(json->Dump(2));
  CHECK(indented.has_value() && indented->Dump() == compact);
  return 0;
}
