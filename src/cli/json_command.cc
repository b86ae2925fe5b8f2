// bantam json: is a text valid JSON, what was meant if not, and the end of one that was cut off.
#include <algorithm>
#include <string>
#include <vector>

#include "bantam/json_repair.h"
#include "base/check.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/input.h"

namespace bantam::cli {
namespace {

// Lines and columns (in characters, from 1) of offsets that do not go back.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}

  void MoveTo(size_t offset) {
    for (const size_t end = std::min(offset, text_.size()); at_ < end; ++at_) {
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
  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t column_ = 1;
};

struct Options {
  std::string action;
  std::string path = "-";
  bool json = false;
  bool quiet = false;
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
  json.Set(key, Json::String(edit.what));
  return json;
}

Json DescribeAll(std::string_view text, const std::vector<JsonEdit>& edits) {
  Places places(text);
  Json list = Json::MakeArray();
  for (const JsonEdit& edit : edits) list.Append(Describe(places, edit, "what"));
  return list;
}

// "line 3, column 7 (byte 41): added a missing ','"
std::string Sentence(Places& places, const JsonEdit& edit) {
  places.MoveTo(edit.offset);
  return "line " + std::to_string(places.line()) + ", column " + std::to_string(places.column()) +
         " (byte " + std::to_string(edit.offset) + "): " + edit.what + "\n";
}

void WriteSentences(Output& out, std::string_view text, const std::vector<JsonEdit>& edits) {
  Places places(text);
  for (const JsonEdit& edit : edits) out.WriteUntrusted("  " + Sentence(places, edit));
}

int Check(const Environment& env, const Options& options, const std::string& text) {
  const JsonCheck check = CheckJson(text);
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

}  // namespace

Result<int> JsonCommand(const Environment& env, std::span<const std::string> args) {
  Options options;
  ArgParser parser("json", "check, repair or complete JSON");
  parser.AddPositional("ACTION",
                       "check: valid, or where not\n"
                       "repair: write what was meant\n"
                       "complete: finish a text that was cut off",
                       true, StoreString(options.action));
  parser.AddPositional("FILE", "default, and -: standard input", false, StoreString(options.path));
  parser.AddFlag("--json", "one JSON object, with all places", [&] { options.json = true; });
  parser.AddFlag("--quiet,-q", "do not say what was changed", [&] { options.quiet = true; });
  parser.AddExample("bantam json check data.json");
  parser.AddExample("bantam json repair < reply.txt > reply.json");
  parser.AddExample("echo \"{name: 'Ada', tags: [1, 2,]\" | bantam json repair");
  parser.AddExample("echo '{\"a\": [1, 2' | bantam json complete --json");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const std::string& action = options.action;
  if (action != "check" && action != "repair" && action != "complete") {
    return Fail(ErrorCode::kInvalidArgument, "expected check, repair or complete, got '" + action +
                                                 "'\nTry 'bantam json --help'.");
  }
  const std::string text = TRY(ReadTextFileOr(env.in, options.path));
  if (action == "check") return Check(env, options, text);
  const auto repair = action == "repair" ? RepairJson(text) : CompleteJson(text);
  if (!repair) {
    const std::string name = options.path == "-" ? "standard input" : "'" + options.path + "'";
    return Fail(repair.error().code, name + ": " + repair.error().message);
  }
  WriteRepair(env, options, text, *repair);
  return 0;
}

}  // namespace bantam::cli
