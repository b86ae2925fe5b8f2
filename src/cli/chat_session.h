// ChatSession: a conversation with a model: what is sent, and what is left out when it is too long.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bantam/engine.h"
#include "bantam/model.h"
#include "bantam/result.h"
#include "cli/conversation.h"
#include "cli/environment.h"
#include "cli/parameters.h"
#include "cli/reply_stats.h"

namespace bantam::cli {

struct ChatOptions {
  std::string chat_template;  // instead of the model's own; empty: the model's own
  bool raw = false;           // no template: each text is completed by itself
};

// Not thread-safe. The engine must outlive it.
class ChatSession {
 public:
  ChatSession(std::shared_ptr<const Model> model, Engine& engine, const Environment& env,
              ChatOptions options);

  // Adds the user's text, streams the reply to env.out (StreamReply) and adds it too; what came of
  // a stopped reply stays. On failure, and when nothing came, the conversation is as before.
  // When the chat no longer fits the context, what settings.trim says is left out of what the model
  // sees (never the system message), and env.err says so. Fails with kTooLong if what must stay
  // does not fit.
  Result<GenerationResult> Ask(const std::string& text);

  const Conversation& conversation() const { return conversation_; }
  void Replace(Conversation conversation);
  void set_system(std::string system);
  void Clear();  // forgets the messages, keeps the system message

  // The index of the first message the model still sees.
  size_t first_seen() const { return first_seen_; }

  const Model& model() const { return *model_; }
  const Engine& engine() const { return engine_; }
  const ChatOptions& options() const { return options_; }
  const SessionStats& stats() const { return stats_; }

  ReplySettings settings;

 private:
  Result<std::vector<TokenId>> Render(size_t first) const;
  struct Prompt {
    std::vector<TokenId> tokens;
    std::vector<std::string> texts;  // of it, what a schema's x-copy copies from
  };
  Result<Prompt> FitPrompt();
  Result<Prompt> FitRelevant(int limit) const;
  Result<std::vector<TokenId>> DropOldest(size_t full_tokens, size_t limit);
  std::vector<std::string> PromptTexts() const;
  Result<GenerationResult> Reply(Prompt prompt);

  std::shared_ptr<const Model> model_;
  Engine& engine_;
  const Environment& env_;
  ChatOptions options_;
  Conversation conversation_;
  size_t first_seen_ = 0;
  SessionStats stats_;
};

}  // namespace bantam::cli
