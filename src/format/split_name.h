// SplitName: the file names of split models, PREFIX-00002-of-00003.gguf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bantam {

struct SplitName {
  std::string prefix;  // with its directory
  uint64_t part = 0;   // counted from 0, as the key split.no is; one less than in the name
  uint64_t count = 0;

  // Nothing if the path does not end as a split model's does or part ≥ count.
  static std::optional<SplitName> FromPath(const std::string& path);

  // The path of another part; i and count are below 100,000.
  std::string PathOf(uint64_t i) const;
};

}  // namespace bantam
