// bantam cache: the file of a response cache, while no server has it.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/format_text.h"
#include "cli/input.h"
#include "cli/suggest.h"
#include "cli/values.h"
#include "store/cache/faq_file.h"
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
    "A server that runs has the file to itself: stop it first.\n\n"
    "Examples:\n"
    "  bantam cache import faq.jsonl --cache answers.db\n"
    "  bantam cache stats --cache answers.db\n"
    "  bantam cache export --cache answers.db --faq > faq.jsonl\n\n"
    "'bantam cache import --help' explains a command.\n";

Result<std::unique_ptr<store::ResponseCache>> OpenCache(const Environment& env,
                                                        const std::string& path,
                                                        bool make = false) {
  if (path.empty()) return Fail(ErrorCode::kInvalidArgument, "which cache? give --cache FILE");
  store::CacheOptions options;
  options.make = make;
  auto cache = TRY(store::ResponseCache::Open(path, options));
  if (!cache->note().empty()) env.err.WriteUntrusted("bantam: " + cache->note() + "\n");
  return cache;
}

void AddPath(ArgParser& parser, std::string& path) {
  parser.AddOption("--cache", "FILE", "the file of the cache", StoreString(path));
}

Result<int> Import(const Environment& env, std::span<const std::string> args) {
  std::string file;
  std::string path;
  std::string tenant;
  bool replace = false;
  ArgParser parser("cache import", "add the questions and answers of an FAQ file");
  parser.AddPositional("FAQ.jsonl",
                       "lines {\"question\": …, \"answer\": …, \"also\": [rewordings]}; - reads\n"
                       "standard input",
                       true, StoreString(file));
  AddPath(parser, path);
  parser.AddOption("--tenant", "NAME", "whose requests they answer (everybody's)",
                   StoreString(tenant));
  parser.AddFlag("--replace", "remove the answers that were imported before",
                 [&replace] { replace = true; });
  parser.AddExample("bantam cache import faq.jsonl --cache answers.db");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const std::string text = TRY(ReadTextFileOr(env.in, file));
  const std::vector<store::FaqItem> items =
      TRY(store::ReadFaq(text, file == "-" ? "standard input" : file));
  const auto cache = TRY(OpenCache(env, path, true));
  TRY(cache->ImportFaq(items, tenant, replace));
  size_t n_questions = 0;
  for (const store::FaqItem& item : items) n_questions += item.questions.size();
  env.err.WriteUntrusted("bantam: " + FormatCount(items.size()) + " answer(s) to " +
                         FormatCount(n_questions) + " question(s) are in '" + path + "'\n");
  return 0;
}

Result<int> Stats(const Environment& env, std::span<const std::string> args) {
  std::string path;
  bool as_json = false;
  ArgParser parser("cache stats", "what is in a response cache");
  AddPath(parser, path);
  parser.AddFlag("--json", "for programs", [&as_json] { as_json = true; });
  parser.AddExample("bantam cache stats --cache answers.db");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const auto cache = TRY(OpenCache(env, path));
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
  std::string path;
  std::string tenant;
  bool with_tenant = false;
  bool all = false;
  store::ClearRequest request;
  ArgParser parser("cache clear", "remove replies, or the FAQ, from a response cache");
  AddPath(parser, path);
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
  const auto cache = TRY(OpenCache(env, path));
  const int64_t removed = TRY(cache->Clear(request));
  env.err.Write("bantam: removed " + FormatCount(static_cast<uint64_t>(removed)) + "\n");
  return 0;
}

Result<int> Export(const Environment& env, std::span<const std::string> args) {
  std::string path;
  bool faq = false;
  ArgParser parser("cache export", "write a response cache as JSON Lines");
  AddPath(parser, path);
  parser.AddFlag("--faq", "the FAQ alone, as 'bantam cache import' reads it",
                 [&faq] { faq = true; });
  parser.AddExample("bantam cache export --cache answers.db > answers.jsonl");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const auto cache = TRY(OpenCache(env, path));
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
