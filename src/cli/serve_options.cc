// Options of the server.
#include "cli/serve_options.h"

#include <cmath>
#include <limits>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/parse_double.h"
#include "cli/parameters.h"
#include "cli/values.h"
#include "server/ollama/options.h"

namespace bantam::cli {
namespace {

ArgParser::Setter StoreSeconds(double& target) {
  return [&target](std::string_view value) -> Result<void> {
    const auto seconds = server::ParseDuration(value);
    if (!seconds) {
      return Fail(ErrorCode::kInvalidArgument,
                  "expected a duration (90, 5m, 1h30m), got '" + std::string(value) + "'");
    }
    target = *seconds;
    return {};
  };
}

// As above, for times where a negative one would mean nothing.
ArgParser::Setter StoreSpan(double& target) {
  return [&target](std::string_view value) -> Result<void> {
    double seconds = 0;
    TRY(StoreSeconds(seconds)(value));
    if (seconds < 0) {
      return Fail(ErrorCode::kInvalidArgument,
                  "must be at least 0, got '" + std::string(value) + "'");
    }
    target = seconds;
    return {};
  };
}

ArgParser::Setter StoreModel(std::string& target) {
  return [&target](std::string_view value) -> Result<void> {
    if (!target.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "the model is given twice, as '" + target +
                                                   "' and as '" + std::string(value) + "'");
    }
    target = value;
    return {};
  };
}

// "60/min", "5/s", "1000/h", "10/30s"; a number alone is by the minute.
Result<server::RateLimitOptions> ParseRateLimit(std::string_view text) {
  const size_t slash = std::min(text.find('/'), text.size());
  server::RateLimitOptions limit;
  limit.requests = TRY(ParseInt(text.substr(0, slash), 1, 1'000'000));
  if (slash == text.size()) return limit;
  const std::string_view unit = text.substr(slash + 1);
  if (unit == "min" || unit == "m") return limit;
  const bool bare = unit == "s" || unit == "h";
  const auto seconds = server::ParseDuration((bare ? "1" : "") + std::string(unit));
  if (!seconds || !(*seconds > 0)) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected requests and a time (60/min, 5/s), got '" + std::string(text) + "'");
  }
  limit.seconds = *seconds;
  return limit;
}

void DeclareNetwork(ArgParser& parser, ServeOptions& options) {
  parser.AddSection("The network");
  parser.AddOption("--host", "ADDRESS",
                   "an address of this machine, localhost, or * for all (127.0.0.1)",
                   StoreString(options.http.host));
  parser.AddOption("--port,-p", "N", "0: a free one (11434)",
                   [&options](std::string_view value) -> Result<void> {
                     const int port = TRY(ParseInt(value, 0, 65535));
                     options.http.port = static_cast<uint16_t>(port);
                     return {};
                   });
  parser.AddOption("--api-key", "KEY",
                   "what clients must send as bearer token; also BANTAM_API_KEY\n(repeatable)",
                   [&options](std::string_view value) -> Result<void> {
                     if (value.empty()) {
                       return Fail(ErrorCode::kInvalidArgument,
                                   "an empty key is none: everybody would have it");
                     }
                     options.service.api_keys.emplace_back(value);
                     return {};
                   });
  parser.AddOption("--tls-cert,--ssl-certfile", "FILE", "PEM file: serve HTTPS",
                   StoreString(options.http.tls_certificate));
  parser.AddOption("--tls-key,--ssl-keyfile", "FILE", "its key", StoreString(options.http.tls_key));
  parser.AddOption("--allowed-host", "NAME",
                   "a name the server is known under (repeatable; * for any). Without\n"
                   "keys these, localhost and, with --host, addresses and names of\n"
                   "private networks (bantam, pi.local) are all",
                   AppendString(options.service.guard.hosts));
  parser.AddOption("--cors-origin,--allowed-origins", "ORIGIN",
                   "pages that may use the server: https://app.example,\n"
                   "http://localhost:* (repeatable; * for all)",
                   [&options](std::string_view value) -> Result<void> {
                     TRY(server::OriginGuard::CheckPattern(value));
                     options.service.guard.origins.emplace_back(value);
                     return {};
                   });
  parser.AddFlag("--no-request-log", "no line for each request on stderr",
                 [&options] { options.log_requests = false; });
}

void DeclareLimits(ArgParser& parser, ServeOptions& options) {
  parser.AddSection("Limits");
  parser.AddOption("--parallel,--max-num-seqs", "N", "sequences that run at once (8)",
                   StoreInt(options.parallel, 1));
  parser.AddOption("--queue", "N", "requests that may wait; more are answered 503 (64)",
                   StoreInt(options.host.max_queue, 1));
  parser.AddOption("--rate-limit", "N[/TIME]",
                   "requests of a key, or of an address without keys: 60/min, 5/s;\n"
                   "more are answered 429 (any)",
                   [&options](std::string_view value) -> Result<void> {
                     options.service.rate_limit = TRY(ParseRateLimit(value));
                     return {};
                   });
  parser.AddOption("--queue-timeout", "TIME", "longest wait in the queue; 0: any (2m)",
                   StoreSpan(options.service.deadlines.queue_s));
  parser.AddOption("--first-token-timeout", "TIME", "longest wait for a first token; 0: any (30m)",
                   StoreSpan(options.service.deadlines.first_token_s));
  parser.AddOption("--timeout", "TIME",
                   "longest time of a request's replies, which end there; 0: any (0)",
                   StoreSpan(options.service.deadlines.total_s));
  parser.AddOption("--keep-alive", "TIME",
                   "how long a model stays after its last use; -1: for ever\n"
                   "(5m; for ever if MODEL is given)",
                   [&options](std::string_view value) -> Result<void> {
                     options.given_keep_alive = true;
                     return StoreSeconds(options.host.keep_alive_s)(value);
                   });
  parser.AddOption("--max-models", "N", "models in memory at once (3)",
                   StoreInt(options.host.max_models, 1));
  AddMemoryBudgetOption(parser, options.setup.memory_budget);
}

void DeclareCache(ArgParser& parser, ServeOptions& options) {
  parser.AddSection("Replies that were given before (docs/cache.md)");
  parser.AddOption("--cache", "FILE", "keep replies there, and give them again",
                   [&options](std::string_view value) -> Result<void> {
                     if (value.empty()) {
                       return Fail(ErrorCode::kInvalidArgument, "expected a file, got nothing");
                     }
                     options.cache_path = value;
                     return {};
                   });
  parser.AddFlag("--cache-sampled", "also those without temperature 0 or a seed",
                 [&options] { options.service.cache.sampled = true; });
  parser.AddFlag("--cache-normalize",
                 "match questions whatever their case, width, punctuation,\n"
                 "white space and politeness",
                 [&options] { options.cache.normalize = true; });
  parser.AddFlag("--cache-similar", "and those that mean the same, judged by their words",
                 [&options] { options.cache.normalize = options.cache.lexical = true; });
  parser.AddOption("--cache-encoder", "MODEL", "and by this encoder",
                   StoreString(options.cache_encoder));
  parser.AddOption("--cache-ttl", "TIME", "replies older than this are not given; 0: for ever (0)",
                   [&options](std::string_view value) -> Result<void> {
                     double seconds = 0;
                     TRY(StoreSpan(seconds)(value));
                     options.cache.ttl_s = static_cast<int64_t>(seconds);
                     return {};
                   });
  parser.AddOption("--cache-size", "BYTES", "of replies and questions (256MiB)",
                   [&options](std::string_view value) -> Result<void> {
                     options.cache.max_bytes = TRY(ParseMemorySize(value)).bytes;
                     return {};
                   });
}

}  // namespace

void DeclareServe(ArgParser& parser, ServeOptions& options) {
  parser.AddPositional("MODEL",
                       "name or path of a model: loaded at once, and meant where\n"
                       "requests name none; others come from the store",
                       false, StoreModel(options.setup.model_path));
  parser.AddOption("--model,-m", "MODEL", "the same", StoreModel(options.setup.model_path));
  parser.AddOption("--served-model-name,--alias", "NAME",
                   "what MODEL is called in requests (repeatable)", AppendString(options.names));
  parser.AddOption("--encoder", "MODEL",
                   "a model that makes embeddings, beside MODEL: loaded on demand, and\n"
                   "the one for requests that name none (repeatable)",
                   AppendString(options.encoders));
  AddGenerationConfigOption(parser, options.suggested);
  parser.AddOption("--reply-language", "CODE",
                   "language of chats' replies (zh, en, …) where requests do not say\n"
                   "(any)",
                   [&options](std::string_view value) -> Result<void> {
                     options.service.reply_language = TRY(ParseLanguage(value));
                     return {};
                   });
  DeclareNetwork(parser, options);
  DeclareLimits(parser, options);
  DeclareCache(parser, options);
  parser.AddSection("The machine");
  parser.AddOption("--ctx,--ctx-size,--max-model-len,-c", "N",
                   "tokens a conversation can have; 0: the model's, at most 32,768 (0)",
                   StoreInt(options.setup.engine.context, 0));
  parser.AddOption("--kv-tokens", "N",
                   "tokens whose keys and values are kept, of all together;\n"
                   "0: the context, at least 32,768 (0)",
                   StoreInt(options.kv_tokens, 0));
  AddEngineOptions(parser, options.setup,
                   "; GGUF files\nkeep their own types (float32 is refused)");
  parser.AddOption("--prefix-cache", "on|off", "reuse what other requests have read (on)",
                   [&options](std::string_view value) -> Result<void> {
                     options.setup.engine.prefix_cache = TRY(ParseOnOff(value));
                     return {};
                   });
  parser.AddOption("--prefix-dir", "DIR",
                   "keep keys and values of system messages and tools there, so that\n"
                   "they are not computed again after a restart",
                   StoreString(options.setup.engine.prefix_dir));
  parser.AddExample("bantam serve qwen2.5:0.5b");
  parser.AddExample("bantam serve model.gguf --served-model-name gpt-4o-mini --port 8000");
  parser.AddExample("bantam serve --model model.gguf --max-model-len 4096 --api-key secret");
}

}  // namespace bantam::cli
