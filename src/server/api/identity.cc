// Checksums where they are known, else what the file system says.
#include "server/api/identity.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/sha256.h"
#include "store/import.h"

namespace bantam::server {
namespace {

void Update(Sha256& hash, std::string_view text) {
  hash.Update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

std::string FileFacts(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return path;
  return path + " " + std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) +
         "." + std::to_string(info.st_mtim.tv_nsec) + " " + std::to_string(info.st_ino);
}

bool HasParts(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return false;
  return S_ISDIR(info.st_mode) || path.find("-of-") != std::string::npos;
}

// The path alone if they cannot be told.
std::vector<std::string> FilesAt(const std::string& path) {
  std::vector<std::string> files;
  if (HasParts(path)) {
    if (const auto plan = store::PlanImport(path)) {
      for (const store::ImportFile& file : plan->files) files.push_back(file.path);
    }
  }
  if (files.empty()) files.push_back(path);
  return files;
}

}  // namespace

std::string DigestOf(const store::Manifest& manifest) {
  if (manifest.files.empty()) return {};
  if (manifest.files.size() == 1) return manifest.files[0].sha256;
  Sha256 hash;
  for (const store::StoredFile& file : manifest.files) {
    Update(hash, file.name + " " + file.sha256 + "\n");
  }
  return HexText(hash.Finish());
}

std::string IdentityOfFiles(const std::string& path) {
  const std::vector<std::string> files = FilesAt(path);
  if (files[0] == path && files.size() == 1) return FileFacts(path);
  Sha256 hash;
  for (const std::string& file : files) Update(hash, FileFacts(file) + "\n");
  return path + " " + HexText(hash.Finish());
}

uint64_t BytesOfFiles(const std::string& path) {
  uint64_t bytes = 0;
  for (const std::string& file : FilesAt(path)) {
    struct stat info{};
    if (stat(file.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    bytes += static_cast<uint64_t>(info.st_size);
  }
  return bytes;
}

}  // namespace bantam::server
