// EncoderConfig: everything that shapes an encoder of the BERT family, read from a file's metadata.
//
// Source: Devlin et al. 2018 (arXiv 1810.04805): bidirectional attention, learned positions, token
// types, and norms after each sum.
#pragma once

#include <string_view>

#include "bantam/encoder.h"
#include "bantam/result.h"
#include "base/metadata.h"
#include "model/config.h"

namespace bantam {

// Read-only after ReadEncoderConfig.
struct EncoderConfig {
  // Sizes and what is common to decoders. Nothing rotates, and context_length is the number of
  // positions.
  ModelConfig model;
  Pooling pooling = Pooling::kMean;  // of the file; kMean where it does not say
  int max_tokens = 0;                // most tokens of a text, special ones included
  std::string prompt;                // before every text
};

// Positions of the longest text that any encoder takes.
inline constexpr int kMaxEncoderPositions = 8192;

// Whether an architecture (general.architecture) is that of an encoder this build runs.
bool IsEncoder(std::string_view architecture);
// The same of a file; false if it names no architecture.
bool IsEncoder(const Metadata& metadata);

// Reads and checks the configuration. kUnsupported names an architecture or option that is none of
// this build's; kCorrupt the key that is missing or impossible.
Result<EncoderConfig> ReadEncoderConfig(const Metadata& metadata);

}  // namespace bantam
