// The units of memory.
#include "cli/memory_size.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "base/ascii.h"

namespace bantam::cli {
namespace {

constexpr double kLeast = 1 << 20;
constexpr double kMost = 1e18;

struct Unit {
  std::string_view letters;
  double bytes;
};

constexpr double kKi = 1024;
constexpr std::array<Unit, 8> kUnits = {{{"k", 1e3},
                                         {"m", 1e6},
                                         {"g", 1e9},
                                         {"t", 1e12},
                                         {"ki", kKi},
                                         {"mi", kKi* kKi},
                                         {"gi", kKi* kKi* kKi},
                                         {"ti", kKi* kKi* kKi* kKi}}};

// 0 if there is no such unit.
double BytesOfUnit(std::string_view unit) {
  std::string lower = LowerCase(unit);
  if (lower == "b") return 1;
  if (lower.ends_with('b')) lower.pop_back();
  for (const Unit& known : kUnits) {
    if (lower == known.letters) return known.bytes;
  }
  return 0;
}

std::unexpected<Error> Unreadable(std::string_view text) {
  constexpr size_t kShown = 60;
  std::string shown(text.substr(0, kShown));
  if (text.size() > kShown) shown += "…";
  return Fail(
      ErrorCode::kInvalidArgument,
      "expected an amount of memory, at least 1 MiB (700M, 1.5GiB, 50%), got '" + shown + "'");
}

}  // namespace

Result<MemorySize> ParseMemorySize(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || !std::isfinite(value) || value <= 0) return Unreadable(text);
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit == "%") {
    if (value > 100) return Unreadable(text);
    return MemorySize{.share = value / 100};
  }
  const double bytes = value * (unit.empty() ? 1 : BytesOfUnit(unit));
  if (bytes < kLeast || bytes > kMost) return Unreadable(text);
  return MemorySize{.bytes = static_cast<uint64_t>(bytes)};
}

Result<uint64_t> BytesOf(const MemorySize& size, uint64_t total) {
  if (size.share == 0) return size.bytes;
  if (total == 0) {
    return Fail(ErrorCode::kUnsupported,
                "a share of the memory was asked for, but this system does not say how much it "
                "has: give an amount (700M)");
  }
  return static_cast<uint64_t>(static_cast<double>(total) * size.share);
}

}  // namespace bantam::cli
