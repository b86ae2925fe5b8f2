// WeightPacker: moves matrices from the file into packed memory, a piece with every pass.
#pragma once

#include <cstddef>
#include <span>

#include "bantam/result.h"
#include "base/page_memory.h"
#include "format/model_file.h"

namespace bantam {

struct Linear;

// Packing costs little where a pass has to rearrange a panel anyway; taking the memory for it does
// not (the system clears every page). So a matrix's first pass only uses the file, that the first
// token may come soon, and later ones keep some of what they pack, up to a budget. Packed panels
// are always the first ones of their matrix. Not thread-safe: Begin and End stand around the
// workers' pass.
class WeightPacker {
 public:
  // Plans memory for the packable ones among the matrices, which must stay where they are. Pages
  // cost memory only once written. Fails with kResourceExhausted.
  static Result<WeightPacker> Create(const ModelFile& file, std::span<Linear* const> matrices);

  // The coming pass goes through all panels of these matrices and may keep that many bytes.
  void Begin(std::span<Linear* const> matrices, size_t budget) const;
  // What it packed is used from now on, and its pages of the file are given back.
  void End(std::span<Linear* const> matrices) const;

  size_t bytes() const { return memory_.size(); }  // when all is packed

 private:
  WeightPacker(const ModelFile& file, PageMemory memory)
      : file_(&file), memory_(std::move(memory)) {}

  const ModelFile* file_;
  PageMemory memory_;
};

// Gives the file's pages of some panels back: all of them are packed.
void ReleasePanels(const ModelFile& file, const Linear& linear, int panel_begin, int panel_end);

}  // namespace bantam
