// Which files hold the weights, and what is in them.
#include "format/hf_shards.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"

namespace bantam {
namespace {

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr uint64_t kMaxIndexBytes = 8 << 20;  // some thousands of tensors take 500 KB
constexpr size_t kMaxShards = 1024;
constexpr size_t kMaxFileName = 255;

// A file's own name: nothing that leads out of the folder, on any system.
bool IsPlainName(std::string_view name) {
  if (name.empty() || name.size() > kMaxFileName || name.front() == '.') return false;
  if (!name.ends_with(".safetensors")) return false;
  return std::ranges::none_of(name, [](char c) {
    return c == '/' || c == '\\' || c == ':' || static_cast<unsigned char>(c) < ' ';
  });
}

Result<void> AddFile(const std::string& path, HfShards& out) {
  MappedFile file = TRY(MappedFile::Open(path));
  const int index = static_cast<int>(out.files.size());
  for (SafeTensor& tensor : TRY(ParseSafetensors(file.bytes(), path))) {
    out.tensors.push_back({std::move(tensor), index});
  }
  out.files.push_back(std::move(file));
  return {};
}

// Every tensor of the index must be in its file. (What more a file has is left to its reader.)
Result<void> CheckIndex(const std::string& folder, const ShardIndex& index,
                        const HfShards& shards) {
  for (const auto& [name, file] : index.tensors) {
    const auto name_of = [](const ShardTensor& one) -> std::string_view { return one.tensor.name; };
    const auto place =
        std::ranges::lower_bound(shards.tensors, std::string_view(name), {}, name_of);
    if (place != shards.tensors.end() && place->tensor.name == name &&
        place->file_index == static_cast<int>(file)) {
      continue;
    }
    return Fail(ErrorCode::kCorrupt, folder + "/" + index.files[file] + ": tensor " + Quote(name) +
                                         " is missing, which " + kIndex + " says is there");
  }
  return {};
}

Result<void> SortByName(const std::string& folder, HfShards& shards) {
  const auto name_of = [](const ShardTensor& one) -> std::string_view { return one.tensor.name; };
  std::ranges::sort(shards.tensors, {}, name_of);
  const auto twin = std::ranges::adjacent_find(shards.tensors, {}, name_of);
  if (twin == shards.tensors.end()) return {};
  return Fail(ErrorCode::kCorrupt,
              folder + ": tensor " + Quote(twin->tensor.name) + " is in two of its files");
}

}  // namespace

Result<std::string> ReadFolderText(const std::string& folder, const std::string& name,
                                   uint64_t most_bytes) {
  const std::string path = folder + "/" + name;
  const MappedFile file = TRY(MappedFile::Open(path));
  if (file.bytes().size() > most_bytes) {
    return Fail(ErrorCode::kUnsupported, path + ": has " + std::to_string(file.bytes().size()) +
                                             " bytes, at most " + std::to_string(most_bytes) +
                                             " are read");
  }
  return std::string(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
}

Result<std::string> ReadFolderTextIfThere(const std::string& folder, const std::string& name,
                                          uint64_t most_bytes) {
  if (IsEmptyFile(folder + "/" + name)) return std::string();
  Result<std::string> text = ReadFolderText(folder, name, most_bytes);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::string();
  return text;
}

Result<ShardIndex> ParseShardIndex(std::string_view json_text) {
  const Json json = TRY(Json::Parse(json_text));
  const Json* map = json.Find("weight_map");
  if (map == nullptr || !map->is_object() || map->members().empty()) {
    return Fail(ErrorCode::kCorrupt, "key \"weight_map\": expected an object with tensors");
  }
  ShardIndex index;
  for (const auto& [name, file] : map->members()) {
    if (!file.is_string() || !IsPlainName(file.AsString())) {
      return Fail(ErrorCode::kCorrupt, "key \"weight_map\": " + Quote(name) + " is in " +
                                           Quote(file.is_string() ? file.AsString() : file.Dump()) +
                                           ", expected the name of a .safetensors file beside it");
    }
    index.files.push_back(file.AsString());
  }
  std::ranges::sort(index.files);
  const auto rest = std::ranges::unique(index.files);
  index.files.erase(rest.begin(), rest.end());
  if (index.files.size() > kMaxShards) {
    return Fail(ErrorCode::kUnsupported,
                "key \"weight_map\": names " + std::to_string(index.files.size()) +
                    " files, at most " + std::to_string(kMaxShards) + " are read");
  }
  for (const auto& [name, file] : map->members()) {
    const auto place = std::ranges::lower_bound(index.files, file.AsString());
    index.tensors.emplace_back(name, static_cast<uint32_t>(place - index.files.begin()));
  }
  return index;
}

Result<HfShards> OpenHfShards(const std::string& folder) {
  HfShards shards;
  const Result<void> single = AddFile(folder + "/" + kSingle, shards);
  if (single) {
    TRY(SortByName(folder, shards));
    return shards;
  }
  if (single.error().code != ErrorCode::kNotFound) return std::unexpected(single.error());
  Result<std::string> text = ReadFolderText(folder, kIndex, kMaxIndexBytes);
  if (!text) {
    if (text.error().code != ErrorCode::kNotFound) return std::unexpected(text.error());
    return Fail(ErrorCode::kNotFound, folder + ": has neither " + kSingle + " nor " + kIndex +
                                          " (weights in pickle files, .bin or .pt, are not read)");
  }
  const Result<ShardIndex> index = ParseShardIndex(*text);
  if (!index) {
    return Fail(index.error().code, folder + "/" + kIndex + ": " + index.error().message);
  }
  for (const std::string& file : index->files) TRY(AddFile(folder + "/" + file, shards));
  TRY(SortByName(folder, shards));
  TRY(CheckIndex(folder, *index, shards));
  return shards;
}

}  // namespace bantam
