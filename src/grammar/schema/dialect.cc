// Dialects from `$schema`: the drafts by name, others by the $vocabulary of their metaschema.
#include "grammar/schema/dialect.h"

#include <array>

#include "base/quote.h"
#include "grammar/schema/registry.h"

namespace bantam::grammar {
namespace {

constexpr int kMaxMetaschemas = 16;  // metaschemas of metaschemas

struct DraftName {
  std::string_view name;
  Draft draft;
};
// Draft 5 changed no keyword of draft 4.
constexpr std::array<DraftName, 6> kDraftNames = {{
    {"json-schema.org/draft-04/schema", Draft::k4},
    {"json-schema.org/draft-05/schema", Draft::k4},
    {"json-schema.org/draft-06/schema", Draft::k6},
    {"json-schema.org/draft-07/schema", Draft::k7},
    {"json-schema.org/draft/2019-09/schema", Draft::k2019},
    {"json-schema.org/draft/2020-12/schema", Draft::k2020},
}};

// The name of a vocabulary of the draft: "validation"; nothing if it is none.
std::optional<std::string_view> VocabularyName(std::string_view uri, Draft draft) {
  const std::string_view prefix = draft == Draft::k2019
                                      ? "https://json-schema.org/draft/2019-09/vocab/"
                                      : "https://json-schema.org/draft/2020-12/vocab/";
  if (!uri.starts_with(prefix)) return std::nullopt;
  uri.remove_prefix(prefix.size());
  for (const std::string_view name : {"core", "applicator", "validation", "meta-data", "content"}) {
    if (uri == name) return uri;
  }
  if (draft == Draft::k2019 && uri == "format") return uri;
  if (draft == Draft::k2020 &&
      (uri == "unevaluated" || uri == "format-annotation" || uri == "format-assertion")) {
    return uri;
  }
  return std::nullopt;
}

Result<Dialect> DialectOfVocabulary(const Json& vocabulary, Draft draft, std::string_view uri) {
  Dialect dialect;
  dialect.draft = draft;
  dialect.applicator = dialect.unevaluated = dialect.validation = false;
  for (const auto& [name, value] : vocabulary.members()) {
    const bool required = value.is_bool() && value.AsBool();
    const std::optional<std::string_view> known = VocabularyName(name, draft);
    if (!known) {
      if (!required) continue;
      return Fail(ErrorCode::kUnsupported, "the metaschema " + Quote(uri) +
                                               " requires the unknown vocabulary " + Quote(name));
    }
    if (*known == "applicator") dialect.applicator = true;
    if (*known == "validation") dialect.validation = true;
    if (*known == "unevaluated" || (*known == "applicator" && draft == Draft::k2019)) {
      dialect.unevaluated = true;
    }
    if (*known == "format-assertion" || (*known == "format" && required)) {
      dialect.format_assertion = true;
    }
  }
  return dialect;
}

}  // namespace

std::optional<Draft> DraftOfUri(std::string_view uri) {
  while (uri.ends_with('#') || uri.ends_with('/')) uri.remove_suffix(1);
  if (uri.starts_with("http://")) {
    uri.remove_prefix(7);
  } else if (uri.starts_with("https://")) {
    uri.remove_prefix(8);
  } else {
    return std::nullopt;
  }
  // What hyper-schema adds are links, which are annotations.
  std::string name(uri);
  constexpr std::string_view kHyper = "/hyper-schema";
  if (uri.ends_with(kHyper)) name.replace(name.size() - kHyper.size() + 1, 6, "");
  for (const DraftName& known : kDraftNames) {
    if (name == known.name) return known.draft;
  }
  return std::nullopt;
}

// The draft is found by following $schema from metaschema to metaschema; the vocabularies are
// those of the first.
Result<Dialect> DialectOfUri(std::string_view uri,
                             const std::map<std::string, Json, std::less<>>& registry) {
  if (const std::optional<Draft> draft = DraftOfUri(uri)) return Dialect{.draft = *draft};
  const Json* vocabulary = nullptr;
  std::string_view next = uri;
  for (int i = 0; i < kMaxMetaschemas; ++i) {
    const Json* metaschema = FindInRegistry(registry, next);
    if (metaschema == nullptr) {
      return Fail(ErrorCode::kUnsupported, "the metaschema " + Quote(next) +
                                               " is neither a known draft nor in the registry");
    }
    if (i == 0) vocabulary = metaschema->Find("$vocabulary");
    const Json* schema = metaschema->Find("$schema");
    if (schema == nullptr || !schema->is_string()) break;
    next = schema->AsString();
    if (const std::optional<Draft> draft = DraftOfUri(next)) {
      const bool has_vocabularies = *draft >= Draft::k2019;
      if (has_vocabularies && vocabulary != nullptr && vocabulary->is_object()) {
        return DialectOfVocabulary(*vocabulary, *draft, uri);
      }
      return Dialect{.draft = *draft};
    }
  }
  return Fail(ErrorCode::kUnsupported,
              "the metaschema " + Quote(uri) + " leads to no known draft by $schema");
}

}  // namespace bantam::grammar
