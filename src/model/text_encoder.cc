// Memory and batches.
#include "model/text_encoder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam {
namespace {

int MostTokens(const EncoderConfig& config) {
  return std::max(TextEncoder::kBatchTokens, config.model.context_length);
}

// Texts fill whole blocks; every text but for its last block's tokens wastes none.
int MostBlocks(const EncoderConfig& config) {
  return MostTokens(config) / kKvBlockTokens + TextEncoder::kBatchTexts;
}

KvShape ShapeOf(const EncoderConfig& config, Precision precision) {
  KvShape shape = KvShapeOf(config.model, precision);
  shape.layers = 1;
  return shape;
}

}  // namespace

TextEncoder::TextEncoder(std::unique_ptr<EncoderWeights> weights, std::unique_ptr<KvCache> cache,
                         PageMemory scratch, ThreadPool& pool)
    : weights_(std::move(weights)),
      cache_(std::move(cache)),
      scratch_(std::move(scratch)),
      pool_(pool) {}

Result<std::unique_ptr<TextEncoder>> TextEncoder::Load(const ModelFile& file,
                                                       const EncoderConfig& config,
                                                       Precision precision, ThreadPool& pool) {
  auto weights = TRY(EncoderWeights::Load(file, config, precision, pool));
  auto cache = TRY(KvCache::Create(ShapeOf(config, precision), MostBlocks(config)));
  const size_t bytes =
      EncoderSpace().LayOut(config.model, MostTokens(config), pool.threads(), nullptr);
  PageMemory scratch = TRY(PageMemory::Allocate(bytes, true, "work buffers"));
  return std::unique_ptr<TextEncoder>(
      new TextEncoder(std::move(weights), std::move(cache), std::move(scratch), pool));
}

void TextEncoder::Encode(std::span<const EncoderText> texts, Pooling pooling, float* out) {
  if (texts.empty()) return;
  size_t n = 0;
  for (const EncoderText& text : texts) n += text.size();
  CHECK(texts.size() == 1 || (n <= kBatchTokens && texts.size() <= kBatchTexts));
  EncoderSpace space;
  space.LayOut(config().model, static_cast<int>(n), pool_.threads(), scratch_.data());
  EncoderPass pass(*weights_, texts, pooling, *cache_, space, out);
  pool_.Run([&pass](ThreadPool::Worker& worker) { pass.Run(worker); });
}

uint64_t TextEncoder::WorkBytes(const EncoderConfig& config, Precision precision, int threads) {
  return EncoderSpace().LayOut(config.model, MostTokens(config), threads, nullptr) +
         ShapeOf(config, precision).BlockBytes() * static_cast<uint64_t>(MostBlocks(config));
}

}  // namespace bantam
