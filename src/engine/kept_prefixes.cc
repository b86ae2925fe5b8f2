// BatchEngine's kept prefixes: keys and values that outlive the program.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/batch_engine.h"

namespace bantam {

const KvFingerprint& BatchEngine::Fingerprint() {
  if (!fingerprint_) fingerprint_ = model_->Fingerprint();
  return *fingerprint_;
}

Result<void> BatchEngine::OpenPrefixStore() {
  if (options_.prefix_dir.empty() || !options_.prefix_cache) return {};
  prefix_store_ = TRY(PrefixStore::Open(options_.prefix_dir, Fingerprint(), model_->Block(0).size(),
                                        options_.prefix_dir_bytes));
  return {};
}

// Adapters change keys and values; only the model's own are kept.
bool BatchEngine::IsPlain(const Sequence& sequence) const {
  return std::ranges::all_of(sequence.request.adapter_scales,
                             [](float scale) { return scale == 0; });
}

Result<void> BatchEngine::PutIntoCache(const PrefixFile& file, uint64_t variant) {
  // The cache never gives the last token of a text.
  std::vector<TokenId> tokens(file.tokens().begin(), file.tokens().end());
  const int n = static_cast<int>(tokens.size());
  tokens.push_back(0);
  BlockTable table;
  table.variant = variant;
  const PrefixCache::Match match = cache_.Extend(table, tokens);
  if (match.outcome == PrefixCache::Outcome::kCopy) {
    model_->CopyPrefix(match.from_block, match.to_block, match.n_tokens);
  }
  const int first = table.computed / kKvBlockTokens;
  const int missing = n / kKvBlockTokens - static_cast<int>(table.blocks.size());
  Result<void> put = {};
  if (missing > cache_.pool().available() || !cache_.Cover(table, tokens, n)) {
    put = Fail(ErrorCode::kResourceExhausted, "the key-value pool has no room for the " +
                                                  std::to_string(n) + " tokens of a kept prefix");
  }
  for (int i = first; put && i < n / kKvBlockTokens; ++i) {
    const int block = table.blocks[static_cast<size_t>(i)];
    std::ranges::copy(file.Block(i), model_->Block(block).begin());
    if (model_->IsSound(block)) continue;
    put = Fail(ErrorCode::kCorrupt, "the keys and values of tokens " +
                                        std::to_string(i * kKvBlockTokens) +
                                        " and following are none that a model computes");
  }
  if (put) cache_.Commit(table, n - table.computed);
  cache_.Release(table);
  return put;
}

Result<std::vector<std::span<const uint8_t>>> BatchEngine::BlocksOf(std::span<const TokenId> tokens,
                                                                    uint64_t variant,
                                                                    BlockTable& table) {
  std::vector<TokenId> whole(tokens.begin(), tokens.end());
  whole.resize(static_cast<size_t>(cache_.Known(tokens, variant)));
  if (whole.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "no whole block of 64 of these tokens has been computed");
  }
  whole.push_back(0);
  table.variant = variant;
  const PrefixCache::Match match = cache_.Extend(table, whole);
  if (match.outcome == PrefixCache::Outcome::kCopy) {
    model_->CopyPrefix(match.from_block, match.to_block, match.n_tokens);
  }
  std::vector<std::span<const uint8_t>> blocks;
  for (size_t i = 0; i + 1 < whole.size(); i += kKvBlockTokens) {
    blocks.push_back(model_->Block(table.blocks[i / kKvBlockTokens]));
  }
  return blocks;
}

Result<int> BatchEngine::SavePrefix(std::span<const TokenId> tokens, const std::string& path) {
  TRY(CheckTokens(tokens));
  const uint64_t variant = VariantOf(std::vector<float>(model_->adapter_scales().size(), 0));
  BlockTable table;
  const auto blocks = BlocksOf(tokens, variant, table);
  Result<int> saved = 0;
  if (!blocks) {
    saved = std::unexpected(blocks.error());
  } else {
    const auto n = blocks->size() * kKvBlockTokens;
    const Result<void> written = PrefixFile::Write(path, Fingerprint(), tokens.first(n), *blocks);
    saved = written ? Result<int>(static_cast<int>(n)) : std::unexpected(written.error());
  }
  cache_.Release(table);
  return saved;
}

Result<int> BatchEngine::LoadPrefix(const std::string& path) {
  if (busy_) return Fail(ErrorCode::kInvalidArgument, "a callback may not load a prefix");
  const PrefixFile file = TRY(PrefixFile::Open(path));
  if (file.fingerprint() != Fingerprint() || file.block_bytes() != model_->Block(0).size()) {
    return Fail(ErrorCode::kUnsupported,
                path +
                    ": holds keys and values of another model, or of this one loaded in "
                    "another way");
  }
  if (!file.IsWhole()) return Fail(ErrorCode::kCorrupt, path + ": its checksum is wrong");
  TRY(CheckTokens(file.tokens()));
  const uint64_t variant = VariantOf(std::vector<float>(model_->adapter_scales().size(), 0));
  const Result<void> put = PutIntoCache(file, variant);
  if (!put) return Fail(put.error().code, path + ": " + put.error().message);
  return static_cast<int>(file.tokens().size());
}

// Whatever goes wrong here, the tokens are computed instead.
void BatchEngine::FetchPrefix(const Sequence& sequence) {
  if (!prefix_store_ || !IsPlain(sequence)) return;
  const int known = cache_.Known(sequence.request.prompt, sequence.table.variant);
  const std::optional<PrefixFile> file = prefix_store_->Find(sequence.request.prompt, known);
  if (file) (void)PutIntoCache(*file, sequence.table.variant);
}

void BatchEngine::NotePrefix(const Sequence& sequence) {
  constexpr size_t kMostNoted = 16;
  if (!prefix_store_ || !IsPlain(sequence) || to_keep_.size() == kMostNoted) return;
  const int wanted = std::min(sequence.request.keep_tokens, sequence.n_prompt());
  const int n = std::min(wanted, sequence.table.computed) / kKvBlockTokens * kKvBlockTokens;
  const std::span<const TokenId> tokens =
      std::span(sequence.request.prompt).first(static_cast<size_t>(n));
  if (n == 0 || prefix_store_->Has(tokens)) return;
  to_keep_.push_back({{tokens.begin(), tokens.end()}, sequence.table.variant});
}

// A disk that is full only costs the next start its time.
void BatchEngine::KeepPrefixes() {
  for (; !to_keep_.empty(); to_keep_.pop_front()) {
    const PrefixToKeep& prefix = to_keep_.front();
    if (prefix_store_->Has(prefix.tokens)) continue;
    BlockTable table;
    const auto blocks = BlocksOf(prefix.tokens, prefix.variant, table);
    if (blocks && blocks->size() * kKvBlockTokens == prefix.tokens.size()) {
      (void)prefix_store_->Add(prefix.tokens, *blocks);
    }
    cache_.Release(table);
  }
}

}  // namespace bantam
