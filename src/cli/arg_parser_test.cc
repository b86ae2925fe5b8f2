// Tests of option parsing and help.
#include "cli/arg_parser.h"

#include <gtest/gtest.h>

namespace bantam::cli {
namespace {

struct Parsed {
  Result<void> result;
  std::string model;
  std::vector<std::string> words;
  std::string system;
  std::vector<std::string> stops;
  int threads = 0;
  bool stats = false;
  bool help = false;
};

Parsed Parse(const std::vector<std::string>& args) {
  Parsed parsed;
  ArgParser parser("run", "chat");
  parser.AddPositional("MODEL", "path of a GGUF file", true, StoreString(parsed.model));
  parser.AddRepeatedPositional("PROMPT", "what to ask", AppendString(parsed.words));
  parser.AddOption("--system", "TEXT", "system message", StoreString(parsed.system));
  parser.AddOption("--stop,-r", "TEXT", "end", AppendString(parsed.stops));
  parser.AddOption("--threads,-t", "N", "threads", StoreInt(parsed.threads, 0));
  parser.AddOption("--top-k", "K", "top", [](std::string_view) -> Result<void> { return {}; });
  parser.AddFlag("--stats", "statistics", [&] { parsed.stats = true; });
  parsed.result = parser.Parse(args);
  parsed.help = parser.help_requested();
  return parsed;
}

std::string ErrorOf(const std::vector<std::string>& args) {
  const Parsed parsed = Parse(args);
  if (parsed.result) return "(accepted)";
  EXPECT_EQ(parsed.result.error().code, ErrorCode::kInvalidArgument);
  const std::string& message = parsed.result.error().message;
  EXPECT_TRUE(message.ends_with("\nTry 'bantam run --help'.")) << message;
  return message.substr(0, message.find('\n'));
}

TEST(ArgParser, EveryFormOfAnOption) {
  const Parsed parsed = Parse({"m", "-t4", "--system=a=b", "--stop", "x", "-r", "-y", "--stats"});
  ASSERT_TRUE(parsed.result);
  EXPECT_EQ(parsed.threads, 4);
  EXPECT_EQ(parsed.system, "a=b");
  EXPECT_EQ(parsed.stops, (std::vector<std::string>{"x", "-y"}));
  EXPECT_TRUE(parsed.stats);
  EXPECT_TRUE(Parse({"m", "--top_k", "3"}).result) << "_ counts as -";
}

TEST(ArgParser, ValuesAreTakenAsTheyAre) {
  for (const std::string value : {"", "{}", "[1,2]", "%%", "--stats", "a b", "\n"}) {
    const Parsed parsed =
        Parse({"m", "--system", value, "--stop", value, value.substr(0, 1) == "-" ? "x" : value});
    ASSERT_TRUE(parsed.result) << value;
    EXPECT_EQ(parsed.system, value);
    EXPECT_EQ(parsed.stops, std::vector<std::string>{value});
    EXPECT_FALSE(parsed.stats);
  }
}

TEST(ArgParser, PositionalArguments) {
  EXPECT_EQ(Parse({"m", "two", "words"}).words, (std::vector<std::string>{"two", "words"}));
  EXPECT_EQ(Parse({"m", "-"}).words, std::vector<std::string>{"-"});
  for (const std::string text : {"- milk\n- eggs", "-5 + 3 = ?", "-- the ten best\nSELECT", "-"}) {
    EXPECT_EQ(Parse({"m", text}).words, std::vector<std::string>{text});
  }
  const Parsed after = Parse({"m", "--", "--stats", "-t"});
  EXPECT_EQ(after.words, (std::vector<std::string>{"--stats", "-t"}));
  EXPECT_FALSE(after.stats);
}

TEST(ArgParser, LastOfRepeatedOptionsWins) {
  EXPECT_EQ(Parse({"m", "-t", "1", "--threads=2"}).threads, 2);
}

TEST(ArgParser, MistakesAreNamed) {
  EXPECT_EQ(ErrorOf({}), "missing MODEL: path of a GGUF file");
  EXPECT_EQ(ErrorOf({"m", "--sytem", "x"}), "unknown option '--sytem'; did you mean '--system'?");
  EXPECT_EQ(ErrorOf({"m", "--thr", "1"}), "unknown option '--thr'; did you mean '--threads'?");
  EXPECT_EQ(ErrorOf({"m", "--zzzzzz"}), "unknown option '--zzzzzz'");
  EXPECT_EQ(ErrorOf({"m", "-threads", "2"}),
            "unknown option '-threads'; did you mean '--threads'?");
  EXPECT_EQ(ErrorOf({"m", "-x"}), "unknown option '-x'");
  EXPECT_EQ(ErrorOf({"m", "--stats -t"}), "unknown option '--stats -t'; did you mean '--stats'?");
  EXPECT_EQ(ErrorOf({"m", "--sytem=a b"}), "unknown option '--sytem'; did you mean '--system'?");
  EXPECT_EQ(ErrorOf({"m", "--threads"}), "option '--threads' needs a value: --threads N");
  EXPECT_EQ(ErrorOf({"m", "--stats=1"}), "option '--stats' takes no value");
  EXPECT_EQ(ErrorOf({"m", "-t", "two"}), "-t: expected a whole number, got 'two'");
  EXPECT_EQ(ErrorOf({"m", "--threads=-1"}), "--threads: must be at least 0, got '-1'");
}

TEST(ArgParser, OnlyTheLastPositionalRepeats) {
  ArgParser parser("show", "what");
  std::string model;
  parser.AddPositional("MODEL", "path", true, StoreString(model));
  const std::vector<std::string> args{"a", "b"};
  const auto result = parser.Parse(args);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "unexpected argument 'b'\nTry 'bantam show --help'.");
}

TEST(ArgParser, HelpComesFirst) {
  EXPECT_TRUE(Parse({"--nonsense", "--help"}).help);
  EXPECT_TRUE(Parse({"-h"}).result);
  EXPECT_FALSE(Parse({"m", "--", "--help"}).help);
}

TEST(ArgParser, HelpShowsEverything) {
  ArgParser parser("run", "chat with a model");
  std::string text;
  parser.AddPositional("MODEL", "path of a GGUF file", true, StoreString(text));
  parser.AddRepeatedPositional("PROMPT", "what to ask", StoreString(text));
  parser.AddOption("--system", "TEXT", "how to behave\nand more", StoreString(text));
  parser.AddSection("The machine");
  parser.AddOption("--a-rather-long-option,-a,--alias", "VALUE", "long", StoreString(text));
  parser.AddExample("bantam run model.gguf");
  EXPECT_EQ(parser.Help(),
            "bantam run: chat with a model\n\n"
            "Usage: bantam run MODEL [PROMPT…] [options]\n\n"
            "  MODEL                         path of a GGUF file\n"
            "  PROMPT                        what to ask\n"
            "\nOptions:\n"
            "  --system TEXT                 how to behave\n"
            "                                and more\n"
            "\nThe machine:\n"
            "  --a-rather-long-option, -a, --alias VALUE\n"
            "                                long\n"
            "\nExamples:\n  bantam run model.gguf\n");
}

TEST(ArgParser, HelpWithoutArgumentsHasNoGap) {
  ArgParser parser("check", "look");
  std::string text;
  parser.AddOption("--shape", "TEXT", "what", StoreString(text));
  EXPECT_EQ(parser.Help(),
            "bantam check: look\n\n"
            "Usage: bantam check [options]\n"
            "\nOptions:\n"
            "  --shape TEXT                  what\n");
}

}  // namespace
}  // namespace bantam::cli
