// ModelFile: a model on disk as named tensor views and metadata, whatever its format.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/dtype.h"
#include "base/mapped_file.h"
#include "base/metadata.h"

namespace bantam {

// A tensor's bytes inside the mapped file. Rows are contiguous; shape[0] is the row length.
struct TensorView {
  std::string name;
  DType type = DType::kF32;
  int n_dims = 1;
  std::array<int64_t, 4> shape{1, 1, 1, 1};  // innermost first, as GGUF stores them
  const uint8_t* data = nullptr;             // valid while the ModelFile lives
  uint64_t size_bytes = 0;
  int file_index = 0;  // which part of a split file it lies in

  int64_t row_length() const { return shape[0]; }
  int64_t n_rows() const { return shape[1] * shape[2] * shape[3]; }
};

// Immutable after Open; safe to share between threads.
class ModelFile {
 public:
  // Opens and validates a GGUF file (v2 or v3; the first part of a split model opens all parts).
  // Everything is checked before it is used; no allocation exceeds the file's size. Errors name
  // the file, the key or tensor, the offset and what was expected.
  static Result<std::unique_ptr<ModelFile>> Open(const std::string& path);

  const std::string& path() const { return path_; }
  const Metadata& metadata() const { return metadata_; }
  const std::vector<TensorView>& tensors() const { return tensors_; }
  uint64_t file_bytes() const;  // all parts together

  // The tensor of that name, or nullptr.
  const TensorView* Find(std::string_view name) const;

  // Copies a piece of a tensor's bytes without making the file's pages resident.
  void Read(const TensorView& tensor, uint64_t offset, std::span<uint8_t> out) const;

  // Starts reading these tensors into the system's cache, in that order, and does not wait for it.
  void StartReadAhead(std::span<const TensorView* const> tensors);

  // Tells the kernel that these bytes will not be needed again soon (after packing).
  void Release(const TensorView& tensor) const;

 private:
  friend class GgufReader;
  std::string path_;
  std::vector<MappedFile> files_;
  Metadata metadata_;
  std::vector<TensorView> tensors_;
  std::vector<uint32_t> by_name_;  // indices into tensors_, sorted by name
};

}  // namespace bantam
