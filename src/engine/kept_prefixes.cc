// BatchEngine's kept prefixes: keys and values that outlive the program.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "engine/batch_engine.h"

namespace bantam {

const KvFingerprint& BatchEngine::FingerprintOf(const std::vector<float>& adapter_scales) {
  std::optional<KvFingerprint>& fingerprint = VariantOf(adapter_scales).fingerprint;
  if (!fingerprint) fingerprint = model_->Fingerprint(adapter_scales);
  return *fingerprint;
}

Result<void> BatchEngine::OpenPrefixStore() {
  if (options_.prefix_dir.empty() || !options_.prefix_cache) return {};
  prefix_store_ = TRY(
      PrefixStore::Open(options_.prefix_dir, model_->Block(0).size(), options_.prefix_dir_bytes));
  (void)FingerprintOf(OwnScales());  // so that the first request need not wait for it
  return {};
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
  const std::vector<float> scales = OwnScales();
  BlockTable table;
  const auto blocks = BlocksOf(tokens, VariantOf(scales).number, table);
  Result<int> saved = 0;
  if (!blocks) {
    saved = std::unexpected(blocks.error());
  } else {
    const auto n = blocks->size() * kKvBlockTokens;
    const Result<void> written =
        PrefixFile::Write(path, FingerprintOf(scales), tokens.first(n), *blocks);
    saved = written ? Result<int>(static_cast<int>(n)) : std::unexpected(written.error());
  }
  cache_.Release(table);
  return saved;
}

Result<int> BatchEngine::LoadPrefix(const std::string& path) {
  if (busy_) return Fail(ErrorCode::kInvalidArgument, "a callback may not load a prefix");
  const PrefixFile file = TRY(PrefixFile::Open(path));
  const std::vector<float> scales = OwnScales();
  if (file.fingerprint() != FingerprintOf(scales) ||
      file.block_bytes() != model_->Block(0).size()) {
    return Fail(ErrorCode::kUnsupported,
                path +
                    ": holds keys and values of another model, or of this one with other adapters "
                    "or loaded in another way");
  }
  if (!file.IsWhole()) return Fail(ErrorCode::kCorrupt, path + ": its checksum is wrong");
  TRY(CheckTokens(file.tokens()));
  const Result<void> put = PutIntoCache(file, VariantOf(scales).number);
  if (!put) return Fail(put.error().code, path + ": " + put.error().message);
  return static_cast<int>(file.tokens().size());
}

// Whatever goes wrong here, the tokens are computed instead.
void BatchEngine::FetchPrefix(const Sequence& sequence) {
  if (!prefix_store_) return;
  const GenerationRequest& request = sequence.request;
  const int known = cache_.Known(request.prompt, sequence.table.variant);
  const std::optional<PrefixFile> file =
      prefix_store_->Find(FingerprintOf(request.adapter_scales), request.prompt, known);
  if (file) (void)PutIntoCache(*file, sequence.table.variant);
}

void BatchEngine::NotePrefix(const Sequence& sequence) {
  constexpr size_t kMostNoted = 16;
  if (!prefix_store_ || to_keep_.size() == kMostNoted) return;
  const int wanted = std::min(sequence.request.keep_tokens, sequence.n_prompt());
  const int n = std::min(wanted, sequence.table.computed) / kKvBlockTokens * kKvBlockTokens;
  const std::span<const TokenId> tokens =
      std::span(sequence.request.prompt).first(static_cast<size_t>(n));
  if (n == 0) return;
  const KvFingerprint& fingerprint = FingerprintOf(sequence.request.adapter_scales);
  if (prefix_store_->Has(fingerprint, tokens)) return;
  to_keep_.push_back({{tokens.begin(), tokens.end()}, sequence.table.variant, fingerprint});
}

// A disk that is full only costs the next start its time.
void BatchEngine::KeepPrefixes() {
  for (; !to_keep_.empty(); to_keep_.pop_front()) {
    const PrefixToKeep& prefix = to_keep_.front();
    if (prefix_store_->Has(prefix.fingerprint, prefix.tokens)) continue;
    BlockTable table;
    const auto blocks = BlocksOf(prefix.tokens, prefix.variant, table);
    if (blocks && blocks->size() * kKvBlockTokens == prefix.tokens.size()) {
      (void)prefix_store_->Add(prefix.fingerprint, prefix.tokens, *blocks);
    }
    cache_.Release(table);
  }
}

}  // namespace bantam
