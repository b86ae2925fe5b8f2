// Looking into JSON documents: members by name in logarithmic time, JSON pointers, equality.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"

namespace bantam::grammar {

// Json::Find is linear; references into an object of 10^5 definitions would make that quadratic.
// Large objects are sorted on first use; documents must stay where they are. Not thread-safe.
class MemberIndex {
 public:
  // The member of that name, or nullptr (also when `object` is none).
  const Json* Find(const Json& object, std::string_view key);

 private:
  using Member = std::pair<std::string, Json>;
  std::unordered_map<const Json*, std::vector<const Member*>> sorted_;
};

// ~1 → '/', ~0 → '~' (RFC 6901, section 4).
std::string DecodePointerToken(std::string_view token);
// The index that an array's token stands for; at least `size` if it is none.
size_t ArrayIndex(std::string_view token, size_t size);

// Appends "/segment" to a path of a message: escaped as a pointer in a URI fragment is where
// characters would be mistaken or are no text, and cut after about kMaxPointerStep bytes.
inline constexpr size_t kMaxPointerStep = 80;
void AppendPointerStep(std::string_view segment, std::string* out);

// Equal as JSON Schema compares: numbers by value (1.0 is 1), objects in any order. No recursion;
// time is n log n in the smaller of the two. Numbers beyond the limits of Decimal are compared by
// their text.
bool JsonEqual(const Json& a, const Json& b);

// "a string", "an object", … for messages.
std::string_view KindName(const Json& value);

}  // namespace bantam::grammar
