// Names: of the command line, recipes, the store.
#include "server/api/library.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/ascii.h"
#include "base/atomic_file.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/quote.h"
#include "server/api/fields.h"
#include "server/api/identity.h"
#include "store/catalogue.h"
#include "store/import.h"
#include "store/names.h"
#include "store/pull.h"
#include "store/staged_files.h"

namespace bantam::server {
namespace {

constexpr std::string_view kFormat = "bantam-recipe";
constexpr std::string_view kLatest = ":latest";

std::string WithoutLatest(std::string_view name) {
  std::string lower = LowerCase(name);
  if (lower.ends_with(kLatest)) lower.resize(lower.size() - kLatest.size());
  return lower;
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool SameName(std::string_view a, std::string_view b) {
  return WithoutLatest(a) == WithoutLatest(b);
}

bool IsSamePath(const std::string& a, const std::string& b) {
  const auto plain = [](const std::string& path) {
    std::error_code none;
    return std::filesystem::absolute(path, none).lexically_normal();
  };
  return plain(a) == plain(b);
}

bool SameFile(const std::string& a, const std::string& b) {
  std::error_code none;
  return a == b || std::filesystem::equivalent(a, b, none);
}

ModelEntry EntryOf(const store::Manifest& manifest, std::string path) {
  ModelEntry entry;
  entry.name = manifest.name;
  entry.path = std::move(path);
  entry.digest = DigestOf(manifest);
  entry.bytes = manifest.bytes();
  entry.modified_s = manifest.added_s;
  entry.licence = manifest.licence;
  return entry;
}

Json ToJson(const std::string& name, const Recipe& recipe) {
  Json json = Json::MakeObject();
  json.Set("format", Json::String(std::string(kFormat)));
  json.Set("version", Json::Int(1));
  json.Set("name", Json::String(name));
  json.Set("from", Json::String(recipe.from));
  json.Set("system", Json::String(recipe.system));
  json.Set("template", Json::String(recipe.chat_template));
  json.Set("parameters", recipe.parameters);
  json.Set("messages", recipe.messages);
  json.Set("license", Json::String(recipe.license));
  return json;
}

Result<std::pair<std::string, Recipe>> FromJson(const std::string& text) {
  const Json json = TRY(Json::Parse(text));
  const Fields fields(json);
  if (TRY(fields.Text("format")).value_or("") != kFormat) {
    return Fail(ErrorCode::kCorrupt, "is no recipe");
  }
  Recipe recipe;
  recipe.from = TRY(fields.Text("from")).value_or("");
  recipe.system = TRY(fields.Text("system")).value_or("");
  recipe.chat_template = TRY(fields.Text("template")).value_or("");
  recipe.license = TRY(fields.Text("license")).value_or("");
  if (const Json* parameters = TRY(fields.Object("parameters"))) recipe.parameters = *parameters;
  if (const Json* messages = TRY(fields.Array("messages"))) recipe.messages = *messages;
  return std::pair(TRY(fields.Text("name")).value_or(""), std::move(recipe));
}

std::unexpected<Error> NoSource(std::string_view name) {
  return About("source", {ErrorCode::kNotFound, "model " + Quote(name) + " not found"});
}

}  // namespace

Recipe OnTopOf(const Recipe& base, const Recipe& recipe) {
  Recipe both = recipe;
  both.from = base.from;
  if (both.system.empty()) both.system = base.system;
  if (both.chat_template.empty()) both.chat_template = base.chat_template;
  if (both.license.empty()) both.license = base.license;
  both.parameters = base.parameters;
  for (const auto& [key, value] : recipe.parameters.members()) both.parameters.Set(key, value);
  if (both.messages.items().empty()) both.messages = base.messages;
  return both;
}

Library::Library(std::optional<store::Store> store,
                 std::function<Result<ModelInfo>(const std::string& path)> inspect,
                 CheckFiles check_files)
    : store_(std::move(store)),
      inspect_(std::move(inspect)),
      check_files_(std::move(check_files)) {}

void Library::Add(const std::string& path, const std::vector<std::string>& names,
                  const std::vector<std::string>& adapters) {
  for (const std::string& name : names) {
    ModelEntry entry;
    entry.name = name;
    entry.path = path;
    entry.adapters = adapters;
    struct stat info{};
    if (stat(path.c_str(), &info) == 0) entry.modified_s = info.st_mtime;
    entry.bytes = BytesOfFiles(path);
    served_.push_back(std::move(entry));
  }
}

// As its files are now: they may have been replaced since the server started.
ModelEntry Library::Identified(ModelEntry entry) const {
  const auto served = std::ranges::find(served_, entry.path, &ModelEntry::path);
  if (served != served_.end()) {
    entry.adapters = served->adapters;  // they go with the path, whatever the name
    const auto manifest = store_ ? store_->ManifestOf(entry.path) : std::nullopt;
    entry.digest = manifest ? DigestOf(*manifest) : std::string();
    if (manifest) entry.bytes = manifest->bytes();
  }
  entry.identity = entry.digest.empty() ? IdentityOfFiles(entry.path) : entry.digest;
  for (const std::string& file : entry.adapters) entry.identity += " " + IdentityOfFiles(file);
  return entry;
}

std::optional<ModelEntry> Library::FindServed(std::string_view name) const {
  if (name.empty() && !served_.empty()) return Identified(served_.front());
  for (const ModelEntry& entry : served_) {
    if (SameName(entry.name, name) || entry.path == name) return Identified(entry);
    if (entry.path.ends_with("/" + std::string(name))) return Identified(entry);  // the file's name
  }
  return std::nullopt;
}

std::string Library::RecipePath(std::string_view name) const {
  const std::string root = store_ ? store_->root() : std::string();
  return root + "/recipes/" + store::FileNameOf(WithoutLatest(name)) + ".json";
}

Result<std::optional<ModelEntry>> Library::FindRecipe(std::string_view name) const {
  if (!store_ || !store::IsModelName(WithoutLatest(name))) return std::nullopt;
  const std::string path = RecipePath(name);
  struct stat info{};
  if (stat(path.c_str(), &info) != 0 || info.st_size > (1 << 20)) return std::nullopt;
  const std::string text = ReadWhole(path);
  auto recipe = FromJson(text);
  if (!recipe) {
    return Fail(ErrorCode::kCorrupt, "the recipe " + Quote(path) + ": " + recipe.error().message);
  }
  const bool own = SameName(recipe->second.from, name);
  std::optional<ModelEntry> base = own ? std::nullopt : FindServed(recipe->second.from);
  if (!base) base = TRY(FindStored(recipe->second.from));
  if (!base && own) return std::nullopt;
  if (!base) {
    return Fail(ErrorCode::kNotFound, "model " + Quote(name) + " was made from " +
                                          Quote(recipe->second.from) + ", which is not here");
  }
  base->name = recipe->first;
  base->recipe = std::move(recipe->second);
  base->has_recipe = true;
  base->modified_s = info.st_mtime;
  return base;
}

Result<std::optional<ModelEntry>> Library::FindStored(std::string_view name) const {
  if (!store_ || name.empty()) return std::nullopt;
  const store::Catalogue& catalogue = store::Catalogue::BuiltIn();
  auto manifest = store::FindStored(*store_, WithoutLatest(name), catalogue);
  // What is no name at all is a model that is not there.
  if (!manifest && manifest.error().code != ErrorCode::kInvalidArgument) {
    return std::unexpected(manifest.error());
  }
  const std::optional<store::Manifest> found = manifest.value_or(std::nullopt);
  if (!found) return std::nullopt;
  return Identified(EntryOf(*found, TRY(store_->PathOf(*found))));
}

Result<ModelEntry> Library::Find(std::string_view name) const {
  if (auto entry = FindServed(name)) return *std::move(entry);
  if (name.empty()) {
    return BadField("model", "must be given: the server was not started with one");
  }
  if (auto entry = TRY(FindRecipe(name))) return *std::move(entry);
  if (auto entry = TRY(FindStored(name))) return *std::move(entry);
  return Fail(ErrorCode::kNotFound, "model " + Quote(name) + " not found, try pulling it first");
}

Result<ModelEntry> Library::FirstEncoder() const {
  for (const ModelEntry& served : served_) {
    ModelEntry entry = Identified(served);
    const auto info = Inspect(entry);
    if (info && info->encoder) return entry;
  }
  return BadField("model", "must name an encoder: the server was not started with one");
}

std::vector<ModelEntry> Library::List() const {
  std::vector<ModelEntry> entries;
  for (const ModelEntry& entry : served_) entries.push_back(Identified(entry));
  if (!store_) return entries;
  const auto known = [&entries](const std::string& name) {
    return std::ranges::any_of(entries,
                               [&](const ModelEntry& e) { return SameName(e.name, name); });
  };
  std::error_code none;
  const std::filesystem::directory_iterator end;
  std::filesystem::directory_iterator file(store_->root() + "/recipes", none);
  for (; !none && file != end; file.increment(none)) {
    const auto recipe = FromJson(ReadWhole(file->path().string()));
    if (!recipe || known(recipe->first)) continue;
    auto entry = FindRecipe(recipe->first).value_or(std::nullopt);
    if (entry) entries.push_back(*std::move(entry));
  }
  std::vector<std::string> warnings;
  const auto manifests = store_->List(warnings);
  if (!manifests) return entries;
  for (const store::Manifest& manifest : *manifests) {
    if (known(manifest.name)) continue;
    const auto path = store_->PathOf(manifest);
    // A file of the store that the command line names by its path is one model, not two. Copies
    // of it are others, if of the same bytes.
    if (path && std::ranges::any_of(served_, [&](const ModelEntry& entry) {
          return IsSamePath(entry.path, *path);
        })) {
      continue;
    }
    entries.push_back(Identified(EntryOf(manifest, path.value_or(""))));
  }
  return entries;
}

Result<ModelInfo> Library::Inspect(const ModelEntry& entry) const {
  const std::string key = entry.path + "\n" + entry.identity;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = infos_.find(key); found != infos_.end()) return found->second;
  }
  ModelInfo info = TRY(inspect_(entry.path));
  if (entry.identity.empty()) return info;
  const std::lock_guard lock(mutex_);
  if (infos_.size() > 64) infos_.clear();
  infos_.emplace(key, info);
  return info;
}

Result<void> Library::Create(const std::string& name, const Recipe& recipe) {
  if (!store_) return Fail(ErrorCode::kUnsupported, "this server has no store for models");
  const std::string plain = WithoutLatest(name);
  if (!store::IsModelName(plain)) return About("model", store::NotAModelName(name).error());
  const std::string path = RecipePath(plain);
  TRY(MakeDirectories(store_->root() + "/recipes", true));
  TRY(WriteFileAtomically(path, ToJson(plain, recipe).Dump(2) + "\n", true));
  return DropStored(*store_, plain, recipe);
}

// The files that had the recipe's name go, or they would answer again when it does: unless it is
// made from them, or they are the command line's.
Result<void> Library::DropStored(const store::Store& store, const std::string& name,
                                 const Recipe& recipe) {
  const auto stored = store.Peek(name);
  if (!stored || SameName(recipe.from, name)) return {};
  const auto path = store.PathOf(*stored);
  std::optional<ModelEntry> base = FindServed(recipe.from);
  if (!base) base = FindStored(recipe.from).value_or(std::nullopt);
  // What cannot be told apart stays.
  if (!path || !base || SameFile(base->path, *path)) return {};
  for (const ModelEntry& served : served_) {
    if (SameFile(served.path, *path)) return {};
  }
  (void)TRY(store.Remove(stored->name));
  return {};
}

// Under the name that `manifest` has. The recipe that had it goes first: with the new files it
// would be another model. It comes back if they do not.
Result<void> Library::Replace(const store::Store& store, const store::Manifest& manifest) {
  const std::string path = RecipePath(manifest.name);
  const std::string recipe = ReadWhole(path);
  (void)std::remove(path.c_str());
  const auto added = store.Add(manifest);
  if (added && *added) return {};
  if (!recipe.empty()) (void)WriteFileAtomically(path, recipe, true);
  if (!added) return std::unexpected(added.error());
  return Fail(ErrorCode::kNotFound,
              "somebody removed a file of " + Quote(manifest.name) + " meanwhile");
}

Result<void> Library::CheckNew(const std::string& path) const {
  const ModelInfo info = TRY(inspect_(path));
  TRY(store::RequireWeights(path, info.parameters));
  return check_files_ ? check_files_(path, {}) : Result<void>();
}

// All files of the store that make it up are checked before the name is theirs. They find each
// other by their names.
Result<void> Library::CheckModel(const store::Store& store, const store::Manifest& manifest) const {
  const store::Incoming staged = TRY(store::StageFiles(store, manifest));
  const std::string path = store::StagedPath(staged, manifest);
  const auto said = [&](const Error& error) {
    return store::WithoutPlace(error.message, staged.directory() + "/", "");
  };
  const auto good = CheckNew(path);
  if (!good) {
    const bool lacks_parts = !manifest.folder && good.error().code == ErrorCode::kNotFound;
    return BadField("files", said(good.error()) +
                                 (lacks_parts ? "; all parts of a split model must be given, under "
                                                "their own names (…-00001-of-00002.gguf)"
                                              : ""));
  }
  std::vector<std::string> adapters;
  for (const store::StoredFile& file : manifest.files) {
    if (file.name.ends_with(store::kAdapterSuffix)) adapters.push_back(store.BlobPath(file.sha256));
  }
  if (adapters.empty() || !check_files_) return {};
  const auto checked = check_files_(path, adapters);
  if (!checked) return BadField("adapters", said(checked.error()));
  return {};
}

Result<store::Manifest> Library::PlanOf(const store::Store& store,
                                        std::span<const store::GivenFile> files,
                                        Recipe& recipe) const {
  if (!files.empty()) {
    if (!recipe.from.empty()) return BadField("files", "and from: only one of them can be given");
    auto plan = store::PlanModel(store, files);
    if (!plan) return About("files", plan.error());
    return plan;
  }
  const auto found = Find(recipe.from);
  if (!found) return About("from", found.error());
  const ModelEntry& base = *found;
  const std::string stored = base.has_recipe ? base.recipe.from : base.name;
  const auto manifest =
      TRY(store::FindStored(store, WithoutLatest(stored), store::Catalogue::BuiltIn()));
  if (!manifest) {
    return BadField("adapters", "go with models of the store, and " + Quote(base.name) +
                                    " is a file of the command line ('bantam import')");
  }
  if (base.has_recipe) recipe = OnTopOf(base.recipe, recipe);
  return *manifest;
}

Result<void> Library::Assemble(const std::string& name, std::span<const store::GivenFile> files,
                               std::span<const store::GivenFile> adapters, const Recipe& recipe) {
  if (!store_) return Fail(ErrorCode::kUnsupported, "this server has no store for models");
  const std::string plain = WithoutLatest(name);
  if (!store::IsModelName(plain)) return About("model", store::NotAModelName(name).error());
  const store::FileLock adding = TRY(store_->LockAdding(nullptr));
  Recipe with = recipe;
  store::Manifest manifest = TRY(PlanOf(*store_, files, with));
  const auto added = store::AddAdapters(*store_, adapters, manifest);
  if (!added) return About("adapters", added.error());
  TRY(CheckModel(*store_, manifest));
  manifest.name = plain;
  manifest.source = "/api/create";
  manifest.origin.reset();
  manifest.added_s = UnixSeconds();
  TRY(Replace(*store_, manifest));
  with.from = plain;
  return with.empty() ? Result<void>() : Create(plain, with);
}

Result<void> Library::Remove(std::string_view name) {
  if (!store_) return Fail(ErrorCode::kNotFound, "model " + Quote(name) + " not found");
  const std::optional<ModelEntry> made = FindRecipe(name).value_or(std::nullopt);
  const bool own = made && SameName(made->recipe.from, name);
  const std::string plain = WithoutLatest(name);
  if (store::IsModelName(plain) && std::remove(RecipePath(name).c_str()) == 0 && !own) {
    // Files that it hid go too; those that only another spelling means stay.
    if (const auto hidden = store_->Peek(plain)) (void)TRY(store_->Remove(hidden->name));
    return {};
  }
  const auto entry = TRY(FindStored(name));
  if (!entry) return Fail(ErrorCode::kNotFound, "model " + Quote(name) + " not found");
  const uint64_t freed = TRY(store_->Remove(entry->name));
  (void)freed;
  return {};
}

void Library::Unhide(std::string_view name) {
  const std::optional<ModelEntry> made = FindRecipe(name).value_or(std::nullopt);
  if (made && !SameName(made->recipe.from, name)) (void)std::remove(RecipePath(name).c_str());
}

Result<void> Library::Copy(std::string_view from, const std::string& to) {
  if (!store_) return Fail(ErrorCode::kUnsupported, "this server has no store for models");
  const std::string plain = WithoutLatest(to);
  if (!store::IsModelName(plain)) return About("destination", store::NotAModelName(to).error());
  const auto made = TRY(FindRecipe(from));
  if (made && SameName(from, to)) return {};
  if (made && !SameName(made->recipe.from, from)) return Create(to, made->recipe);
  const auto entry = TRY(FindStored(from));
  if (!entry) return NoSource(from);
  std::optional<store::Manifest> manifest = TRY(store_->Get(entry->name));
  if (!manifest) return NoSource(from);
  if (SameName(manifest->name, plain)) return {};
  manifest->name = plain;
  TRY(Replace(*store_, *manifest));
  if (!made) return {};
  Recipe recipe = made->recipe;
  recipe.from = plain;
  return Create(to, recipe);
}

}  // namespace bantam::server
