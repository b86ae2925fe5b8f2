// bantam cache: the file of a response cache, or through the server that has it.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/quote.h"
#include "cli/commands.h"
#include "cli/format_text.h"
#include "cli/input.h"
#include "cli/suggest.h"
#include "cli/values.h"
#include "store/cache/faq_file.h"
#include "store/cache/remote_cache.h"
#include "store/cache/response_cache.h"

namespace bantam::cli {
namespace {

constexpr const char* kHelp =
    "bantam cache: the file of a response cache\n\n"
    "Usage: bantam cache import|stats|clear|export --cache FILE [options]\n\n"
    "  import    add the questions and answers of an FAQ file\n"
    "  stats     what is in it\n"
    "  clear     remove replies, or the FAQ\n"
    "  export    everything, as JSON Lines\n\n"
    "Where a server has the file, it is asked; --server URL asks one without the file.\n\n"
    "Examples:\n"
    "  bantam cache import faq.jsonl --cache answers.db\n"
    "  bantam cache stats --cache answers.db\n"
    "  bantam cache export --cache answers.db --faq > faq.jsonl\n"
    "  bantam cache stats --server http://127.0.0.1:11434\n\n"
    "'bantam cache import --help' explains a command.\n";

// Which cache a command is about.
struct Place {
  std::string path;
  std::string server;
  std::string key;
  bool make = false;
};

Result<std::unique_ptr<store::CacheContents>> AskServer(const Environment& env,
                                                        const std::string& server,
                                                        const Place& place) {
  const std::string key =
      place.key.empty() ? env.variable("BANTAM_API_KEY").value_or("") : place.key;
  return TRY(store::RemoteCache::Open(server, key, env.variable));
}

Result<std::unique_ptr<store::CacheContents>> OpenCache(const Environment& env,
                                                        const Place& place) {
  if (!place.server.empty()) {
    if (place.path.empty()) return AskServer(env, place.server, place);
    return Fail(ErrorCode::kInvalidArgument, "--cache and --server: give one of them");
  }
  if (place.path.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "which cache? give --cache FILE or --server URL");
  }
  store::CacheOptions options;
  options.make = place.make;
  auto cache = store::ResponseCache::Open(place.path, options);
  if (!cache && cache.error().code == ErrorCode::kResourceExhausted) {
    const std::string holder = store::ResponseCache::HolderOf(place.path);
    if (store::RemoteCache::IsHere(holder)) return AskServer(env, holder, place);
    if (!holder.empty()) {
      // Whoever may write to the directory of the file could have put it there.
      return Fail(ErrorCode::kResourceExhausted,
                  "'" + place.path + "' is in use by another process. Its lock file names " +
                      Quote(holder) +
                      ", which is no server of this machine: to ask one elsewhere, give --server "
                      "URL instead of --cache");
    }
  }
  if (!cache) return std::unexpected(cache.error());
  if (!(*cache)->note().empty()) env.err.WriteUntrusted("bantam: " + (*cache)->note() + "\n");
  return *std::move(cache);
}

void AddPlace(ArgParser& parser, Place& place) {
  parser.AddOption("--cache", "FILE", "the file of the cache", StoreString(place.path));
  parser.AddOption("--server", "URL", "a server that runs, as in http://127.0.0.1:11434",
                   StoreString(place.server));
  parser.AddOption("--api-key", "KEY", "a key of the server; also BANTAM_API_KEY",
                   StoreString(place.key));
}

Result<int> Import(const Environment& env, std::span<const std::string> args) {
  std::string file;
  Place place;
  place.make = true;
  std::string tenant;
  bool replace = false;
  ArgParser parser("cache import", "add the questions and answers of an FAQ file");
  parser.AddPositional("FAQ.jsonl",
                       "lines {\"question\": …, \"answer\": …, \"also\": [rewordings]}; - reads\n"
                       "standard input",
                       true, StoreString(file));
  AddPlace(parser, place);
  parser.AddOption("--tenant", "NAME", "whose requests they answer (everybody's)",
                   StoreString(tenant));
  parser.AddFlag("--replace", "remove the answers that were imported before",
                 [&replace] { replace = true; });
  parser.AddExample("bantam cache import faq.jsonl --cache answers.db");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const std::string text = TRY(ReadTextFileOr(env.in, file));
  const std::vector<store::FaqItem> items =
      TRY(store::ReadFaq(text, file == "-" ? "standard input" : file));
  const auto cache = TRY(OpenCache(env, place));
  TRY(cache->ImportFaq(items, tenant, replace));
  size_t n_questions = 0;
  for (const store::FaqItem& item : items) n_questions += item.questions.size();
  env.err.WriteUntrusted("bantam: " + FormatCount(items.size()) + " answer(s) to " +
                         FormatCount(n_questions) + " question(s) are in " +
                         (place.path.empty() ? place.server : "'" + place.path + "'") + "\n");
  return 0;
}

Result<int> Stats(const Environment& env, std::span<const std::string> args) {
  Place place;
  bool as_json = false;
  ArgParser parser("cache stats", "what is in a response cache");
  AddPlace(parser, place);
  parser.AddFlag("--json", "for programs", [&as_json] { as_json = true; });
  parser.AddExample("bantam cache stats --cache answers.db");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const auto cache = TRY(OpenCache(env, place));
  const store::CacheStats stats = TRY(cache->Stats());
  if (as_json) {
    env.out.Write(store::StatsJson(stats).Dump(2) + "\n");
    return 0;
  }
  const auto count = [](int64_t number) { return FormatCount(static_cast<uint64_t>(number)); };
  const auto size = [](int64_t bytes) { return FormatBytes(static_cast<uint64_t>(bytes)); };
  env.out.Write("replies        " + count(stats.replies) + "\n" +        //
                "FAQ answers    " + count(stats.faq_answers) + " to " +  //
                count(stats.faq_questions) + " questions\n" +            //
                "tenants        " + count(stats.tenants) + "\n" +        //
                "with vectors   " + count(stats.with_vectors) + "\n" +   //
                "hits           " + count(stats.hits_ever) + "\n" +      //
                "content        " + size(stats.bytes) + "\n" +           //
                "file           " + size(stats.file_bytes) + "\n");
  return 0;
}

Result<int> Clear(const Environment& env, std::span<const std::string> args) {
  Place place;
  std::string tenant;
  bool with_tenant = false;
  bool all = false;
  store::ClearRequest request;
  ArgParser parser("cache clear", "remove replies, or the FAQ, from a response cache");
  AddPlace(parser, place);
  parser.AddFlag("--faq", "the FAQ's answers, not the replies", [&request] {
    request.faq = true;
    request.replies = false;
  });
  parser.AddFlag("--all", "both", [&all] { all = true; });
  parser.AddOption("--tenant", "NAME", "one tenant's alone",
                   [&](std::string_view value) -> Result<void> {
                     tenant = value;
                     with_tenant = true;
                     return {};
                   });
  int days = 0;
  parser.AddOption("--older-than", "DAYS", "replies older than this alone", StoreInt(days, 1));
  parser.AddExample("bantam cache clear --cache answers.db --older-than 30");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (all) request.faq = request.replies = true;
  if (with_tenant) request.tenant = tenant;
  request.older_than_s = int64_t{days} * 24 * 3600;
  const auto cache = TRY(OpenCache(env, place));
  const int64_t removed = TRY(cache->Clear(request));
  env.err.Write("bantam: removed " + FormatCount(static_cast<uint64_t>(removed)) + "\n");
  return 0;
}

Result<int> Export(const Environment& env, std::span<const std::string> args) {
  Place place;
  bool faq = false;
  ArgParser parser("cache export", "write a response cache as JSON Lines");
  AddPlace(parser, place);
  parser.AddFlag("--faq", "the FAQ alone, as 'bantam cache import' reads it",
                 [&faq] { faq = true; });
  parser.AddExample("bantam cache export --cache answers.db > answers.jsonl");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const auto cache = TRY(OpenCache(env, place));
  TRY(cache->Export([&](const Json& json) -> Result<void> {
    if (!faq) {
      env.out.WriteUntrusted(json.Dump() + "\n");
    } else if (json.Find("kind")->AsString() == "faq") {
      store::FaqItem item;
      item.questions.push_back(json.Find("question")->AsString());
      if (const Json* also = json.Find("also")) {
        for (const Json& question : also->items()) item.questions.push_back(question.AsString());
      }
      item.answer = json.Find("answer")->AsString();
      env.out.WriteUntrusted(store::FaqLine(item));
    }
    if (env.out.ok()) return {};
    return Fail(ErrorCode::kIo, "cannot write to standard output");
  }));
  return 0;
}

}  // namespace

Result<int> CacheCommand(const Environment& env, std::span<const std::string> args) {
  constexpr CommandEntry kParts[] = {
      {"import", "", Import}, {"stats", "", Stats}, {"clear", "", Clear}, {"export", "", Export}};
  if (args.empty()) {
    env.err.Write(kHelp);
    return 2;
  }
  const std::string& name = args[0];
  if (name == "--help" || name == "-h" || name == "help") {
    env.out.Write(kHelp);
    return 0;
  }
  std::vector<std::string> names;
  for (const CommandEntry& part : kParts) {
    if (name == part.name) return part.run(env, args.subspan(1));
    names.emplace_back(part.name);
  }
  const std::string closest = Closest(name, names);
  return Fail(ErrorCode::kInvalidArgument,
              "unknown command 'cache " + name + "'" +
                  (closest.empty() ? "" : "; did you mean '" + closest + "'?") +
                  "\nTry 'bantam cache --help'.");
}

}  // namespace bantam::cli
