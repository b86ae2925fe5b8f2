// The filters of templates: jinja2's own and transformers' tojson.
#pragma once

#include <span>
#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

struct FilterEntry {
  const char* name;
  Result<Value> (*function)(Interpreter&, const Value& input, const CallArguments& arguments);
};

// nullptr if there is none.
const FilterEntry* FindFilter(std::string_view name);

// The filters by file.
std::span<const FilterEntry> TextFilters();      // text_filters.cc
std::span<const FilterEntry> HtmlFilters();      // html_filters.cc
std::span<const FilterEntry> WrapFilters();      // wrap_filters.cc
std::span<const FilterEntry> NumberFilters();    // number_filters.cc
std::span<const FilterEntry> SequenceFilters();  // sequence_filters.cc
std::span<const FilterEntry> OrderFilters();     // order_filters.cc
std::span<const FilterEntry> SelectFilters();    // select_filters.cc

}  // namespace bantam::jinja
