// Tests of the options that give replies a shape.
#include "cli/shape_options.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cli/chat_session.h"
#include "cli/fake_backend.h"
#include "cli/interrupt.h"

namespace bantam::cli {
namespace {

using Texts = std::vector<std::string>;

TEST(SplitTexts, CommasDivide) {
  EXPECT_EQ(SplitTexts("yes,no").value(), (Texts{"yes", "no"}));
  EXPECT_EQ(SplitTexts("a\\,b,c\\\\d,e\\f").value(), (Texts{"a,b", "c\\d", "e\\f"}));
  for (const char* bad : {"", ",", "a,", ",a", "a,,b"}) EXPECT_FALSE(SplitTexts(bad)) << bad;
}

class ShapeOptionsTest : public testing::Test {
 protected:
  void SetUp() override { ClearInterrupt(); }

  // The specification that arguments describe.
  Result<std::optional<ShapeSpec>> Read(const std::vector<std::string>& args) {
    ShapeOptions options;
    ArgParser parser("test", "a test");
    parser.AddRepeatedPositional("WORD", "a word", AppendString(words_));
    AddShapeOptions(parser, options);
    const Result<void> parsed = parser.Parse(args);
    if (!parsed) return std::unexpected(parsed.error());
    return ReadShapeSpec(options);
  }

  std::vector<std::string> words_;
  FakeWorld world_;
  TemporaryDirectory directory_;
};

TEST_F(ShapeOptionsTest, EachKind) {
  EXPECT_FALSE(Read({}).value());
  EXPECT_EQ(Read({"--json"}).value()->kind, ShapeSpec::Kind::kJson);
  const ShapeSpec regex = *Read({"--regex", "a,b"}).value();
  EXPECT_EQ(regex.kind, ShapeSpec::Kind::kRegex);
  EXPECT_EQ(regex.text, "a,b");
  EXPECT_EQ(Read({"--choice", "a,b"}).value()->items, (Texts{"a", "b"}));
  const std::string path = directory_.Write("g.gbnf", "root ::= \"a\"");
  const ShapeSpec grammar = *Read({"--grammar", path}).value();
  EXPECT_EQ(grammar.kind, ShapeSpec::Kind::kGrammar);
  EXPECT_EQ(grammar.text, "root ::= \"a\"");
  const ShapeSpec schema = *Read({"--json-schema", path, "--no-format"}).value();
  EXPECT_EQ(schema.kind, ShapeSpec::Kind::kJsonSchema);
  EXPECT_FALSE(schema.assert_formats);
}

TEST_F(ShapeOptionsTest, TableTakesColumnsIfTheyAreAList) {
  EXPECT_EQ(Read({"--table", "a,b", "List"}).value()->items, (Texts{"a", "b"}));
  EXPECT_EQ(words_, Texts{"List"});
  EXPECT_EQ(Read({"--table=only one"}).value()->items, Texts{"only one"});
  words_.clear();
  EXPECT_TRUE(Read({"--table", "List birds, please"}).value()->items.empty());
  EXPECT_EQ(words_, Texts{"List birds, please"});
  EXPECT_EQ(Read({"--table"}).value()->kind, ShapeSpec::Kind::kTable);
}

TEST_F(ShapeOptionsTest, OneShapeOnly) {
  const auto both = Read({"--json", "--regex", "a"});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(both.error().message.find("--json and --regex"), std::string::npos);
  EXPECT_TRUE(Read({"--regex", "a", "--regex", "b"})) << "the last one wins";
  EXPECT_FALSE(Read({"--no-format"}));
  EXPECT_FALSE(Read({"--json", "--schema-registry", "http://a=."}));
  EXPECT_FALSE(Read({"--choice", "a,"}));
  EXPECT_EQ(Read({"--grammar", directory_.File("none")}).error().code, ErrorCode::kNotFound);
}

TEST_F(ShapeOptionsTest, Registry) {
  const std::string path = directory_.Write("s.json", "{}");
  std::filesystem::create_directories(directory_.File("r/sub"));
  directory_.Write("r/a.json", "1");
  directory_.Write("r/sub/b.json", "2");
  directory_.Write("r/c.txt", "3");
  const ShapeSpec spec =
      *Read({"--json-schema", path, "--schema-registry", "http://x/?q=1=" + directory_.File("r")})
           .value();
  const std::map<std::string, std::string> expected = {{"http://x/?q=1/a.json", "1"},
                                                       {"http://x/?q=1/sub/b.json", "2"}};
  EXPECT_EQ(spec.registry, expected);
  EXPECT_FALSE(Read({"--json-schema", path, "--schema-registry", "no-directory"}));
  EXPECT_EQ(Read({"--json-schema", path, "--schema-registry", "http://x=" + directory_.File("no")})
                .error()
                .code,
            ErrorCode::kNotFound);
}

TEST_F(ShapeOptionsTest, RunPassesTheShapeOn) {
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--choice", "yes,no"}), 0) << world_.err.text;
  ASSERT_TRUE(world_.script->requests.at(0).shape);
  EXPECT_EQ(world_.script->requests[0].shape->shortest_bytes(), 2U);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x"}), 0);
  EXPECT_FALSE(world_.script->requests.at(1).shape);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--choice", "yes,no", "--ignore-end"}), 2);
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--choice", "yes,no", "--json"}), 2);
}

// What the request's shape reads of a text.
size_t Reads(const GenerationRequest& request, std::string_view text) {
  const auto reader = ShapeReader::Start(request.shape);
  size_t n = 0;
  while (n < text.size() && reader->Push(static_cast<uint8_t>(text[n]))) ++n;
  return n;
}

TEST_F(ShapeOptionsTest, CopiesComeFromThePrompt) {
  const std::string path = directory_.Write("s.json", R"({"type":"string","x-copy":true})");
  const std::vector<std::string> args = {"run",   "tiny.gguf",     "Find it:", "--system",
                                         "Copy.", "--json-schema", path};
  world_.in.terminal = false;
  world_.in.text = "Anna\n";
  ASSERT_EQ(world_.Run(args), 0) << world_.err.text;
  const GenerationRequest& request = world_.script->requests.at(0);
  ASSERT_TRUE(request.shape);
  EXPECT_EQ(Reads(request, R"("Find it:\n\nAnna")"), 18U);
  EXPECT_EQ(Reads(request, R"("Copy.")"), 7U);
  EXPECT_EQ(Reads(request, R"("Copy.F")"), 6U);
  EXPECT_EQ(Reads(request, R"("Anna\n")"), 5U) << "the newline at the end is none of the prompt";
  EXPECT_EQ(Reads(request, R"("user")"), 1U) << "a word of the template";
}

TEST_F(ShapeOptionsTest, CopiesComeFromTheWholeChatButTheReplies) {
  const std::string path = directory_.Write("s.json", R"({"type":"string","x-copy":true})");
  ShapeOptions options;
  ArgParser parser("test", "a test");
  AddShapeOptions(parser, options);
  ASSERT_TRUE(parser.Parse(std::vector<std::string>{"--json-schema", path}));
  FakeEngine engine({.context = 1000}, world_.script);
  ChatSession session(world_.model, engine, world_.env, {});
  ASSERT_TRUE(ReadReplyShape(world_.env, options, session.settings));
  EXPECT_FALSE(session.settings.shape);
  world_.script->replies = {{"zzz"}};
  ASSERT_TRUE(session.Ask("first"));
  ASSERT_TRUE(session.Ask("second"));
  const GenerationRequest& request = world_.script->requests.at(1);
  EXPECT_EQ(Reads(request, R"("first")"), 7U);
  EXPECT_EQ(Reads(request, R"("second")"), 8U);
  EXPECT_EQ(Reads(request, R"("zzz")"), 1U);
}

TEST_F(ShapeOptionsTest, AShapeThatAPromptCannotFillLeavesTheChatAlone) {
  const std::string path =
      directory_.Write("s.json", R"({"type":"string","x-copy":true,"minLength":9})");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "short", "--json-schema", path}), 2);
  EXPECT_NE(world_.err.text.find("allows no span of the text to copy from"), std::string::npos)
      << world_.err.text;
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "long enough", "--json-schema", path}), 0);
}

TEST_F(ShapeOptionsTest, CopiesAreListed) {
  const std::string path = directory_.Write("s.json", R"({"x-copy":true})");
  world_.script->copied = {
      {.pointer = "/a", .byte = 6, .bytes = 4, .text = 1, .source_byte = 2, .source_bytes = 3}};
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--json-schema", path, "--copies"}), 0);
  EXPECT_EQ(world_.err.text,
            "{\"pointer\":\"/a\",\"offset\":6,\"bytes\":4,\"text\":1,"
            "\"text_offset\":2,\"text_bytes\":3}\n");
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--json", "--copies"}), 2);
}

TEST_F(ShapeOptionsTest, AShortenedReplyIsSaid) {
  world_.script->shortened_at = Shortening{.byte = 1200, .pointer = "/items/3"};
  EXPECT_EQ(world_.Run({"run", "tiny.gguf", "x", "--choice", "yes,no"}), 0);
  EXPECT_EQ(world_.out.text, "ok\n");
  EXPECT_NE(world_.err.text.find("from byte 1,200 on (/items/3)"), std::string::npos)
      << world_.err.text;
}

}  // namespace
}  // namespace bantam::cli
