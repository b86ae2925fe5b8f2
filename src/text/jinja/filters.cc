// The table of all filters.
#include "text/jinja/filters.h"

namespace bantam::jinja {

const FilterEntry* FindFilter(std::string_view name) {
  for (const auto filters : {TextFilters(), HtmlFilters(), WrapFilters(), NumberFilters(),
                             SequenceFilters(), OrderFilters(), SelectFilters()}) {
    for (const FilterEntry& entry : filters) {
      if (entry.name == name) return &entry;
    }
  }
  return nullptr;
}

}  // namespace bantam::jinja
