// The response cache when its disk is full, and when its process is killed: in processes of their
// own.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/test_directory.h"
#include "store/cache/response_cache.h"

namespace bantam::store {
namespace {

CacheQuery Query(const std::string& question) {
  CacheQuery query;
  query.key = CacheKeyBuilder("", "model").AddPrompt("prompt", question).Finish();
  query.question = question;
  return query;
}

CachedReply Reply(const std::string& text) {
  CachedReply reply;
  reply.text = text;
  return reply;
}

// What a look-up found; an empty hit and a failed test if nothing.
CacheHit Hit(std::optional<CacheHit> found) {
  EXPECT_TRUE(found);
  return found ? *std::move(found) : CacheHit();
}

class CacheCrashTest : public testing::Test {
 protected:
  std::unique_ptr<ResponseCache> Open() {
    auto cache = ResponseCache::Open(path_, options_);
    EXPECT_TRUE(cache) << cache.error().message;
    return cache ? std::move(*cache) : nullptr;
  }

  TestDirectory directory_;
  std::string path_ = directory_.File("cache.db");
  CacheOptions options_;
};

int ExitOf(const std::function<int()>& run) {
  const pid_t child = fork();
  if (child == 0) _exit(run());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_F(CacheCrashTest, AFullDiskCostsOnlyWhatDoesNotFit) {
  const int code = ExitOf([this] {
    signal(SIGXFSZ, SIG_IGN);
    const auto cache = ResponseCache::Open(path_, options_);
    if (!cache) return 1;
    (*cache)->Put(Query("small"), Reply("a"));
    if (!(*cache)->Flush()) return 2;
    const rlimit limit = {200'000, 200'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 40; ++i) {
      (*cache)->Put(Query(std::to_string(i)), Reply(std::string(50'000, 'x')));
      (void)(*cache)->Flush();
    }
    const auto stats = (*cache)->Stats();
    if (!stats || stats->failures == 0 || stats->dropped == 0) return 3;
    const auto hit = (*cache)->Find(Query("small"));
    if (!hit || hit->reply.text != "a") return 4;
    const auto imported =
        (*cache)->ImportFaq({{.questions = {"q"}, .answer = std::string(60'000, 'y')},
                             {.questions = {"r"}, .answer = std::string(60'000, 'y')},
                             {.questions = {"s"}, .answer = std::string(60'000, 'y')},
                             {.questions = {"t"}, .answer = std::string(60'000, 'y')}},
                            "", false);
    return imported ? 5 : 0;
  });
  EXPECT_EQ(code, 0);
  const auto cache = Open();
  EXPECT_EQ(cache->note(), "");
  const CacheHit hit = Hit(cache->Find(Query("small")));
  EXPECT_EQ(hit.reply.text, "a");
  EXPECT_EQ(cache->Stats()->faq_answers, 0);
}

TEST_F(CacheCrashTest, SurvivesBeingKilled) {
  constexpr int kRounds = 60;
  options_.max_bytes = 600'000;
  for (int round = 0; round < kRounds; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      const auto cache = ResponseCache::Open(path_, options_);
      if (!cache) _exit(1);
      for (int i = 0;; ++i) {
        const std::string name = std::to_string(round) + "/" + std::to_string(i);
        (*cache)->Put(Query(name), Reply(name + std::string(static_cast<size_t>(i % 9000), 'x')));
        if (i % 7 == 0) (void)(*cache)->Flush();
        if (i % 50 == 0) {
          (void)(*cache)->ImportFaq({{.questions = {"f", name}, .answer = name}}, "", true);
        }
      }
    }
    usleep(static_cast<useconds_t>(2000 + round * 7919 % 40'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    if (round % 4 != 3) continue;  // often killed while it recovers
    const auto cache = Open();
    ASSERT_NE(cache, nullptr);
    EXPECT_EQ(cache->note(), "") << round;
    const auto stats = cache->Stats();
    ASSERT_TRUE(stats) << stats.error().message;
    EXPECT_LE(stats->faq_answers, 1);
    // Every reply is whole.
    ASSERT_TRUE(cache->Export([](const Json& json) -> Result<void> {
      const std::string& answer = json.Find("answer")->AsString();
      if (json.Find("kind")->AsString() == "faq") return {};
      const std::string& name = json.Find("question")->AsString();
      const auto n = static_cast<size_t>(std::stoi(name.substr(name.find('/') + 1)) % 9000);
      EXPECT_EQ(answer, name + std::string(n, 'x'));
      return {};
    }));
  }
}

}  // namespace
}  // namespace bantam::store
