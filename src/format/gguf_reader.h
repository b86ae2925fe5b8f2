// GgufReader: turns one GGUF file, or all parts of a split one, into a ModelFile.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "base/metadata.h"
#include "format/model_file.h"

namespace bantam {

// What a single GGUF file holds.
struct GgufContents {
  uint32_t version = 0;
  Metadata metadata;
  std::vector<TensorView> tensors;  // in file order; data points into the parsed bytes
};

// Source: the GGUF specification (ggml repository, docs/gguf.md), versions 2 and 3, little-endian.
class GgufReader {
 public:
  // Parses a whole file in memory, which must outlive the result; `name` stands for it in messages.
  // kCorrupt for bytes that break the format, kUnsupported for what Bantam does not read.
  static Result<GgufContents> Parse(std::span<const uint8_t> bytes, const std::string& name);

  // Maps and parses `path`. Any part of a split model opens all its parts, which must lie beside
  // each other under the names PREFIX-00001-of-0000N.gguf; metadata is that of the first.
  static Result<std::unique_ptr<ModelFile>> Open(const std::string& path);
};

}  // namespace bantam
