// Manifest: what the store knows about one model, as a small JSON file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "store/catalogue.h"

namespace bantam::store {

struct StoredFile {
  std::string name;    // a plain file name; of a folder, as IsFolderFileName allows
  std::string sha256;  // of its bytes: the name of its blob
  uint64_t bytes = 0;
  std::string etag{};  // a strong one, where its server gave one and nobody publishes a checksum

  bool operator==(const StoredFile&) const = default;
};

// The first file's place on a hub, whichever server it came from.
struct Origin {
  Hub hub = Hub::kHuggingFace;  // never kUrl
  std::string repository;       // "owner/repo"
  std::string path;             // in the repository
  std::string revision;         // that was asked for: "main"
  std::string commit;           // what that was; empty if the hub does not tell
  bool usual = false;           // the file that is taken of the repository unless another is named

  bool operator==(const Origin&) const = default;
};

struct Manifest {
  std::string name;               // "qwen2.5:0.5b"
  std::vector<StoredFile> files;  // the first is the one to open; more: a split file or a folder
  bool folder = false;            // the model is the directory of the files, not the first of them
  std::string source;             // where it came from: a URL, or the path it was imported from
  std::optional<Origin> origin;   // of what was pulled from a hub
  std::string licence;            // empty if not known
  bool published = false;         // whether the checksums are those its publisher gives
  int64_t added_s = 0;            // since 1970-01-01 UTC

  uint64_t bytes() const;

  bool operator==(const Manifest&) const = default;
};

// Whether both have the same files; of a folder under the same names, too. Where a checksum is not
// known yet (empty), the size counts.
bool HasSameFiles(const Manifest& a, const Manifest& b);

// Whether both are one model: from the same place, in whatever revision, or with the same files.
bool IsSameModel(const Manifest& a, const Manifest& b);

// Fails with kCorrupt, naming the member: names of files that are none or stand
// twice, checksums that are none, more than 1,024 files.
Result<Manifest> ParseManifest(std::string_view text);

std::string ManifestText(const Manifest& manifest);

}  // namespace bantam::store
