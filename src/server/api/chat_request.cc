// Recipe, prompt, shapes, submission.
#include "server/api/chat_request.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "server/api/call_style.h"
#include "server/api/lora_fields.h"
#include "server/api/reasoning.h"
#include "server/api/reply_cache.h"
#include "server/api/reply_language.h"
#include "server/api/reply_run.h"
#include "server/api/shape_fields.h"

namespace bantam::server {
namespace {

// What the recipe says stands before what the client sends.
Result<void> AddRecipe(const Recipe& recipe, ChatRequest& request) {
  Json::Array items = request.messages.list.items();
  const bool has_system = !items.empty() && items.front().Find("role")->AsString() == "system";
  if (!recipe.messages.items().empty()) {
    const Messages examples = TRY(ReadMessages(recipe.messages));
    items.insert(items.begin() + (has_system ? 1 : 0), examples.list.items().begin(),
                 examples.list.items().end());
  }
  if (!recipe.system.empty() && !has_system) {
    items.insert(items.begin(), MessageJson("system", recipe.system));
    request.messages.texts.insert(request.messages.texts.begin(), recipe.system);
  }
  request.messages.list = Json::MakeArray(std::move(items));
  if (request.chat_template.empty()) request.chat_template = recipe.chat_template;
  return {};
}

int ReplyReserve(int context, int max_tokens) {
  int reserve = std::min(context / 4, 1024);
  if (max_tokens >= 0) reserve = std::min(reserve, max_tokens);
  return std::max(reserve, 1);
}

// What is wrong with the schemas of tools, by the tool whose it is.
Error BadTool(ShapeCache& cache, const Tools& tools, const std::vector<std::string>& texts,
              const Error& error) {
  const Json::Array& items = tools.list.items();
  for (size_t i = 0; i < items.size(); ++i) {
    const AskedShape asked = {
        "tools[" + std::to_string(i) + "].function.parameters: the tool " + Quote(tools.names[i]),
        {.kind = ShapeSpec::Kind::kJsonSchema,
         .text = items[i].Find("function")->Find("parameters")->Dump()}};
    const auto shape = CompileShape(cache, asked, texts);
    if (!shape) return shape.error();
  }
  return error;
}

Result<std::shared_ptr<const Shape>> CompileCall(ShapeCache& cache, const Tools& tools,
                                                 const CallStyle& style,
                                                 const std::vector<std::string>& texts) {
  auto shape = CompileShape(cache, {"tools", CallShape(tools, style)}, texts);
  if (shape || shape.error().code == ErrorCode::kInternal) return shape;
  return std::unexpected(BadTool(cache, tools, texts, shape.error()));
}

// Tokens before the prompt come as they are.
Result<void> CheckBefore(const ChatRequest& request, const Model& model) {
  const auto text = model.Detokenize(request.before, true);
  if (!text) return About("context", text.error());
  return {};
}

// Takes messages and tools out of the request. `reserve`: tokens kept for the reply.
Result<Prompt> MakePrompt(ChatRequest& request, const Lease& lease, int context, int reserve) {
  const size_t longest_token = lease.served()->longest_token;
  Prompt prompt;
  if (request.raw) {
    prompt.tokens = TRY(TokenizePrompt(lease.model(), *request.raw, context, longest_token, {}));
    prompt.texts.push_back(*request.raw);
  } else {
    PromptRequest input;
    input.messages = std::move(request.messages);
    input.tools = std::move(request.tools);
    input.chat_template = request.chat_template;
    input.template_field = request.template_field;
    input.variables = std::move(request.variables);
    input.begun_reply = std::move(request.begun_reply);
    input.context = context;
    input.reserve = reserve;
    input.longest_token = longest_token;
    input.trim = request.trim;
    ServedModel& served = *lease.served();
    if (served.keeps_prefixes && request.before.empty()) input.prefixes = &served.prefixes;
    prompt = TRY(RenderPrompt(lease.model(), std::move(input)));
  }
  TRY(CheckBefore(request, lease.model()));
  prompt.tokens.insert(prompt.tokens.begin(), request.before.begin(), request.before.end());
  if (prompt.tokens.empty()) return Fail(ErrorCode::kInvalidArgument, "the prompt is empty");
  return prompt;
}

// Whether the prompt ends with the opening of thoughts.
bool OpensThoughts(const Model& model, const std::vector<TokenId>& prompt) {
  constexpr size_t kLast = 8;
  const std::span<const TokenId> all(prompt);
  const auto end = model.Detokenize(all.last(std::min(kLast, all.size())), true);
  if (!end) return false;
  const size_t words = end->find_last_not_of(" \n") + 1;
  return std::string_view(*end).substr(0, words).ends_with("<think>");
}

std::string TemplateOf(const ChatRequest& request, const Model& model) {
  return request.chat_template.empty() ? model.info().chat_template : request.chat_template;
}

// Gives the reply its prompt, and what follows from that: where thoughts begin, the limit. Where it
// must have a shape from the first byte on, thoughts that the template has opened are closed.
Result<Prompt> SetPrompt(ChatRequest& request, const Lease& lease, int context,
                         ReplyRequest& reply) {
  using Start = ThinkSplitter::Start;
  const Model& model = lease.model();
  const bool may_think =
      !request.raw && request.begun_reply.empty() && Thinks(TemplateOf(request, model));
  const bool shaped = reply.options.shape || reply.tools.forced();
  std::vector<TokenId> close;
  if (may_think && shaped) {
    close = model.Tokenize("\n</think>\n\n", {.add_special = false, .parse_special = true});
  }
  const int reserve =
      ReplyReserve(context, reply.options.max_tokens) + static_cast<int>(close.size());
  Prompt prompt = TRY(MakePrompt(request, lease, context, reserve));
  const bool opened = may_think && OpensThoughts(model, prompt.tokens);
  if (may_think && !shaped) reply.thinking = opened ? Start::kInside : Start::kMaybe;
  if (opened) prompt.tokens.insert(prompt.tokens.end(), close.begin(), close.end());
  if (std::ssize(prompt.tokens) >= context) {
    return PromptTooLong(std::to_string(prompt.tokens.size()), context);
  }
  LimitTokens(reply.options, context, prompt.tokens.size());
  reply.keep_tokens = prompt.keep;
  reply.prompt = prompt.tokens;
  return prompt;
}

// How a choice is run again in the language asked for. Null where that may not be, and where the
// prompt has no room for the line that asks.
Again MakeAgain(Server& server, const std::shared_ptr<Lease>& lease, ChatRequest request,
                int context, ReplyRequest reply) {
  if (!request.may_run_again()) return nullptr;
  const auto again = std::make_shared<ReplyRequest>(std::move(reply));
  request.messages = AskForLanguage(std::move(request.messages), *again->options.language);
  if (!SetPrompt(request, *lease, context, *again)) return nullptr;
  again->again = true;
  const int n = std::exchange(again->options.n, 1);
  return [&server, lease, again, n](int choice, const std::shared_ptr<ReplySink>& sink) {
    std::vector<ReplyRequest> requests = {*again};
    auto& seed = requests[0].options.sampling.seed;
    if (seed) seed = *seed + static_cast<uint64_t>(n + choice);
    return RunReplies(server.host, lease, std::move(requests), sink).has_value();
  };
}

// Shapes, and what calls of tools look like.
Result<void> SetShape(const Lease& lease, const std::string& chat_template,
                      const std::vector<std::string>& texts, ReplyRequest& reply) {
  if (reply.options.shape) {
    reply.shape = TRY(CompileShape(lease.shapes(), *reply.options.shape, texts));
    reply.any_characters = CopiesText(reply.options.shape->spec);
  } else if (reply.tools.usable()) {
    reply.style = StyleOf(chat_template);
    reply.call_shape = TRY(CompileCall(lease.shapes(), reply.tools, reply.style, texts));
  }
  return {};
}

Result<void> Submit(Server& server, const std::shared_ptr<Call>& call, ChatRequest request,
                    const ModelEntry& entry, const std::shared_ptr<Lease>& lease,
                    const MakeSink& make_sink) {
  if (entry.has_recipe && !request.raw) TRY(AddRecipe(entry.recipe, request));
  ApplyLoraDefaults(server.lora, entry.path, lease->model(), request.options);
  const ReplyCacheOptions& kept = server.options.cache;
  const auto cacheable = CacheableChat::From(kept, call->key(), request, entry, lease->model());
  ReplyRequest reply;
  reply.options = std::move(request.options);
  reply.tools = request.tools;
  reply.client = call->client();
  reply.state = call->state();
  const int context = ContextOf(*lease, request.context);
  const Language* language = reply.options.language;
  ChatRequest same;  // for a second reply
  if (language != nullptr) same = request;
  auto made = SetPrompt(request, *lease, context, reply);
  if (!made && made.error().code == ErrorCode::kTooLong && context < lease->context()) {
    return About("num_ctx", made.error());
  }
  const Prompt prompt = TRY(std::move(made));
  if (prompt.left_out > 0) {
    call->AddHeader({"X-Bantam-Left-Out-Tokens", std::to_string(prompt.left_out)});
  }
  TRY(SetAdapterScales(lease->model(), reply.options));
  TRY(SetShape(*lease, TemplateOf(request, lease->model()), prompt.texts, reply));
  std::optional<store::CacheQuery> query;
  if (cacheable) {
    query = cacheable->Query(prompt.tokens, prompt.left_out > 0, lease);
    const bool anew = WantsNewReply(call->request());
    const auto hit = anew ? std::nullopt : kept.cache->Find(*query);
    if (hit || anew || query->replies) {
      const char* otherwise = anew ? "bypass" : "miss";
      call->AddHeader({"X-Bantam-Cache", hit ? hit->HeaderValue() : otherwise});
    }
    if (hit) {
      SayCached(*hit, language, *make_sink({entry, *lease, prompt}));
      return {};
    }
  }
  auto sink = make_sink({entry, *lease, prompt});
  if (query && query->replies) sink = KeepReply(kept.cache, *std::move(query), std::move(sink));
  if (language != nullptr) {
    Again again = MakeAgain(server, lease, std::move(same), context, reply);
    sink = CheckLanguage(*language, IsJson(reply.options.shape), reply.options.n, std::move(again),
                         std::move(sink));
  }
  std::vector<ReplyRequest> requests;
  requests.push_back(std::move(reply));
  return RunReplies(server.host, lease, std::move(requests), sink);
}

}  // namespace

int ContextOf(const Lease& lease, int asked) {
  return asked > 0 ? std::min(asked, lease.context()) : lease.context();
}

void LimitTokens(ReplyOptions& options, int context, size_t prompt_tokens) {
  const int left = std::max(1, context - static_cast<int>(prompt_tokens));
  options.max_tokens = options.max_tokens < 0 ? left : std::min(options.max_tokens, left);
}

Result<TrimMode> ReadTrim(const Fields& fields, TrimMode otherwise) {
  const auto trim = TRY(fields.Text("trim"));
  if (!trim) return otherwise;
  if (*trim == "error") return TrimMode::kError;
  if (*trim == "oldest") return TrimMode::kOldest;
  if (*trim == "relevant") return TrimMode::kRelevant;
  return fields.Bad(
      "trim", "must be \"relevant\", \"oldest\" or \"error\", not " + Shown(Json::String(*trim)));
}

void RunChat(Server& server, const std::shared_ptr<Call>& call, ChatRequest request,
             MakeSink make_sink) {
  const std::string name = request.model;
  const auto keep_alive_s = request.keep_alive_s;
  auto shared = std::make_shared<ChatRequest>(std::move(request));
  WithModel(server, call, name, keep_alive_s,
            [&server, call, shared, make_sink = std::move(make_sink)](
                ModelEntry entry, const std::shared_ptr<Lease>& lease) {
              const auto done = Submit(server, call, std::move(*shared), entry, lease, make_sink);
              if (!done) call->ReplyError(done.error());
            });
}

}  // namespace bantam::server
