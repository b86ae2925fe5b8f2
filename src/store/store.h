// Store: the models a person keeps.
//
// Under its root: blobs/sha256-…   whole, verified files, never changed
//                 parts/…          downloads under way, each with a lock and a state to resume from
//                 incoming/…       files that clients of a server send, each with a lock
//                 manifests/…      one small JSON file for each name
//                 models/NAME/…    links to the blobs under the files' own names
// Every step leaves a store that is right: a blob appears by a rename once its checksum is known,
// a manifest by a rename once its blobs are there. Processes exclude each other by file locks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "store/file_lock.h"
#include "store/manifest.h"

namespace bantam::store {

// getenv, or a stand-in for it.
using Variables = std::function<std::optional<std::string>(const char*)>;

class Store {
 public:
  explicit Store(std::string root) : root_(std::move(root)) {}

  // $BANTAM_HOME/models, else $XDG_DATA_HOME/bantam/models or ~/.local/share/bantam/models. Fails
  // with kNotFound if none of the variables is set. Makes nothing yet.
  static Result<Store> Find(const Variables& variable);

  const std::string& root() const { return root_; }
  std::string BlobPath(std::string_view sha256) const;
  std::string PartPath(std::string_view key) const;
  std::string ManifestPath(std::string_view name) const;

  // Makes the directories. Fails with kIo, also where they cannot be written to.
  Result<void> Prepare() const;

  // Every model, by name. Manifests that cannot be read are left out, and told by `warnings`.
  Result<std::vector<Manifest>> List(std::vector<std::string>& warnings) const;
  // The model of that name in any letter case; nothing if there is none.
  Result<std::optional<Manifest>> Get(std::string_view name) const;

  // The same; nothing either if the manifest cannot be read.
  std::optional<Manifest> Peek(std::string_view name) const;

  // The path to open: the first file's, or the folder's. Makes the links if they are not there;
  // fails with kCorrupt if a blob is missing or has another size, with kNotFound if the model is
  // no longer in the store, or another one.
  Result<std::string> PathOf(const Manifest& manifest) const;

  // The model whose path PathOf gave; nothing for other paths.
  std::optional<Manifest> ManifestOf(const std::string& path) const;

  // The adapters (LoRA) that go with a model of this store, by the path PathOf gave: none for other
  // paths.
  std::vector<std::string> AdaptersOf(const std::string& path) const;

  // Whether a model that has a name may give way to the one that wants it.
  using MayReplace = std::function<bool(const Manifest& stored)>;
  // That it is the same model (IsSameModel).
  static MayReplace OnlySameModel(const Manifest& wanted);

  // Whether a manifest may get its name: nobody has it, or who has it gives way. Fails with
  // kInvalidArgument.
  Result<void> CheckName(const Manifest& wanted, const MayReplace& may_replace) const;

  // Writes the manifest if all its blobs are there; false if one is not (somebody removed it).
  // Replaces a model of the same name, if that gives way (without `may_replace` any does); blobs
  // nobody else needs go with it. Fails with kInvalidArgument if it does not.
  Result<bool> Add(const Manifest& manifest, const MayReplace& may_replace = nullptr) const;

  // Removes the name and the blobs that no other name has. Gives the bytes freed. Fails with
  // kNotFound if there is no such name.
  Result<uint64_t> Remove(std::string_view name) const;

  // Removes those of the blobs that no name has, as of a model that got none.
  Result<void> Discard(const std::vector<StoredFile>& files) const;

  // A second name for a model; false if it has that already. Fails with kNotFound if there is no
  // `from`, with kInvalidArgument if another model, or another revision, has the name.
  Result<bool> Copy(std::string_view from, std::string_view to) const;

  // The lock under which manifests and blobs come and go together.
  Result<FileLock> Lock() const;

  // What everybody who adds a model shares, from before its first blob is there until Add: upkeep
  // leaves blobs that no name has alone while somebody holds it. Taken before Lock, never after.
  // Waits, asking `cancelled` (if set), and makes the directories.
  Result<FileLock> LockAdding(const std::function<bool()>& cancelled) const;
  std::string AddingLockPath() const { return root_ + "/adding.lock"; }

 private:
  Result<uint64_t> RemoveUnused(const std::vector<StoredFile>& files) const;
  void RemoveLinks(std::string_view name) const;
  std::string LinksOf(std::string_view name) const;  // the directory of a model's links

  std::string root_;
};

}  // namespace bantam::store
