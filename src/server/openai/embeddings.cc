// POST /v1/embeddings.
#include <bit>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "base/base64.h"
#include "base/check.h"
#include "server/api/embed_request.h"
#include "server/openai/handlers.h"

namespace bantam::server {
namespace {

static_assert(std::endian::native == std::endian::little, "vectors are sent as they lie");

constexpr int kMost = std::numeric_limits<int>::max();

std::string Encoded(std::span<const float> vector, bool base64) {
  if (!base64) return VectorText(vector);
  return "\"" +
         EncodeBase64({reinterpret_cast<const uint8_t*>(vector.data()), vector.size_bytes()}) +
         "\"";
}

std::string ReplyBody(const EmbedReply& reply, bool base64) {
  const Embeddings& all = reply.embeddings;
  std::string body = R"({"object":"list","data":[)";
  for (size_t i = 0; i < all.tokens.size(); ++i) {
    if (i > 0) body += ',';
    body += R"({"object":"embedding","index":)" + std::to_string(i) + R"(,"embedding":)" +
            Encoded(all.of(i), base64) + "}";
  }
  const std::string tokens = std::to_string(reply.tokens);
  return body + R"(],"model":)" + JsonQuote(reply.model) + R"(,"usage":{"prompt_tokens":)" +
         tokens + R"(,"total_tokens":)" + tokens + "}}";
}

struct Parsed {
  EmbedRequest embed;
  bool base64 = false;
};

Result<Parsed> Read(const Call& call) {
  const Json body = TRY(ParseBody(call.request().body));
  const Fields fields(body);
  Parsed parsed;
  EmbedRequest& embed = parsed.embed;
  embed.model = TRY(fields.Text("model")).value_or("");
  embed.field = "input";
  embed.texts = TRY(ReadTexts(fields, embed.field));
  if (embed.texts.empty()) return fields.Bad("input", "must be given, and not be empty");
  const std::string format = TRY(fields.Text("encoding_format")).value_or("float");
  if (format != "float" && format != "base64") {
    return fields.Bad("encoding_format", "must be \"float\" or \"base64\"");
  }
  parsed.base64 = format == "base64";
  if (const auto dims = TRY(fields.Integer("dimensions", 1, kMost))) {
    embed.dims = static_cast<int>(*dims);
  }
  // vLLM's: -1 stands for what the model reads.
  if (const auto most = TRY(fields.Integer("truncate_prompt_tokens", -1, kMost))) {
    if (*most >= 0 && *most < 3) return fields.Bad("truncate_prompt_tokens", "must be at least 3");
    embed.truncate = true;
    if (*most > 0) embed.max_tokens = static_cast<int>(*most);
  }
  return parsed;
}

}  // namespace

void PostEmbeddings(Server& server, const std::shared_ptr<Call>& call) {
  auto parsed = Read(*call);
  if (!parsed) return call->ReplyError(parsed.error());
  RunEmbed(server, call, std::move(parsed->embed),
           [call, base64 = parsed->base64](const EmbedReply& reply) {
             call->Reply(200, "application/json", ReplyBody(reply, base64));
           });
}

}  // namespace bantam::server
