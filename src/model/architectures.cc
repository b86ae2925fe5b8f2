// One row an architecture.
#include "model/architectures.h"

#include <array>

namespace bantam {
namespace {

constexpr std::array<Architecture, 2> kArchitectures = {{
    {.name = "qwen2", .names = {}},
    // GGUF stores llama's query and key rows permuted, so that rotation pairs are neighbours.
    {.name = "llama", .rope_style = RopeStyle::kInterleaved, .names = {}},
}};

}  // namespace

std::span<const Architecture> Architectures() {
  return kArchitectures;
}

const Architecture* FindArchitecture(std::string_view name) {
  for (const Architecture& row : kArchitectures) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

}  // namespace bantam
