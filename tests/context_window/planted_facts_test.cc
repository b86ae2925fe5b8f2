// Facts of facts.jsonl planted in chats of 30,000 tokens, which are then cut to 4,096 (label model:
// the test model's tokenizer and chat template). All other facts of the language stand in the way,
// and the window is to be filled.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "base/json.h"

namespace bantam {
namespace {

constexpr int kFullTokens = 30000;
constexpr int kMaxTokens = 4096;
constexpr double kLeastShare = 0.95;
constexpr double kLeastUse = 0.95;  // of the window
const std::string kSource = BANTAM_SOURCE_DIR "/tests/";

struct Fact {
  std::string fact;
  std::string question;
  std::string needle;
  bool chinese = false;
};

std::vector<Fact> ReadFacts() {
  std::vector<Fact> facts;
  std::ifstream file(kSource + "context_window/facts.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto json = Json::Parse(line);
    EXPECT_TRUE(json.has_value());
    Fact fact = {json->Find("fact")->AsString(), json->Find("question")->AsString(),
                 json->Find("needle")->AsString()};
    fact.chinese = static_cast<uint8_t>(fact.question.front()) >= 0xE0;
    facts.push_back(std::move(fact));
  }
  return facts;
}

// The sentences of a corpus, of which the assistant's long answers are made.
std::vector<std::string> Sentences(const std::string& name, const std::string& stop) {
  std::ifstream file(kSource + "corpus/" + name);
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  std::vector<std::string> sentences;
  for (size_t at = 0; at < all.size();) {
    const size_t end = std::min(all.find(stop, at), all.size() - stop.size()) + stop.size();
    sentences.push_back(all.substr(at, end - at));
    at = end;
  }
  return sentences;
}

void Add(Json& list, const std::string& role, const std::string& content) {
  Json message = Json::MakeObject();
  message.Set("role", Json::String(role));
  message.Set("content", Json::String(content));
  list.Append(std::move(message));
}

class ChatWriter {
 public:
  ChatWriter(const Model& model, std::vector<Fact> facts, std::vector<std::string> sentences)
      : model_(model), facts_(std::move(facts)), sentences_(std::move(sentences)) {}

  // A chat that mentions every fact somewhere and ends with the question about one of them.
  std::string Write(size_t asked) {
    std::mt19937_64 random(asked);
    std::vector<size_t> order(facts_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::shuffle(order, random);
    Json list = Json::MakeArray();
    Add(list, "system", "You are a helpful assistant.");
    int tokens = 0;
    for (size_t turn = 0; tokens < kFullTokens + 200; ++turn) {
      std::string said = sentences_[random() % sentences_.size()];
      if (turn < order.size()) said += " " + facts_[order[turn]].fact;
      std::string answer;
      for (int i = 0; i < 14; ++i) {
        answer += sentences_[random() % sentences_.size()] + (i % 5 == 4 ? "\n\n" : " ");
      }
      tokens += Count(said) + Count(answer) + 10;
      Add(list, "user", said);
      Add(list, "assistant", answer);
    }
    Add(list, "user", facts_[asked].question);
    return list.Dump();
  }
  const std::vector<Fact>& facts() const { return facts_; }

 private:
  int Count(const std::string& text) const {
    return static_cast<int>(
        model_.Tokenize(text, {.add_special = false, .parse_special = false}).size());
  }

  const Model& model_;
  std::vector<Fact> facts_;
  std::vector<std::string> sentences_;
};

class ContextWindow : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("BANTAM_MODELS");
    const std::string path = (folder == nullptr ? kSource + "../models" : std::string(folder)) +
                             "/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf";
    if (folder == nullptr && !std::filesystem::exists(path)) {
      GTEST_SKIP() << "the test model is not there: ./dev model test fetches it";
    }
    auto loaded = LoadVocabulary(path);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    model_ = *std::move(loaded);
  }

  // The chat in the window, which it fills.
  FittedChat Fit(std::string messages_json) {
    ChatInput input;
    input.messages_json = std::move(messages_json);
    const auto fitted = FitChat(*model_, input, TrimMode::kRelevant, kMaxTokens);
    if (!fitted) {
      ADD_FAILURE() << fitted.error().message;
      return {};
    }
    EXPECT_LE(std::ssize(fitted->prompt), kMaxTokens);
    EXPECT_GE(static_cast<double>(fitted->prompt.size()), kLeastUse * kMaxTokens);
    return *fitted;
  }

  std::shared_ptr<Model> model_;
};

TEST_F(ContextWindow, KeepsPlantedFacts) {
  size_t kept = 0;
  size_t asked = 0;
  for (const bool chinese : {false, true}) {
    std::vector<Fact> facts = ReadFacts();
    std::erase_if(facts, [&](const Fact& fact) { return fact.chinese != chinese; });
    ChatWriter writer(*model_, std::move(facts),
                      chinese ? Sentences("chinese.txt", "。") : Sentences("english.txt", ". "));
    for (size_t i = 0; i < writer.facts().size(); ++i, ++asked) {
      const FittedChat fitted = Fit(writer.Write(i));
      EXPECT_GE(fitted.full_tokens, kFullTokens);
      const Fact& fact = writer.facts()[i];
      if (fitted.messages_json.find(fact.fact) != std::string::npos) {
        ++kept;
      } else {
        std::cout << "left out: " << fact.fact << "\n  asked: " << fact.question << "\n";
      }
    }
  }
  std::cout << kept << " of " << asked << " planted facts kept\n";
  ASSERT_GE(asked, 100U);
  EXPECT_GE(static_cast<double>(kept), kLeastShare * static_cast<double>(asked));
}

// Whatever the length of the turns, no room is left empty.
TEST_F(ContextWindow, IsFilled) {
  for (const bool chinese : {false, true}) {
    const std::vector<std::string> sentences =
        chinese ? Sentences("chinese.txt", "。") : Sentences("english.txt", ". ");
    for (const size_t length : {1, 100}) {  // of an answer, in sentences
      Json list = Json::MakeArray();
      for (size_t turn = 0; turn < 220 / length + 10; ++turn) {
        Add(list, "user", chinese ? "请继续。" : "Please go on.");
        std::string answer;
        for (size_t i = 0; i < length; ++i) {
          answer += sentences[(turn * length + i) % sentences.size()] + " ";
        }
        Add(list, "assistant", answer);
      }
      Add(list, "user", chinese ? "你好" : "Which facts did you tell me?");
      EXPECT_GT(Fit(list.Dump()).full_tokens, kMaxTokens);
    }
  }
}

}  // namespace
}  // namespace bantam
