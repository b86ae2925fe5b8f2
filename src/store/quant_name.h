// The quantisation that a GGUF file's name tells, and which file of several to take.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::store {

// Whether a word is a quantisation: "q4_k_m", "Q8_0", "iq4_xs", "f16", "fp16", "bf16", "q4".
bool IsQuant(std::string_view word);

// "qwen2.5-0.5b-instruct-q4_k_m.gguf" → "q4_k_m"; "m-UD-Q4_K_XL-00001-of-00002.gguf" →
// "ud-q4_k_xl". Empty if it tells none. The path may have folders.
std::string QuantOf(std::string_view path);

// The last part of a path.
std::string_view BaseName(std::string_view path);

// The paths of the GGUF file to take, all parts of it in order where it is split: the one whose
// quantisation is `wanted` (or whose file name is, in any letter case); without `wanted` the first
// of q4_k_m, q4_0, … that is there. Projectors (mmproj) and importance matrices are no models.
// Fails with kNotFound, listing what there is, and with kCorrupt for a split file that lacks
// parts. `paths` must be at most some thousands.
Result<std::vector<std::string>> ChooseGguf(std::span<const std::string> paths,
                                            std::string_view wanted);

// Whether of each file that is split (…-00001-of-00003, whatever comes after the dot) all parts are
// there. Fails with kCorrupt, naming it.
Result<void> CheckParts(std::span<const std::string> paths);

}  // namespace bantam::store
