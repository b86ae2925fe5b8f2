// bantam embed: one vector a text.
#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/interrupt.h"
#include "cli/model_store.h"
#include "cli/progress_bar.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

static_assert(std::endian::native == std::endian::little, "vectors are written as they lie");

struct EmbedSettings {
  std::string model;
  std::vector<std::string> texts;
  EncoderOptions load;
  EmbedOptions embed;
  int batch = 256;
  bool raw = false;
};

Result<Pooling> ParsePooling(std::string_view text) {
  if (text == "model") return Pooling::kModel;
  if (text == "mean") return Pooling::kMean;
  if (text == "cls") return Pooling::kCls;
  return Fail(ErrorCode::kInvalidArgument,
              "expected model, mean or cls, found '" + std::string(text) + "'");
}

Result<bool> ParseFormat(std::string_view text) {
  if (text == "raw") return true;
  if (text == "json") return false;
  return Fail(ErrorCode::kInvalidArgument,
              "expected json or raw, found '" + std::string(text) + "'");
}

void Declare(ArgParser& parser, EmbedSettings& settings) {
  AddModelArgument(parser, settings.model);
  parser.AddRepeatedPositional("TEXT", "one vector each; - or nothing: the lines of standard input",
                               AppendString(settings.texts));
  parser.AddOption("--format", "json|raw",
                   "json: a line for each text; raw: float32, little-endian,\n"
                   "[texts][dimensions] (json)",
                   [&settings](std::string_view value) -> Result<void> {
                     settings.raw = TRY(ParseFormat(value));
                     return {};
                   });
  parser.AddOption("--pooling", "model|mean|cls",
                   "how one vector comes of the tokens' vectors (model: as its files\n"
                   "say, else the mean)",
                   [&settings](std::string_view value) -> Result<void> {
                     settings.embed.pooling = TRY(ParsePooling(value));
                     return {};
                   });
  parser.AddFlag("--no-normalize", "vectors as the model gives them, not of length 1",
                 [&] { settings.embed.normalize = false; });
  parser.AddOption("--max-tokens", "N",
                   "of each text; what is longer loses its end; 0: as the model's\n"
                   "files say (0)",
                   StoreInt(settings.embed.max_tokens, 0));
  parser.AddOption("--batch", "N", "texts to read before vectors are written (256)",
                   StoreInt(settings.batch, 1));
  parser.AddSection("The machine");
  parser.AddOption("--threads,-t", "N", "threads to compute with; 0: what the machine has (0)",
                   StoreInt(settings.load.threads, 0));
  parser.AddOption("--precision", "exact|fast", "exact: float32 throughout, slower (fast)",
                   [&settings](std::string_view value) -> Result<void> {
                     settings.load.precision = TRY(ParsePrecision(value));
                     return {};
                   });
  parser.AddOption("--dtype", "TYPE",
                   "of a Hugging Face folder's weights: auto (as stored), half or\n"
                   "float16, bfloat16, float32 (auto)",
                   [&settings](std::string_view value) -> Result<void> {
                     settings.load.dtype = TRY(ParseFloatType(value));
                     return {};
                   });
  parser.AddExample("bantam embed all-minilm-l6-v2/ \"How do I reset my password?\"");
  parser.AddExample("bantam embed bge-small-en.gguf --format raw < lines.txt > vectors.f32");
}

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Writes what one call gave.
class VectorWriter {
 public:
  VectorWriter(const Environment& env, bool raw) : env_(env), raw_(raw) {}

  void Write(const Embeddings& embeddings) {
    for (size_t i = 0; i < embeddings.tokens.size(); ++i, ++index_) {
      const std::span<const float> vector = embeddings.of(i);
      if (raw_) {
        env_.out.Write({reinterpret_cast<const char*>(vector.data()), vector.size_bytes()});
      } else {
        WriteLine(vector, embeddings.tokens[i], embeddings.left_out[i]);
      }
      if (embeddings.left_out[i] > 0) Complain(embeddings.tokens[i], embeddings.left_out[i]);
    }
  }

  // Long lists are not complained about one by one.
  void Finish() {
    if (shortened_ <= kMostNotes) return;
    env_.err.Write("bantam: " + FormatCount(shortened_) + " texts in all were too long\n");
  }

 private:
  static constexpr uint64_t kMostNotes = 5;

  void WriteLine(std::span<const float> vector, int tokens, int64_t left_out) {
    line_ = "{\"index\":" + std::to_string(index_) + ",\"tokens\":" + std::to_string(tokens) +
            ",\"left_out\":" + std::to_string(left_out) + ",\"embedding\":[";
    for (size_t d = 0; d < vector.size(); ++d)
      line_ += (d == 0 ? "" : ",") + FormatFloat(vector[d]);
    line_ += "]}\n";
    env_.out.Write(line_);
  }

  void Complain(int tokens, int64_t left_out) {
    if (++shortened_ > kMostNotes) return;
    env_.err.Write("bantam: text " + std::to_string(index_) + " is too long: its first " +
                   FormatCount(static_cast<uint64_t>(tokens)) + " tokens were read, " +
                   FormatCount(static_cast<uint64_t>(left_out)) + " left out\n");
  }

  const Environment& env_;
  bool raw_;
  size_t index_ = 0;
  uint64_t shortened_ = 0;
  std::string line_;
};

Result<void> EmbedAll(const Environment& env, const EmbedSettings& settings,
                      const std::vector<std::string>& texts, Encoder& encoder) {
  ProgressBar bar(env.err, "Embedding", "texts");
  VectorWriter writer(env, settings.raw);
  const auto batch = static_cast<size_t>(settings.batch);
  for (size_t first = 0; first < texts.size(); first += batch) {
    const size_t end = std::min(first + batch, texts.size());
    const std::vector<std::string_view> views(texts.begin() + static_cast<int64_t>(first),
                                              texts.begin() + static_cast<int64_t>(end));
    const Embeddings embeddings = TRY(encoder.Embed(views, settings.embed));
    bar.Clear();
    writer.Write(embeddings);
    if (!env.out.ok()) return {};
    if (Interrupted()) return Fail(ErrorCode::kCancelled, "stopped");
    bar.Update(static_cast<double>(end), static_cast<double>(texts.size()));
  }
  bar.Clear();
  writer.Finish();
  return {};
}

}  // namespace

Result<int> EmbedCommand(const Environment& env, std::span<const std::string> args) {
  EmbedSettings settings;
  ArgParser parser("embed", "texts to vectors, with an encoder");
  Declare(parser, settings);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const std::string path = TRY(ResolveModel(env, settings.model));
  const std::shared_ptr<Encoder> encoder = TRY(env.backend.load_encoder(path, settings.load));
  std::vector<std::string>& texts = settings.texts;
  if (texts.empty() || (texts.size() == 1 && texts[0] == "-")) {
    texts = LinesOf(TRY(env.in.ReadAll()));
  }
  TRY(EmbedAll(env, settings, texts, *encoder));
  return 0;
}

}  // namespace bantam::cli
