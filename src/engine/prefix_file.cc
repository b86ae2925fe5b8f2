// Writing and checking prefix files.
#include "engine/prefix_file.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/atomic_file.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/hash64.h"
#include "model/kv_shape.h"

namespace bantam {
namespace {

constexpr std::string_view kMagic = "BANTAMKV";
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderBytes = 8 + 4 + 4 + 8 + 32;
constexpr size_t kChecksumBytes = 8;

std::string_view AsText(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Hashes what it writes.
class Writer {
 public:
  explicit Writer(AtomicFile& file) : file_(file) {}
  Result<void> Write(std::span<const uint8_t> bytes) {
    hash_.Update(bytes);
    return file_.Write(AsText(bytes));
  }
  template <typename T>
  Result<void> WriteValue(T value) {
    std::array<uint8_t, sizeof value> bytes;
    std::memcpy(bytes.data(), &value, sizeof value);
    return Write(bytes);
  }
  uint64_t Digest() const { return hash_.Digest(); }

 private:
  AtomicFile& file_;
  Hash64 hash_;
};

}  // namespace

Result<PrefixFile> PrefixFile::Open(const std::string& path) {
  MappedFile file = TRY(MappedFile::Open(path));
  PrefixFile prefix = TRY(Parse(file.bytes(), path));
  prefix.file_ = std::move(file);
  return prefix;
}

Result<PrefixFile> PrefixFile::Parse(std::span<const uint8_t> bytes, const std::string& path) {
  PrefixFile prefix;
  prefix.bytes_ = bytes;
  const auto corrupt = [&](const std::string& what) {
    return Fail(ErrorCode::kCorrupt, path + ": " + what);
  };
  if (bytes.size() < kHeaderBytes + kChecksumBytes || !AsText(bytes).starts_with(kMagic)) {
    return corrupt("is no file of kept keys and values (magic \"BANTAMKV\")");
  }
  const auto version = LoadLe<uint32_t>(bytes.data() + 8);
  if (version != kVersion) {
    return Fail(ErrorCode::kUnsupported,
                path + ": version " + std::to_string(version) + ", this build reads 1");
  }
  const auto n_tokens = LoadLe<uint32_t>(bytes.data() + 12);
  prefix.block_bytes_ = LoadLe<uint64_t>(bytes.data() + 16);
  std::memcpy(prefix.fingerprint_.data(), bytes.data() + 24, prefix.fingerprint_.size());
  const uint64_t n_blocks = n_tokens / kKvBlockTokens;
  const uint64_t token_bytes = uint64_t{n_tokens} * sizeof(TokenId);
  const uint64_t rest = bytes.size() - kHeaderBytes - kChecksumBytes;
  if (n_tokens == 0 || n_tokens % kKvBlockTokens != 0 || token_bytes > rest ||
      prefix.block_bytes_ == 0 || (rest - token_bytes) / n_blocks != prefix.block_bytes_ ||
      (rest - token_bytes) % n_blocks != 0) {
    return corrupt(std::to_string(n_tokens) + " tokens in blocks of " +
                   std::to_string(prefix.block_bytes_) + " bytes are not what " +
                   std::to_string(bytes.size()) + " bytes hold");
  }
  prefix.tokens_.resize(n_tokens);
  std::memcpy(prefix.tokens_.data(), bytes.data() + kHeaderBytes, token_bytes);
  prefix.first_block_ = kHeaderBytes + token_bytes;
  return prefix;
}

bool PrefixFile::IsWhole() const {
  Hash64 hash;
  hash.Update(bytes_.first(bytes_.size() - kChecksumBytes));
  return hash.Digest() == LoadLe<uint64_t>(bytes_.last(kChecksumBytes).data());
}

std::span<const uint8_t> PrefixFile::Block(int i) const {
  return bytes_.subspan(first_block_ + static_cast<size_t>(i) * block_bytes_, block_bytes_);
}

Result<void> PrefixFile::Write(const std::string& path, const KvFingerprint& fingerprint,
                               std::span<const TokenId> tokens,
                               std::span<const std::span<const uint8_t>> blocks) {
  CHECK(!blocks.empty() && tokens.size() == blocks.size() * kKvBlockTokens);
  AtomicFile file = TRY(AtomicFile::Create(path));
  Writer writer(file);
  TRY(writer.Write({reinterpret_cast<const uint8_t*>(kMagic.data()), kMagic.size()}));
  TRY(writer.WriteValue(kVersion));
  TRY(writer.WriteValue(static_cast<uint32_t>(tokens.size())));
  TRY(writer.WriteValue(static_cast<uint64_t>(blocks[0].size())));
  TRY(writer.Write(fingerprint));
  TRY(writer.Write({reinterpret_cast<const uint8_t*>(tokens.data()), tokens.size_bytes()}));
  for (const std::span<const uint8_t> block : blocks) TRY(writer.Write(block));
  TRY(writer.WriteValue(writer.Digest()));
  return file.Commit();
}

}  // namespace bantam
