// Comparisons, with limits on depth and work.
#include "text/jinja/compare.h"

#include <algorithm>
#include <string>

#include "base/check.h"
#include "text/jinja/dict.h"
#include "text/jinja/limits.h"
#include "text/jinja/numbers.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

Result<void> CheckDepth(Interpreter& in, int depth) {
  TRY(in.Work());
  if (depth > kMaxValueDepth) return Interpreter::TooDeep();
  return {};
}

Result<bool> EqualSequences(Interpreter& in, const Value& a, const Value& b, int depth) {
  const std::vector<Value>& left = ItemsOf(a);
  const std::vector<Value>& right = ItemsOf(b);
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i) {
    const bool equal = TRY(Equal(in, left[i], right[i], depth + 1));
    if (!equal) return false;
  }
  return true;
}

Result<bool> EqualDicts(Interpreter& in, const Value& a, const Value& b, int depth) {
  const auto& left = a.As<DictObject>();
  const auto& right = b.As<DictObject>();
  if (left.entries.size() != right.entries.size()) return false;
  for (const auto& [key, value] : left.entries) {
    const Value* other = TRY(DictFind(in, right, key));
    if (other == nullptr) return false;
    const bool equal = TRY(Equal(in, value, *other, depth + 1));
    if (!equal) return false;
  }
  return true;
}

std::unexpected<Error> NotOrdered(Comparison comparison, const Value& a, const Value& b) {
  if (a.IsUndefined()) return UseOfUndefined(a);
  if (b.IsUndefined()) return UseOfUndefined(b);
  const char* op = comparison == Comparison::kLt   ? "<"
                   : comparison == Comparison::kLe ? "<="
                   : comparison == Comparison::kGt ? ">"
                                                   : ">=";
  std::string message = "'";
  message += op;
  message += "' not supported between instances of '";
  message += TypeName(a);
  message += "' and '";
  message += TypeName(b);
  message += '\'';
  return Invalid(std::move(message));
}

bool Holds(Comparison comparison, std::partial_ordering order) {
  switch (comparison) {
    case Comparison::kLt: return order < 0;
    case Comparison::kLe: return order <= 0;
    case Comparison::kGt: return order > 0;
    default: return order >= 0;
  }
}

Result<bool> Ordered(Interpreter& in, Comparison comparison, const Value& a, const Value& b,
                     int depth) {
  TRY(CheckDepth(in, depth));
  if (a.IsNumber() && b.IsNumber()) return Holds(comparison, CompareNumbers(a, b));
  if (a.IsString() && b.IsString()) {  // bytes of UTF-8 order as code points do
    TRY(in.WorkOnBytes(std::min(TextOf(a).size(), TextOf(b).size())));
    return Holds(comparison, TextOf(a) <=> TextOf(b));
  }
  if (!a.IsSequence() || a.kind() != b.kind()) return NotOrdered(comparison, a, b);
  const std::vector<Value>& left = ItemsOf(a);
  const std::vector<Value>& right = ItemsOf(b);
  for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
    const bool equal = TRY(Equal(in, left[i], right[i], depth + 1));
    if (!equal) return Ordered(in, comparison, left[i], right[i], depth + 1);
  }
  return Holds(comparison, left.size() <=> right.size());
}

}  // namespace

Result<bool> Equal(Interpreter& in, const Value& a, const Value& b, int depth) {
  TRY(CheckDepth(in, depth));
  if (a.IsNumber() && b.IsNumber()) return CompareNumbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  if (a.IsObject() && a.object() == b.object()) return true;
  switch (a.kind()) {
    case Kind::kMissing:
    case Kind::kNone:
    case Kind::kUndefined: return true;
    case Kind::kString:
    case Kind::kBigInt:
      TRY(in.WorkOnBytes(TextOf(a).size() == TextOf(b).size() ? TextOf(a).size() : 0));
      return TextOf(a) == TextOf(b);
    case Kind::kList:
    case Kind::kTuple: return EqualSequences(in, a, b, depth);
    case Kind::kDict: return EqualDicts(in, a, b, depth);
    case Kind::kRange: {
      const auto& left = a.As<RangeObject>();
      const auto& right = b.As<RangeObject>();
      return left.count == right.count &&
             (left.count == 0 ||
              (left.start == right.start && (left.count == 1 || left.step == right.step)));
    }
    default: return false;
  }
}

Result<bool> Compare(Interpreter& in, Comparison comparison, const Value& a, const Value& b) {
  switch (comparison) {
    case Comparison::kEq: return Equal(in, a, b);
    case Comparison::kNe: {
      const bool equal = TRY(Equal(in, a, b));
      return !equal;
    }
    case Comparison::kIn: return Contains(in, b, a);
    case Comparison::kNotIn: {
      const bool contained = TRY(Contains(in, b, a));
      return !contained;
    }
    default: return Ordered(in, comparison, a, b, 0);
  }
}

Result<bool> Contains(Interpreter& in, const Value& container, const Value& item) {
  if (container.IsString()) {
    if (!item.IsString()) {
      std::string message = "'in <string>' requires string as left operand, not ";
      return Invalid(message.append(TypeName(item)));
    }
    TRY(in.WorkOnBytes(TextOf(container).size()));
    return FindText(TextOf(container), TextOf(item)) != std::string_view::npos;
  }
  if (container.Is(Kind::kDict)) {
    const Value* found = TRY(DictFind(in, container.As<DictObject>(), item));
    return found != nullptr;
  }
  if (container.Is(Kind::kView) && container.As<ViewObject>().part == ViewObject::Part::kKeys) {
    return Contains(in, container.As<ViewObject>().dict, item);
  }
  if (container.Is(Kind::kIterator)) {  // uses it up to the item found
    for (;;) {
      const Value next = TRY(NextOf(in, container));
      if (next.IsMissing()) return false;
      const bool equal = TRY(Equal(in, next, item));
      if (equal) return true;
    }
  }
  const Result<Value> items = Iterate(in, container);
  if (!items && items.error().code == ErrorCode::kInvalidArgument) {
    std::string message = "argument of type '";
    message += TypeName(container);
    return Invalid(message + "' is not iterable");
  }
  if (!items) return std::unexpected(items.error());
  for (const Value& candidate : ItemsOf(*items)) {
    const bool equal = TRY(Equal(in, candidate, item));
    if (equal) return true;
  }
  return false;
}

Result<int> CompareKeys(Interpreter& in, const Value& a, const Value& b, int depth) {
  TRY(CheckDepth(in, depth));
  const auto rank = [](const Value& v) {
    if (v.IsNumber()) return 1;
    if (v.IsString()) return 2;
    if (v.Is(Kind::kTuple)) return 3;
    if (v.IsUndefined()) return 4;
    return v.IsObject() ? 5 : 0;
  };
  for (const Value* v : {&a, &b}) {
    if (v->Is(Kind::kList) || v->Is(Kind::kDict) || v->Is(Kind::kView)) {
      return Invalid("unhashable type: '" + std::string(TypeName(*v)) + "'");
    }
  }
  if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
  switch (rank(a)) {
    case 1: {
      const std::partial_ordering order = CompareNumbers(a, b);
      if (order == std::partial_ordering::unordered) return ToDouble(a) == ToDouble(a) ? -1 : 1;
      return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    case 2: {
      TRY(in.WorkOnBytes(std::min(TextOf(a).size(), TextOf(b).size())));
      return TextOf(a).compare(TextOf(b));
    }
    case 3: break;
    case 5: return std::less<>()(a.object(), b.object()) ? -1 : a.object() == b.object() ? 0 : 1;
    default: return 0;
  }
  const std::vector<Value>& left = ItemsOf(a);
  const std::vector<Value>& right = ItemsOf(b);
  for (size_t i = 0; i < left.size() && i < right.size(); ++i) {
    const int order = TRY(CompareKeys(in, left[i], right[i], depth + 1));
    if (order != 0) return order;
  }
  return left.size() < right.size() ? -1 : left.size() > right.size() ? 1 : 0;
}

Result<void> CheckHashable(Interpreter& in, const Value& value) {
  const Result<int> order = CompareKeys(in, value, value);
  if (!order) return std::unexpected(order.error());
  return {};
}

// Merge sort from the bottom up: `less` may fail, and need not even be consistent.
Result<std::vector<uint32_t>> SortedOrder(Interpreter& in, size_t n, const Less& less) {
  std::vector<uint32_t> order(n);
  for (size_t i = 0; i < n; ++i) order[i] = static_cast<uint32_t>(i);
  std::vector<uint32_t> merged(n);
  for (size_t width = 1; width < n; width *= 2) {
    TRY(in.Work(n));
    for (size_t begin = 0; begin < n; begin += 2 * width) {
      const size_t middle = std::min(begin + width, n);
      const size_t end = std::min(begin + 2 * width, n);
      size_t left = begin;
      size_t right = middle;
      for (size_t out = begin; out < end; ++out) {
        bool take_right = left == middle;
        if (!take_right && right < end) take_right = TRY(less(order[right], order[left]));
        merged[out] = take_right ? order[right++] : order[left++];
      }
    }
    std::swap(order, merged);
  }
  return order;
}

}  // namespace bantam::jinja
