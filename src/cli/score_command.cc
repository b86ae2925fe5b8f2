// bantam score: log-probabilities of a given text, one JSON line per position.
#include <bit>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/sha256.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/input.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

static_assert(std::endian::native == std::endian::little, "logits are written as they lie");

struct ScoreOptions {
  EngineSetup setup;
  std::string tokens_path;
  std::string text_path;
  std::string logits_path;
  int top = 20;
  int from = 0;
  bool hash = false;
  bool quiet = false;
};

void Declare(ArgParser& parser, ScoreOptions& options) {
  AddModelArgument(parser, options.setup.model_path);
  parser.AddOption("--tokens", "FILE", "token ids, as `bantam tokenize` writes them; - is stdin",
                   StoreString(options.tokens_path));
  parser.AddOption("--text", "FILE", "a text instead; - is stdin", StoreString(options.text_path));
  parser.AddOption("--top", "N", "likeliest tokens to list after each position (20)",
                   StoreInt(options.top, 0));
  parser.AddOption("--from", "N", "first position to report (0)", StoreInt(options.from, 0));
  parser.AddFlag("--summary", "the last line only", [&] { options.quiet = true; });
  parser.AddFlag("--logits-sha256",
                 "add to the summary the SHA-256 over the float32 logits of all\n"
                 "reported positions",
                 [&] { options.hash = true; });
  parser.AddOption("--logits", "FILE",
                   "write those logits: float32, little-endian, [n][vocabulary]",
                   StoreString(options.logits_path));
  parser.AddSection("The machine");
  AddContextOption(parser, options.setup.engine.context);
  AddEngineOptions(parser, options.setup);
  parser.AddOption("--prompt-chunk", "N", "tokens per step (512)",
                   StoreInt(options.setup.engine.prompt_chunk, 1));
  parser.AddExample("bantam score model.gguf --text novel.txt --summary");
  parser.AddExample("bantam score model.gguf --tokens tokens.json --top 5 --precision exact");
}

// Writes what the engine reports.
class ScoreWriter {
 public:
  ScoreWriter(const Environment& env, const ScoreOptions& options, int total,
              std::optional<AtomicFile>& logits)
      : env_(env),
        options_(options),
        total_(total),
        logits_(logits),
        bar_(env.err, "Scoring", "tokens") {}

  bool Take(const ScoredPosition& position) {
    ++reported_;
    if (position.logprob) {
      sum_ += *position.logprob;
      ++scored_;
    }
    const auto bytes = std::as_bytes(position.logits);
    if (options_.hash) {
      sha_.Update({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    }
    if (logits_) {
      auto written = logits_->Write({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      if (!written) {
        error_ = std::move(written).error();
        return false;
      }
    }
    if (!options_.quiet) WriteLine(position);
    bar_.Update(position.pos + 1, total_);
    return env_.out.ok() && !Interrupted();
  }

  const std::optional<Error>& error() const { return error_; }

  std::string Summary() {
    const double mean = scored_ > 0 ? sum_ / scored_ : NAN;
    std::string out = "{\"tokens\":" + std::to_string(total_) +
                      ",\"reported\":" + std::to_string(reported_) +
                      ",\"perplexity\":" + FormatDouble(std::exp(-mean)) +
                      ",\"mean_logprob\":" + FormatDouble(mean) + ",\"precision\":\"" +
                      PrecisionName(options_.setup.precision) + "\"";
    if (options_.hash) out += ",\"logits_sha256\":\"" + HexText(sha_.Finish()) + "\"";
    return out + "}\n";
  }

 private:
  void WriteLine(const ScoredPosition& position) {
    line_ = "{\"pos\":" + std::to_string(position.pos) +
            ",\"token\":" + std::to_string(position.token) +
            ",\"logprob\":" + (position.logprob ? FormatDouble(*position.logprob) : "null") +
            ",\"top\":[";
    bool first = true;
    for (const auto& [id, logprob] : position.top) {
      if (!std::exchange(first, false)) line_ += ',';
      line_ += '[' + std::to_string(id) + ',' + FormatFloat(logprob) + ']';
    }
    line_ += "]}\n";
    env_.out.Write(line_);
  }

  const Environment& env_;
  const ScoreOptions& options_;
  int total_;
  std::optional<AtomicFile>& logits_;
  ProgressBar bar_;
  Sha256 sha_;
  std::string line_;
  std::optional<Error> error_;
  int reported_ = 0;
  int scored_ = 0;
  double sum_ = 0;
};

Result<std::vector<TokenId>> ReadTokens(const Environment& env, const ScoreOptions& options,
                                        const Model& model) {
  const bool from_ids = !options.tokens_path.empty();
  const std::string& path = from_ids ? options.tokens_path : options.text_path;
  const std::string text = TRY(ReadTextFileOr(env.in, path));
  if (!from_ids) {
    TRY(RequireTokenizer(model));
    return model.Tokenize(text, {});
  }
  auto ids = ParseTokenIds(text);
  if (!ids) return Fail(ids.error().code, "'" + path + "': " + ids.error().message);
  for (size_t i = 0; i < ids->size(); ++i) {
    if ((*ids)[i] >= model.info().vocabulary_size) {
      return Fail(ErrorCode::kInvalidArgument, "'" + path + "': item " + std::to_string(i) +
                                                   " is token " + std::to_string((*ids)[i]) +
                                                   ", but the vocabulary has " +
                                                   std::to_string(model.info().vocabulary_size));
    }
  }
  return ids;
}

// A text may be as long as the model was made for; an explicit --ctx says otherwise.
Result<int> ContextFor(size_t tokens, const ScoreOptions& options, const ModelInfo& info) {
  const int given = options.setup.engine.context;
  const int most = given > 0 ? given : info.context_length;
  if (tokens > static_cast<size_t>(most)) {
    return Fail(ErrorCode::kTooLong, "the text has " + FormatCount(tokens) +
                                         " tokens, but the context holds " +
                                         FormatCount(static_cast<uint64_t>(most)));
  }
  return given > 0 ? given : static_cast<int>(tokens);
}

}  // namespace

Result<int> ScoreCommand(const Environment& env, std::span<const std::string> args) {
  ScoreOptions options;
  options.setup.engine.prefix_cache = false;
  ArgParser parser("score", "log-probabilities of a text, token by token");
  Declare(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (options.tokens_path.empty() == options.text_path.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "give either --tokens FILE or --text FILE\nTry 'bantam score --help'.");
  }
  const auto model = TRY(LoadModel(env, options.setup));
  const std::vector<TokenId> tokens = TRY(ReadTokens(env, options, *model));
  if (tokens.empty()) return Fail(ErrorCode::kInvalidArgument, "there are no tokens to score");
  options.setup.engine.context = TRY(ContextFor(tokens.size(), options, model->info()));
  const auto engine = TRY(env.backend.create_engine(model, options.setup.engine));
  std::optional<AtomicFile> logits;
  if (!options.logits_path.empty()) logits.emplace(TRY(AtomicFile::Create(options.logits_path)));
  InstallInterruptHandler();
  ScoreWriter writer(env, options, static_cast<int>(tokens.size()), logits);
  const auto scored = engine->Score(tokens, options.top, options.from,
                                    [&](const ScoredPosition& p) { return writer.Take(p); });
  if (writer.error()) return std::unexpected(*writer.error());
  TRY(scored);
  if (!env.out.ok()) return 1;  // reported by the caller
  if (Interrupted()) return Fail(ErrorCode::kCancelled, "interrupted");
  if (logits) TRY(logits->Commit());
  env.out.Write(writer.Summary());
  return 0;
}

}  // namespace bantam::cli
