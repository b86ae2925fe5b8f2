// The tiny models of tests/golden/models, by name.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace bantam {

inline const std::string kGoldenModels = BANTAM_SOURCE_DIR "/tests/golden/models/";

// Without ".gguf", sorted.
inline std::vector<std::string> GoldenModelNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kGoldenModels)) {
    if (entry.path().extension() == ".gguf") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace bantam
