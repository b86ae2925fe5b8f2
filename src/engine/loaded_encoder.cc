// Loading, and texts to batches.
#include "engine/loaded_encoder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/cpu_info.h"
#include "base/memory_info.h"
#include "engine/model_info.h"
#include "engine/open_model.h"
#include "model/encoder_weights.h"

namespace bantam {
namespace {

Result<void> CheckMemory(const ModelFile& file, const EncoderConfig& config, Precision precision,
                         int threads) {
  const std::optional<uint64_t> available = AvailableMemoryBytes();
  if (!available) return {};
  const WeightBytes weights = TRY(EncoderWeights::Measure(file, config, precision));
  const uint64_t bytes = weights.packed + TextEncoder::WorkBytes(config, precision, threads);
  if (bytes <= *available) return {};
  return Fail(ErrorCode::kResourceExhausted,
              "the encoder needs " + std::to_string(bytes >> 20) + " MiB of memory, but only " +
                  std::to_string(*available >> 20) + " MiB are free");
}

// Divides by the length; false if that is no number. Zero stays zero.
bool Normalize(std::span<float> vector) {
  double squares = 0;
  for (const float v : vector) squares += static_cast<double>(v) * static_cast<double>(v);
  if (!(squares < __builtin_inf())) return false;
  if (squares == 0) return true;
  const double inverse = 1 / __builtin_sqrt(squares);
  for (float& v : vector) v = static_cast<float>(static_cast<double>(v) * inverse);
  return true;
}

bool AllFinite(std::span<const float> vector) {
  return std::ranges::all_of(vector, [](float v) { return __builtin_isfinite(v); });
}

// Indices of texts, the longest first: a batch holds texts of like length, and the last ones fill
// the gaps.
std::vector<size_t> LongestFirst(const std::vector<std::vector<TokenId>>& texts) {
  std::vector<size_t> order(texts.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, [&texts](size_t a, size_t b) {
    return texts[a].size() != texts[b].size() ? texts[a].size() > texts[b].size() : a < b;
  });
  return order;
}

// How many texts from order[first] on fit into one batch; at least one.
size_t BatchFrom(size_t first, const std::vector<size_t>& order,
                 const std::vector<std::vector<TokenId>>& texts) {
  size_t tokens = 0;
  size_t n = 0;
  for (; first + n < order.size() && n < size_t{TextEncoder::kBatchTexts}; ++n) {
    tokens += texts[order[first + n]].size();
    if (n > 0 && tokens > size_t{TextEncoder::kBatchTokens}) break;
  }
  return n;
}

}  // namespace

Result<std::shared_ptr<LoadedEncoder>> LoadedEncoder::Load(const std::string& path,
                                                           const EncoderOptions& options) {
  const auto encoder = Open(TRY(ModelFile::Open(path, options.dtype)));
  const Result<void> loaded = encoder->LoadWeights(options);
  if (!loaded) return std::unexpected(InFile(path, loaded.error()));
  return encoder;
}

Result<void> LoadedEncoder::Check(std::unique_ptr<ModelFile> file) {
  const auto encoder = Open(std::move(file));
  const Result<void> checked = encoder->CheckFile();
  if (!checked) return std::unexpected(InFile(encoder->file_->path(), checked.error()));
  return {};
}

std::shared_ptr<LoadedEncoder> LoadedEncoder::Open(std::unique_ptr<ModelFile> file) {
  std::shared_ptr<LoadedEncoder> encoder(new LoadedEncoder());
  encoder->file_ = std::move(file);
  encoder->info_ = DescribeModel(*encoder->file_);
  return encoder;
}

Result<void> LoadedEncoder::CheckFile() {
  TRY(ReadVocabulary());
  (void)TRY(EncoderWeights::Measure(*file_, config_, Precision::kFast));
  return {};
}

Result<void> LoadedEncoder::ReadVocabulary() {
  config_ = TRY(ReadEncoderConfig(file_->metadata()));
  FolderTokenizer text = TRY(OpenText(*file_));
  tokenizer_ = std::move(text.tokenizer);
  if (!text.kind.empty()) info_.tokenizer = text.kind;
  if (tokenizer_->vocabulary().size() != config_.model.vocab_size) {
    return Fail(ErrorCode::kCorrupt,
                "the tokenizer has " + std::to_string(tokenizer_->vocabulary().size()) +
                    " tokens, but the model has " + std::to_string(config_.model.vocab_size));
  }
  const std::vector<TokenId> around = Tokenize("");
  if (!around.empty() && around.back() == tokenizer_->vocabulary().eos) last_ = around.back();
  return {};
}

Result<void> LoadedEncoder::LoadWeights(const EncoderOptions& options) {
  TRY(ReadVocabulary());
  TRY(CheckThreads("threads", options.threads));
  const int threads = options.threads > 0 ? options.threads : ReadCpuInfo().threads();
  TRY(CheckMemory(*file_, config_, options.precision, threads));
  TRY(file_->Convert());
  pool_ = std::make_unique<ThreadPool>(threads);
  encoder_ = TRY(TextEncoder::Load(*file_, config_, options.precision, *pool_));
  return {};
}

std::vector<TokenId> LoadedEncoder::Tokenize(std::string_view text) const {
  return tokenizer_->Encode(config_.prompt + std::string(text), {});
}

int64_t LoadedEncoder::Shorten(std::vector<TokenId>& ids, int max_tokens) const {
  const auto most = static_cast<size_t>(max_tokens);
  if (ids.size() <= most) return 0;
  const auto left_out = static_cast<int64_t>(ids.size() - most);
  ids.resize(most);
  if (last_ >= 0) ids.back() = last_;
  return left_out;
}

Result<Embeddings> LoadedEncoder::Embed(std::span<const std::string_view> texts,
                                        const EmbedOptions& options) {
  std::vector<std::vector<TokenId>> ids;
  for (const std::string_view text : texts) ids.push_back(Tokenize(text));
  return EmbedTokens(ids, options);
}

Result<void> LoadedEncoder::CheckTokens(std::span<const std::vector<TokenId>> texts) const {
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string name = "text " + std::to_string(i);
    if (texts[i].empty()) return Fail(ErrorCode::kInvalidArgument, name + " has no tokens");
    for (const TokenId id : texts[i]) {
      if (id >= 0 && id < config_.model.vocab_size) continue;
      return Fail(ErrorCode::kInvalidArgument, name + ": token " + std::to_string(id) +
                                                   " is outside the vocabulary of " +
                                                   std::to_string(config_.model.vocab_size));
    }
  }
  return {};
}

Result<Embeddings> LoadedEncoder::EmbedTokens(std::span<const std::vector<TokenId>> texts,
                                              const EmbedOptions& options) {
  const int max_tokens = options.max_tokens == 0 ? config_.max_tokens : options.max_tokens;
  constexpr int kLeast = 3;  // a token between two special ones
  if (options.max_tokens != 0 && (max_tokens < kLeast || max_tokens > positions())) {
    return Fail(ErrorCode::kInvalidArgument,
                "max_tokens must be 0 (as the model's files say, " +
                    std::to_string(config_.max_tokens) + ") or between " + std::to_string(kLeast) +
                    " and the " + std::to_string(positions()) + " positions the model has, not " +
                    std::to_string(max_tokens));
  }
  TRY(CheckTokens(texts));
  Embeddings out;
  out.dims = dims();
  out.values.resize(texts.size() * static_cast<size_t>(out.dims));
  std::vector<std::vector<TokenId>> ids(texts.begin(), texts.end());
  for (std::vector<TokenId>& text : ids) {
    out.left_out.push_back(Shorten(text, max_tokens));
    out.tokens.push_back(static_cast<int>(text.size()));
  }
  TRY(EncodeAll(ids, options, out));
  return out;
}

Result<void> LoadedEncoder::EncodeAll(const std::vector<std::vector<TokenId>>& ids,
                                      const EmbedOptions& options, Embeddings& out) {
  const Pooling pooling = options.pooling == Pooling::kModel ? config_.pooling : options.pooling;
  const auto n = static_cast<size_t>(out.dims);
  const std::vector<size_t> order = LongestFirst(ids);
  std::vector<float> batch_out(size_t{TextEncoder::kBatchTexts} * n);
  std::vector<EncoderText> batch;
  for (size_t first = 0; first < order.size(); first += batch.size()) {
    batch.clear();
    const size_t in_batch = BatchFrom(first, order, ids);
    for (size_t i = 0; i < in_batch; ++i) batch.emplace_back(ids[order[first + i]]);
    encoder_->Encode(batch, pooling, batch_out.data());
    for (size_t i = 0; i < in_batch; ++i) {
      const std::span<float> vector = std::span(out.values).subspan(order[first + i] * n, n);
      std::copy_n(batch_out.data() + i * n, n, vector.data());
      if (!AllFinite(vector) || (options.normalize && !Normalize(vector))) {
        return Fail(ErrorCode::kCorrupt, file_->path() + ": text " +
                                             std::to_string(order[first + i]) +
                                             " gives what is not a number");
      }
    }
  }
  return {};
}

}  // namespace bantam
