// bantam grammar: chooses between its commands.
#include <string>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/grammar_commands.h"
#include "cli/suggest.h"

namespace bantam::cli {
namespace {

constexpr const char* kHelp =
    "bantam grammar: check texts against a grammar or schema, or make up some\n\n"
    "Usage: bantam grammar check|sample [options]\n\n"
    "  check     which lines of standard input have the shape, and where others lose it\n"
    "  sample    texts of the shape, drawn at random\n\n"
    "Both decide by the very means that shape replies.\n\n"
    "Examples:\n"
    "  bantam grammar check --json-schema person.json < documents.jsonl\n"
    "  bantam grammar check --regex '[0-9]{3}-[0-9]{4}' < numbers.txt\n"
    "  bantam grammar sample --grammar list.gbnf --model model.gguf --count 5\n\n"
    "'bantam grammar check --help' explains a command.\n";

}  // namespace

Result<int> GrammarCommand(const Environment& env, std::span<const std::string> args) {
  if (args.empty()) {
    env.err.Write(kHelp);
    return 2;
  }
  const std::string& name = args[0];
  if (name == "check") return GrammarCheckCommand(env, args.subspan(1));
  if (name == "sample") return GrammarSampleCommand(env, args.subspan(1));
  if (name == "--help" || name == "-h" || name == "help") {
    env.out.Write(kHelp);
    return 0;
  }
  const std::vector<std::string> names = {"check", "sample"};
  const std::string closest = Closest(name, names);
  return Fail(ErrorCode::kInvalidArgument,
              "unknown command 'grammar " + name + "'" +
                  (closest.empty() ? "" : "; did you mean '" + closest + "'?") +
                  "\nTry 'bantam grammar --help'.");
}

Result<std::shared_ptr<const Shape>> RequireShape(const Environment& env,
                                                  const ShapeOptions& options) {
  if (options.given.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "no shape: give --json, --json-schema, --grammar, --regex, --choice or --table");
  }
  auto shape = ReadShape(env, options);
  if (shape || shape.error().code == ErrorCode::kNotFound || shape.error().code == ErrorCode::kIo) {
    return shape;
  }
  const std::optional<ShapeSpec> spec = TRY(ReadShapeSpec(options));
  bool no_text = false;
  if (spec && spec->copy_from.empty()) {
    no_text = env.backend.needs_copy_source(*spec).value_or(false);
  }
  if (!no_text) return Fail(ErrorCode::kInvalidArgument, shape.error().message);
  const bool takes_texts = options.schema_option == "--json-schema";  // bantam json does not
  return Fail(ErrorCode::kInvalidArgument,
              shape.error().message + (takes_texts ? " (--copy-from FILE gives one)"
                                                   : " ('bantam grammar check' takes one)"));
}

}  // namespace bantam::cli
