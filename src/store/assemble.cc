// From blobs and names to manifests.
#include "store/assemble.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/quote.h"
#include "store/names.h"
#include "store/quant_name.h"

namespace bantam::store {
namespace {

constexpr size_t kMaxFiles = 1024;
constexpr size_t kMaxAdapters = 16;

Result<StoredFile> Find(const Store& store, const GivenFile& given) {
  struct stat info{};
  if (!IsSha256(given.sha256) || stat(store.BlobPath(given.sha256).c_str(), &info) != 0) {
    return Fail(ErrorCode::kNotFound, "the file " + Quote(given.name) +
                                          ", sha256:" + given.sha256.substr(0, 64) +
                                          ", is not here: upload it first");
  }
  return StoredFile{
      .name = given.name, .sha256 = given.sha256, .bytes = static_cast<uint64_t>(info.st_size)};
}

bool IsGguf(const Store& store, const std::string& sha256) {
  std::ifstream file(store.BlobPath(sha256), std::ios::binary);
  char magic[4] = {};
  return file.read(magic, sizeof magic) && std::string_view(magic, sizeof magic) == "GGUF";
}

Result<StoredFile> FindGguf(const Store& store, const GivenFile& given) {
  StoredFile file = TRY(Find(store, given));
  if (IsGguf(store, given.sha256)) return file;
  return Fail(ErrorCode::kInvalidArgument, Quote(given.name) + " is no GGUF file");
}

Result<std::vector<StoredFile>> FindNamed(const Store& store, std::span<const GivenFile> files,
                                          std::span<const std::string> names) {
  std::vector<StoredFile> found;
  for (const std::string& name : names) {
    const auto given = std::ranges::find(files, name, &GivenFile::name);
    found.push_back(TRY(Find(store, *given)));
  }
  return found;
}

}  // namespace

Result<Manifest> PlanModel(const Store& store, std::span<const GivenFile> files) {
  Manifest manifest;
  if (files.size() == 1) {
    manifest.files = {TRY(FindGguf(store, files[0]))};
    // Whatever the file was called where it came from.
    std::string& name = manifest.files[0].name;
    const bool good = IsSafeFileName(name) && LowerCase(name).ends_with(".gguf") &&
                      !name.ends_with(kAdapterSuffix);
    if (!good) name = "model.gguf";
    return manifest;
  }
  std::vector<std::string> names;
  for (const GivenFile& file : files) {
    if (!IsFolderFileName(file.name) || names.size() >= kMaxFiles) {
      return Fail(
          ErrorCode::kInvalidArgument,
          "a model of several files has at most 1,024 plain file names, not " + Quote(file.name));
    }
    names.push_back(file.name);
  }
  std::ranges::sort(names);
  const auto weights = std::ranges::any_of(
      names, [](const std::string& name) { return name.ends_with(".safetensors"); });
  if (weights && std::ranges::find(names, "config.json") != names.end()) {
    manifest.folder = true;
    manifest.files = TRY(FindNamed(store, files, names));
    return manifest;
  }
  const auto gguf = ChooseGguf(names, "");
  if (!gguf || gguf->size() != files.size()) {
    const bool lacks_parts = !gguf && gguf.error().code == ErrorCode::kCorrupt;
    return Fail(ErrorCode::kInvalidArgument,
                "expected one GGUF file, all parts of a split one under their own names "
                "(…-00001-of-00002.gguf), or config.json with safetensors" +
                    (lacks_parts ? ": " + gguf.error().message : std::string()));
  }
  manifest.files = TRY(FindNamed(store, files, *gguf));
  return manifest;
}

Result<void> AddAdapters(const Store& store, std::span<const GivenFile> adapters,
                         Manifest& manifest) {
  const auto is_adapter = [](const StoredFile& file) {
    return file.name.ends_with(kAdapterSuffix);
  };
  auto count = static_cast<size_t>(std::ranges::count_if(manifest.files, is_adapter));
  size_t number = 0;
  for (const GivenFile& adapter : adapters) {
    if (++count > kMaxAdapters) {
      return Fail(ErrorCode::kInvalidArgument, "a model has at most 16 adapters");
    }
    if (adapter.name.ends_with(".safetensors") || adapter.name == "adapter_config.json") {
      return Fail(ErrorCode::kInvalidArgument,
                  Quote(adapter.name) +
                      " belongs to a PEFT folder: a model takes adapters as GGUF files (of a "
                      "folder 'bantam run' and 'serve' make use with --lora)");
    }
    StoredFile file = TRY(FindGguf(store, adapter));
    do {
      ++number;
      file.name = "adapter-" + std::string(number < 10 ? "0" : "") + std::to_string(number) +
                  std::string(kAdapterSuffix);
    } while (std::ranges::find(manifest.files, file.name, &StoredFile::name) !=
             manifest.files.end());
    manifest.files.push_back(std::move(file));
  }
  return {};
}

}  // namespace bantam::store
