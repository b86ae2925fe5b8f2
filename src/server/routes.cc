// The table of routes.
#include "server/routes.h"

#include <string>

#include "server/ollama/handlers.h"
#include "server/openai/handlers.h"
#include "server/own/handlers.h"

namespace bantam::server {
namespace {

using enum Access;
using enum Work;
using enum Flavour;

constexpr Route kRoutes[] = {
    {"GET", "/health", kOpen, kQuick, kOpenAi, GetHealth},
    {"GET", "/v1/health", kOpen, kQuick, kOpenAi, GetHealth},
    {"GET", "/version", kOpen, kQuick, kOpenAi, GetVersion},
    {"GET", "/metrics", kKey, kQuick, kOpenAi, GetMetrics},
    {"POST", "/v1/chat/completions", kKey, kModel, kOpenAi, PostChatCompletions},
    {"POST", "/chat/completions", kKey, kModel, kOpenAi, PostChatCompletions},
    {"POST", "/v1/completions", kKey, kModel, kOpenAi, PostCompletions},
    {"POST", "/completions", kKey, kModel, kOpenAi, PostCompletions},
    {"POST", "/v1/responses", kKey, kModel, kOpenAi, PostResponses},
    {"POST", "/v1/embeddings", kKey, kModel, kOpenAi, PostEmbeddings},
    {"POST", "/embeddings", kKey, kModel, kOpenAi, PostEmbeddings},
    {"GET", "/v1/models", kKey, kQuick, kOpenAi, GetModels},
    {"GET", "/models", kKey, kQuick, kOpenAi, GetModels},
    {"GET", "/v1/models/*", kKey, kQuick, kOpenAi, GetModel},
    {"POST", "/tokenize", kKey, kModel, kOpenAi, PostTokenize},
    {"POST", "/detokenize", kKey, kModel, kOpenAi, PostDetokenize},
    {"GET", "/lora-adapters", kKey, kModel, kOpenAi, GetLoraAdapters},
    {"POST", "/lora-adapters", kKept, kModel, kOpenAi, PostLoraAdapters},
    {"GET", "/tokenizer_info", kKey, kModel, kOpenAi, GetTokenizerInfo},
    {"GET", "/", kOpen, kQuick, kOllama, GetRoot},
    {"GET", "/api/version", kOpen, kQuick, kOllama, GetApiVersion},
    {"GET", "/api/tags", kKey, kQuick, kOllama, GetTags},
    {"GET", "/api/ps", kKey, kQuick, kOllama, GetPs},
    {"POST", "/api/chat", kKey, kModel, kOllama, PostChat},
    {"POST", "/api/generate", kKey, kModel, kOllama, PostGenerate},
    {"POST", "/api/show", kKey, kQuick, kOllama, PostShow},
    {"POST", "/api/pull", kStore, kQuick, kOllama, PostPull},
    {"POST", "/api/import", kFile, kFiles, kOllama, PostImport},
    {"GET", "/api/cache", kKept, kQuick, kOllama, GetCache},
    {"GET", "/api/cache/export", kKept, kFiles, kOllama, GetCacheExport},
    {"POST", "/api/cache/import", kKept, kFiles, kOllama, PostCacheImport},
    {"POST", "/api/cache/clear", kKept, kFiles, kOllama, PostCacheClear},
    {"HEAD", "/api/blobs/*", kFile, kQuick, kOllama, HeadBlob},
    {"POST", "/api/blobs/*", kFile, kFiles, kOllama, PostBlob},
    {"POST", "/api/create", kStore, kFiles, kOllama, PostCreate},
    {"POST", "/api/copy", kStore, kQuick, kOllama, PostCopy},
    {"DELETE", "/api/delete", kStore, kFiles, kOllama, DeleteModel},
    {"POST", "/api/embed", kKey, kModel, kOllama, PostEmbed},
    {"POST", "/api/embeddings", kKey, kModel, kOllama, PostOldEmbeddings},
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
