// ModelFile's accessors; reading is done by the reader of each format.
#include "format/model_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/hash64.h"
#include "base/sha256.h"
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
  const TensorView* tensor = Find(name);
  if (tensor != nullptr && !tensor->name_in_file.empty()) return tensor->name_in_file;
  return name_in_file_ ? name_in_file_(name) : name;
}

uint64_t ModelFile::file_bytes() const {
  uint64_t sum = 0;
  for (const MappedFile& file : files_) sum += file.bytes().size();
  return sum;
}

namespace {

template <typename T>
std::span<const uint8_t> BytesOf(const T& value) {
  return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}
std::span<const uint8_t> BytesOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
template <typename T>
std::span<const uint8_t> BytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T)};
}

// A folder's options stand in config.json, which is none of its mapped files.
void HashMetadata(const Metadata& metadata, Hash64& hash) {
  for (const auto& [key, value] : metadata.entries()) {
    hash.Update(BytesOf(key));
    std::visit(
        [&]<typename T>(const T& one) {
          if constexpr (std::is_same_v<T, std::vector<bool>>) {
            for (const bool bit : one) hash.Update(BytesOf(bit));
          } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
            for (const std::string& text : one) hash.Update(BytesOf(text));
          } else {
            hash.Update(BytesOf(one));
          }
        },
        value);
  }
}

}  // namespace

std::string ModelFile::ContentHash() const {
  constexpr size_t kPiece = size_t{1} << 20;
  std::vector<uint8_t> buffer(kPiece);
  Hash64 first(0);
  Hash64 second(1);
  HashMetadata(metadata_, first);
  for (const MappedFile& file : files_) {
    const size_t size = file.bytes().size();
    for (size_t at = 0; at < size; at += kPiece) {
      const std::span<uint8_t> piece = std::span(buffer).first(std::min(kPiece, size - at));
      file.Read(at, piece);
      first.Update(piece);
      second.Update(piece);
    }
  }
  const std::array<uint64_t, 2> digests = {first.Digest(), second.Digest()};
  return HexText({reinterpret_cast<const uint8_t*>(digests.data()), sizeof digests});
}

const TensorView* ModelFile::Find(std::string_view name) const {
  const auto name_of = [this](uint32_t i) -> std::string_view { return tensors_[i].name; };
  const auto place = std::ranges::lower_bound(by_name_, name, {}, name_of);
  if (place == by_name_.end() || tensors_[*place].name != name) return nullptr;
  return &tensors_[*place];
}

ModelFile::Place ModelFile::PlaceOf(const TensorView& tensor) const {
  const MappedFile& file = files_[static_cast<size_t>(tensor.file_index)];
  return {file, static_cast<size_t>(tensor.data - file.bytes().data())};
}

void ModelFile::Read(const TensorView& tensor, uint64_t offset, std::span<uint8_t> out) const {
  if (!tensor.in_file()) {
    std::memcpy(out.data(), tensor.data + offset, out.size());
    return;
  }
  const auto [file, begin] = PlaceOf(tensor);
  file.Read(begin + offset, out);
}

void ModelFile::StartReadAhead(std::span<const TensorView* const> tensors) {
  std::vector<std::vector<FilePiece>> pieces(files_.size());
  for (const TensorView* tensor : tensors) {
    if (!tensor->in_file()) continue;
    pieces[static_cast<size_t>(tensor->file_index)].push_back(
        {PlaceOf(*tensor).offset, static_cast<size_t>(tensor->size_bytes)});
  }
  for (size_t i = 0; i < files_.size(); ++i) files_[i].StartReadAhead(std::move(pieces[i]));
}

void ModelFile::AwaitReadAhead(const TensorView& tensor) const {
  if (!tensor.in_file()) return;
  const auto [file, begin] = PlaceOf(tensor);
  file.AwaitReadAhead(begin);
}

void ModelFile::Release(const TensorView& tensor) const {
  if (!tensor.in_file()) {
    memory_.Discard(static_cast<size_t>(tensor.data - memory_.data()),
                    static_cast<size_t>(tensor.size_bytes));
    return;
  }
  const auto [file, begin] = PlaceOf(tensor);
  file.Release(begin, tensor.size_bytes);
}

}  // namespace bantam
