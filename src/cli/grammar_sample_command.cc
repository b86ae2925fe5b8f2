// bantam grammar sample: texts of a shape, each token drawn uniformly from those that are legal.
#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "base/random.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/grammar_commands.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

struct SampleOptions {
  ShapeOptions shape;
  std::string model_path;
  int count = 1;
  int max_tokens = 256;
  uint64_t seed = 0;
};

void Declare(ArgParser& parser, SampleOptions& options) {
  parser.AddSection("The shape (one of them)");
  AddShapeOptions(parser, options.shape);
  AddCopyFromOption(parser, options.shape);
  parser.AddSection("The texts");
  parser.AddOption("--model", "FILE", "GGUF file whose tokens they are made of",
                   StoreString(options.model_path));
  parser.AddOption("--count", "N", "how many (1)", StoreInt(options.count, 0));
  parser.AddOption("--max-tokens,-n", "N", "most tokens of each, an end token included (256)",
                   StoreInt(options.max_tokens, 1));
  parser.AddOption("--seed,-s", "N", "same seed, same texts (0)",
                   [&options](std::string_view value) -> Result<void> {
                     options.seed = TRY(ParseUint64(value));
                     return {};
                   });
  parser.AddExample(
      "bantam grammar sample --json-schema person.json --model model.gguf --count 10");
  parser.AddExample("bantam grammar sample --regex '[a-z]+@[a-z]+\\.(com|org)' --model model.gguf");
}

// The token of the mask that has `rank` others before it.
TokenId TokenAt(std::span<const uint64_t> mask, uint64_t rank) {
  for (size_t word = 0; word < mask.size(); ++word) {
    const auto here = static_cast<uint64_t>(std::popcount(mask[word]));
    if (rank >= here) {
      rank -= here;
      continue;
    }
    uint64_t bits = mask[word];
    while (rank-- > 0) bits &= bits - 1;
    return static_cast<TokenId>(word * 64 + static_cast<size_t>(std::countr_zero(bits)));
  }
  return -1;
}

Result<std::string> Draw(ShapeWriter& writer, const SampleOptions& options, uint32_t number) {
  int n_tokens = 0;
  while (!writer.Finished() && n_tokens < options.max_tokens) {
    const std::span<const uint64_t> allowed = writer.Allowed();
    const std::vector<uint64_t> mask(allowed.begin(), allowed.end());  // Accept may change it
    uint64_t n_legal = 0;
    for (const uint64_t word : mask) n_legal += static_cast<uint64_t>(std::popcount(word));
    const double uniform = UniformDraw(options.seed, number, static_cast<uint64_t>(n_tokens));
    const auto rank = static_cast<uint64_t>(uniform * static_cast<double>(n_legal));
    // A legal token may be refused where a vocabulary lacks bytes: then the next one.
    uint64_t tried = 0;
    while (tried < n_legal && !writer.Accept(TokenAt(mask, (rank + tried) % n_legal))) ++tried;
    if (tried == n_legal) {
      return Fail(ErrorCode::kInternal,
                  "no token of the mask is accepted after " + JsonQuote(writer.text()));
    }
    ++n_tokens;
  }
  return "{\"text\":" + JsonQuote(writer.text()) + ",\"tokens\":" + std::to_string(n_tokens) +
         ",\"finished\":" + (writer.Finished() ? "true" : "false") +
         ",\"shortened\":" + (writer.Shortened() ? "true" : "false") + "}\n";
}

}  // namespace

Result<int> GrammarSampleCommand(const Environment& env, std::span<const std::string> args) {
  SampleOptions options;
  ArgParser parser("grammar sample", "texts of a shape, drawn uniformly from the legal tokens");
  Declare(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (options.model_path.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "no vocabulary: give --model FILE");
  }
  const auto shape = TRY(RequireShape(env, options.shape));
  const auto model = TRY(LoadVocabulary(env, options.model_path));
  for (int i = 0; i < options.count && env.out.ok(); ++i) {
    const auto writer = TRY(env.backend.start_writer(shape, model, options.max_tokens));
    env.out.Write(TRY(Draw(*writer, options, static_cast<uint32_t>(i))));
  }
  return 0;
}

}  // namespace bantam::cli
