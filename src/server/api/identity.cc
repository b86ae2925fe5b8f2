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
  if (!HasParts(path)) return FileFacts(path);
  const auto plan = store::PlanImport(path);
  if (!plan) return FileFacts(path);
  Sha256 hash;
  for (const store::ImportFile& file : plan->files) Update(hash, FileFacts(file.path) + "\n");
  return path + " " + HexText(hash.Finish());
}

}  // namespace bantam::server
