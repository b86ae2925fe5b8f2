// PrefixStore: a directory of prefix files, so that what prompts begin with is computed once.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "engine/prefix_file.h"

namespace bantam {

// Files of other models and adapters may lie there; they are left alone, but count towards the
// limit. What is broken is set aside by a name that ends in ".bad". Several programs may share a
// directory. Not thread-safe.
class PrefixStore {
 public:
  // Makes the directory if it is missing and reads the tokens of its files.
  static Result<PrefixStore> Open(const std::string& directory, uint64_t block_bytes,
                                  uint64_t max_bytes);

  // The file of that fingerprint with the most of what `tokens` begin with, if that is more than
  // `known` tokens; checked whole. Marks it as used.
  std::optional<PrefixFile> Find(const KvFingerprint& fingerprint, std::span<const TokenId> tokens,
                                 int known);

  // Whether a file of that fingerprint holds all of `tokens`.
  bool Has(const KvFingerprint& fingerprint, std::span<const TokenId> tokens) const;

  // Keeps them, and removes the files that have not been used for longest if there are too many
  // bytes.
  Result<void> Add(const KvFingerprint& fingerprint, std::span<const TokenId> tokens,
                   std::span<const std::span<const uint8_t>> blocks);

 private:
  struct Entry {
    std::string name;
    KvFingerprint fingerprint;
    std::vector<TokenId> tokens;
  };

  PrefixStore(std::string directory, uint64_t block_bytes, uint64_t max_bytes)
      : directory_(std::move(directory)), block_bytes_(block_bytes), max_bytes_(max_bytes) {}
  std::string PathOf(const std::string& name) const { return directory_ + "/" + name; }
  void SetAside(const std::string& name) const;
  void MakeRoom(uint64_t bytes);

  std::string directory_;
  uint64_t block_bytes_;
  uint64_t max_bytes_;
  std::list<Entry> entries_;
};

}  // namespace bantam
