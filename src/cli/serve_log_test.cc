// Tests of the server's log.
#include "cli/serve_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

// Models load while the addresses are told: the thread sanitizer sees two writers without a lock.
TEST(ServeLog, LinesOfSeveralThreadsAreWhole) {
  StringOutput out;
  ServeLog log(out);
  constexpr int kThreads = 4;
  constexpr int kLines = 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&log, i] {
      for (int line = 0; line < kLines; ++line) {
        if (i % 2 == 0) {
          log.Say("a line");
        } else {
          log.Event("event", {{"message", Json::String("text")}});
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int said = 0;
  int events = 0;
  const std::string text = out.text;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    said += line == "a line" ? 1 : 0;
    const auto json = Json::Parse(line);
    events += json && json->Find("message") != nullptr ? 1 : 0;
  }
  EXPECT_EQ(said, kThreads / 2 * kLines);
  EXPECT_EQ(events, kThreads / 2 * kLines);
}

}  // namespace
}  // namespace bantam::cli
