// ChatRenderer: a model's chat template with what it needs from the vocabulary.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/chat_template.h"

namespace bantam {

// Immutable; Render is safe from many threads.
class ChatRenderer {
 public:
  // Without a template of its own a model whose vocabulary has <|im_start|> gets ChatML. Never
  // fails: a template that is missing or does not compile is an error only once it is used, and
  // then named as `name` says (file and key).
  ChatRenderer(std::string_view source, const Vocabulary& vocabulary, std::string name = "");

  // The template; empty if there is none.
  const std::string& source() const { return source_; }

  // Fails with kUnsupported (no template), kCorrupt (it does not compile), kInvalidArgument (the
  // JSON is malformed, or the template refuses the conversation) or kResourceExhausted.
  Result<std::string> Render(const ChatInput& input) const;

 private:
  Result<std::string> Render(const ChatTemplate& chat_template, const ChatInput& input) const;

  // Says where the template comes from.
  Error Named(Error error) const;

  std::string name_;
  std::string source_;
  std::optional<ChatTemplate> template_;
  Error error_;  // if there is none
  std::string bos_token_;
  std::string eos_token_;
};

}  // namespace bantam
