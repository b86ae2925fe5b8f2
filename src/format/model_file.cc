// ModelFile's accessors; reading is done by the reader of each format.
#include "format/model_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "format/gguf_reader.h"
#include "format/hf_folder.h"

namespace bantam {

namespace {

// Tensors in memory begin at multiples of a page, so that each can be given back alone.
uint64_t PagesOf(uint64_t bytes) {
  const uint64_t page = PageBytes();
  return (bytes + page - 1) / page * page;
}

}  // namespace

Result<std::unique_ptr<ModelFile>> ModelFile::Open(const std::string& path, FloatType floats) {
  if (IsDirectory(path)) return HfFolderReader::Open(path, floats);
  if (floats == FloatType::kAsStored) return GgufReader::Open(path);
  return Fail(ErrorCode::kUnsupported,
              path + ": is no Hugging Face folder; a GGUF file's types are not changed on loading");
}

Result<void> ModelFile::Convert() {
  memory_ =
      TRY(PageMemory::Allocate(static_cast<size_t>(converted_bytes()), true, "converted weights"));
  uint64_t at = 0;
  for (Conversion& conversion : conversions_) {
    TensorView& tensor = tensors_[conversion.tensor];
    uint8_t* place = memory_.data() + at;
    const Result<void> filled = conversion.fill({place, static_cast<size_t>(tensor.size_bytes)});
    if (!filled) {
      return Fail(filled.error().code,
                  path_ + ": tensor " + NameInFile(tensor.name) + ": " + filled.error().message);
    }
    tensor.data = place;
    at += PagesOf(tensor.size_bytes);
    conversion.fill = nullptr;  // and what it holds
    // The pages it read: else the whole file would be resident beside the converted weights.
    for (const MappedFile& file : files_) file.Release(0, file.bytes().size());
  }
  return {};
}

uint64_t ModelFile::converted_bytes() const {
  uint64_t sum = 0;
  for (const Conversion& one : conversions_) sum += PagesOf(tensors_[one.tensor].size_bytes);
  return sum;
}

std::string ModelFile::NameInFile(const std::string& name) const {
  return name_in_file_ ? name_in_file_(name) : name;
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
  if (!tensor.in_file()) {
    std::memcpy(out.data(), tensor.data + offset, out.size());
    return;
  }
  const MappedFile& file = files_[static_cast<size_t>(tensor.file_index)];
  file.Read(static_cast<size_t>(tensor.data - file.bytes().data()) + offset, out);
}

void ModelFile::StartReadAhead(std::span<const TensorView* const> tensors) {
  std::vector<std::vector<FilePiece>> pieces(files_.size());
  for (const TensorView* tensor : tensors) {
    if (!tensor->in_file()) continue;
    const auto file = static_cast<size_t>(tensor->file_index);
    const auto offset = static_cast<size_t>(tensor->data - files_[file].bytes().data());
    pieces[file].push_back({offset, static_cast<size_t>(tensor->size_bytes)});
  }
  for (size_t i = 0; i < files_.size(); ++i) files_[i].StartReadAhead(std::move(pieces[i]));
}

void ModelFile::Release(const TensorView& tensor) const {
  if (!tensor.in_file()) {
    memory_.Discard(static_cast<size_t>(tensor.data - memory_.data()),
                    static_cast<size_t>(tensor.size_bytes));
    return;
  }
  const MappedFile& file = files_[static_cast<size_t>(tensor.file_index)];
  file.Release(static_cast<size_t>(tensor.data - file.bytes().data()), tensor.size_bytes);
}

}  // namespace bantam
