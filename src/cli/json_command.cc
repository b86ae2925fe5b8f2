// bantam json: is a text valid JSON, what was meant if not, and the end of one that was cut off.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bantam/json_repair.h"
#include "base/check.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/grammar_commands.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

// Lines and columns (in characters, from 1) of offsets that do not go back, in UTF-8 or UTF-16.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {
    const std::string_view first = text.substr(0, 2);
    wide_ = first == "\xFF\xFE" || first == "\xFE\xFF" || first.find('\0') != first.npos;
    big_ = wide_ && (first[0] == '\xFE' || first[0] == '\0');
  }

  void MoveTo(size_t offset) {
    const size_t end = std::min(offset, text_.size());
    for (; wide_ && at_ + 1 < end; at_ += 2) MoveWide();
    for (; !wide_ && at_ < end; ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((static_cast<unsigned char>(text_[at_]) & 0xC0) != 0x80) {
        ++column_;
      }
    }
  }
  size_t line() const { return line_; }
  size_t column() const { return column_; }

 private:
  void MoveWide() {
    const auto high = static_cast<unsigned char>(text_[at_ + (big_ ? 0 : 1)]);
    const char low = text_[at_ + (big_ ? 1 : 0)];
    if (high == 0 && low == '\n') {
      ++line_;
      column_ = 1;
    } else if (high < 0xDC || high > 0xDF) {  // not the second half of a character
      ++column_;
    }
  }

  std::string_view text_;
  bool wide_ = false;
  bool big_ = false;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t column_ = 1;
};

struct Options {
  std::string action;
  std::string path = "-";
  bool json = false;
  bool quiet = false;
  bool fill = true;
  ShapeOptions shape;
};

std::vector<JsonEdit> InOrder(std::vector<JsonEdit> edits) {
  std::sort(edits.begin(), edits.end(),
            [](const JsonEdit& a, const JsonEdit& b) { return a.offset < b.offset; });
  return edits;
}

// The place, and what is there under `key`.
Json Describe(Places& places, const JsonEdit& edit, const char* key) {
  places.MoveTo(edit.offset);
  Json json = Json::MakeObject();
  json.Set("offset", Json::Int(static_cast<int64_t>(edit.offset)));
  json.Set("line", Json::Int(static_cast<int64_t>(places.line())));
  json.Set("column", Json::Int(static_cast<int64_t>(places.column())));
  const bool by_schema = !edit.pointer.empty() || !edit.was.empty() || !edit.is.empty();
  if (by_schema) json.Set("pointer", Json::String(edit.pointer));
  json.Set(key, Json::String(edit.what));
  if (!edit.was.empty()) json.Set("was", Json::String(edit.was));
  if (!edit.is.empty()) json.Set("is", Json::String(edit.is));
  return json;
}

Json DescribeAll(std::string_view text, const std::vector<JsonEdit>& edits) {
  Places places(text);
  Json list = Json::MakeArray();
  for (const JsonEdit& edit : edits) list.Append(Describe(places, edit, "what"));
  return list;
}

// "line 3, column 7 (byte 41): added a missing ','"; "…: /age: changed "36" to 36"
std::string Sentence(Places& places, const JsonEdit& edit) {
  places.MoveTo(edit.offset);
  return "line " + std::to_string(places.line()) + ", column " + std::to_string(places.column()) +
         " (byte " + std::to_string(edit.offset) +
         "): " + (edit.pointer.empty() ? "" : edit.pointer + ": ") + edit.what + "\n";
}

void WriteSentences(Output& out, std::string_view text, const std::vector<JsonEdit>& edits) {
  Places places(text);
  for (const JsonEdit& edit : edits) out.WriteUntrusted("  " + Sentence(places, edit));
}

int WriteCheck(const Environment& env, const Options& options, const std::string& text,
               const JsonCheck& check) {
  const std::vector<JsonEdit> notes = InOrder(check.notes);
  if (options.json) {
    Json json = Json::MakeObject();
    json.Set("valid", Json::Bool(check.valid));
    Places places(text);
    if (!check.valid) json.Set("error", Describe(places, check.error, "what"));
    if (!notes.empty()) json.Set("notes", DescribeAll(text, notes));
    env.out.Write(json.Dump() + "\n");
    return check.valid ? 0 : 1;
  }
  Places places(text);
  if (check.valid) {
    env.out.Write("valid\n");
  } else {
    env.out.WriteUntrusted("not valid: " + Sentence(places, check.error));
  }
  if (!options.quiet) WriteSentences(env.err, text, notes);
  return check.valid ? 0 : 1;
}

void WriteRepair(const Environment& env, const Options& options, const std::string& text,
                 const JsonRepair& repair) {
  if (options.json) {
    Json json = Json::MakeObject();
    json.Set("output", Json::String(repair.text));
    json.Set("edit_count", Json::Int(static_cast<int64_t>(repair.edit_count)));
    json.Set("edits", DescribeAll(text, repair.edits));
    env.out.Write(json.Dump() + "\n");
    return;
  }
  env.out.WriteUntrusted(repair.text);
  if (env.out.is_terminal() && !repair.text.ends_with('\n')) env.out.Write("\n");
  if (options.quiet || repair.edit_count == 0) return;
  env.out.Flush();
  env.err.Write(std::to_string(repair.edit_count) +
                (repair.edit_count == 1 ? " change:\n" : " changes:\n"));
  WriteSentences(env.err, text, repair.edits);
  if (repair.edit_count > repair.edits.size()) env.err.Write("  …\n");
}

void Declare(ArgParser& parser, Options& options) {
  parser.AddPositional("ACTION",
                       "check: valid, or where not\n"
                       "repair: write what was meant\n"
                       "complete: finish a text that was cut off",
                       true, StoreString(options.action));
  parser.AddPositional("FILE", "default, and -: standard input", false, StoreString(options.path));
  parser.AddFlag("--json", "one JSON object, with all places", [&] { options.json = true; });
  parser.AddFlag("--quiet,-q", "do not say what was changed", [&] { options.quiet = true; });
  parser.AddSection("Towards a schema");
  AddSchemaOptions(parser, options.shape);
  parser.AddFlag("--no-fill", "repair: what is required and missing is an error",
                 [&] { options.fill = false; });
  parser.AddExample("bantam json check data.json");
  parser.AddExample("bantam json repair < reply.txt > reply.json");
  parser.AddExample("echo \"{name: 'Ada', tags: [1, 2,]\" | bantam json repair");
  parser.AddExample("echo '{\"a\": [1, 2' | bantam json complete --json");
  parser.AddExample("bantam json repair --schema person.json reply.txt");
}

// Each with the schema, if there is one.
Result<JsonCheck> Check(const std::string& text, const Shape* schema) {
  if (schema == nullptr) return CheckJson(text);
  return CheckJson(text, *schema);
}

Result<JsonRepair> Repair(const Options& options, const std::string& text, const Shape* schema) {
  if (options.action == "complete") {
    return schema == nullptr ? CompleteJson(text) : CompleteJson(text, *schema);
  }
  return schema == nullptr ? RepairJson(text) : RepairJson(text, *schema, {.fill = options.fill});
}

}  // namespace

Result<int> JsonCommand(const Environment& env, std::span<const std::string> args) {
  Options options;
  ArgParser parser("json", "check, repair or complete JSON");
  Declare(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const std::string& action = options.action;
  if (action != "check" && action != "repair" && action != "complete") {
    return Fail(ErrorCode::kInvalidArgument, "expected check, repair or complete, got '" + action +
                                                 "'\nTry 'bantam json --help'.");
  }
  const bool has_schema = !options.shape.given.empty();
  if (!options.fill && (action != "repair" || !has_schema)) {
    return Fail(ErrorCode::kInvalidArgument, "--no-fill goes with repair --schema FILE");
  }
  std::shared_ptr<const Shape> schema;
  if (has_schema) {
    schema = TRY(RequireShape(env, options.shape));
  } else {
    TRY(ReadShapeSpec(options.shape));  // refuses what goes with a schema only
  }
  const std::string text = TRY(ReadTextFileOr(env.in, options.path));
  if (action == "check") {
    return WriteCheck(env, options, text, TRY(Check(text, schema.get())));
  }
  const auto repair = Repair(options, text, schema.get());
  if (!repair) {
    const std::string name = options.path == "-" ? "standard input" : "'" + options.path + "'";
    return Fail(repair.error().code, name + ": " + repair.error().message);
  }
  WriteRepair(env, options, text, *repair);
  return 0;
}

}  // namespace bantam::cli
