// Tests of the server's options: what is refused before anything is loaded.
#include "cli/serve_options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

// What `bantam serve` says of arguments that it refuses as wrong usage.
std::string RefusalOf(std::vector<std::string> args) {
  FakeWorld world;
  args.insert(args.begin(), "serve");
  EXPECT_EQ(world.Run(args), 2) << world.err.text;
  return world.err.text;
}

Result<ServeOptions> Parse(const std::vector<std::string>& args) {
  ServeOptions options;
  ArgParser parser("serve", "");
  DeclareServe(parser, options);
  const auto parsed = parser.Parse(args);
  if (!parsed) return std::unexpected(parsed.error());
  return options;
}

TEST(ServeOptions, OptionsOfTheCacheGoWithACache) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"--cache-ttl", "5m"}, std::vector<std::string>{"--cache-ttl=0"},
        std::vector<std::string>{"--cache-size", "1MiB"},
        std::vector<std::string>{"--cache-encoder", "m"},
        std::vector<std::string>{"--cache_normalize"}, std::vector<std::string>{"--cache-similar"},
        std::vector<std::string>{"--cache-sampled"}}) {
    EXPECT_NE(RefusalOf(args).find(" goes with --cache FILE"), std::string::npos) << args[0];
  }
  EXPECT_NE(RefusalOf({"--cache", ""}).find("--cache: expected a file"), std::string::npos);
  EXPECT_TRUE(Parse({"--cache-ttl", "5m", "--cache", "f", "--cache-size", "1MiB"}));
}

TEST(ServeOptions, TimesAreNotNegativeButForTheOneThatMeansForEver) {
  for (const char* name : {"--timeout", "--queue-timeout", "--first-token-timeout"}) {
    EXPECT_NE(RefusalOf({name, "-1"}).find(std::string(name) + ": must be at least 0, got '-1'"),
              std::string::npos);
    EXPECT_TRUE(Parse({name, "0"})) << name;
  }
  EXPECT_NE(RefusalOf({"--cache", "f", "--cache-ttl", "-5m"}).find("at least 0"),
            std::string::npos);
  EXPECT_TRUE(Parse({"--keep-alive", "-1"}));
}

TEST(ServeOptions, OriginsThatNoPageHasAreRefused) {
  EXPECT_NE(RefusalOf({"--cors-origin", "https://a.b/path"}).find("--cors-origin: expected"),
            std::string::npos);
  EXPECT_NE(RefusalOf({"--allowed-origins", "javascript:x"}).find("javascript:x"),
            std::string::npos);
  const auto options = Parse({"--cors-origin", "https://a.b", "--cors-origin", "*"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->service.guard.origins, (std::vector<std::string>{"https://a.b", "*"}));
}

TEST(ServeOptions, AModelIsGivenOnce) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"a", "--model", "b"}, std::vector<std::string>{"-m", "a", "b"},
        std::vector<std::string>{"--model", "a", "--model", "b"}}) {
    EXPECT_NE(RefusalOf(args).find("given twice, as 'a' and as 'b'"), std::string::npos);
  }
  EXPECT_EQ(Parse({"--model", "a"})->setup.model_path, "a");
}

}  // namespace
}  // namespace bantam::cli
