// What each edit towards a schema costs: the less, the surer it is what was meant. The cheapest
// sum wins.
#pragma once

#include <cstdint>

namespace bantam::grammar {

enum EditCost : uint32_t {
  kTrimCost = 1,
  kCoerceCost = 2,         // "12" → 12, 12 → "12", "true" → true
  kWordCost = 3,           // "yes" → true, "" → null
  kGroupedCost = 4,        // "1,234" → 1234
  kCaseOfTextCost = 4,     // "de" → "DE" for a pattern
  kNullWordCost = 4,       // null → "none", if that is listed
  kBitCost = 5,            // 1 → true
  kBoolAsNumberCost = 6,   // true → 1
  kWrapCost = 3,           // x → [x]
  kUnwrapCost = 3,         // [x] → x
  kParseCost = 3,          // "{…}" → {…}
  kUnwrapMemberCost = 11,  // {"person": {…}} → {…}; the other members are dropped
  kNameCost = 15,          // [1, 2] → {"items": [1, 2]}
  kQuoteCost = 10,         // {…} → "{…}"
  kEscapeCost = 100,       // of those that change its kind more, where others of it are allowed
  kBesideCost = 8,         // a scalar beside that member
  kMergeCost = 12,         // [{"a": 1}, {"b": 2}] → {"a": 1, "b": 2}
  kSplitCost = 8,          // "a, b" → ["a", "b"]
  kIndexedCost = 4,        // {"0": x, "1": y} → [x, y]
  kAlikeValuesCost = 12,   // {"Ada": {…}, "Bob": {…}} → [{…}, {…}]
  kValuesCost = 25,        // {"a": x, "b": y} → [x, y]
  kUnitCost = 10,          // "12 %" → 12
  kWordOfTextCost = 12,    // "status: active" → "active", if that is listed
  kWordOfNameCost = 9,     // the member "user_name" as "name"
  kOnlyNameCost = 22,      // the only unknown member as the only one that is missing
  kNameItemsCost = 25,     // ["Ada", 36] → {"name": "Ada", "age": 36}
  kNullAsArrayCost = 6,    // null → []
  kDropNullCost = 6,       // a member that is null
  kDropTwinCost = 5,       // a member whose name comes again later
  kDropTwinItemCost = 1,   // an item that is there already, where all are to differ
  kDropCost = 20,          // a member that is not allowed …
  kDropItemCost = 30,      // … an item …
  kDropValueCost = 10,     // … and for each value in it, up to …
  kDropMostValues = 1'000,
  kDropByteCost = 1,  // … and for every 32 bytes of its text, up to …
  kDropMostBytes = 32'000,
  kDefaultCost = 8,   // a missing member as its default
  kFillCost = 20,     // … as the shortest value, …
  kFillByteCost = 1,  // … and for every 8 bytes of it, up to …
  kFillMostBytes = 800,
  kFillItemCost = 40,
  kCutCost = 50,       // a string that is too long
  kLengthenCost = 60,  // … too short
};

// To give a value up: no repair, but tells which value is to blame. For each value within.
inline constexpr uint64_t kGiveUpCost = 1'000'000;

}  // namespace bantam::grammar
