// Finding, keeping and removing prefix files.
#include "engine/prefix_store.h"

#include <algorithm>
#include <utility>

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/directory.h"
#include "base/hash64.h"
#include "base/sha256.h"
#include "model/kv_shape.h"

namespace bantam {
namespace {

constexpr std::string_view kEnding = ".kv";

// Names follow from what is inside, so that programs which keep the same replace each other's.
std::string NameFor(const KvFingerprint& fingerprint, std::span<const TokenId> tokens) {
  std::string name;
  for (const uint64_t seed : {0, 1}) {
    Hash64 hash(seed);
    hash.Update(fingerprint);
    hash.Update({reinterpret_cast<const uint8_t*>(tokens.data()), tokens.size_bytes()});
    const uint64_t digest = hash.Digest();
    name += HexText({reinterpret_cast<const uint8_t*>(&digest), sizeof digest});
  }
  return name + std::string(kEnding);
}

bool BeginsWith(std::span<const TokenId> tokens, std::span<const TokenId> beginning) {
  return tokens.size() >= beginning.size() &&
         std::ranges::equal(tokens.first(beginning.size()), beginning);
}

}  // namespace

Result<PrefixStore> PrefixStore::Open(const std::string& directory, uint64_t block_bytes,
                                      uint64_t max_bytes) {
  TRY(MakeDirectories(directory));
  PrefixStore store(directory, block_bytes, max_bytes);
  for (const DirectoryEntry& file : TRY(ListFiles(directory))) {
    if (!file.name.ends_with(kEnding)) continue;
    const Result<PrefixFile> prefix = PrefixFile::Open(store.PathOf(file.name));
    if (!prefix) {
      if (prefix.error().code == ErrorCode::kCorrupt) store.SetAside(file.name);
      continue;
    }
    if (prefix->block_bytes() != block_bytes) continue;
    const std::span<const TokenId> tokens = prefix->tokens();
    store.entries_.push_back({file.name, prefix->fingerprint(), {tokens.begin(), tokens.end()}});
  }
  store.MakeRoom(0);
  return store;
}

void PrefixStore::SetAside(const std::string& name) const {
  RenameFile(PathOf(name), PathOf(name + ".bad"));
}

std::optional<PrefixFile> PrefixStore::Find(const KvFingerprint& fingerprint,
                                            std::span<const TokenId> tokens, int known) {
  while (true) {
    auto best = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      const auto n = std::ssize(entry->tokens);
      if (n <= known || entry->fingerprint != fingerprint) continue;
      if (!BeginsWith(tokens, entry->tokens)) continue;
      if (best == entries_.end() || n > std::ssize(best->tokens)) best = entry;
    }
    if (best == entries_.end()) return std::nullopt;
    Result<PrefixFile> file = PrefixFile::Open(PathOf(best->name));
    // It may have been replaced or removed by another program since.
    if (file && file->fingerprint() == fingerprint && file->block_bytes() == block_bytes_ &&
        std::ranges::equal(file->tokens(), best->tokens) && file->IsWhole()) {
      TouchFile(PathOf(best->name));
      return *std::move(file);
    }
    if (file || file.error().code == ErrorCode::kCorrupt) SetAside(best->name);
    entries_.erase(best);
  }
}

bool PrefixStore::Has(const KvFingerprint& fingerprint, std::span<const TokenId> tokens) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) {
    return entry.fingerprint == fingerprint && BeginsWith(entry.tokens, tokens);
  });
}

Result<void> PrefixStore::Add(const KvFingerprint& fingerprint, std::span<const TokenId> tokens,
                              std::span<const std::span<const uint8_t>> blocks) {
  const uint64_t bytes = blocks.size() * block_bytes_;
  if (bytes > max_bytes_) return {};
  MakeRoom(bytes);
  const std::string name = NameFor(fingerprint, tokens);
  TRY(PrefixFile::Write(PathOf(name), fingerprint, tokens, blocks));
  entries_.push_back({name, fingerprint, {tokens.begin(), tokens.end()}});
  return {};
}

void PrefixStore::MakeRoom(uint64_t bytes) {
  Result<std::vector<DirectoryEntry>> files = ListFiles(directory_);
  if (!files) return;
  std::erase_if(*files, [](const DirectoryEntry& file) { return !file.name.ends_with(kEnding); });
  std::ranges::sort(*files, {}, &DirectoryEntry::modified_ns);
  for (const DirectoryEntry& file : *files) bytes += file.bytes;
  for (const DirectoryEntry& file : *files) {
    if (bytes <= max_bytes_) return;
    if (RemoveFile(PathOf(file.name))) bytes -= file.bytes;
    entries_.remove_if([&](const Entry& entry) { return entry.name == file.name; });
  }
}

}  // namespace bantam
