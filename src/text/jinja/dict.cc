// Dicts: small ones are searched from the front, larger ones by a sorted index of their keys. (No
// hashing, so that no keys of a request can make it slow.)
#include "text/jinja/dict.h"

#include <algorithm>

#include "base/check.h"
#include "text/jinja/compare.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

constexpr size_t kSmall = 8;

}  // namespace

const Value* DictFind(const DictObject& dict, std::string_view key) {
  if (dict.order.empty()) {
    for (const auto& [name, value] : dict.entries) {
      if (name.IsString() && TextOf(name) == key) return &value;
    }
    return nullptr;
  }
  // Strings come after numbers and before tuples (CompareKeys).
  const auto before = [&](uint32_t i, std::string_view wanted) {
    const Value& name = dict.entries[i].first;
    if (name.IsString()) return TextOf(name) < wanted;
    return name.IsNone() || name.IsNumber();
  };
  const auto found = std::lower_bound(dict.order.begin(), dict.order.end(), key, before);
  if (found == dict.order.end()) return nullptr;
  const auto& [name, value] = dict.entries[*found];
  return name.IsString() && TextOf(name) == key ? &value : nullptr;
}

Result<const Value*> DictFind(Interpreter& in, const DictObject& dict, const Value& key) {
  TRY(in.Work());
  if (key.IsString()) return DictFind(dict, TextOf(key));
  if (dict.entries.empty()) {
    TRY(CheckHashable(in, key));  // unhashable keys are an error even here
    return nullptr;
  }
  if (dict.order.empty()) {
    for (const auto& [name, value] : dict.entries) {
      const int order = TRY(CompareKeys(in, name, key));
      if (order == 0) return &value;
    }
    return nullptr;
  }
  size_t begin = 0;
  size_t end = dict.order.size();
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    const auto& [name, value] = dict.entries[dict.order[middle]];
    const int order = TRY(CompareKeys(in, name, key));
    if (order == 0) return &value;
    (order < 0 ? begin : end) = order < 0 ? middle + 1 : middle;
  }
  return nullptr;
}

// Removes all but the first of equal keys and adapts the index.
Result<void> DictBuilder::DropEqualKeys(Interpreter& in, std::vector<uint32_t>* order) {
  std::vector<bool> dropped(entries_.size());
  bool any = false;
  for (size_t i = 0; i < order->size();) {
    const uint32_t first = (*order)[i];
    size_t next = i + 1;
    for (; next < order->size(); ++next) {
      const uint32_t other = (*order)[next];
      const int compared = TRY(CompareKeys(in, entries_[first].first, entries_[other].first));
      if (compared != 0) break;
      entries_[first].second = entries_[other].second;  // the sort is stable: the last one wins
      dropped[other] = any = true;
    }
    i = next;
  }
  if (!any) return {};
  std::vector<uint32_t> moved_to(entries_.size());
  uint32_t kept = 0;
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (dropped[i]) continue;
    if (kept != i) entries_[kept] = std::move(entries_[i]);
    moved_to[i] = kept++;
  }
  entries_.resize(kept);
  std::erase_if(*order, [&](uint32_t i) { return dropped[i]; });
  for (uint32_t& i : *order) i = moved_to[i];
  return {};
}

Result<Value> DictBuilder::Finish(Interpreter& in) {
  TRY(in.Work(entries_.size()));
  const size_t bytes = entries_.size() * (sizeof(DictObject::Entry) + sizeof(uint32_t));
  if (entries_.size() == 1) TRY(CheckHashable(in, entries_[0].first));
  std::vector<uint32_t> order = TRY(SortedOrder(in, entries_.size(), [&](uint32_t a, uint32_t b) {
    const Result<int> compared = CompareKeys(in, entries_[a].first, entries_[b].first);
    if (!compared) return Result<bool>(std::unexpected(compared.error()));
    return Result<bool>(*compared < 0);
  }));
  TRY(DropEqualKeys(in, &order));
  auto* dict = in.heap().New<DictObject>(bytes);
  dict->entries = std::move(entries_);
  if (dict->entries.size() > kSmall) dict->order = std::move(order);
  return Value(dict);
}

Result<void> AddEntriesOf(Interpreter& in, const Value& value, DictBuilder* builder) {
  if (value.Is(Kind::kDict)) {
    for (const auto& [key, item] : value.As<DictObject>().entries) builder->Add(key, item);
    return {};
  }
  if (value.IsUndefined()) return {};
  const Value pairs = TRY(Iterate(in, value));
  for (const Value& pair : ItemsOf(pairs)) {
    const Value two = TRY(Iterate(in, pair));
    if (ItemsOf(two).size() != 2) {
      return Invalid("dictionary update sequence element has length " +
                     std::to_string(ItemsOf(two).size()) + "; 2 is required");
    }
    builder->Add(ItemsOf(two)[0], ItemsOf(two)[1]);
  }
  return {};
}

}  // namespace bantam::jinja
