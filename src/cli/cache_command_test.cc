// Tests of bantam cache, on files in a directory of their own.
#ifdef BANTAM_SQLITE

#include <gtest/gtest.h>

#include <optional>

#include "cli/command_test.h"
#include "cli/commands.h"
#include "store/cache/response_cache.h"

namespace bantam::cli {
namespace {

class CacheCommandTest : public CommandTest {
 protected:
  const std::string cache_ = directory_.File("cache.db");
};

TEST_F(CacheCommandTest, ImportsShowsExportsAndClears) {
  const std::string line = R"({"question":"When?","answer":"now","also":["What time?"]})";
  const std::string faq = directory_.Write("faq.jsonl", line + "\n");
  EXPECT_NE(
      Err({"cache", "import", faq, "--cache", cache_}, 0).find("1 answer(s) to 2 question(s)"),
      std::string::npos);
  EXPECT_NE(Out({"cache", "stats", "--cache", cache_}).find("FAQ answers    1 to 2 questions"),
            std::string::npos);
  EXPECT_NE(Out({"cache", "stats", "--json", "--cache", cache_}).find("\"faq_questions\": 2"),
            std::string::npos);
  EXPECT_EQ(Out({"cache", "export", "--faq", "--cache", cache_}), line + "\n");
  EXPECT_NE(Out({"cache", "export", "--cache", cache_}).find("\"kind\":\"faq\""),
            std::string::npos);
  EXPECT_NE(Err({"cache", "clear", "--cache", cache_}, 0).find("removed 0"), std::string::npos);
  EXPECT_NE(
      Err({"cache", "clear", "--faq", "--tenant", "x", "--cache", cache_}, 0).find("removed 0"),
      std::string::npos);
  EXPECT_NE(Err({"cache", "clear", "--faq", "--cache", cache_}, 0).find("removed 1"),
            std::string::npos);
}

TEST_F(CacheCommandTest, SaysWhatIsWrong) {
  const std::string faq = directory_.Write("faq.jsonl", "{\"question\":\"a\"}\n");
  EXPECT_NE(Err({"cache", "import", faq, "--cache", cache_}, 1).find("faq.jsonl:1: \"answer\""),
            std::string::npos);
  EXPECT_NE(Err({"cache", "stats"}, 2).find("give --cache FILE"), std::string::npos);
  EXPECT_NE(Err({"cache", "stat"}, 2).find("did you mean 'stats'"), std::string::npos);
  EXPECT_NE(Err({"cache", "stats", "--cache", cache_}, 1).find("there is no '"), std::string::npos);
  directory_.Write("cache.db", "this is no database, though it is long enough to be looked at");
  EXPECT_NE(Err({"cache", "stats", "--cache", cache_}, 0).find("cache.db.damaged-1'"),
            std::string::npos);
  const auto held = store::ResponseCache::Open(cache_, {});
  ASSERT_TRUE(held);
  EXPECT_NE(Err({"cache", "stats", "--cache", cache_}, 1).find("in use by another process"),
            std::string::npos);
}

TEST_F(CacheCommandTest, AnAddressElsewhereIsNotFollowed) {
  const auto held = store::ResponseCache::Open(cache_, {});
  ASSERT_TRUE(held);
  for (const char* elsewhere : {"http://203.0.113.77:11434", "https://evil.example",
                                "http://127.0.0.1.example:1", "\x1b[2J"}) {
    ASSERT_TRUE((*held)->Announce(elsewhere));
    const std::string said = Err({"cache", "stats", "--cache", cache_}, 1);
    EXPECT_NE(said.find("give --server URL"), std::string::npos) << said;
    EXPECT_EQ(said.find('\x1b'), std::string::npos);
  }
  // Nobody listens there, but it is asked.
  ASSERT_TRUE((*held)->Announce("http://127.0.0.1:1"));
  const std::string said = Err({"cache", "stats", "--cache", cache_}, 1);
  EXPECT_EQ(said.find("give --server URL"), std::string::npos) << said;
}

}  // namespace
}  // namespace bantam::cli

#endif  // BANTAM_SQLITE
