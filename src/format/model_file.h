// ModelFile: a model on disk as named tensor views and metadata, whatever its format.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/dtype.h"
#include "base/mapped_file.h"
#include "base/metadata.h"
#include "base/page_memory.h"

namespace bantam {

// A tensor's bytes inside the mapped file, or in the ModelFile's own memory where the file stores
// them in another way. Rows are contiguous; shape[0] is the row length.
struct TensorView {
  std::string name;
  std::string name_in_file;  // where names are translated: the one that messages say
  DType type = DType::kF32;
  int n_dims = 1;
  std::array<int64_t, 4> shape{1, 1, 1, 1};  // innermost first, as GGUF stores them
  const uint8_t* data = nullptr;             // valid while the ModelFile lives
  uint64_t size_bytes = 0;
  int file_index = 0;  // which part of a split file it lies in; -1: in memory (ModelFile::Convert)
  // Where columns are stored in another order: stored column j is column column_order[j] of the
  // matrix. [row_length]; null: as they are.
  const int32_t* column_order = nullptr;

  bool in_file() const { return file_index >= 0; }
  int64_t row_length() const { return shape[0]; }
  int64_t n_rows() const { return shape[1] * shape[2] * shape[3]; }
};

// Immutable after Open and Convert; safe to share between threads.
class ModelFile {
 public:
  // Opens and validates a GGUF file (v2 or v3; the first part of a split model opens all parts) or
  // a Hugging Face folder (config.json and safetensors; tensors under their GGUF names).
  // Everything is checked before it is used; no allocation exceeds the file's size. Errors name
  // the file, the key or tensor, the offset and what was expected. `floats` is for folders only:
  // of a GGUF file anything but kAsStored fails with kUnsupported.
  static Result<std::unique_ptr<ModelFile>> Open(const std::string& path,
                                                 FloatType floats = FloatType::kAsStored);

  // Gives tensors their bytes that are not in the file as they are used (converted, AWQ, GPTQ):
  // until then their data is null. Fails with kResourceExhausted, or kCorrupt and kUnsupported,
  // naming the tensor. Once, before anything reads weights; not thread-safe.
  Result<void> Convert();

  const std::string& path() const { return path_; }
  const Metadata& metadata() const { return metadata_; }
  const std::vector<TensorView>& tensors() const { return tensors_; }
  uint64_t file_bytes() const;       // all parts together
  uint64_t converted_bytes() const;  // what Convert takes or took of memory

  // How the file spells a tensor's name, or would if it had the tensor; for messages.
  std::string NameInFile(const std::string& name) const;

  // XXH64 with two seeds of all bytes of all parts, in hexadecimal: not for secrets. Reads them
  // without making the files' pages resident.
  std::string ContentHash() const;

  // The tensor of that name, or nullptr.
  const TensorView* Find(std::string_view name) const;

  // Copies a piece of a tensor's bytes without making the file's pages resident.
  void Read(const TensorView& tensor, uint64_t offset, std::span<uint8_t> out) const;

  // Starts reading these tensors into the system's cache, in that order, and does not wait for it.
  void StartReadAhead(std::span<const TensorView* const> tensors);

  // Returns when the tensor has been read ahead, or will not be: a page of a small one that is
  // touched before its turn makes the system read there, and what is read in order waits.
  void AwaitReadAhead(const TensorView& tensor) const;

  // Tells the kernel that these bytes will not be needed again soon (after packing). Those that are
  // not in the file are gone for good.
  void Release(const TensorView& tensor) const;

 private:
  friend class GgufReader;
  friend class HfFolderReader;

  // Fills a tensor's bytes.
  struct Conversion {
    size_t tensor;  // index into tensors_
    std::function<Result<void>(std::span<uint8_t> out)> fill;
  };

  struct Place {
    const MappedFile& file;
    size_t offset;
  };
  // Of a tensor that is in_file().
  Place PlaceOf(const TensorView& tensor) const;

  std::string path_;
  std::vector<MappedFile> files_;
  Metadata metadata_;
  std::vector<TensorView> tensors_;
  std::vector<uint32_t> by_name_;  // indices into tensors_, sorted by name
  std::vector<Conversion> conversions_;
  std::vector<std::vector<int32_t>> column_orders_;  // what tensors' column_order points to
  mutable PageMemory memory_;                        // of converted tensors; Release discards pages
  std::vector<std::vector<float>> vectors_;          // the bytes of tensors that are in no file
  std::function<std::string(const std::string&)> name_in_file_;
};

}  // namespace bantam
