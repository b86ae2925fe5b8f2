// The stages of an encoder layer, in the order in which a batch goes through them.
#include "model/encoder_pass.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "model/layouter.h"

namespace bantam {
namespace {

constexpr size_t kMostBlocks = kMaxEncoderPositions / kKvBlockTokens;

}  // namespace

size_t EncoderSpace::LayOut(const ModelConfig& config, int n, int n_workers, uint8_t* memory) {
  Layouter layouter(memory);
  const int64_t tokens = n;
  x = layouter.Floats(tokens * config.n_embd);
  // The feed-forward comes when attention is over; what is in the cache stays in use.
  const int64_t of_attention = 5 * tokens * config.n_embd;
  qkv = layouter.Floats(std::max(of_attention, tokens * config.n_ff));
  queries = qkv + 3 * tokens * config.n_embd;
  attended = queries + tokens * config.n_embd;
  hidden = qkv;
  x_codes = layouter.WideCodes(config.n_embd, n);
  attended_codes = layouter.WideCodes(config.n_embd, n);
  hidden_codes = layouter.WideCodes(config.n_ff, n);
  const size_t widest = static_cast<size_t>(std::max(config.n_embd, config.n_ff));
  workers.resize(static_cast<size_t>(n_workers));
  for (WorkerSpace& worker : workers) {
    worker.panel = layouter.Bytes(size_t{kPanelRows + 1} * widest * sizeof(float));
    worker.attention = layouter.Bytes(AttentionScratchBytes(kAttentionTokens, config.head_dim));
    worker.attended = layouter.Floats(int64_t{kAttentionTokens} * config.head_dim);
  }
  return layouter.used();
}

EncoderPass::EncoderPass(const EncoderWeights& weights, std::span<const EncoderText> texts,
                         Pooling pooling, KvCache& cache, EncoderSpace& space, float* out)
    : weights_(weights),
      config_(weights.config().model),
      kernels_(ActiveKernels()),
      pooling_(pooling),
      cache_(cache),
      space_(space),
      out_(out) {
  int block = 0;
  for (int t = 0; t < static_cast<int>(texts.size()); ++t) {
    const EncoderText& text = texts[static_cast<size_t>(t)];
    const int n = static_cast<int>(text.size());
    CHECK(n > 0 && n <= config_.context_length);
    const int first = n_tokens();
    texts_.push_back({first, n, block});
    block += (n + kKvBlockTokens - 1) / kKvBlockTokens;
    for (int i = 0; i < n; ++i) {
      const TokenId id = text[static_cast<size_t>(i)];
      CHECK(id >= 0 && id < config_.vocab_size);
      tokens_.push_back({id, t, i});
    }
    for (int head = 0; head < config_.n_heads; ++head) {
      for (int i = 0; i < n; i += kAttentionTokens) {
        items_.push_back({t, first + i, std::min(kAttentionTokens, n - i), head});
      }
    }
  }
  CHECK(block <= cache.n_blocks());
}

void EncoderPass::Run(ThreadPool::Worker& worker) {
  const WorkerSpace& space = SpaceOf(worker);
  worker.Share(n_tokens(), 1, [&](int begin, int end) {
    Embed(begin, end, space);
    Normalize(weights_.embedding_norm(), begin, end);
  });
  for (const EncoderLayer& layer : weights_.layers()) RunLayer(layer, worker);
  worker.Share(static_cast<int>(texts_.size()), 1, [&](int begin, int end) { Pool(begin, end); });
}

void EncoderPass::RunLayer(const EncoderLayer& layer, ThreadPool::Worker& worker) {
  const WorkerSpace& space = SpaceOf(worker);
  const WideInput x = Input(space_.x, space_.x_codes);
  const WideInput attended = Input(space_.attended, space_.attended_codes);
  const WideInput hidden = Input(space_.hidden, space_.hidden_codes);
  const auto add = [&](const WideLinear& linear, const WideInput& in) {
    worker.Share(linear.panels(), 1, [&](int begin, int end) {
      ApplyWide(linear, in, begin, end, true, space_.x + begin * kPanelRows, config_.n_embd, space);
    });
  };
  const auto on_tokens = [&](const auto& work) { worker.Share(n_tokens(), 1, work); };
  worker.Share(layer.query.panels() * 3, 1,
               [&](int begin, int end) { ProjectQkv(layer, begin, end, space); });
  on_tokens([&](int begin, int end) { StoreHeads(begin, end); });
  worker.Share(static_cast<int>(items_.size()), 1, [&](int begin, int end) {
    for (int i = begin; i < end; ++i) AttendItem(items_[static_cast<size_t>(i)], space);
  });
  on_tokens(
      [&](int begin, int end) { Quantize(space_.attended, space_.attended_codes, begin, end); });
  add(layer.attention_output, attended);
  on_tokens([&](int begin, int end) { Normalize(layer.attention_norm, begin, end); });
  worker.Share(layer.up.panels(), 1, [&](int begin, int end) {
    ApplyWide(layer.up, x, begin, end, false, space_.hidden + begin * kPanelRows, config_.n_ff,
              space);
  });
  on_tokens([&](int begin, int end) { Activate(begin, end); });
  add(layer.down, hidden);
  on_tokens([&](int begin, int end) { Normalize(layer.output_norm, begin, end); });
}

void EncoderPass::Embed(int begin, int end, const WorkerSpace& space) {
  auto* row = reinterpret_cast<float*>(space.panel);
  for (int t = begin; t < end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    weights_.Embed(token.id, token.position, row, space_.x + int64_t{t} * config_.n_embd);
  }
}

// The norm of the residual stream is the stream from there on.
void EncoderPass::Normalize(const Norm& norm, int begin, int end) {
  const int n = config_.n_embd;
  for (int t = begin; t < end; ++t) {
    float* x = space_.x + int64_t{t} * n;
    kernels_.layer_norm(x, norm.weight.data(), norm.bias.data(), n, config_.norm_eps, x);
    if (coded()) kernels_.quantize_wide(x, space_.x_codes, t);
  }
}

// Query, key and value rows are one row space of panels.
void EncoderPass::ProjectQkv(const EncoderLayer& layer, int begin, int end,
                             const WorkerSpace& space) {
  const WideInput in = Input(space_.x, space_.x_codes);
  const int panels = layer.query.panels();
  int part = 0;
  for (const WideLinear* linear : {&layer.query, &layer.key, &layer.value}) {
    const int part_begin = std::clamp(begin - part * panels, 0, panels);
    const int part_end = std::clamp(end - part * panels, 0, panels);
    float* out = space_.qkv + part * config_.n_embd + part_begin * kPanelRows;
    ApplyWide(*linear, in, part_begin, part_end, false, out, int64_t{3} * config_.n_embd, space);
    ++part;
  }
}

void EncoderPass::StoreHeads(int begin, int end) {
  const int n = config_.n_embd;
  const int dim = config_.head_dim;
  const auto scale = static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(dim)));
  for (int t = begin; t < end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    const float* query = space_.qkv + int64_t{t} * 3 * n;
    const int block =
        texts_[static_cast<size_t>(token.text)].first_block + token.position / kKvBlockTokens;
    for (int head = 0; head < config_.n_heads; ++head) {
      const float* q = query + head * dim;
      float* out = space_.queries + (int64_t{head} * n_tokens() + t) * dim;
      for (int d = 0; d < dim; ++d) out[d] = q[d] * scale;
      cache_.Store(block, 0, head, token.position % kKvBlockTokens, q + n, q + 2 * n);
    }
  }
}

void EncoderPass::AttendItem(const AttentionItem& item, const WorkerSpace& space) {
  const int dim = config_.head_dim;
  const TextPlace& text = texts_[static_cast<size_t>(item.text)];
  std::array<const uint8_t*, kMostBlocks> keys;
  std::array<const uint8_t*, kMostBlocks> values;
  const int n_blocks = (text.n_tokens + kKvBlockTokens - 1) / kKvBlockTokens;
  for (int b = 0; b < n_blocks; ++b) {
    keys[static_cast<size_t>(b)] = cache_.Keys(text.first_block + b, 0, item.head);
    values[static_cast<size_t>(b)] = cache_.Values(text.first_block + b, 0, item.head);
  }
  std::array<int, kAttentionTokens> visible;
  visible.fill(text.n_tokens);
  AttentionJob job;
  job.queries = space_.queries + (int64_t{item.head} * n_tokens() + item.first_token) * dim;
  job.n_rows = item.n_tokens;
  job.visible = visible.data();
  job.head_dim = dim;
  job.type = cache_.shape().type;
  job.keys = keys.data();
  job.values = values.data();
  job.out = space.attended;
  job.scratch = space.attention;
  kernels_.attention(job);
  for (int t = 0; t < item.n_tokens; ++t) {
    std::copy_n(space.attended + int64_t{t} * dim, dim,
                space_.attended + int64_t{item.first_token + t} * config_.n_embd + item.head * dim);
  }
}

void EncoderPass::Quantize(const float* x, const WideActivations& codes, int begin, int end) const {
  if (!coded()) return;
  for (int t = begin; t < end; ++t) {
    kernels_.quantize_wide(x + int64_t{t} * codes.columns, codes, t);
  }
}

void EncoderPass::Activate(int begin, int end) {
  const int n = config_.n_ff;
  float* hidden = space_.hidden;
  kernels_.gelu_erf(hidden + int64_t{begin} * n, (end - begin) * n);
  Quantize(hidden, space_.hidden_codes, begin, end);
}

// The mean adds tokens in ascending order, each dimension by itself.
void EncoderPass::Pool(int begin, int end) {
  const int n = config_.n_embd;
  for (int i = begin; i < end; ++i) {
    const TextPlace& text = texts_[static_cast<size_t>(i)];
    const float* x = space_.x + int64_t{text.first_token} * n;
    float* out = out_ + int64_t{i} * n;
    std::copy_n(x, n, out);
    if (pooling_ == Pooling::kCls) continue;
    for (int t = 1; t < text.n_tokens; ++t) {
      for (int d = 0; d < n; ++d) out[d] += x[int64_t{t} * n + d];
    }
    for (int d = 0; d < n; ++d) out[d] /= static_cast<float>(text.n_tokens);
  }
}

}  // namespace bantam
