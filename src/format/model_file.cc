// ModelFile's accessors; reading is done by the reader of each format.
#include "format/model_file.h"

#include <algorithm>
#include <utility>

#include "format/gguf_reader.h"

namespace bantam {

Result<std::unique_ptr<ModelFile>> ModelFile::Open(const std::string& path) {
  return GgufReader::Open(path);
}

uint64_t ModelFile::file_bytes() const {
  uint64_t sum = 0;
  for (const MappedFile& file : files_) sum += file.bytes().size();
  return sum;
}

const TensorView* ModelFile::Find(std::string_view name) const {
  const auto name_of = [this](uint32_t i) -> std::string_view { return tensors_[i].name; };
  const auto place = std::ranges::lower_bound(by_name_, name, {}, name_of);
  if (place == by_name_.end() || tensors_[*place].name != name) return nullptr;
  return &tensors_[*place];
}

void ModelFile::Read(const TensorView& tensor, uint64_t offset, std::span<uint8_t> out) const {
  const MappedFile& file = files_[static_cast<size_t>(tensor.file_index)];
  file.Read(static_cast<size_t>(tensor.data - file.bytes().data()) + offset, out);
}

void ModelFile::StartReadAhead(std::span<const TensorView* const> tensors) {
  std::vector<std::vector<FilePiece>> pieces(files_.size());
  for (const TensorView* tensor : tensors) {
    const auto file = static_cast<size_t>(tensor->file_index);
    const auto offset = static_cast<size_t>(tensor->data - files_[file].bytes().data());
    pieces[file].push_back({offset, static_cast<size_t>(tensor->size_bytes)});
  }
  for (size_t i = 0; i < files_.size(); ++i) files_[i].StartReadAhead(std::move(pieces[i]));
}

void ModelFile::Release(const TensorView& tensor) const {
  const MappedFile& file = files_[static_cast<size_t>(tensor.file_index)];
  file.Release(static_cast<size_t>(tensor.data - file.bytes().data()), tensor.size_bytes);
}

}  // namespace bantam
