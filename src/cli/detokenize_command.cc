// bantam detokenize: token ids to text.
#include <string>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/input.h"
#include "cli/values.h"

namespace bantam::cli {

Result<int> DetokenizeCommand(const Environment& env, std::span<const std::string> args) {
  std::string path;
  std::vector<std::string> words;
  bool keep_special = true;
  ArgParser parser("detokenize", "token ids to text");
  AddModelArgument(parser, path);
  parser.AddRepeatedPositional("IDS",
                               "ids with spaces or commas between, or a JSON array;\n"
                               "- or nothing: standard input",
                               AppendString(words));
  parser.AddFlag("--no-special", "leave control tokens out", [&] { keep_special = false; });
  parser.AddExample("bantam detokenize model.gguf 9707 11 1879");
  parser.AddExample("bantam tokenize model.gguf \"Hello\" | bantam detokenize model.gguf");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const auto model = TRY(LoadVocabulary(env, path));
  std::string text;
  if (words.empty() || (words.size() == 1 && words[0] == "-")) {
    text = TRY(env.in.ReadAll());
  } else {
    for (const std::string& word : words) text += word + " ";
  }
  const std::vector<TokenId> ids = TRY(ParseTokenIds(text));
  const std::string decoded = TRY(model->Detokenize(ids, keep_special));
  env.out.WriteUntrusted(decoded);
  // The exact bytes for programs; a line of its own for people.
  if (env.out.is_terminal() && !decoded.ends_with('\n')) env.out.Write("\n");
  return 0;
}

}  // namespace bantam::cli
