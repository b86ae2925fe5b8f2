// HubListing: the files of a repository, as a hub's API lists them.
//
// Hugging Face: GET /api/models/OWNER/REPO/revision/REV?blobs=true (an object with "siblings"), or
// GET /api/models/OWNER/REPO/tree/REV (a list). ModelScope: GET
// /api/v1/models/OWNER/REPO/repo/files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::store {

struct HubFile {
  std::string path;  // relative, '/' between folders; no "..", no control characters
  std::optional<uint64_t> bytes;
  std::string sha256;  // as the hub publishes it; empty where it does not
};

struct HubListing {
  std::string repository;  // "owner/repo" in the hub's own letter case; empty if not told
  std::string revision;    // the commit; empty if not told
  std::string licence;
  std::vector<HubFile> files;
};

// Both fail with kCorrupt for what is no such listing, for more than 50,000 files, and for paths
// that would lead out of a folder: a hub that lists those is not to be trusted with anything.
Result<HubListing> ParseHuggingFaceListing(std::string_view text);
Result<HubListing> ParseModelScopeListing(std::string_view text);

}  // namespace bantam::store
