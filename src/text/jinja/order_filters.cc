// Filters that compare the items of a sequence: sort, unique, min, max, groupby, dictsort.
#include <string>
#include <utility>

#include "base/check.h"
#include "text/jinja/arguments.h"
#include "text/jinja/attributes.h"
#include "text/jinja/compare.h"
#include "text/jinja/filters.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

// What an item is compared by: itself or an attribute, in lower case unless case matters.
struct KeyRule {
  Value attribute = Value::None();
  Value fallback = Value::None();  // for an undefined attribute
  bool case_sensitive = false;
};

Result<Value> IgnoreCase(Interpreter& in, const Value& value, const KeyRule& rule) {
  if (rule.case_sensitive || !value.IsString()) return value;
  TRY(in.WorkOnBytes(TextOf(value).size()));
  return in.Text(LowerText(TextOf(value)));
}

Result<Value> AttributeOf(Interpreter& in, const Value& item, const KeyRule& rule) {
  return GetPath(in, item, rule.attribute, rule.fallback);
}

Result<Value> KeyOf(Interpreter& in, const Value& item, const KeyRule& rule) {
  const Value value = TRY(AttributeOf(in, item, rule));
  return IgnoreCase(in, value, rule);
}

// For several attributes ("a,b"): a list of their values.
Result<Value> KeysOf(Interpreter& in, const Value& item, const KeyRule& rule) {
  std::vector<Value> keys;
  if (!rule.attribute.IsString()) {
    keys.push_back(TRY(KeyOf(in, item, rule)));
    return in.List(std::move(keys));
  }
  for (const std::string_view part : SplitAt(TextOf(rule.attribute), ",", -1, false)) {
    KeyRule one = rule;
    one.attribute = in.String(part);
    keys.push_back(TRY(KeyOf(in, item, one)));
  }
  return in.List(std::move(keys));
}

Result<std::vector<uint32_t>> OrderOf(Interpreter& in, const std::vector<Value>& keys,
                                      bool reverse) {
  return SortedOrder(in, keys.size(), [&](uint32_t a, uint32_t b) {
    return Compare(in, Comparison::kLt, keys[reverse ? b : a], keys[reverse ? a : b]);
  });
}

Result<Value> Sort(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "sort", {"reverse", "case_sensitive", "attribute"}));
  KeyRule rule;
  rule.case_sensitive = bound.Flag(1, false);
  if (bound.Has(2)) rule.attribute = bound[2];
  const Value items = TRY(Iterate(in, input));
  std::vector<Value> keys;
  for (const Value& item : ItemsOf(items)) keys.push_back(TRY(KeysOf(in, item, rule)));
  const std::vector<uint32_t> order = TRY(OrderOf(in, keys, bound.Flag(0, false)));
  std::vector<Value> sorted;
  for (const uint32_t i : order) sorted.push_back(ItemsOf(items)[i]);
  return in.List(std::move(sorted));
}

Result<Value> DictSort(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "dictsort", {"case_sensitive", "by", "reverse"}));
  const std::string_view by = TRY(bound.String(1, "key"));
  if (by != "key" && by != "value") return Invalid("you can only sort by either 'key' or 'value'");
  if (input.IsUndefined()) return UseOfUndefined(input);
  if (!input.Is(Kind::kDict)) return Invalid("dictsort needs a dict");
  KeyRule rule;
  rule.case_sensitive = bound.Flag(0, false);
  rule.attribute = Value::Int(by == "key" ? 0 : 1);
  const Value pairs = ListOfView(in, input.As<DictObject>(), ViewObject::Part::kItems);
  std::vector<Value> keys;
  for (const Value& pair : ItemsOf(pairs)) keys.push_back(TRY(KeyOf(in, pair, rule)));
  const std::vector<uint32_t> order = TRY(OrderOf(in, keys, bound.Flag(2, false)));
  std::vector<Value> sorted;
  for (const uint32_t i : order) sorted.push_back(ItemsOf(pairs)[i]);
  return in.List(std::move(sorted));
}

Result<Value> Unique(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "unique", {"case_sensitive", "attribute"}));
  KeyRule rule;
  rule.case_sensitive = bound.Flag(0, false);
  if (bound.Has(1)) rule.attribute = bound[1];
  return in.Iterator([input, rule](Interpreter& later) -> Result<std::vector<Value>> {
    const Value items = TRY(Iterate(later, input));
    std::vector<Value> keys;
    for (const Value& item : ItemsOf(items)) {
      keys.push_back(TRY(KeyOf(later, item, rule)));
      TRY(CheckHashable(later, keys.back()));
    }
    const auto less = [&](uint32_t a, uint32_t b) -> Result<bool> {
      const int order = TRY(CompareKeys(later, keys[a], keys[b]));
      return order < 0;
    };
    const std::vector<uint32_t> order = TRY(SortedOrder(later, keys.size(), less));
    std::vector<bool> again(keys.size());
    for (size_t i = 1; i < order.size(); ++i) {
      const int compared = TRY(CompareKeys(later, keys[order[i - 1]], keys[order[i]]));
      again[order[i]] = compared == 0;
    }
    std::vector<Value> kept;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (!again[i]) kept.push_back(ItemsOf(items)[i]);
    }
    return kept;
  });
}

template <Comparison kBetter>
Result<Value> Best(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "min or max", {"case_sensitive", "attribute"}));
  KeyRule rule;
  rule.case_sensitive = bound.Flag(0, false);
  if (bound.Has(1)) rule.attribute = bound[1];
  const Value items = TRY(Iterate(in, input));
  if (ItemsOf(items).empty()) return in.Undefined("No aggregated item, sequence was empty.");
  Value best = ItemsOf(items)[0];
  Value best_key = TRY(KeyOf(in, best, rule));
  for (size_t i = 1; i < ItemsOf(items).size(); ++i) {
    Value key = TRY(KeyOf(in, ItemsOf(items)[i], rule));
    const bool better = TRY(Compare(in, kBetter, key, best_key));
    if (!better) continue;
    best = ItemsOf(items)[i];
    best_key = std::move(key);
  }
  return best;
}

Result<Value> GroupBy(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound =
      TRY(Bind(arguments, "groupby", {"attribute", "default", "case_sensitive"}, 1));
  KeyRule rule;
  rule.attribute = bound[0];
  if (bound.Has(1)) rule.fallback = bound[1];
  rule.case_sensitive = bound.Flag(2, false);
  const Value items = TRY(Iterate(in, input));
  std::vector<Value> keys;
  for (const Value& item : ItemsOf(items)) keys.push_back(TRY(KeyOf(in, item, rule)));
  const std::vector<uint32_t> order = TRY(OrderOf(in, keys, false));
  std::vector<Value> groups;
  for (size_t i = 0; i < order.size();) {
    const Value& key = keys[order[i]];
    std::vector<Value> members;
    Value shown = key;
    if (!rule.case_sensitive) shown = TRY(AttributeOf(in, ItemsOf(items)[order[i]], rule));
    for (; i < order.size(); ++i) {
      const bool same = TRY(Equal(in, keys[order[i]], key));
      if (!same && !members.empty()) break;
      members.push_back(ItemsOf(items)[order[i]]);
      if (!same) {
        ++i;
        break;  // a key that does not even equal itself: NaN
      }
    }
    Value group = in.Tuple({shown, in.List(std::move(members))});
    group.As<SequenceObject>().group = true;
    groups.push_back(std::move(group));
  }
  return in.List(std::move(groups));
}

constexpr FilterEntry kFilters[] = {
    {"dictsort", &DictSort},         {"groupby", &GroupBy}, {"max", &Best<Comparison::kGt>},
    {"min", &Best<Comparison::kLt>}, {"sort", &Sort},       {"unique", &Unique},
};

}  // namespace

std::span<const FilterEntry> OrderFilters() {
  return kFilters;
}

}  // namespace bantam::jinja
