// Tests of requests about large files: whose threads do the work, their limits, their leftovers.
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "server/routes.h"
#include "server/test_service.h"
#include "store/cache/faq_file.h"

namespace bantam::server {
namespace {

TEST_F(ServiceTest, LargeFilesKeepNobodyWaiting) {
  std::promise<void> checked;
  auto library = std::make_unique<Library>(
      store::Store(directory_.path()),
      [wait = checked.get_future().share()](const std::string& path) -> Result<ModelInfo> {
        if (path.find("/incoming/") != std::string::npos) wait.wait();
        ModelInfo info;
        info.parameters = 1;
        return info;
      });
  library->Add("path", {"fake"});
  service_ = std::make_unique<Service>(std::move(library), FakeBackend(model_, script_),
                                       HostOptions{}, ServiceOptions{});
  ASSERT_TRUE(service_->server().library.store()->Prepare());
  const std::string digest(64, 'a');
  directory_.Write("blobs/sha256-" + digest, "GGUF model");
  std::vector<std::shared_ptr<FakeExchange>> creations;
  // More than there are threads of any kind.
  for (int i = 0; i < 8; ++i) {
    creations.push_back(Send("POST", "/api/create",
                             R"({"model": "a", "files": {"a.gguf": "sha256:)" + digest + R"("}})"));
  }
  Good("/v1/chat/completions", Body({kHi}));
  for (const auto& creation : creations) EXPECT_EQ(creation->status(), 0) << "still at work";
  checked.set_value();
  for (const auto& creation : creations) {
    creation->Wait();
    EXPECT_EQ(creation->status(), 200) << creation->body();
  }
}

TEST_F(ServiceTest, LeftoversOfUploadsGoAtTheStart) {
  std::filesystem::create_directories(directory_.File("incoming/7"));
  directory_.Write("incoming/7/m.gguf", "half a file");
  directory_.Write("incoming/7.lock", "");
  Make({});
  EXPECT_TRUE(std::filesystem::is_empty(directory_.File("incoming")));
}

TEST_F(ServiceTest, FaqFilesMayBeLargerThanOtherBodies) {
  ServiceOptions options;
  options.max_body_bytes = 1000;
  Make(options);
  for (const Route& route : Routes()) {
    if (std::string_view(route.method) != "POST" || route.access == Access::kFile) continue;
    HttpRequest head;
    head.method = "POST";
    head.path = route.path;
    head.loopback = true;
    const bool faq = head.path == "/api/cache/import";
    EXPECT_EQ(service_->OnHead(head).limit, faq ? store::kMaxFaqFileBytes : 1000U) << head.path;
  }
}

TEST_F(ServiceTest, WhatLoadsAModelIsRateLimited) {
  ServiceOptions options;
  options.rate_limit = {.requests = 1, .seconds = 3600};
  Make(options);
  auto adapters = Send("GET", "/lora-adapters");
  adapters->Wait();
  EXPECT_EQ(adapters->status(), 200);
  EXPECT_EQ(Send("GET", "/lora-adapters")->status(), 429);
  EXPECT_EQ(Send("GET", "/tokenizer_info")->status(), 429);
  auto tags = Send("GET", "/api/tags");
  tags->Wait();
  EXPECT_EQ(tags->status(), 200) << "is answered of what is known";
}

}  // namespace
}  // namespace bantam::server
