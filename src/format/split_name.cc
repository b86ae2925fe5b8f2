// Parsing and making of split model names.
#include "format/split_name.h"

#include <string_view>

namespace bantam {
namespace {

constexpr std::string_view kPattern = "-#####-of-#####.gguf";  // # stands for a digit

std::string FiveDigits(uint64_t n) {
  const std::string digits = std::to_string(n);
  return std::string(5 - digits.size(), '0') + digits;
}

uint64_t NumberIn(std::string_view digits) {
  uint64_t n = 0;
  for (const char c : digits) n = n * 10 + static_cast<uint64_t>(c - '0');
  return n;
}

}  // namespace

std::optional<SplitName> SplitName::FromPath(const std::string& path) {
  if (path.size() <= kPattern.size()) return std::nullopt;
  const std::string_view ending = std::string_view(path).substr(path.size() - kPattern.size());
  for (size_t i = 0; i < kPattern.size(); ++i) {
    const bool fits =
        kPattern[i] == '#' ? ending[i] >= '0' && ending[i] <= '9' : ending[i] == kPattern[i];
    if (!fits) return std::nullopt;
  }
  const uint64_t number = NumberIn(ending.substr(1, 5));
  const uint64_t count = NumberIn(ending.substr(10, 5));
  if (number < 1 || number > count) return std::nullopt;
  return SplitName{path.substr(0, path.size() - kPattern.size()), number - 1, count};
}

std::string SplitName::PathOf(uint64_t i) const {
  return prefix + "-" + FiveDigits(i + 1) + "-of-" + FiveDigits(count) + ".gguf";
}

}  // namespace bantam
