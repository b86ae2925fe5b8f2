// PrefixFile: the keys and values of tokens that prompts begin with, on disk.
//
// Little-endian: "BANTAMKV"; u32 version 1; u32 n_tokens, a multiple of 64; u64 bytes of a block;
// the fingerprint of what computed it (32 bytes); i32 tokens[n_tokens]; the blocks, one for every
// 64 tokens, as KvCache has them; XXH64 of all that.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"
#include "base/mapped_file.h"

namespace bantam {

// What keys and values depend on besides the tokens: model, adapters and their scales, precision,
// type, instruction set.
using KvFingerprint = std::array<uint8_t, 32>;

class PrefixFile {
 public:
  // Maps a file and checks its form, not its checksum. kCorrupt if it breaks the format; then the
  // message names the place.
  static Result<PrefixFile> Open(const std::string& path);
  // The same of bytes that must outlive it; `name` stands for them in messages.
  static Result<PrefixFile> Parse(std::span<const uint8_t> bytes, const std::string& name);

  // Whether the bytes are those that were written. Reads everything.
  bool IsWhole() const;

  const KvFingerprint& fingerprint() const { return fingerprint_; }
  std::span<const TokenId> tokens() const { return tokens_; }
  uint64_t block_bytes() const { return block_bytes_; }
  std::span<const uint8_t> Block(int i) const;  // of tokens [64 i, 64 (i + 1))

  // Appears under its name whole or not at all. `blocks` are as long as each other.
  static Result<void> Write(const std::string& path, const KvFingerprint& fingerprint,
                            std::span<const TokenId> tokens,
                            std::span<const std::span<const uint8_t>> blocks);

 private:
  MappedFile file_;  // of `bytes_`, if it is its own
  std::span<const uint8_t> bytes_;
  KvFingerprint fingerprint_{};
  std::vector<TokenId> tokens_;
  uint64_t block_bytes_ = 0;
  size_t first_block_ = 0;  // where it begins
};

}  // namespace bantam
