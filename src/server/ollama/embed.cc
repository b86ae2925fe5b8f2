// POST /api/embed, and /api/embeddings as older clients know it.
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "server/api/embed_request.h"
#include "server/ollama/handlers.h"
#include "server/ollama/options.h"

namespace bantam::server {
namespace {

// What both paths share; the texts are the member `name`.
Result<EmbedRequest> Read(const Call& call, const char* name) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  EmbedRequest embed;
  embed.model = TRY(fields.Text("model")).value_or("");
  embed.field = name;
  embed.texts = TRY(ReadTexts(fields, embed.field));
  embed.truncate = TRY(fields.Bool("truncate")).value_or(true);
  embed.keep_alive_s = TRY(ReadKeepAlive(fields));
  const Json* options = TRY(fields.Object("options"));
  (void)options;  // of generation
  if (const auto dims = TRY(fields.Integer("dimensions", 0, std::numeric_limits<int>::max()));
      dims && *dims > 0) {
    embed.dims = static_cast<int>(*dims);
  }
  return embed;
}

std::string Nanoseconds(double seconds) {
  return std::to_string(static_cast<int64_t>(seconds * 1e9));
}

}  // namespace

void PostEmbed(Server& server, const std::shared_ptr<Call>& call) {
  auto embed = Read(*call, "input");
  if (!embed) return call->ReplyError(embed.error());
  const double start = MonotonicSeconds();
  RunEmbed(server, call, *std::move(embed), [call, start](const EmbedReply& reply) {
    std::string body = R"({"model":)" + JsonQuote(reply.model) + R"(,"embeddings":[)";
    for (size_t i = 0; i < reply.embeddings.tokens.size(); ++i) {
      body += (i > 0 ? "," : "") + VectorText(reply.embeddings.of(i));
    }
    body += R"(],"total_duration":)" + Nanoseconds(MonotonicSeconds() - start) +
            R"(,"load_duration":)" + Nanoseconds(reply.load_s) + R"(,"prompt_eval_count":)" +
            std::to_string(reply.tokens) + "}";
    call->Reply(200, "application/json", std::move(body));
  });
}

void PostOldEmbeddings(Server& server, const std::shared_ptr<Call>& call) {
  auto embed = Read(*call, "prompt");
  if (!embed) return call->ReplyError(embed.error());
  if (embed->texts.size() == 1 && std::holds_alternative<std::string>(embed->texts[0]) &&
      std::get<std::string>(embed->texts[0]).empty()) {
    embed->texts.clear();  // only loads the model
  }
  embed->normalize = false;  // as Ollama
  RunEmbed(server, call, *std::move(embed), [call](const EmbedReply& reply) {
    const Embeddings& all = reply.embeddings;
    const std::string vector = all.tokens.empty() ? "[]" : VectorText(all.of(0));
    call->Reply(200, "application/json", R"({"embedding":)" + vector + "}");
  });
}

}  // namespace bantam::server
