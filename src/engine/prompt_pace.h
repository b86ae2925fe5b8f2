// PromptPace: how many tokens of prompts a step may read while replies wait for it.
#pragma once

#include <algorithm>

namespace bantam {

// By what earlier steps have taken. It cuts prompts, which changes no answer.
class PromptPace {
 public:
  // `seconds` a step may take for prompts; 0: any, so that `most` tokens alone count.
  PromptPace(double seconds, int most) : seconds_(seconds), most_(most) {}

  int tokens() const {
    if (seconds_ <= 0) return most_;
    const double fitting = per_token_s_ > 0 ? seconds_ / per_token_s_ : kUnmeasured;
    if (fitting >= most_) return most_;
    // Whole tiles of the kernels; fewer than two read all weights for next to nothing.
    return std::min(most_, std::max(kLeast, static_cast<int>(fitting) / kTile * kTile));
  }

  // A step with so many tokens of prompts has taken `seconds`, whatever else was in it. Short ones
  // say little about long ones.
  void Measure(int tokens, double seconds) {
    if (tokens < kLeast || !(seconds > 0)) return;
    const double per_token = seconds / tokens;
    per_token_s_ = per_token_s_ > 0 ? (per_token_s_ + per_token) / 2 : per_token;
  }

 private:
  static constexpr int kTile = 16;
  static constexpr int kLeast = 32;
  static constexpr int kUnmeasured = 64;

  double seconds_;
  int most_;
  double per_token_s_ = 0;  // 0: nothing has been measured
};

}  // namespace bantam
