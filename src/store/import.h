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
struct ImportFile {
  std::string path;
  std::string name;  // in the store; IsFolderFileName
};
struct ImportPlan {
  std::vector<ImportFile> files;
  bool folder = false;
  std::string open_path;  // what to open to try whether it loads
  std::string name;       // proposed: of the file or folder, lower case
};
Result<ImportPlan> PlanImport(const std::string& path);

// An absolute path, as a manifest's source.
std::string FullPath(const std::string& path);

// Fails with kUnsupported for a file whose tensors have no parameters: a vocabulary is no model.
Result<void> RequireWeights(const std::string& path, uint64_t parameters);

struct ImportOptions {
  bool copy = false;  // never share the bytes with the file
  std::function<void(uint64_t done, uint64_t total)> on_progress;
  std::function<bool()> cancelled;
  // Whether what is in the store can be opened by this path, before it has its name: a folder may
  // have needed more than its files here.
  std::function<Result<void>(const std::string& path)> check;
};

// Brings the planned files into the store under `name`; one that is there and damaged is replaced.
// Shares the disk's blocks with the files
// where the file system can (reflink), else makes hard links, else copies, and before the first
// byte of a copy asks whether the disk has room for all (kResourceExhausted). The files themselves
// stay. Nothing is left of it if it fails. Another model of that name is not replaced
// (kInvalidArgument); one that has the same files stays as it is.
Result<Manifest> Import(const Store& store, const ImportPlan& plan, const std::string& name,
                        const ImportOptions& options);

}  // namespace bantam::store
