// Library: which models there are, by the names clients use.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/json.h"
#include "store/assemble.h"
#include "store/store.h"

namespace bantam::server {

// What a Modelfile makes of a model.
struct Recipe {
  std::string from;  // the model it was made from, as it was named; its own name: the store's
  std::string system;
  std::string chat_template;  // Jinja; empty: the model's own
  Json parameters = Json::MakeObject();
  Json messages = Json::MakeArray();
  std::string license;

  bool operator==(const Recipe&) const = delete;
  // Whether it says nothing beside `from`.
  bool empty() const {
    return system.empty() && chat_template.empty() && license.empty() &&
           parameters.members().empty() && messages.items().empty();
  }
};

// A recipe made from a model that has one itself.
Recipe OnTopOf(const Recipe& base, const Recipe& recipe);

struct ModelEntry {
  std::string name;    // as it is listed
  std::string path;    // of a file or folder
  std::string digest;  // DigestOf the store's files; empty for others
  // Tells its files from those that had the path before, and from the same with other adapters.
  std::string identity;
  std::vector<std::string> adapters;  // (LoRA) of the command line that go with it
  uint64_t bytes = 0;
  int64_t modified_s = 0;
  std::string licence;
  Recipe recipe;
  bool has_recipe = false;
};

// The models of the store, those given on the command line, and those made with /api/create, which
// lie as JSON files under recipes/ beside the store. Thread-safe.
class Library {
 public:
  // Whether a model's files can be loaded, with these adapters. Fails naming the file.
  using CheckFiles = std::function<Result<void>(const std::string& path,
                                                const std::vector<std::string>& adapters)>;
  // Without a store only the models that are added are known. Without `check_files` what can be
  // inspected can be loaded.
  Library(std::optional<store::Store> store,
          std::function<Result<ModelInfo>(const std::string& path)> inspect,
          CheckFiles check_files = {});

  // A model of the command line; `names`: what it is served as. The first of the first is the
  // default, for requests that name none. `adapters`: files (LoRA) that are loaded with it.
  void Add(const std::string& path, const std::vector<std::string>& names,
           const std::vector<std::string>& adapters = {});

  // By its name in any letter case, with or without ":latest"; empty: the default. Fails with
  // kNotFound.
  Result<ModelEntry> Find(std::string_view name) const;
  // Of the command line's models. Fails with kInvalidArgument if none is an encoder.
  Result<ModelEntry> FirstEncoder() const;
  std::vector<ModelEntry> List() const;

  // What the entry's file says about itself; kept for the next time if it has an identity.
  Result<ModelInfo> Inspect(const ModelEntry& entry) const;

  // Whether a file or folder that is to become a model is one: it has weights and can be loaded.
  Result<void> CheckNew(const std::string& path) const;

  // A recipe. Replaces what had the name, files of the store too unless it is made from them.
  Result<void> Create(const std::string& name, const Recipe& recipe);
  // A model of files in the store (or, without any, of those of `from`, a model of the store) and
  // adapters (GGUF). What `recipe` says beside `from` goes with it. Replaces what had the name.
  // Fails with kNotFound, kInvalidArgument (a field's name comes first) or kIo.
  Result<void> Assemble(const std::string& name, std::span<const store::GivenFile> files,
                        std::span<const store::GivenFile> adapters, const Recipe& recipe);
  // Of the store, or a recipe with what it hides. Fails with kNotFound.
  Result<void> Remove(std::string_view name);
  // For files that have come to the store under this name: a recipe that makes it another model
  // goes; what was made on top of the name's own files stays.
  void Unhide(std::string_view name);
  // A second name. Replaces what had it.
  Result<void> Copy(std::string_view from, const std::string& to);

  const std::optional<store::Store>& store() const { return store_; }

 private:
  ModelEntry Identified(ModelEntry entry) const;
  std::string RecipePath(std::string_view name) const;
  std::optional<ModelEntry> FindServed(std::string_view name) const;
  Result<std::optional<ModelEntry>> FindStored(std::string_view name) const;
  Result<std::optional<ModelEntry>> FindRecipe(std::string_view name) const;
  Result<store::Manifest> PlanOf(const store::Store& store, std::span<const store::GivenFile> files,
                                 Recipe& recipe) const;
  Result<void> DropStored(const store::Store& store, const std::string& name, const Recipe& recipe);
  Result<void> Replace(const store::Store& store, const store::Manifest& manifest);
  Result<void> CheckModel(const store::Store& store, const store::Manifest& manifest) const;

  const std::optional<store::Store> store_;
  const std::function<Result<ModelInfo>(const std::string&)> inspect_;
  const CheckFiles check_files_;
  std::vector<ModelEntry> served_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, ModelInfo> infos_;  // by path and identity
};

}  // namespace bantam::server
