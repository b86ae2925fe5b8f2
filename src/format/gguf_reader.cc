// The header of GGUF files, and the putting together of split ones.
#include "format/gguf_reader.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "format/gguf_cursor.h"
#include "format/gguf_metadata.h"
#include "format/gguf_tensors.h"
#include "format/split_name.h"

namespace bantam {
namespace {

constexpr uint64_t kDefaultAlignment = 32;
constexpr uint64_t kMinAlignment = 8;  // from the specification; also what kernels rely on

struct Part {
  MappedFile file;
  GgufContents contents;
};

// How a file says it belongs to a split model.
struct SplitKeys {
  uint64_t part = 0;
  uint64_t count = 1;
  std::optional<uint64_t> tensors;  // in all parts together
};

Result<void> CheckMagic(GgufCursor& cursor) {
  const uint8_t* magic = TRY(cursor.ReadBlock(4, 1, "the magic number"));
  const std::string_view text(reinterpret_cast<const char*>(magic), 4);
  if (text == "GGUF") return {};
  std::string message = "expected the magic number \"GGUF\", got " + Quote(text);
  if (text == "FUGG") {
    return cursor.Failure(ErrorCode::kUnsupported, "big-endian GGUF files are not supported");
  }
  if (text == "lmgg" || text == "tjgg" || text == "algg" || text == "fmgg") {
    return cursor.Failure(ErrorCode::kUnsupported,
                          message + ": a GGML file from before GGUF; convert it anew");
  }
  if (text == "vers") message += ": maybe a Git LFS pointer instead of the model itself";
  return cursor.Corrupt(message);
}

Result<uint32_t> ReadVersion(GgufCursor& cursor) {
  const auto version = TRY(cursor.Read<uint32_t>("the version"));
  if (version == 2 || version == 3) return version;
  if (version == std::byteswap(2u) || version == std::byteswap(3u)) {
    return cursor.Failure(ErrorCode::kUnsupported, "big-endian GGUF files are not supported");
  }
  return cursor.Failure(ErrorCode::kUnsupported,
                        "expected GGUF version 2 or 3, got " + std::to_string(version));
}

Result<uint64_t> AlignmentOf(const Metadata& metadata) {
  constexpr std::string_view kKey = "general.alignment";
  const uint64_t alignment = TRY(metadata.GetUintOr(kKey, kDefaultAlignment, UINT32_MAX));
  if (alignment < kMinAlignment || !std::has_single_bit(alignment)) {
    return Fail(ErrorCode::kCorrupt, "key " + Quote(kKey) + " is " + std::to_string(alignment) +
                                         ", expected a power of two of 8 or more");
  }
  return alignment;
}

// Names the file in an error that comes from its metadata.
template <typename T>
Result<T> InFile(const std::string& name, Result<T> result) {
  if (!result) return Fail(result.error().code, name + ": " + result.error().message);
  return result;
}

Result<SplitKeys> SplitKeysOf(const Metadata& metadata) {
  SplitKeys keys;
  keys.part = TRY(metadata.GetUintOr("split.no", 0, UINT16_MAX));
  keys.count = TRY(metadata.GetUintOr("split.count", 1, UINT16_MAX));
  if (metadata.Find("split.tensors.count") != nullptr) {
    keys.tensors = TRY(metadata.GetUint("split.tensors.count"));
  }
  if (keys.count == 0) keys.count = 1;  // written by some tools for models that are not split
  if (keys.part >= keys.count) {
    return Fail(ErrorCode::kCorrupt, "key \"split.no\" is " + std::to_string(keys.part) +
                                         ", expected less than \"split.count\", which is " +
                                         std::to_string(keys.count));
  }
  return keys;
}

Result<Part> OpenPart(const std::string& path) {
  Part part;
  part.file = TRY(MappedFile::Open(path));
  part.contents = TRY(GgufReader::Parse(part.file.bytes(), path));
  return part;
}

// All parts of the model that `opened`, found at `path`, is one part of; first to last.
Result<std::vector<Part>> OpenParts(const std::string& path, Part opened) {
  const SplitKeys keys = TRY(InFile(path, SplitKeysOf(opened.contents.metadata)));
  std::vector<Part> parts;
  if (keys.count == 1) {
    parts.push_back(std::move(opened));
    return parts;
  }
  const std::optional<SplitName> name = SplitName::FromPath(path);
  if (!name || name->part != keys.part || name->count != keys.count) {
    return Fail(ErrorCode::kNotFound,
                path + ": is part " + std::to_string(keys.part + 1) + " of " +
                    std::to_string(keys.count) + " of a split model, but its name does not end " +
                    Quote(SplitName{"", keys.part, keys.count}.PathOf(keys.part)) +
                    ", so the other parts cannot be found");
  }
  uint64_t tensors = 0;
  for (uint64_t i = 0; i < keys.count; ++i) {
    const std::string part_path = name->PathOf(i);
    // NOLINTNEXTLINE(bugprone-use-after-move): i is keys.part once.
    parts.push_back(i == keys.part ? std::move(opened) : TRY(OpenPart(part_path)));
    const GgufContents& contents = parts.back().contents;
    const SplitKeys own = TRY(InFile(part_path, SplitKeysOf(contents.metadata)));
    if (own.part != i || own.count != keys.count) {
      return Fail(ErrorCode::kCorrupt,
                  part_path + ": says it is part " + std::to_string(own.part + 1) + " of " +
                      std::to_string(own.count) + " (\"split.no\", \"split.count\"), expected " +
                      std::to_string(i + 1) + " of " + std::to_string(keys.count));
    }
    tensors += contents.tensors.size();
  }
  if (keys.tensors && *keys.tensors != tensors) {
    return Fail(ErrorCode::kCorrupt, path + ": key \"split.tensors.count\" is " +
                                         std::to_string(*keys.tensors) + ", but the parts have " +
                                         std::to_string(tensors) + " tensors");
  }
  return parts;
}

// Indices of the tensors sorted by name.
Result<std::vector<uint32_t>> IndexByName(const std::vector<TensorView>& tensors,
                                          const std::string& path) {
  std::vector<uint32_t> index(tensors.size());
  std::iota(index.begin(), index.end(), 0);
  const auto name_of = [&](uint32_t i) -> std::string_view { return tensors[i].name; };
  std::ranges::sort(index, {}, name_of);
  const auto twin = std::ranges::adjacent_find(index, {}, name_of);
  if (twin != index.end()) {
    return Fail(ErrorCode::kCorrupt,
                path + ": tensor " + Quote(name_of(*twin)) + " is there twice");
  }
  return index;
}

}  // namespace

Result<GgufContents> GgufReader::Parse(std::span<const uint8_t> bytes, const std::string& name) {
  GgufCursor cursor(bytes, name);
  GgufContents contents;
  TRY(CheckMagic(cursor));
  contents.version = TRY(ReadVersion(cursor));
  const auto n_tensors = TRY(cursor.Read<uint64_t>("the tensor count"));
  const auto n_keys = TRY(cursor.Read<uint64_t>("the metadata key count"));
  contents.metadata = TRY(ReadGgufMetadata(cursor, n_keys));
  const uint64_t alignment = TRY(InFile(name, AlignmentOf(contents.metadata)));
  contents.tensors = TRY(ReadGgufTensors(cursor, n_tensors, alignment));
  return contents;
}

Result<std::unique_ptr<ModelFile>> GgufReader::Open(const std::string& path) {
  Part opened = TRY(OpenPart(path));
  std::vector<Part> parts = TRY(OpenParts(path, std::move(opened)));
  auto model = std::make_unique<ModelFile>();
  model->path_ = path;
  model->metadata_ = std::move(parts.front().contents.metadata);
  for (Part& part : parts) {
    for (TensorView& tensor : part.contents.tensors) {
      tensor.file_index = static_cast<int>(model->files_.size());
      model->tensors_.push_back(std::move(tensor));
    }
    model->files_.push_back(std::move(part.file));
  }
  model->by_name_ = TRY(IndexByName(model->tensors_, path));
  return model;
}

}  // namespace bantam
