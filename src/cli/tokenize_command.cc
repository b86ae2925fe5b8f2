// bantam tokenize: text to token ids.
#include <string>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/input.h"
#include "cli/utf8.h"

namespace bantam::cli {
namespace {

// A token's bytes as a JSON string if they are text, else in hexadecimal.
std::string Piece(std::string_view bytes) {
  if (IsValidUtf8(bytes)) return JsonQuote(bytes);
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
  }
  return out;
}

std::string JoinIds(const std::vector<TokenId>& ids, const char* separator) {
  std::string out;
  for (const TokenId id : ids) out += (out.empty() ? "" : separator) + std::to_string(id);
  return out;
}

}  // namespace

Result<int> TokenizeCommand(const Environment& env, std::span<const std::string> args) {
  std::string path;
  std::vector<std::string> words;
  bool as_json = false;
  bool pieces = false;
  TokenizeOptions options;
  ArgParser parser("tokenize", "text to token ids");
  AddModelArgument(parser, path);
  parser.AddRepeatedPositional("TEXT", "the text; - or nothing: standard input, exactly as it is",
                               AppendString(words));
  parser.AddFlag("--json", "the ids as a JSON array", [&] { as_json = true; });
  parser.AddFlag("--pieces", "a line per token: id and text", [&] { pieces = true; });
  parser.AddFlag("--no-special",
                 "no token before or after the text, and \"<|im_end|>\" in it\n"
                 "is its characters (both of the following)",
                 [&] { options = {.add_special = false, .parse_special = false}; });
  parser.AddFlag("--no-bos", "no token before or after the text",
                 [&] { options.add_special = false; });
  parser.AddFlag("--no-parse-special", "special tokens in the text are their characters",
                 [&] { options.parse_special = false; });
  parser.AddExample("bantam tokenize model.gguf \"Hello, world\" --pieces");
  parser.AddExample("bantam tokenize model.gguf --json < text.txt > tokens.json");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const auto model = TRY(LoadVocabulary(env, path));
  TRY(RequireTokenizer(*model));
  std::string text;
  if (words.empty() || (words.size() == 1 && words[0] == "-")) {
    text = TRY(env.in.ReadAll());
  } else {
    for (size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : " ") + words[i];
  }
  const std::vector<TokenId> ids = model->Tokenize(text, options);
  if (pieces) {
    for (const TokenId id : ids) {
      env.out.WriteUntrusted(PadLeft(std::to_string(id), 7) + "  " + Piece(model->TokenBytes(id)) +
                             "\n");
    }
  } else if (as_json) {
    env.out.Write("[" + JoinIds(ids, ",") + "]\n");
  } else {
    env.out.Write(JoinIds(ids, " ") + "\n");
  }
  return 0;
}

}  // namespace bantam::cli
