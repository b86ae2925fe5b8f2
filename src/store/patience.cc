// Waiting between tries.
#include "store/patience.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/check.h"
#include "base/small_file.h"

namespace bantam::store {
namespace {

constexpr int kMaxTries = 5;
constexpr double kMaxWaitS = 120;

}  // namespace

bool IsTransientStatus(int status) {
  return status == 408 || status == 425 || status == 429 || status == 500 || status == 502 ||
         status == 503 || status == 504;
}

void Patience::Progress() {
  heard_ = true;
  tries_ = 0;
  wait_s_ = first_wait_s_;
}

Result<void> Patience::Wait(double seconds, const std::string& why) {
  const auto text = std::to_string(static_cast<int>(seconds + 0.5));
  if (events_.on_note && seconds >= 1) events_.on_note(why + "; trying again in " + text + " s");
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (true) {
    if (events_.cancelled && events_.cancelled()) return Fail(ErrorCode::kCancelled, "stopped");
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::seconds(0)) return {};
    std::this_thread::sleep_for(
        std::min<std::chrono::duration<double>>(left, std::chrono::milliseconds(100)));
  }
}

Result<void> Patience::AfterFailure(const net::HttpFailure& failure) {
  heard_ = heard_ || !failure.unreachable;
  if (!failure.transient || !heard_ || ++tries_ >= kMaxTries) {
    return std::unexpected(failure.error);
  }
  const double wait = std::min(wait_s_, kMaxWaitS);
  wait_s_ *= 2;
  return Wait(wait, failure.error.message);
}

Result<void> Patience::AfterStatus(const net::HttpHop& answer, const Error& error) {
  heard_ = true;
  if (++tries_ >= kMaxTries) return std::unexpected(error);
  double wait = std::min(wait_s_, kMaxWaitS);
  wait_s_ *= 2;
  if (const std::string* header = answer.Find("retry-after")) {
    if (const auto seconds = ParseLeadingUint(*header)) {
      if (static_cast<double>(*seconds) > kMaxWaitS) {
        return Fail(error.code,
                    error.message + " and asks to come back in " + std::to_string(*seconds) + " s");
      }
      wait = std::max(wait, static_cast<double>(*seconds));
    }
  }
  return Wait(wait, error.message);
}

}  // namespace bantam::store
