// The keywords about numbers, strings, arrays and objects.
#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/quote.h"
#include "grammar/schema/node_builder.h"

namespace bantam::grammar {
namespace {

// What the drafts define for strings, from 4 to 2020-12; see regex/formats.h.
constexpr std::array<std::string_view, 19> kFormats = {"date",          "date-time",
                                                       "duration",      "email",
                                                       "hostname",      "idn-email",
                                                       "idn-hostname",  "ipv4",
                                                       "ipv6",          "iri",
                                                       "iri-reference", "json-pointer",
                                                       "regex",         "relative-json-pointer",
                                                       "time",          "uri",
                                                       "uri-reference", "uri-template",
                                                       "uuid"};

}  // namespace

Result<void> NodeBuilder::Minimum(const Reader& reader) {
  node_.minimum = TRY(reader.Number());
  return {};
}

Result<void> NodeBuilder::Maximum(const Reader& reader) {
  node_.maximum = TRY(reader.Number());
  return {};
}

// A boolean in draft 4; still taken in later ones, where it can mean nothing else.
Result<void> NodeBuilder::ExclusiveMinimum(const Reader& reader) {
  if (reader.value().is_bool()) {
    minimum_is_exclusive_ = reader.value().AsBool();
  } else {
    node_.exclusive_minimum = TRY(reader.Number());
  }
  return {};
}

Result<void> NodeBuilder::ExclusiveMaximum(const Reader& reader) {
  if (reader.value().is_bool()) {
    maximum_is_exclusive_ = reader.value().AsBool();
  } else {
    node_.exclusive_maximum = TRY(reader.Number());
  }
  return {};
}

Result<void> NodeBuilder::MultipleOf(const Reader& reader) {
  node_.multiple_of = TRY(reader.Number());
  if (node_.multiple_of->is_zero() || node_.multiple_of->is_negative()) {
    return reader.Expected("a number above 0", reader.value());
  }
  return {};
}

Result<void> NodeBuilder::MinLength(const Reader& reader) {
  node_.min_length = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::MaxLength(const Reader& reader) {
  node_.max_length = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::Pattern(const Reader& reader) {
  node_.pattern = TRY(reader.String());
  return {};
}

Result<void> NodeBuilder::Format(const Reader& reader) {
  std::string name = TRY(reader.String());
  if (!options_.assert_formats && !dialect_.format_assertion) return {};
  if (std::find(kFormats.begin(), kFormats.end(), name) != kFormats.end()) {
    node_.format = std::move(name);
  } else {
    unknown_format_ =
        reader.Failure(ErrorCode::kUnsupported, "unknown format " + Quote(name) + ": not checked")
            .error();
  }
  return {};
}

Result<void> NodeBuilder::Copy(const Reader& reader) {
  node_.copy = TRY(reader.Bool());
  return {};
}

Result<void> NodeBuilder::PrefixItems(const Reader& reader) {
  node_.prefix_items = TRY(Children(reader, false));
  return {};
}

Result<void> NodeBuilder::Items(const Reader& reader) {
  if (reader.value().is_array() && schema_.Find("prefixItems") == nullptr) {
    node_.prefix_items = TRY(Children(reader, true));
  } else {
    node_.items = TRY(Child(reader, reader.value()));
  }
  return {};
}

// Says something only beside an array of items.
Result<void> NodeBuilder::AdditionalItems(const Reader& reader) {
  const Json* items = schema_.Find("items");
  if (items == nullptr || !items->is_array()) return {};
  node_.items = TRY(Child(reader, reader.value()));
  return {};
}

Result<void> NodeBuilder::Contains(const Reader& reader) {
  node_.contains = TRY(Child(reader, reader.value()));
  node_.contains_evaluates = dialect_.draft == Draft::k2020;
  return {};
}

Result<void> NodeBuilder::MinContains(const Reader& reader) {
  node_.min_contains = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::MaxContains(const Reader& reader) {
  node_.max_contains = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::MinItems(const Reader& reader) {
  node_.min_items = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::MaxItems(const Reader& reader) {
  node_.max_items = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::UniqueItems(const Reader& reader) {
  node_.unique_items = TRY(reader.Bool());
  return {};
}

Result<void> NodeBuilder::UnevaluatedItems(const Reader& reader) {
  node_.unevaluated_items = TRY(Child(reader, reader.value()));
  return {};
}

Result<void> NodeBuilder::Properties(const Reader& reader) {
  return AddNamed(reader, &node_.properties);
}

Result<void> NodeBuilder::PatternProperties(const Reader& reader) {
  return AddNamed(reader, &node_.pattern_properties);
}

Result<void> NodeBuilder::AdditionalProperties(const Reader& reader) {
  node_.additional_properties = TRY(Child(reader, reader.value()));
  return {};
}

Result<void> NodeBuilder::PropertyNames(const Reader& reader) {
  node_.property_names = TRY(Child(reader, reader.value()));
  return {};
}

Result<void> NodeBuilder::Required(const Reader& reader) {
  node_.required = TRY(reader.Strings());
  return {};
}

Result<void> NodeBuilder::MinProperties(const Reader& reader) {
  node_.min_properties = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::MaxProperties(const Reader& reader) {
  node_.max_properties = TRY(reader.Count());
  return {};
}

Result<void> NodeBuilder::DependentRequired(const Reader& reader) {
  const Json::Object& members = *TRY(reader.Object());
  for (const auto& [name, value] : members) {
    node_.dependent_required.emplace_back(name, TRY(reader.Member(name, value).Strings()));
  }
  return {};
}

Result<void> NodeBuilder::DependentSchemas(const Reader& reader) {
  return AddNamed(reader, &node_.dependent_schemas);
}

// Each member is what dependentRequired or what dependentSchemas holds today.
Result<void> NodeBuilder::Dependencies(const Reader& reader) {
  const Json::Object& members = *TRY(reader.Object());
  for (const auto& [name, value] : members) {
    if (value.is_array()) {
      node_.dependent_required.emplace_back(name, TRY(reader.Member(name, value).Strings()));
    } else {
      node_.dependent_schemas.emplace_back(name, TRY(Child(reader, value, name)));
    }
  }
  return {};
}

Result<void> NodeBuilder::UnevaluatedProperties(const Reader& reader) {
  node_.unevaluated_properties = TRY(Child(reader, reader.value()));
  return {};
}

}  // namespace bantam::grammar
