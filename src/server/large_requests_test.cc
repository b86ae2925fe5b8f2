// Tests of large requests, whose reading and tokenising takes long: others are answered meanwhile.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/host/work_pools.h"
#include "server/test_service.h"

namespace bantam::server {
namespace {

// Texts with "wait" are tokenised once the test says so.
class LargeRequestsTest : public ServiceTest {
 protected:
  LargeRequestsTest() {
    model_->on_tokenize_ = [wait = released_.get_future().share()](std::string_view text) {
      if (text.find("wait") != std::string_view::npos) wait.wait();
    };
  }
  ~LargeRequestsTest() override { Release(); }

  void Release() {
    if (!std::exchange(is_released_, true)) released_.set_value();
  }

  // More than there are threads of any kind.
  void SendMany(const std::string& path, const std::string& body) {
    for (int i = 0; i < 5; ++i) held_.push_back(Send("POST", path, body));
  }

  static std::string Content(const std::string& text) { return R"({"content": ")" + text + "\"}"; }
  static std::string Message(const std::string& text) {
    return R"({"role": "user", "content": ")" + text + "\"}";
  }

  void ExpectOthersAreAnswered() {
    Good("/v1/chat/completions", Body({kHi}));
    Good("/tokenize", Content("small"));
    auto models = Send("GET", "/v1/models");
    models->Wait();
    EXPECT_EQ(models->status(), 200);
    for (const auto& held : held_) EXPECT_EQ(held->status(), 0) << "still at work";
  }

  const std::string large_ = std::string(WorkPools::kLargeBytes, 'a');
  const std::string huge_ = std::string(WorkPools::kHugeBytes, 'a');
  std::vector<std::shared_ptr<FakeExchange>> held_;

 private:
  std::promise<void> released_;
  bool is_released_ = false;
};

TEST_F(LargeRequestsTest, KeepNobodyWaiting) {
  SendMany("/tokenize", Content("wait" + large_));
  SendMany("/v1/chat/completions", R"({"trim": "relevant", "messages": [)" + Message(large_) +
                                       ", " + Message("wait") + "]}");
  SendMany("/v1/chat/completions", R"({"guided_json": {"type": "string", "description": ")" +
                                       large_ + R"("}, "messages": [)" + Message("wait") + "]}");
  ExpectOthersAreAnswered();
  Release();
  for (const auto& held : held_) {
    held->Wait();
    EXPECT_EQ(held->status(), 200) << held->body();
  }
}

TEST_F(LargeRequestsTest, TheLargestDoNotKeepLargeOnesWaiting) {
  SendMany("/tokenize", Content("wait" + huge_));
  Good("/tokenize", Content(large_));
  ExpectOthersAreAnswered();
  Release();
  for (const auto& held : held_) {
    held->Wait();
    EXPECT_EQ(held->status(), 200);
  }
}

TEST_F(LargeRequestsTest, TextsToTokenizeAreBounded) {
  const auto refused = Post("/tokenize", Content(std::string((8 << 20) + 1, 'a')));
  EXPECT_EQ(refused->status(), 400);
  EXPECT_NE(refused->body().find("8 MiB"), std::string::npos) << refused->body();
}

}  // namespace
}  // namespace bantam::server
