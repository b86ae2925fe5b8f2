// Members by binary search, the tokens of JSON pointers (RFC 6901), and JSON Schema's equality.
#include "grammar/schema/json_lookup.h"

#include <algorithm>
#include <utility>

#include "grammar/number/decimal.h"

namespace bantam::grammar {
namespace {

using Member = std::pair<std::string, Json>;

constexpr size_t kFewMembers = 16;  // searched one after the other

std::vector<const Member*> SortedMembers(const Json& object) {
  std::vector<const Member*> sorted;
  sorted.reserve(object.members().size());
  for (const Member& member : object.members()) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(),
            [](const Member* a, const Member* b) { return a->first < b->first; });
  return sorted;
}

bool NumbersEqual(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const Result<Decimal> left = Decimal::Parse(a);
  const Result<Decimal> right = Decimal::Parse(b);
  return left.has_value() && right.has_value() && *left == *right;
}

bool ScalarsEqual(const Json& a, const Json& b) {
  if (a.is_bool()) return a.AsBool() == b.AsBool();
  if (a.is_string()) return a.AsString() == b.AsString();
  if (a.is_number()) return NumbersEqual(a.number_text(), b.number_text());
  return true;  // null; containers are taken apart by JsonEqual
}

}  // namespace

const Json* MemberIndex::Find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  if (object.members().size() <= kFewMembers) return object.Find(key);
  const auto [entry, fresh] = sorted_.try_emplace(&object);
  if (fresh) entry->second = SortedMembers(object);
  const auto found =
      std::lower_bound(entry->second.begin(), entry->second.end(), key,
                       [](const Member* member, std::string_view k) { return member->first < k; });
  if (found == entry->second.end() || (*found)->first != key) return nullptr;
  return &(*found)->second;
}

std::string DecodePointerToken(std::string_view token) {
  std::string out;
  for (size_t at = 0; at < token.size(); ++at) {
    const bool escape = token[at] == '~' && at + 1 < token.size();
    if (escape && (token[at + 1] == '0' || token[at + 1] == '1')) {
      out += token[++at] == '0' ? '~' : '/';
    } else {
      out += token[at];
    }
  }
  return out;
}

size_t ArrayIndex(std::string_view token, size_t size) {
  if (token.empty() || (token.size() > 1 && token[0] == '0')) return size;
  size_t index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return size;
    index = index * 10 + static_cast<size_t>(c - '0');
    if (index >= size) return size;
  }
  return index;
}

void AppendPointerStep(std::string_view segment, std::string* out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const size_t end = out->size() + kMaxPointerStep;
  *out += '/';
  for (const char c : segment) {
    if (out->size() > end && (static_cast<uint8_t>(c) & 0xC0) != 0x80) {
      *out += "…";
      return;
    }
    const auto byte = static_cast<uint8_t>(c);
    if (c == '~') {
      *out += "~0";
    } else if (c == '/') {
      *out += "~1";
    } else if (byte < 0x20 || byte == 0x7F || c == '%') {
      (*out += '%') += kHex[byte >> 4];
      *out += kHex[byte & 15];
    } else {
      *out += c;
    }
  }
}

bool JsonEqual(const Json& a, const Json& b) {
  std::vector<std::pair<const Json*, const Json*>> pending = {{&a, &b}};
  while (!pending.empty()) {
    const auto [left, right] = pending.back();
    pending.pop_back();
    if (left->kind() != right->kind()) return false;
    if (left->is_array()) {
      if (left->items().size() != right->items().size()) return false;
      for (size_t i = 0; i < left->items().size(); ++i) {
        pending.emplace_back(&left->items()[i], &right->items()[i]);
      }
    } else if (left->is_object()) {
      if (left->members().size() != right->members().size()) return false;
      const std::vector<const Member*> lefts = SortedMembers(*left);
      const std::vector<const Member*> rights = SortedMembers(*right);
      for (size_t i = 0; i < lefts.size(); ++i) {
        if (lefts[i]->first != rights[i]->first) return false;
        pending.emplace_back(&lefts[i]->second, &rights[i]->second);
      }
    } else if (!ScalarsEqual(*left, *right)) {
      return false;
    }
  }
  return true;
}

std::string_view KindName(const Json& value) {
  switch (value.kind()) {
    case Json::Kind::kNull: return "null";
    case Json::Kind::kBool: return "a boolean";
    case Json::Kind::kNumber: return "a number";
    case Json::Kind::kString: return "a string";
    case Json::Kind::kArray: return "an array";
    case Json::Kind::kObject: return "an object";
  }
  return "nothing";
}

}  // namespace bantam::grammar
