// From a specification to the grammar room's matchers.
#include "engine/compiled_shape.h"

#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "grammar/choice_matcher.h"
#include "grammar/gbnf/gbnf.h"
#include "grammar/markdown_table.h"
#include "grammar/regex_matcher.h"
#include "grammar/schema/json_schema.h"

namespace bantam {
namespace {

using grammar::Matcher;
using Kind = ShapeSpec::Kind;

// A compiled grammar of any kind; they all have NewMatcher().
template <typename Grammar>
class GrammarShape final : public CompiledShape {
 public:
  GrammarShape(Kind kind, std::shared_ptr<const Grammar> grammar)
      : kind_(kind),
        grammar_(std::move(grammar)),
        shortest_bytes_(grammar_->NewMatcher()->FinishBytes()) {}

  Kind kind() const override { return kind_; }
  uint32_t shortest_bytes() const override { return shortest_bytes_; }
  std::unique_ptr<Matcher> NewMatcher() const override { return grammar_->NewMatcher(); }
  std::unique_ptr<Matcher> NewReader() const override {
    if constexpr (requires { grammar_->NewReader(); }) return grammar_->NewReader();
    return NewMatcher();
  }
  const grammar::JsonSchema* schema() const override {
    if constexpr (std::is_same_v<Grammar, grammar::JsonSchema>) return grammar_.get();
    return nullptr;
  }
  std::span<const std::string> notes() const override {
    if constexpr (requires { grammar_->notes(); }) return grammar_->notes();
    return {};
  }
  std::vector<CopiedSpan> Copied(std::string_view text) const override {
    std::vector<CopiedSpan> spans;
    if constexpr (requires { grammar_->CopiedStrings(text); }) {
      for (grammar::CopiedString& one : grammar_->CopiedStrings(text)) {
        spans.push_back({.pointer = std::move(one.pointer),
                         .name = one.name,
                         .byte = static_cast<int64_t>(one.begin),
                         .bytes = static_cast<int64_t>(one.end - one.begin),
                         .text = static_cast<int>(one.source.text),
                         .source_byte = static_cast<int64_t>(one.source.offset),
                         .source_bytes = static_cast<int64_t>(one.source_bytes)});
      }
    }
    return spans;
  }

 private:
  Kind kind_;
  std::shared_ptr<const Grammar> grammar_;
  uint32_t shortest_bytes_;
};

template <typename Grammar>
Result<std::shared_ptr<const Shape>> Wrap(Kind kind,
                                          Result<std::shared_ptr<const Grammar>> grammar) {
  if (!grammar) return std::unexpected(std::move(grammar).error());
  return std::make_shared<GrammarShape<Grammar>>(kind, *std::move(grammar));
}

// Without the byte order mark that some editors put first.
std::string_view Unmarked(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

Result<grammar::SchemaOptions> OptionsOf(const ShapeSpec& spec) {
  grammar::SchemaOptions options;
  options.assert_formats = spec.assert_formats;
  options.plain_numbers = spec.plain_numbers;
  options.listed_members = spec.listed_members;
  options.copy_from = spec.copy_from;
  for (const auto& [uri, text] : spec.registry) {
    auto document = Json::Parse(Unmarked(text));
    if (!document) {
      return Fail(ErrorCode::kInvalidArgument,
                  "the registry's " + uri + " is no JSON: " + document.error().message);
    }
    options.registry.emplace(uri, *std::move(document));
  }
  return options;
}

Result<Json> SchemaOf(const ShapeSpec& spec) {
  const bool any = spec.kind == Kind::kJson;
  auto document = Json::Parse(any ? R"({"type":"object"})" : Unmarked(spec.text));
  if (document) return document;
  return Fail(ErrorCode::kInvalidArgument, "the schema is no JSON: " + document.error().message);
}

Result<std::shared_ptr<const Shape>> CompileSchema(const ShapeSpec& spec) {
  const Json document = TRY(SchemaOf(spec));
  const grammar::SchemaOptions options = TRY(OptionsOf(spec));
  return Wrap(spec.kind, grammar::JsonSchema::Compile(document, options));
}

}  // namespace

Result<std::shared_ptr<const Shape>> CompileShape(const ShapeSpec& spec) {
  switch (spec.kind) {
    case Kind::kJson:
    case Kind::kJsonSchema: return CompileSchema(spec);
    case Kind::kGrammar: return Wrap(spec.kind, grammar::CompileGbnf(Unmarked(spec.text)));
    case Kind::kRegex: return Wrap(spec.kind, grammar::CompileRegex(spec.text));
    case Kind::kChoice: return Wrap(spec.kind, grammar::CompileChoice(spec.items));
    case Kind::kTable:
      return Wrap(spec.kind, grammar::CompileMarkdownTable({.columns = spec.items}));
  }
  return Fail(ErrorCode::kInvalidArgument, "there is no such kind of shape");
}

Result<bool> ShapeNeedsCopySource(const ShapeSpec& spec) {
  if (spec.kind != Kind::kJsonSchema) return false;
  const Json document = TRY(SchemaOf(spec));
  const grammar::SchemaOptions options = TRY(OptionsOf(spec));
  return grammar::JsonSchema::Copies(document, options);
}

}  // namespace bantam
