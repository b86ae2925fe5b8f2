// SharedTime: how long at least one of several has been at something.
#pragma once

#include <algorithm>

namespace bantam::server {

// Times are seconds of one clock. What is done at the same time counts once. Not thread-safe.
class SharedTime {
 public:
  // One more is at it since `begin_s`: what ended before counts no second time.
  void Begin(double begin_s) {
    if (n_++ == 0) begin_s_ = std::max(begin_s, end_s_);
  }
  // One has ended it. As often as Begin.
  void End(double now_s) {
    if (--n_ > 0) return;
    end_s_ = std::max(now_s, begin_s_);
    sum_s_ += end_s_ - begin_s_;
  }
  double Sum(double now_s) const { return sum_s_ + (n_ > 0 ? std::max(0.0, now_s - begin_s_) : 0); }

 private:
  int n_ = 0;
  double begin_s_ = 0;  // of the first of those that are at it
  double end_s_ = 0;
  double sum_s_ = 0;  // of what has ended
};

}  // namespace bantam::server
