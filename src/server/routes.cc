// The table of routes.
#include "server/routes.h"

#include <string>

#include "server/ollama/handlers.h"
#include "server/openai/handlers.h"

namespace bantam::server {
namespace {

using enum Access;
using enum Flavour;

constexpr Route kRoutes[] = {
    {"GET", "/health", kOpen, kOpenAi, GetHealth},
    {"GET", "/v1/health", kOpen, kOpenAi, GetHealth},
    {"GET", "/version", kOpen, kOpenAi, GetVersion},
    {"GET", "/metrics", kKey, kOpenAi, GetMetrics},
    {"POST", "/v1/chat/completions", kKey, kOpenAi, PostChatCompletions},
    {"POST", "/chat/completions", kKey, kOpenAi, PostChatCompletions},
    {"POST", "/v1/completions", kKey, kOpenAi, PostCompletions},
    {"POST", "/completions", kKey, kOpenAi, PostCompletions},
    {"POST", "/v1/responses", kKey, kOpenAi, PostResponses},
    {"POST", "/v1/embeddings", kKey, kOpenAi, PostEmbeddings},
    {"POST", "/embeddings", kKey, kOpenAi, PostEmbeddings},
    {"GET", "/v1/models", kKey, kOpenAi, GetModels},
    {"GET", "/models", kKey, kOpenAi, GetModels},
    {"GET", "/v1/models/*", kKey, kOpenAi, GetModel},
    {"POST", "/tokenize", kKey, kOpenAi, PostTokenize},
    {"POST", "/detokenize", kKey, kOpenAi, PostDetokenize},
    {"GET", "/lora-adapters", kKey, kOpenAi, GetLoraAdapters},
    {"POST", "/lora-adapters", kKept, kOpenAi, PostLoraAdapters},
    {"GET", "/tokenizer_info", kKey, kOpenAi, GetTokenizerInfo},
    {"GET", "/", kOpen, kOllama, GetRoot},
    {"GET", "/api/version", kOpen, kOllama, GetApiVersion},
    {"GET", "/api/tags", kKey, kOllama, GetTags},
    {"GET", "/api/ps", kKey, kOllama, GetPs},
    {"POST", "/api/chat", kKey, kOllama, PostChat},
    {"POST", "/api/generate", kKey, kOllama, PostGenerate},
    {"POST", "/api/show", kKey, kOllama, PostShow},
    {"POST", "/api/pull", kStore, kOllama, PostPull},
    {"POST", "/api/import", kFile, kOllama, PostImport},
    {"GET", "/api/cache", kKept, kOllama, GetCache},
    {"GET", "/api/cache/export", kKept, kOllama, GetCacheExport},
    {"POST", "/api/cache/import", kKept, kOllama, PostCacheImport},
    {"POST", "/api/cache/clear", kKept, kOllama, PostCacheClear},
    {"HEAD", "/api/blobs/*", kFile, kOllama, HeadBlob},
    {"POST", "/api/blobs/*", kFile, kOllama, PostBlob},
    {"POST", "/api/create", kStore, kOllama, PostCreate},
    {"POST", "/api/copy", kStore, kOllama, PostCopy},
    {"DELETE", "/api/delete", kStore, kOllama, DeleteModel},
    {"POST", "/api/embed", kKey, kOllama, PostEmbed},
    {"POST", "/api/embeddings", kKey, kOllama, PostOldEmbeddings},
};

bool Matches(std::string_view pattern, std::string_view path) {
  if (!pattern.ends_with("/*")) return pattern == path;
  pattern.remove_suffix(1);
  return path.size() > pattern.size() && path.starts_with(pattern);
}

}  // namespace

std::span<const Route> Routes() {
  return kRoutes;
}

RouteMatch FindRoute(std::string_view method, std::string_view path) {
  RouteMatch match;
  match.flavour = path.starts_with("/api/") ? Flavour::kOllama : Flavour::kOpenAi;
  for (const Route& route : kRoutes) {
    if (!Matches(route.path, path)) continue;
    if (method == route.method || (method == "HEAD" && std::string_view(route.method) == "GET")) {
      match.route = &route;
      match.flavour = route.flavour;
      return match;
    }
    match.path_known = true;
    match.allowed += (match.allowed.empty() ? "" : ", ") + std::string(route.method);
  }
  return match;
}

}  // namespace bantam::server
