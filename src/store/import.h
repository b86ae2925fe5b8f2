// Import: files that are already on this machine, into the store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "store/manifest.h"
#include "store/store.h"

namespace bantam::store {

// The files that make up the model at `path`: a GGUF file, all parts of it where it is split, or
// those of a folder with config.json and safetensors, or the one GGUF model in a folder. Fails
// with kNotFound, kUnsupported (archives; folders with something else) or kInvalidArgument (a
// folder with several models, names the store does not keep).
struct ImportPlan {
  std::vector<std::string> paths;  // names in the store are their last parts
  bool folder = false;
  std::string open_path;  // what to open to try whether it loads
  std::string name;       // proposed: of the file or folder, lower case
};
Result<ImportPlan> PlanImport(const std::string& path);

// An absolute path, as a manifest's source.
std::string FullPath(const std::string& path);

struct ImportOptions {
  bool copy = false;  // never share the bytes with the file
  std::function<void(uint64_t done, uint64_t total)> on_progress;
  std::function<bool()> cancelled;
};

// Brings the planned files into the store under `name`. Shares the disk's blocks with the files
// where the file system can (reflink), else makes hard links, else copies. The files themselves
// stay. Nothing is left of it if it fails.
Result<Manifest> Import(const Store& store, const ImportPlan& plan, const std::string& name,
                        const ImportOptions& options);

}  // namespace bantam::store
