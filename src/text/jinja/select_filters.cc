// Filters that apply filters or tests to each item: map, select, reject and their attr forms.
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "text/jinja/attributes.h"
#include "text/jinja/filters.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

Result<std::string> NameOf(const Value& value, const char* what) {
  if (value.IsString()) return std::string(TextOf(value));
  return Invalid(std::string(what) + " must be named by a string");
}

Result<std::vector<Value>> MapAttribute(Interpreter& in, const Value& items,
                                        const Arguments& arguments) {
  Value path;
  Value fallback = Value::None();
  for (const auto& [name, value] : arguments.named) {
    if (name == "attribute") {
      path = value;
    } else if (name == "default") {
      fallback = value;
    } else {
      return Invalid("unexpected keyword argument '" + name + "'");
    }
  }
  std::vector<Value> mapped;
  for (const Value& item : ItemsOf(items)) {
    mapped.push_back(TRY(GetPath(in, item, path, fallback)));
  }
  return mapped;
}

Result<Value> Map(Interpreter& in, const Value& input, const Arguments& arguments) {
  return in.Iterator([input, arguments](Interpreter& later) -> Result<std::vector<Value>> {
    if (!IsTrue(input)) return std::vector<Value>();
    bool attribute = false;
    for (const auto& [name, value] : arguments.named) attribute |= name == "attribute";
    if (arguments.positional.empty() && attribute) {
      const Value items = TRY(Iterate(later, input));
      return MapAttribute(later, items, arguments);
    }
    if (arguments.positional.empty()) return Invalid("map requires a filter argument");
    const std::string name = TRY(NameOf(arguments.positional[0], "a filter"));
    Arguments rest = arguments;
    rest.positional.erase(rest.positional.begin());
    const Value items = TRY(Iterate(later, input));
    std::vector<Value> mapped;
    for (const Value& item : ItemsOf(items)) {
      mapped.push_back(TRY(later.CallFilter(name, item, rest)));
    }
    return mapped;
  });
}

// Keeps the items whose test (or truth) is kKeep; of an attribute if kOfAttribute.
template <bool kKeep, bool kOfAttribute>
Result<Value> Select(Interpreter& in, const Value& input, const Arguments& arguments) {
  return in.Iterator([input, arguments](Interpreter& later) -> Result<std::vector<Value>> {
    if (!IsTrue(input)) return std::vector<Value>();
    Arguments rest = arguments;
    const auto take = [&rest] {
      Value first = rest.positional.front();
      rest.positional.erase(rest.positional.begin());
      return first;
    };
    if (kOfAttribute && rest.positional.empty()) {
      return Invalid("missing parameter for attribute name");
    }
    const Value path = kOfAttribute ? take() : Value::None();
    std::optional<std::string> test;
    if (!rest.positional.empty()) test = TRY(NameOf(take(), "a test"));
    const Value items = TRY(Iterate(later, input));
    std::vector<Value> kept;
    for (const Value& item : ItemsOf(items)) {
      const Value value = TRY(GetPath(later, item, path));
      const bool passes = test ? TRY(later.CallTest(*test, value, rest)) : IsTrue(value);
      if (passes == kKeep) kept.push_back(item);
    }
    return kept;
  });
}

constexpr FilterEntry kFilters[] = {
    {"map", &Map},
    {"reject", &Select<false, false>},
    {"rejectattr", &Select<false, true>},
    {"select", &Select<true, false>},
    {"selectattr", &Select<true, true>},
};

}  // namespace

std::span<const FilterEntry> SelectFilters() {
  return kFilters;
}

}  // namespace bantam::jinja
