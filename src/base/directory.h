// The files of a directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bantam/result.h"

namespace bantam {

struct DirectoryEntry {
  std::string name;
  uint64_t bytes = 0;
  int64_t modified_ns = 0;  // since 1970
};

// Regular files only, sorted by name. Fails with kNotFound or kIo.
Result<std::vector<DirectoryEntry>> ListFiles(const std::string& directory);

// False if it is not there or cannot be removed, or renamed.
bool RemoveFile(const std::string& path);
bool RenameFile(const std::string& from, const std::string& to);
// Sets the time of modification to now; failing is no error.
void TouchFile(const std::string& path);

}  // namespace bantam
