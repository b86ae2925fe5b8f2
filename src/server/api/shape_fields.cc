// Every spelling of a shape.
#include "server/api/shape_fields.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam::server {
namespace {

using Kind = ShapeSpec::Kind;

// A schema given as an object, as true or false, or as text.
Result<AskedShape> AskedSchema(const std::string& name, const Json& schema) {
  ShapeSpec spec{.kind = Kind::kJsonSchema};
  if (schema.is_string()) {
    spec.text = schema.AsString();
  } else if (schema.is_object() || schema.is_bool()) {
    spec.text = schema.Dump();
  } else {
    return BadField(name, "must be a JSON Schema, not " + Shown(schema));
  }
  return AskedShape{name, std::move(spec)};
}

Result<AskedShape> AskedText(const std::string& name, const Json& text, Kind kind) {
  if (!text.is_string()) return BadField(name, "must be a string, not " + Shown(text));
  return AskedShape{name, {.kind = kind, .text = text.AsString()}};
}

Result<AskedShape> AskedChoice(const std::string& name, const Json& list) {
  ShapeSpec spec{.kind = Kind::kChoice};
  if (!list.is_array() || list.items().empty()) {
    return BadField(name, "must be an array of strings, not " + Shown(list));
  }
  for (const Json& item : list.items()) {
    if (!item.is_string()) return BadField(name, "must be an array of strings");
    spec.items.push_back(item.AsString());
  }
  return AskedShape{name, std::move(spec)};
}

// The member `name`, which says what shape `kind` is for.
Result<std::optional<AskedShape>> ReadOne(const Fields& fields, std::string_view name, Kind kind) {
  const Json* value = fields.Get(name);
  if (value == nullptr) return std::nullopt;
  const std::string full = fields.Name(name);
  switch (kind) {
    case Kind::kJsonSchema: return TRY(AskedSchema(full, *value));
    case Kind::kChoice: return TRY(AskedChoice(full, *value));
    case Kind::kJson:
      if (!TRY(fields.Bool(name)).value_or(false)) return std::nullopt;
      return AskedShape{full, {}};
    default:
      // An empty grammar is llama-server's way to say: none.
      if (kind == Kind::kGrammar && value->is_string() && value->AsString().empty()) {
        return std::nullopt;
      }
      return TRY(AskedText(full, *value, kind));
  }
}

struct Spelling {
  const char* name;
  Kind kind;
};

constexpr Spelling kSpellings[] = {
    {"guided_json", Kind::kJsonSchema}, {"guided_regex", Kind::kRegex},
    {"guided_choice", Kind::kChoice},   {"guided_grammar", Kind::kGrammar},
    {"json_schema", Kind::kJsonSchema}, {"grammar", Kind::kGrammar},
};

constexpr Spelling kStructured[] = {
    {"json", Kind::kJsonSchema}, {"regex", Kind::kRegex},      {"choice", Kind::kChoice},
    {"grammar", Kind::kGrammar}, {"json_object", Kind::kJson},
};

// What vLLM's clients may send beside them; it changes nothing here.
constexpr const char* kStructuredDetails[] = {"disable_fallback", "disable_any_whitespace",
                                              "disable_additional_properties",
                                              "whitespace_pattern"};

// A member that is not understood may be a shape that is misspelt.
Result<void> CheckStructured(const Fields& fields, const Json& structured) {
  constexpr const char* kExpected =
      " no shape: expected json, regex, choice, grammar or json_object";
  bool any = false;
  for (const auto& [name, value] : structured.members()) {
    if (value.is_null()) continue;
    const auto is = [&](const char* known) { return name == known; };
    const bool shape = std::ranges::any_of(kStructured, is, &Spelling::name);
    if (!shape && std::ranges::none_of(kStructuredDetails, is)) {
      return fields.Bad(name, std::string("is") + kExpected);
    }
    any = any || shape;
  }
  if (any) return {};
  return BadField("structured_outputs", std::string("holds") + kExpected);
}

}  // namespace

Result<std::optional<AskedShape>> ReadResponseFormat(const Fields& fields,
                                                     const std::string& name) {
  const Json* format = TRY(fields.Object(name));
  if (format == nullptr) return std::nullopt;
  const Fields inner(*format, fields.Name(name + "."));
  const std::string type = TRY(inner.Text("type")).value_or("");
  if (type == "text") return std::nullopt;
  if (type == "json_object") {
    // llama-server takes a schema here.
    if (const Json* schema = inner.Get("schema")) {
      return TRY(AskedSchema(inner.Name("schema"), *schema));
    }
    return AskedShape{fields.Name(name), {}};
  }
  if (type == "json_schema") {
    const Json* holder = TRY(inner.Object("json_schema"));
    const Json* schema = holder == nullptr ? inner.Get("schema") : holder->Find("schema");
    if (schema == nullptr) return inner.Bad("json_schema", "has no \"schema\"");
    return TRY(AskedSchema(inner.Name("json_schema.schema"), *schema));
  }
  if (type == "regex" || type == "grammar") {
    const char* holder = type == "regex" ? "pattern" : "grammar";
    const Json* text = inner.Get(holder);
    if (text == nullptr) {
      return inner.Bad("type", "is \"" + type + "\", but there is no \"" + holder + "\"");
    }
    return TRY(
        AskedText(inner.Name(holder), *text, type == "regex" ? Kind::kRegex : Kind::kGrammar));
  }
  return inner.Bad("type",
                   "must be \"text\", \"json_object\" or \"json_schema\"" +
                       (type.empty() ? std::string() : ", not " + Shown(*inner.Get("type"))));
}

Result<std::optional<AskedShape>> ReadShapeFields(const Fields& fields) {
  std::optional<AskedShape> found = TRY(ReadResponseFormat(fields, "response_format"));
  const auto take = [&](const Fields& from, const Spelling& spelling) -> Result<void> {
    std::optional<AskedShape> shape = TRY(ReadOne(from, spelling.name, spelling.kind));
    if (!shape) return {};
    if (found) return from.Bad(spelling.name, "and " + found->field + " exclude each other");
    found = std::move(shape);
    return {};
  };
  for (const Spelling& spelling : kSpellings) TRY(take(fields, spelling));
  if (const Json* structured = TRY(fields.Object("structured_outputs"))) {
    const Fields inner(*structured, fields.Name("structured_outputs."));
    TRY(CheckStructured(inner, *structured));
    for (const Spelling& spelling : kStructured) TRY(take(inner, spelling));
  }
  return found;
}

Result<std::optional<AskedShape>> ReadFormat(const Fields& fields) {
  const Json* format = fields.Get("format");
  if (format == nullptr) return std::nullopt;
  if (format->is_string()) {
    if (format->AsString().empty()) return std::nullopt;
    if (format->AsString() == "json") return AskedShape{"format", {}};
    return fields.Bad("format", "must be \"json\" or a JSON Schema, not " + Shown(*format));
  }
  if (!format->is_object()) {
    return fields.Bad("format", "must be \"json\" or a JSON Schema, not " + Shown(*format));
  }
  return TRY(AskedSchema("format", *format));
}

bool IsJson(const std::optional<AskedShape>& shape) {
  return shape && (shape->spec.kind == Kind::kJson || shape->spec.kind == Kind::kJsonSchema);
}

bool CopiesText(const ShapeSpec& spec) {
  return spec.kind == Kind::kJsonSchema && Shape::NeedsCopySource(spec).value_or(false);
}

Result<std::shared_ptr<const Shape>> CompileShape(ShapeCache& cache, AskedShape shape,
                                                  const std::vector<std::string>& texts) {
  if (CopiesText(shape.spec)) shape.spec.copy_from = texts;
  auto compiled = cache.Get(shape.spec);
  if (compiled || compiled.error().code == ErrorCode::kInternal) return compiled;
  return BadField(shape.field,
                  "the shape of the reply cannot be used: " + compiled.error().message);
}

}  // namespace bantam::server
