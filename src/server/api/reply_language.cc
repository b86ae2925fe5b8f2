// The field, the line, and the sink that looks at replies.
#include "server/api/reply_language.h"

#include <utility>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/json.h"

namespace bantam::server {
namespace {

struct Thought {
  Delta delta;
};
using Said = std::variant<Delta, Thought, CallPiece, ToolCall>;

// One run of a choice.
struct Attempt {
  std::string text;
  std::vector<Said> said;  // what has not been passed on
  ReplyEnd end;
};

void AddStrings(const Json& json, std::string& text) {
  if (json.is_string()) text += json.AsString() + "\n";
  if (json.is_array()) {
    for (const Json& item : json.items()) AddStrings(item, text);
  }
  if (json.is_object()) {
    for (const auto& [name, value] : json.members()) AddStrings(value, text);
  }
}

class LanguageSink final : public ReplySink, public std::enable_shared_from_this<LanguageSink> {
 public:
  LanguageSink(const Language& asked, bool json, int choices, Again again,
               std::shared_ptr<ReplySink> sink)
      : asked_(asked),
        json_(json),
        again_(std::move(again)),
        sink_(std::move(sink)),
        choices_(static_cast<size_t>(choices)) {}

  void OnPromptScores(int choice, PromptScores scores) override {
    sink_->OnPromptScores(choice, std::move(scores));
  }
  bool OnDelta(int choice, const Delta& delta) override {
    of(choice).now.text += delta.text;
    return Pass(choice, delta);
  }
  bool OnReasoning(int choice, const Delta& delta) override { return Pass(choice, Thought{delta}); }
  bool OnCallPiece(int choice, const CallPiece& piece) override { return Pass(choice, piece); }
  bool OnToolCall(int choice, const ToolCall& call) override { return Pass(choice, call); }

  void OnEnd(int choice, Result<ReplyEnd> end) override {
    Choice& reply = of(choice);
    const bool nothing = !end || (reply.now.text.empty() && end->n_tool_calls == 0);
    if (nothing && reply.first) {
      reply.now = *std::move(reply.first);  // what there is
    } else if (!end) {
      return sink_->OnEnd(choice, std::move(end));
    } else {
      reply.now.end = *std::move(end);
      const LanguageCheck check = {&asked_, Found(reply.now.text), reply.retried};
      reply.now.end.language = check;
      const bool gone = reply.now.end.finish == FinishReason::kCancelled;
      if (check.other() && again_ && !reply.retried && !gone && reply.now.end.n_tool_calls == 0) {
        reply.retried = true;
        reply.first = std::exchange(reply.now, {});
        reply.first->end.language->retried = true;
        if (RunAgain(choice)) return;
        reply.now = *std::move(reply.first);
        reply.now.end.language->retried = false;
      }
    }
    PassOn(choice, reply.now);
  }

 private:
  struct Choice {
    Attempt now;
    std::optional<Attempt> first;
    bool retried = false;
  };

  // What comes of a choice's second run.
  class SecondRun final : public ReplySink {
   public:
    SecondRun(std::shared_ptr<LanguageSink> sink, int choice)
        : sink_(std::move(sink)), choice_(choice) {}
    bool OnDelta(int, const Delta& delta) override { return sink_->OnDelta(choice_, delta); }
    bool OnReasoning(int, const Delta& delta) override {
      return sink_->OnReasoning(choice_, delta);
    }
    bool OnCallPiece(int, const CallPiece& piece) override {
      return sink_->OnCallPiece(choice_, piece);
    }
    bool OnToolCall(int, const ToolCall& call) override { return sink_->OnToolCall(choice_, call); }
    void OnEnd(int, Result<ReplyEnd> end) override { sink_->OnEnd(choice_, std::move(end)); }

   private:
    const std::shared_ptr<LanguageSink> sink_;
    const int choice_;
  };

  Choice& of(int choice) { return choices_[static_cast<size_t>(choice)]; }

  bool RunAgain(int choice) {
    return again_(choice, std::make_shared<SecondRun>(shared_from_this(), choice));
  }

  const Language* Found(const std::string& text) const {
    std::string strings;
    if (json_) {
      if (const auto document = Json::Parse(text)) AddStrings(*document, strings);
    }
    return IdentifyLanguage(json_ ? strings : text, &asked_);
  }

  bool Pass(int choice, Said said) {
    if (!again_) return Tell(choice, said);
    of(choice).now.said.push_back(std::move(said));
    return true;
  }

  bool Tell(int choice, const Said& said) {
    if (const auto* thought = std::get_if<Thought>(&said)) {
      return sink_->OnReasoning(choice, thought->delta);
    }
    if (const auto* piece = std::get_if<CallPiece>(&said)) {
      return sink_->OnCallPiece(choice, *piece);
    }
    if (const auto* call = std::get_if<ToolCall>(&said)) return sink_->OnToolCall(choice, *call);
    return sink_->OnDelta(choice, std::get<Delta>(said));
  }

  void PassOn(int choice, Attempt& attempt) {
    for (const Said& said : attempt.said) {
      if (!Tell(choice, said)) break;
    }
    sink_->OnEnd(choice, std::move(attempt.end));
  }

  const Language& asked_;
  const bool json_;
  const Again again_;
  const std::shared_ptr<ReplySink> sink_;
  std::vector<Choice> choices_;
};

}  // namespace

Result<const Language*> ReadReplyLanguage(const Fields& fields, const Language* otherwise) {
  const auto code = TRY(fields.Text("reply_language"));
  if (!code) return otherwise;
  if (*code == "any") return nullptr;
  if (const Language* language = FindLanguage(*code)) return language;
  std::string codes;
  for (const Language& language : Languages()) codes += " " + std::string(language.code);
  return fields.Bad("reply_language",
                    "must be \"any\" or one of" + codes + ", not " + Shown(Json::String(*code)));
}

Messages AskForLanguage(Messages messages, const Language& language) {
  const std::string line =
      "Answer in " + std::string(language.name) + " only, whatever language the question is in.";
  Json::Array items = messages.list.items();
  if (!items.empty() && items[0].Find("role")->AsString() == "system") {
    const std::string said = items[0].Find("content")->AsString();
    items[0].Set("content", Json::String(said + (said.empty() ? "" : "\n\n") + line));
  } else {
    items.insert(items.begin(), MessageJson("system", line));
  }
  messages.list = Json::MakeArray(std::move(items));
  return messages;
}

std::shared_ptr<ReplySink> CheckLanguage(const Language& asked, bool json, int choices, Again again,
                                         std::shared_ptr<ReplySink> sink) {
  return std::make_shared<LanguageSink>(asked, json, choices, std::move(again), std::move(sink));
}

}  // namespace bantam::server
