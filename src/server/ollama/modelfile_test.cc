// Tests of Modelfiles, durations and the library of recipes.
#include "server/ollama/modelfile.h"

#include <gtest/gtest.h>

#include "base/test_directory.h"
#include "server/api/parameters.h"
#include "server/ollama/options.h"

namespace bantam::server {
namespace {

TEST(Modelfile, Reads) {
  const auto recipe = ParseModelfile(
      "# a comment\n\nFROM small\nPARAMETER temperature 0.5\n  parameter stop \"a b\"\n"
      "PARAMETER stop c\nPARAMETER num_ctx 4096\nSYSTEM \"\"\"\nBe\nbrief.\n\"\"\"\n"
      "MESSAGE user Hi there\nMESSAGE assistant \"Hello.\"\nLICENSE MIT");
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->from, "small");
  EXPECT_EQ(recipe->system, "Be\nbrief.\n");
  EXPECT_EQ(recipe->license, "MIT");
  EXPECT_EQ(recipe->parameters.Dump(), R"({"temperature":0.5,"stop":["a b","c"],"num_ctx":4096})");
  EXPECT_EQ(recipe->messages.Dump(),
            R"([{"role":"user","content":"Hi there"},{"role":"assistant","content":"Hello."}])");
}

TEST(Modelfile, Refusals) {
  const auto unknown = ParseModelfile("FROM a\n\nADAPTER b\n");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("line 3"), std::string::npos) << unknown.error().message;
  EXPECT_FALSE(ParseModelfile("SYSTEM \"\"\"never closed"));
  EXPECT_TRUE(ParseModelfile(""));
  for (const char* bad :
       {R"({})", R"({"from": "a", "quantize": "q4"})",
        R"({"from": "a", "draft_files": {"x": "y"}})",
        R"({"from": "a", "parameters": {"temperature": "hot"}})",
        R"({"from": "a", "messages": [{"role": "king", "content": ""}]})", R"({"from": 3})"}) {
    const Json json = *Json::Parse(bad);
    EXPECT_FALSE(ReadRecipe(Fields(json))) << bad;
  }
}

TEST(Modelfile, Files) {
  const std::string digits(64, 'a');
  const auto read = [](const std::string& files) {
    const Json json = *Json::Parse(R"({"files": )" + files + "}");
    return ReadGivenFiles(Fields(json), "files");
  };
  for (const std::string& digest : {"sha256:" + digits, "sha256-" + digits}) {
    const auto files = read(R"({"a b.gguf": ")" + digest + R"("})");
    ASSERT_TRUE(files) << digest;
    ASSERT_EQ(files->size(), 1U);
    EXPECT_EQ(files->front().name, "a b.gguf");
    EXPECT_EQ(files->front().sha256, digits);
  }
  EXPECT_TRUE(read("null")->empty());
  for (const char* bad : {R"({"x": "y"})", R"({"x": 1})", R"(["x"])", R"({"x": "sha256:"})"}) {
    EXPECT_FALSE(read(bad)) << bad;
  }
}

TEST(Modelfile, RoundTrip) {
  const Json json = *Json::Parse(R"({"from": "base", "system": "s", "template": "{{ messages }}",
    "parameters": {"temperature": 1, "stop": ["x", "y z"]}, "license": ["a", "b"],
    "messages": [{"role": "user", "content": "c"}]})");
  ModelEntry entry;
  entry.recipe = *ReadRecipe(Fields(json));
  entry.has_recipe = true;
  const auto again = ParseModelfile(ModelfileText(entry));
  ASSERT_TRUE(again) << ModelfileText(entry);
  EXPECT_EQ(again->system, "s");
  EXPECT_EQ(again->chat_template, "{{ messages }}");
  EXPECT_EQ(again->parameters.Dump(), entry.recipe.parameters.Dump());
  EXPECT_EQ(again->messages.Dump(), entry.recipe.messages.Dump());
  EXPECT_EQ(again->license, "a\nb");
}

TEST(Modelfile, OllamasTemplatesGiveWayToTheModelsOwn) {
  const Json json = *Json::Parse(R"({"from": "a", "template": "{{ .System }} {{ .Prompt }}"})");
  EXPECT_EQ(ReadRecipe(Fields(json))->chat_template, "");
  for (const char* text :
       {"{{- .Prompt }}", "{{ if true }}a{{ end }}", "{{range .Messages}}{{.}}"}) {
    EXPECT_TRUE(IsGoTemplate(text)) << text;
  }
  for (const char* text : {"", "{{ ifs }}", "{{- bos_token }}{% if a.b %}{{ a.b }}{% endif %}"}) {
    EXPECT_FALSE(IsGoTemplate(text)) << text;
  }
}

TEST(Options, Durations) {
  for (const auto& [text, seconds] :
       {std::pair("5m", 300.0), std::pair("1h30m", 5400.0), std::pair("-1", -1.0),
        std::pair("0", 0.0), std::pair("300ms", 0.3), std::pair("1.5h", 5400.0),
        std::pair("-5m", -300.0), std::pair("24h0m0s", 86400.0)}) {
    ASSERT_TRUE(ParseDuration(text)) << text;
    EXPECT_DOUBLE_EQ(*ParseDuration(text), seconds) << text;
  }
  for (const char* bad : {"", "-", "m", "5 m", "5x", "five", "1e400h"}) {
    EXPECT_FALSE(ParseDuration(bad)) << bad;
  }
}

TEST(Options, Reads) {
  const Json json = *Json::Parse(R"({"num_predict": -2, "num_ctx": 512, "temperature": 0.1,
    "stop": ["a"], "numa": true, "mirostat": 2})");
  ReplyOptions reply = OllamaDefaults();
  int context = 0;
  ASSERT_TRUE(ReadParameters(Fields(json), reply, context));
  EXPECT_EQ(reply.max_tokens, -1);
  EXPECT_EQ(context, 512);
  EXPECT_EQ(reply.stop, std::vector<std::string>{"a"});
  EXPECT_EQ(reply.sampling.repeat_penalty, 1.1F);
}

TEST(Library, Recipes) {
  const TestDirectory directory;
  Library library(store::Store(directory.path()),
                  [](const std::string&) { return Result<ModelInfo>(ModelInfo{}); });
  library.Add("/models/base.gguf", {"base", "second"});
  EXPECT_EQ(library.Find("")->name, "base");
  EXPECT_EQ(library.Find("SECOND:latest")->path, "/models/base.gguf");
  EXPECT_EQ(library.Find("base.gguf")->path, "/models/base.gguf");
  EXPECT_EQ(library.Find("nobody").error().code, ErrorCode::kNotFound);
  Recipe recipe;
  recipe.from = "base";
  recipe.system = "s";
  ASSERT_TRUE(library.Create("Mine", recipe));
  const auto mine = library.Find("mine:latest");
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->path, "/models/base.gguf");
  EXPECT_EQ(mine->recipe.system, "s");
  EXPECT_EQ(library.List().size(), 3);
  ASSERT_TRUE(library.Copy("mine", "yours"));
  ASSERT_TRUE(library.Remove("mine"));
  EXPECT_FALSE(library.Find("mine"));
  EXPECT_EQ(library.Find("yours")->recipe.system, "s");
  EXPECT_EQ(library.Remove("mine").error().code, ErrorCode::kNotFound);
  for (const char* bad : {"", "..", "../x", "a/b/c", "/etc/passwd", "a\\b"}) {
    EXPECT_FALSE(library.Create(bad, recipe)) << bad;
    EXPECT_FALSE(library.Remove(bad)) << bad;
  }
}

}  // namespace
}  // namespace bantam::server
