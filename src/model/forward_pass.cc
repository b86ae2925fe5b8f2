// The stages of a decoder layer, in the order in which a batch goes through them.
#include "model/forward_pass.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace bantam {
namespace {

bool AnyPacked(std::span<const Linear* const> readers) {
  return std::any_of(readers.begin(), readers.end(),
                     [](const Linear* linear) { return linear->is_packed(); });
}

// 1 / sqrt(head_dim), rounded once.
float AttentionScale(const ModelConfig& config) {
  if (config.attention_scale > 0) return config.attention_scale;
  return static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(config.head_dim)));
}

}  // namespace

ForwardPass::ForwardPass(const Weights& weights, std::span<const SequenceChunk> batch,
                         KvCache& cache, ThreadPool& pool, Workspace& space, float* hidden)
    : weights_(weights),
      config_(weights.config()),
      kernels_(ActiveKernels()),
      batch_(batch),
      cache_(cache),
      pool_(pool),
      space_(space),
      hidden_(hidden) {
  int next_output = 0;
  for (int c = 0; c < static_cast<int>(batch.size()); ++c) {
    const SequenceChunk& chunk = batch[static_cast<size_t>(c)];
    const int n = static_cast<int>(chunk.tokens.size());
    CHECK(chunk.n_outputs >= 0 && chunk.n_outputs <= n);
    CHECK(static_cast<int64_t>(chunk.blocks.size()) * kKvBlockTokens >= chunk.position + n);
    const int first = n_tokens();
    for (int i = 0; i < n; ++i) {
      const TokenId id = chunk.tokens[static_cast<size_t>(i)];
      CHECK(id >= 0 && id < config_.vocab_size);
      const bool wanted = i >= n - chunk.n_outputs;
      tokens_.push_back({id, c, chunk.position + i, wanted ? next_output++ : -1});
    }
    for (int i = 0; i < n; i += kAttentionTokens) {
      for (int head = 0; head < config_.n_kv_heads; ++head) {
        items_.push_back({c, first + i, std::min(kAttentionTokens, n - i), head});
      }
    }
  }
}

void ForwardPass::Run(int worker) {
  const LinearInput attended = {space_.attended, &space_.attended_codes, n_tokens()};
  const LinearInput hidden = {space_.hidden, &space_.hidden_codes, n_tokens()};
  Embed(worker);
  for (int i = 0; i < config_.n_layers; ++i) {
    const Layer& layer = weights_.layers()[static_cast<size_t>(i)];
    Normalize(layer.attention_norm, std::array{&layer.query, &layer.key, &layer.value}, worker);
    pool_.Barrier();
    ProjectQkv(layer, worker);
    pool_.Barrier();
    RotateAndStore(i, worker);
    pool_.Barrier();
    Attend(i, worker);
    pool_.Barrier();
    QuantizeAttended(layer, worker);
    pool_.Barrier();
    Project(layer.attention_output, attended, worker);
    pool_.Barrier();
    Normalize(layer.feed_forward_norm, std::array{&layer.gate, &layer.up}, worker);
    pool_.Barrier();
    GateAndUp(layer, worker);
    pool_.Barrier();
    Project(layer.down, hidden, worker);
    pool_.Barrier();
  }
  WriteOutputs(worker);
}

void ForwardPass::Embed(int worker) {
  const Share share = TokenShare(worker);
  const int pairs = weights_.rope().pairs();
  for (int t = share.begin; t < share.end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    float* x = space_.x + int64_t{t} * config_.n_embd;
    weights_.Embed(token.id, x);
    if (config_.embedding_scale != 1) {
      for (int i = 0; i < config_.n_embd; ++i) x[i] *= config_.embedding_scale;
    }
    weights_.rope().Angles(token.position, space_.cos + int64_t{t} * pairs,
                           space_.sin + int64_t{t} * pairs);
  }
}

void ForwardPass::Normalize(const Norm& norm, std::span<const Linear* const> readers, int worker) {
  const Share share = TokenShare(worker);
  const int n = config_.n_embd;
  const bool quantize = AnyPacked(readers);
  for (int t = share.begin; t < share.end; ++t) {
    const float* x = space_.x + int64_t{t} * n;
    float* out = space_.normed + int64_t{t} * n;
    if (config_.norm == NormKind::kRms) {
      kernels_.rms_norm(x, norm.weight.data(), n, config_.norm_eps, out);
    } else {
      kernels_.layer_norm(x, norm.weight.data(), norm.bias.empty() ? nullptr : norm.bias.data(), n,
                          config_.norm_eps, out);
    }
    if (quantize) kernels_.quantize(out, space_.normed_codes, t, 0, n / kGroupColumns);
  }
}

// Query, key and value rows are one row space, shared out by panels.
void ForwardPass::ProjectQkv(const Layer& layer, int worker) {
  const LinearInput in = {space_.normed, &space_.normed_codes, n_tokens()};
  const int64_t stride = config_.query_columns() + 2 * config_.kv_columns();
  const std::array<const Linear*, 3> parts = {&layer.query, &layer.key, &layer.value};
  int total = 0;
  for (const Linear* part : parts) total += part->panels();
  const Share share = ShareOf(total, worker, pool_.threads());
  int first = 0;
  float* out = space_.qkv;
  for (const Linear* part : parts) {
    const int begin = std::clamp(share.begin - first, 0, part->panels());
    const int end = std::clamp(share.end - first, 0, part->panels());
    ApplyLinear(*part, in, begin, end, false, out + begin * kPanelRows, stride,
                space_.workers[static_cast<size_t>(worker)]);
    first += part->panels();
    out += part->rows;
  }
}

void ForwardPass::RotateAndStore(int layer, int worker) {
  const Share share = TokenShare(worker);
  const Rope& rope = weights_.rope();
  const int dim = config_.head_dim;
  const int group = config_.n_heads / config_.n_kv_heads;
  const int64_t stride = config_.query_columns() + 2 * config_.kv_columns();
  const float scale = AttentionScale(config_);
  for (int t = share.begin; t < share.end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    const float* cos = space_.cos + int64_t{t} * rope.pairs();
    const float* sin = space_.sin + int64_t{t} * rope.pairs();
    float* query = space_.qkv + t * stride;
    float* key = query + config_.query_columns();
    const float* value = key + config_.kv_columns();
    for (int head = 0; head < config_.n_heads; ++head) {
      float* q = query + head * dim;
      rope.Rotate(cos, sin, q);
      const int64_t row = (int64_t{head / group} * n_tokens() + t) * group + head % group;
      float* out = space_.queries + row * dim;
      for (int d = 0; d < dim; ++d) out[d] = q[d] * scale;
    }
    const SequenceChunk& chunk = batch_[static_cast<size_t>(token.chunk)];
    const int block = chunk.blocks[static_cast<size_t>(token.position / kKvBlockTokens)];
    for (int head = 0; head < config_.n_kv_heads; ++head) {
      rope.Rotate(cos, sin, key + head * dim);
      cache_.Store(block, layer, head, token.position % kKvBlockTokens, key + head * dim,
                   value + head * dim);
    }
  }
  if (worker == 0) next_item_.store(static_cast<int>(items_.size()), std::memory_order_relaxed);
}

// Items are taken from the end: later tokens see more keys, and long work should start first.
void ForwardPass::Attend(int layer, int worker) {
  while (true) {
    const int i = next_item_.fetch_sub(1, std::memory_order_relaxed) - 1;
    if (i < 0) return;
    AttendItem(items_[static_cast<size_t>(i)], layer, space_.workers[static_cast<size_t>(worker)]);
  }
}

void ForwardPass::AttendItem(const AttentionItem& item, int layer, const WorkerSpace& space) {
  const int dim = config_.head_dim;
  const int group = config_.n_heads / config_.n_kv_heads;
  const SequenceChunk& chunk = batch_[static_cast<size_t>(item.chunk)];
  const int last_position =
      tokens_[static_cast<size_t>(item.first_token + item.n_tokens - 1)].position;
  const int n_blocks = last_position / kKvBlockTokens + 1;
  std::vector<const uint8_t*> keys(static_cast<size_t>(n_blocks));
  std::vector<const uint8_t*> values(static_cast<size_t>(n_blocks));
  for (size_t b = 0; b < keys.size(); ++b) {
    keys[b] = cache_.Keys(chunk.blocks[b], layer, item.kv_head);
    values[b] = cache_.Values(chunk.blocks[b], layer, item.kv_head);
  }
  std::vector<int> visible, first_visible;
  for (int t = 0; t < item.n_tokens; ++t) {
    const int position = tokens_[static_cast<size_t>(item.first_token + t)].position;
    visible.insert(visible.end(), static_cast<size_t>(group), position + 1);
    if (config_.sliding_window > 0) {
      first_visible.insert(first_visible.end(), static_cast<size_t>(group),
                           std::max(0, position + 1 - config_.sliding_window));
    }
  }
  AttentionJob job;
  job.queries =
      space_.queries + (int64_t{item.kv_head} * n_tokens() + item.first_token) * group * dim;
  job.n_rows = item.n_tokens * group;
  job.visible = visible.data();
  job.first_visible = first_visible.empty() ? nullptr : first_visible.data();
  job.head_dim = dim;
  job.half_precision = cache_.shape().type == KvType::kF16;
  job.keys = keys.data();
  job.values = values.data();
  job.out = space.attended;
  job.scratch = space.attention;
  kernels_.attention(job);
  for (int t = 0; t < item.n_tokens; ++t) {
    std::copy_n(space.attended + int64_t{t} * group * dim, group * dim,
                space_.attended + int64_t{item.first_token + t} * config_.query_columns() +
                    item.kv_head * group * dim);
  }
}

void ForwardPass::QuantizeAttended(const Layer& layer, int worker) {
  if (!layer.attention_output.is_packed()) return;
  const Share share = TokenShare(worker);
  const int columns = config_.query_columns();
  for (int t = share.begin; t < share.end; ++t) {
    kernels_.quantize(space_.attended + int64_t{t} * columns, space_.attended_codes, t, 0,
                      columns / kGroupColumns);
  }
}

// Adds a projection to the residual stream.
void ForwardPass::Project(const Linear& linear, const LinearInput& in, int worker) {
  const Share share = ShareOf(linear.panels(), worker, pool_.threads());
  ApplyLinear(linear, in, share.begin, share.end, true, space_.x + share.begin * kPanelRows,
              config_.n_embd, space_.workers[static_cast<size_t>(worker)]);
}

// 32 columns of the hidden layer at a time: gate, up, activation and quantisation stay in cache.
void ForwardPass::GateAndUp(const Layer& layer, int worker) {
  constexpr int kPanelsAtOnce = kGroupColumns / kPanelRows;
  const WorkerSpace& space = space_.workers[static_cast<size_t>(worker)];
  const LinearInput in = {space_.normed, &space_.normed_codes, n_tokens()};
  const auto activate =
      config_.activation == Activation::kSilu ? kernels_.silu_gate : kernels_.gelu_gate;
  const Share share = ShareOf(config_.n_ff / kGroupColumns, worker, pool_.threads());
  for (int g = share.begin; g < share.end; ++g) {
    const int panel = g * kPanelsAtOnce;
    float* first = config_.gated ? space.gate : space.up;
    if (config_.gated) {
      ApplyLinear(layer.gate, in, panel, panel + kPanelsAtOnce, false, space.gate, kGroupColumns,
                  space);
    }
    ApplyLinear(layer.up, in, panel, panel + kPanelsAtOnce, false, space.up, kGroupColumns, space);
    activate(first, config_.gated ? space.up : nullptr, n_tokens() * kGroupColumns);
    for (int t = 0; t < n_tokens(); ++t) {
      const float* columns = first + int64_t{t} * kGroupColumns;
      if (layer.down.is_packed()) {
        kernels_.quantize(columns - int64_t{g} * kGroupColumns, space_.hidden_codes, t, g, g + 1);
      } else {
        std::copy_n(columns, kGroupColumns,
                    space_.hidden + int64_t{t} * config_.n_ff + g * kGroupColumns);
      }
    }
  }
}

void ForwardPass::WriteOutputs(int worker) {
  const Share share = TokenShare(worker);
  const Norm& norm = weights_.output_norm();
  const int n = config_.n_embd;
  for (int t = share.begin; t < share.end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    if (token.output < 0) continue;
    const float* x = space_.x + int64_t{t} * n;
    float* out = hidden_ + int64_t{token.output} * n;
    if (config_.norm == NormKind::kRms) {
      kernels_.rms_norm(x, norm.weight.data(), n, config_.norm_eps, out);
    } else {
      kernels_.layer_norm(x, norm.weight.data(), norm.bias.empty() ? nullptr : norm.bias.data(), n,
                          config_.norm_eps, out);
    }
  }
}

}  // namespace bantam
