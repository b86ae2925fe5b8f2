// Identity: what tells a model's files from all others, those that had their place before too.
#pragma once

#include <cstdint>
#include <string>

#include "store/manifest.h"

namespace bantam::server {

// The SHA-256 of a model's one file; of several (parts, a folder's, adapters) that of all their
// names and checksums.
std::string DigestOf(const store::Manifest& manifest);

// Of a file, all parts of a split one, or a folder, outside of the store: places, sizes, times and
// inodes. Of what is not there, its place.
std::string IdentityOfFiles(const std::string& path);

// Of the same files together; of what is not there, 0.
uint64_t BytesOfFiles(const std::string& path);

}  // namespace bantam::server
