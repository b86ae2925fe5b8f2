// Tests of the chat at the terminal, with scripted lines.
#include "cli/repl.h"

#include <gtest/gtest.h>

#include <deque>

#include "cli/fake_backend.h"
#include "cli/interrupt.h"

namespace bantam::cli {
namespace {

constexpr const char* kCtrlC = "<ctrl-c>";

class ScriptedReader : public LineReader {
 public:
  ReadEnd Read(const std::string& prompt, std::string& line) override {
    prompts.push_back(prompt);
    if (lines.empty()) return ReadEnd::kEndOfInput;
    line = lines.front();
    lines.pop_front();
    if (line != kCtrlC) return ReadEnd::kLine;
    RaiseInterrupt();
    return ReadEnd::kInterrupted;
  }
  void set_history(bool on) override { history = on; }

  std::deque<std::string> lines;
  std::vector<std::string> prompts;
  bool history = true;
};

class ReplTest : public testing::Test {
 protected:
  ReplTest() : session_(world_.model, engine_, world_.env, {}) {
    world_.variables = {{"XDG_DATA_HOME", directory_.path()}};
    ClearInterrupt();
  }
  ~ReplTest() override { ClearInterrupt(); }

  // Runs the lines; gives what was said on standard error after the greeting.
  std::string Run(std::deque<std::string> lines) {
    world_.err.text.clear();
    reader_.lines = std::move(lines);
    Repl repl(session_, reader_, world_.env, false);
    const auto code = repl.Run();
    EXPECT_TRUE(code && *code == 0);
    const std::string& err = world_.err.text;
    return err.substr(std::min(err.find('\n') + 1, err.size()));
  }

  TemporaryDirectory directory_;
  FakeWorld world_;
  FakeEngine engine_{EngineOptions{.context = 1000}, world_.script};
  ChatSession session_;
  ScriptedReader reader_;
};

TEST_F(ReplTest, TalksUntilTheEnd) {
  world_.script->replies = {{"Hello"}, {"Bye"}};
  EXPECT_EQ(Run({"Hi", "", "   ", "So long"}), "");
  EXPECT_EQ(world_.out.text, "Hello\nBye\n");
  EXPECT_TRUE(world_.err.text.starts_with("Tiny, Q4_0, context of 1,000 tokens."));
}

TEST_F(ReplTest, ByeLeaves) {
  Run({"/bye", "never asked"});
  EXPECT_TRUE(world_.script->prompts.empty());
  Run({"/exit", "never asked"});
  Run({"/QUIT", "never asked"});
  EXPECT_TRUE(world_.script->prompts.empty());
}

TEST_F(ReplTest, SeveralLines) {
  Run({"\"\"\"", "one", "/bye", "\"\"\"", "two \\", "three"});
  EXPECT_EQ(session_.conversation().messages[0].content, "one\n/bye");
  EXPECT_EQ(session_.conversation().messages[2].content, "two \nthree");
  EXPECT_EQ(reader_.prompts[0], ">>> ");
  EXPECT_EQ(reader_.prompts[1], "... ");
}

TEST_F(ReplTest, CtrlCAtThePrompt) {
  EXPECT_EQ(Run({kCtrlC, "Hi", kCtrlC, kCtrlC, "never asked"}),
            "(Ctrl-C again, Ctrl-D or /bye leaves)\n(Ctrl-C again, Ctrl-D or /bye leaves)\n");
  EXPECT_EQ(world_.script->prompts.size(), 1U);
}

TEST_F(ReplTest, CtrlCDropsAnUnfinishedBlock) {
  Run({"\"\"\"", "half", kCtrlC, "whole"});
  ASSERT_EQ(world_.script->prompts.size(), 1U);
  EXPECT_EQ(session_.conversation().messages[0].content, "whole");
}

TEST_F(ReplTest, CtrlCStopsTheAnswerOnly) {
  world_.script->replies = {{"one ", "two ", "three"}, {"still here"}};
  world_.script->before_piece = [first = true](size_t piece) mutable {
    if (piece == 1 && std::exchange(first, false)) RaiseInterrupt();
  };
  EXPECT_EQ(Run({"count", "more"}), "(stopped)\n");
  EXPECT_EQ(world_.out.text, "one two \nstill here\n");
}

TEST_F(ReplTest, FailuresAreReportedAndTheChatGoesOn) {
  world_.script->fail_next = Error{ErrorCode::kInternal, "broken"};
  EXPECT_EQ(Run({"Hi", "Hi"}), "bantam: broken\n");
  EXPECT_EQ(session_.conversation().messages.size(), 2U);
}

TEST_F(ReplTest, AFailingOutputEndsIt) {
  world_.script->before_piece = [this](size_t) { world_.out.fail_with = 28; };
  Run({"Hi", "never asked"});
  EXPECT_EQ(world_.script->prompts.size(), 1U);
}

TEST_F(ReplTest, SaysHowMuchOfALongChatIsLeftOut) {
  const std::string first(600, 'a');
  const std::string second(300, 'b');
  Run({"/set max_tokens 10", first, "Hi"});
  const std::string gone = std::to_string(std::string("[user]\n[assistant]ok\n").size() + 600);
  EXPECT_EQ(Run({"/set trim oldest", second + second}),
            "trim is now oldest\nbantam: the chat no longer fits the context of 1,000 tokens: its "
            "oldest turn (" +
                gone + " tokens) left out from here on\n");
  EXPECT_NE(Run({"/set trim relevant", first}).find(" tokens that have least to do"),
            std::string::npos);
}

TEST_F(ReplTest, UnknownCommands) {
  EXPECT_EQ(Run({"/sav x"}), "bantam: there is no command /sav; did you mean /save?\n");
  EXPECT_EQ(Run({"/zzz"}), "bantam: there is no command /zzz; /help lists them\n");
  EXPECT_EQ(Run({"/usr/bin is full"}), "");
  EXPECT_EQ(session_.conversation().messages[0].content, "/usr/bin is full");
}

TEST_F(ReplTest, HelpNamesEveryCommand) {
  const std::string text = Run({"/?"});
  for (const std::string& name : ReplCommandNames()) {
    EXPECT_NE(text.find("  " + name + " "), std::string::npos) << name;
  }
}

TEST_F(ReplTest, SystemMessage) {
  EXPECT_EQ(Run({"/system Be brief.", "Hi", "/system"}), "system message set\nBe brief.\n");
  EXPECT_TRUE(world_.script->prompts[0].starts_with("[system]Be brief.\n"));
  Run({"/set system \"You are", "/set system \"\"\"You are", "a pirate.\"\"\"", "Hi"});
  EXPECT_TRUE(world_.script->prompts[1].starts_with("[system]You are\na pirate.\n"));
  EXPECT_EQ(Run({"/system \"\""}), "no system message from now on\n");
  EXPECT_EQ(session_.conversation().system, "");
}

TEST_F(ReplTest, SetInBothForms) {
  EXPECT_EQ(Run({"/set temperature 0.2", "/set parameter top_k 7", "/set top-k"}),
            "temperature is now 0.2\ntop-k is now 7\ntop-k is 7\n");
  EXPECT_EQ(session_.settings.sampling.temperature, 0.2F);
  EXPECT_EQ(session_.settings.sampling.top_k, 7);
  EXPECT_EQ(Run({"/set temperature -1"}), "bantam: temperature must be at least 0\n");
  EXPECT_EQ(session_.settings.sampling.temperature, 0.2F);
  EXPECT_EQ(Run({"/set nonsense 1"}), "bantam: there is no parameter 'nonsense'\n");
  EXPECT_NE(Run({"/set num_ctx 5"}).find("start with --ctx"), std::string::npos);
  EXPECT_NE(Run({"/set"}).find("temperature"), std::string::npos);
}

TEST_F(ReplTest, Switches) {
  const std::string text = Run({"/set verbose", "Hi", "/set quiet", "Hi", "/set nohistory"});
  EXPECT_NE(text.find("first token   0.60 s"), std::string::npos);
  EXPECT_EQ(text.find("first token"), text.rfind("first token")) << "once";
  EXPECT_FALSE(reader_.history);
}

TEST_F(ReplTest, SaveAndLoad) {
  EXPECT_EQ(Run({"/system S", "Hi", "/save trip"}), "system message set\nsaved 2 messages to " +
                                                        directory_.File("bantam/chats/trip.json") +
                                                        "\n");
  const Conversation saved = session_.conversation();
  EXPECT_EQ(Run({"/clear", "/system other", "/load trip"}),
            "the chat is forgotten\nsystem message set\nloaded 2 messages\n");
  EXPECT_EQ(session_.conversation(), saved);
}

TEST_F(ReplTest, BadFilesLeaveTheChat) {
  Run({"Hi"});
  const Conversation before = session_.conversation();
  const std::string bad = directory_.Write("bad.json", "{\"messages\": [{\"role\": \"user\"}]}");
  const std::string text = Run({"/load " + bad, "/load nowhere", "/load", "/save", "/save .x"});
  EXPECT_NE(text.find("message 0 has no \"content\" string (the chat is unchanged)"),
            std::string::npos)
      << text;
  EXPECT_EQ(session_.conversation(), before);
}

TEST_F(ReplTest, StatsAndShow) {
  EXPECT_EQ(Run({"/stats"}), "no answers yet\n");
  const std::string stats = Run({"Hi", "/stats"});
  EXPECT_NE(stats.find("last answer\nprompt "), std::string::npos);
  EXPECT_NE(stats.find("all answers\nreplies       1\n"), std::string::npos);
  EXPECT_NE(Run({"/show"}).find("architecture  qwen2"), std::string::npos);
  EXPECT_EQ(Run({"/show template"}), "{{ messages }}\n");
  EXPECT_EQ(Run({"/show messages"}), "user: Hi\nassistant: ok\n");
  EXPECT_NE(Run({"/show nonsense"}).find("/show knows"), std::string::npos);
}

}  // namespace
}  // namespace bantam::cli
