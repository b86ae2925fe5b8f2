// The stages of a decoder layer, in the order in which a batch goes through them.
#include "model/forward_pass.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace bantam {
namespace {

bool AnyQuantised(std::span<const Linear* const> readers) {
  return std::any_of(readers.begin(), readers.end(),
                     [](const Linear* linear) { return linear->quantised; });
}

// 1 / sqrt(head_dim), rounded once.
float AttentionScale(const ModelConfig& config) {
  if (config.attention_scale > 0) return config.attention_scale;
  return static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(config.head_dim)));
}

// For no more tokens than this, meeting once more takes longer than what a stage ends with.
constexpr int kFewTokens = 8;

// Bytes that are asked for while a worker waits: what it reads in some ten microseconds.
constexpr size_t kAheadBytes = size_t{128} << 10;

// At most `bytes` of what is packed from a panel on.
Upcoming PanelsFrom(const Linear& linear, int panel, size_t bytes) {
  if (panel >= linear.packed_panels) return {};
  const size_t left = static_cast<size_t>(linear.packed_panels - panel) * linear.packed.block_bytes;
  return {linear.packed.panel(panel).blocks, std::min(left, bytes)};
}

}  // namespace

ForwardPass::ForwardPass(const Weights& weights, const AdapterSet& adapters,
                         std::span<const SequenceChunk> batch, KvCache& cache, Workspace& space,
                         float* hidden)
    : weights_(weights),
      adapters_(adapters),
      config_(weights.config()),
      kernels_(ActiveKernels()),
      attention_scale_(AttentionScale(config_)),
      batch_(batch),
      cache_(cache),
      space_(space),
      hidden_(hidden) {
  int next_output = 0;
  for (int c = 0; c < static_cast<int>(batch.size()); ++c) {
    const SequenceChunk& chunk = batch[static_cast<size_t>(c)];
    const int n = static_cast<int>(chunk.tokens.size());
    CHECK(chunk.n_outputs >= 0 && chunk.n_outputs <= n);
    CHECK(static_cast<int64_t>(chunk.blocks.size()) * kKvBlockTokens >= chunk.position + n);
    CHECK(chunk.adapter_scales.empty() || std::ssize(chunk.adapter_scales) == adapters.size());
    adapted_ |= std::ranges::any_of(chunk.adapter_scales, [](float scale) { return scale != 0; });
    single_tokens_ &= n == 1;
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

template <typename Work, typename TokenWork>
void ForwardPass::Stage(ThreadPool::Worker& worker, int n, const Work& work,
                        const TokenWork& token_work) {
  constexpr int kManyTokens = 8 * kTileTokens;
  if (n_tokens() <= kFewTokens) {
    worker.ShareThen(n, 1, work, [&] { token_work(0, n_tokens()); });
    return;
  }
  worker.Share(n, 1, work);
  // Whole tiles are quantised faster than a part of one.
  worker.Share(n_tokens(), n_tokens() < kManyTokens ? 1 : kTileTokens, token_work);
}

void ForwardPass::Run(ThreadPool::Worker& worker) {
  const LinearInput attended = {space_.attended, &space_.attended_codes, n_tokens()};
  const LinearInput hidden = {space_.hidden, &space_.hidden_codes, n_tokens()};
  const WorkerSpace& space = SpaceOf(worker);
  Stage(
      worker, n_tokens(), [&](int begin, int end) { Embed(begin, end); },
      [&](int begin, int end) { NormalizeForAttention(0, begin, end); });
  for (int i = 0; i < config_.n_layers; ++i) {
    const Layer& layer = LayerAt(i);
    ExpectPanels(worker, layer.attention_output);  // attention itself reads little
    const int qkv_panels = layer.query.panels() + layer.key.panels() + layer.value.panels();
    const auto qkv = [&](int begin, int end) { ProjectQkv(i, begin, end, space); };
    if (single_tokens_) {
      worker.Share(qkv_panels, 1, qkv);  // AttendItem does the rest
    } else {
      Stage(worker, qkv_panels, qkv, [&](int begin, int end) {
        for (int t = begin; t < end; ++t) {
          for (int head = 0; head < config_.n_kv_heads; ++head) RotateAndStore(i, t, head);
        }
      });
    }
    ExpectPanels(worker, layer.attention_output);
    // From the last: later tokens see more keys, and long work should start first.
    const int n_items = static_cast<int>(items_.size());
    Stage(
        worker, n_items,
        [&](int begin, int end) {
          for (int item = begin; item < end; ++item) {
            AttendItem(items_[static_cast<size_t>(n_items - 1 - item)], i, space);
          }
        },
        [&](int begin, int end) { QuantizeAttended(i, begin, end); });
    ExpectGateAndUp(worker, layer);
    Stage(
        worker, layer.attention_output.panels(),
        [&](int begin, int end) {
          Project(i, LayerPart::kAttentionOutput, attended, begin, end, space);
        },
        [&](int begin, int end) {
          AddBranch(layer.attention_post_norm, begin, end);
          Normalize(layer.feed_forward_norm, std::array{&layer.gate, &layer.up}, begin, end);
          ReduceForAdapters(i, {LayerPart::kGate, LayerPart::kUp}, space_.normed, begin, end);
        });
    const auto gate_and_up = [&](int begin, int end) { GateAndUp(i, begin, end, space); };
    ExpectPanels(worker, layer.down);
    if (adapted_) {
      Stage(worker, config_.n_ff / kGroupColumns, gate_and_up, [&](int begin, int end) {
        ReduceForAdapters(i, {LayerPart::kDown}, space_.hidden, begin, end);
      });
    } else {
      worker.Share(config_.n_ff / kGroupColumns, 1, gate_and_up);
    }
    ExpectQkv(worker, i + 1);
    Stage(
        worker, layer.down.panels(),
        [&](int begin, int end) { Project(i, LayerPart::kDown, hidden, begin, end, space); },
        [&](int begin, int end) {
          AddBranch(layer.feed_forward_post_norm, begin, end);
          NormalizeForAttention(i + 1, begin, end);
        });
  }
}

void ForwardPass::ExpectPanels(ThreadPool::Worker& worker, const Linear& linear) const {
  if (n_tokens() > kFewTokens) return;
  worker.Expect(PanelsFrom(linear, worker.FirstUnit(linear.panels()), kAheadBytes));
}

void ForwardPass::ExpectGateAndUp(ThreadPool::Worker& worker, const Layer& layer) const {
  if (n_tokens() > kFewTokens) return;
  const int panel = worker.FirstUnit(config_.n_ff / kGroupColumns) * (kGroupColumns / kPanelRows);
  worker.Expect(config_.gated ? PanelsFrom(layer.gate, panel, kAheadBytes / 2) : Upcoming{},
                PanelsFrom(layer.up, panel, kAheadBytes / 2));
}

void ForwardPass::ExpectQkv(ThreadPool::Worker& worker, int i) const {
  if (n_tokens() > kFewTokens || i == config_.n_layers) return;
  const Layer& layer = LayerAt(i);
  int panel = worker.FirstUnit(layer.query.panels() + layer.key.panels() + layer.value.panels());
  for (const Linear* linear : {&layer.query, &layer.key, &layer.value}) {
    if (panel < linear->panels()) {
      return worker.Expect(PanelsFrom(*linear, panel, kAheadBytes));
    }
    panel -= linear->panels();
  }
}

void ForwardPass::Embed(int begin, int end) {
  const Rope& rope = weights_.rope();
  const Rope* local = weights_.local_rope();
  for (int t = begin; t < end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    float* x = space_.x + int64_t{t} * config_.n_embd;
    weights_.Embed(token.id, x);
    if (config_.embedding_scale != 1) {
      for (int i = 0; i < config_.n_embd; ++i) x[i] *= config_.embedding_scale;
    }
    const int64_t at = int64_t{t} * rope.pairs();
    rope.Angles(token.position, space_.cos + at, space_.sin + at);
    if (local != nullptr) {
      local->Angles(token.position, space_.local_cos + at, space_.local_sin + at);
    }
  }
}

void ForwardPass::ApplyNorm(const Norm& norm, const float* x, float* out) const {
  if (config_.norm == NormKind::kRms) {
    kernels_.rms_norm(x, norm.weight.data(), config_.n_embd, config_.norm_eps, out);
  } else {
    kernels_.layer_norm(x, norm.weight.data(), norm.bias.empty() ? nullptr : norm.bias.data(),
                        config_.n_embd, config_.norm_eps, out);
  }
}

void ForwardPass::Normalize(const Norm& norm, std::span<const Linear* const> readers, int begin,
                            int end) {
  const int n = config_.n_embd;
  const bool quantize = AnyQuantised(readers);
  for (int t = begin; t < end;) {
    const int first = t;  // of a tile, which stays in cache
    for (; t < end && (t == first || t % kTileTokens != 0); ++t) {
      ApplyNorm(norm, space_.x + int64_t{t} * n, space_.normed + int64_t{t} * n);
    }
    if (!quantize) continue;
    kernels_.quantize(RowsToQuantize(space_.normed, space_.normed_codes, first, t));
  }
}

// What the layer's attention reads; after the last layer, what the caller gets.
void ForwardPass::NormalizeForAttention(int layer, int begin, int end) {
  if (layer == config_.n_layers) return WriteOutputs(begin, end);
  const Layer& next = LayerAt(layer);
  Normalize(next.attention_norm, std::array{&next.query, &next.key, &next.value}, begin, end);
  ReduceForAdapters(layer, {LayerPart::kQuery, LayerPart::kKey, LayerPart::kValue}, space_.normed,
                    begin, end);
}

// Query, key and value rows are one row space of panels.
void ForwardPass::ProjectQkv(int layer, int begin, int end, const WorkerSpace& space) {
  const LinearInput in = {space_.normed, &space_.normed_codes, n_tokens()};
  const int64_t stride = config_.query_columns() + 2 * config_.kv_columns();
  int first = 0;
  float* out = space_.qkv;
  for (const LayerPart part : {LayerPart::kQuery, LayerPart::kKey, LayerPart::kValue}) {
    const Linear& linear = PartOf(LayerAt(layer), part);
    const int part_begin = std::clamp(begin - first, 0, linear.panels());
    const int part_end = std::clamp(end - first, 0, linear.panels());
    Apply(layer, part, in, part_begin, part_end, false, out + part_begin * kPanelRows, stride,
          space);
    first += linear.panels();
    out += linear.rows;
  }
}

ForwardPass::Rotation ForwardPass::RotationOf(int layer) const {
  switch (config_.layers[static_cast<size_t>(layer)].rope) {
    case LayerRope::kGlobal: return {&weights_.rope(), space_.cos, space_.sin};
    case LayerRope::kLocal: return {weights_.local_rope(), space_.local_cos, space_.local_sin};
    case LayerRope::kNone: break;
  }
  return {nullptr, nullptr, nullptr};
}

void ForwardPass::TurnHead(const Norm& norm, const Rotation& rotation, int token,
                           float* head) const {
  if (!norm.weight.empty()) {
    kernels_.rms_norm(head, norm.weight.data(), config_.head_dim, config_.norm_eps, head);
  }
  if (rotation.rope == nullptr) return;
  const int64_t at = int64_t{token} * rotation.rope->pairs();
  rotation.rope->Rotate(rotation.cos + at, rotation.sin + at, head);
}

void ForwardPass::RotateAndStore(int layer, int token, int kv_head) {
  const Layer& norms = LayerAt(layer);
  const Rotation rotation = RotationOf(layer);
  const int dim = config_.head_dim;
  const int group = config_.n_heads / config_.n_kv_heads;
  const int64_t stride = config_.query_columns() + 2 * config_.kv_columns();
  float* row = space_.qkv + token * stride;
  float* query = row + kv_head * group * dim;
  float* key = row + config_.query_columns() + kv_head * dim;
  float* out = space_.queries + (int64_t{kv_head} * n_tokens() + token) * group * dim;
  for (int i = 0; i < group; ++i) {
    TurnHead(norms.query_norm, rotation, token, query + i * dim);
  }
  for (int i = 0; i < group * dim; ++i) out[i] = query[i] * attention_scale_;
  TurnHead(norms.key_norm, rotation, token, key);
  const Token& at = tokens_[static_cast<size_t>(token)];
  const SequenceChunk& chunk = batch_[static_cast<size_t>(at.chunk)];
  const int block = chunk.blocks[static_cast<size_t>(at.position / kKvBlockTokens)];
  cache_.Store(block, layer, kv_head, at.position % kKvBlockTokens, key,
               key + config_.kv_columns());
}

void ForwardPass::AttendItem(const AttentionItem& item, int layer, const WorkerSpace& space) {
  if (single_tokens_) RotateAndStore(layer, item.first_token, item.kv_head);
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
  const int window = config_.layers[static_cast<size_t>(layer)].sliding_window;
  std::vector<int> visible, first_visible;
  for (int t = 0; t < item.n_tokens; ++t) {
    const int position = tokens_[static_cast<size_t>(item.first_token + t)].position;
    visible.insert(visible.end(), static_cast<size_t>(group), position + 1);
    if (window > 0) {
      first_visible.insert(first_visible.end(), static_cast<size_t>(group),
                           std::max(0, position + 1 - window));
    }
  }
  AttentionJob job;
  job.queries =
      space_.queries + (int64_t{item.kv_head} * n_tokens() + item.first_token) * group * dim;
  job.n_rows = item.n_tokens * group;
  job.visible = visible.data();
  job.first_visible = first_visible.empty() ? nullptr : first_visible.data();
  job.head_dim = dim;
  job.type = cache_.shape().type;
  job.key_groups = cache_.GroupsOf(layer, item.kv_head);
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

void ForwardPass::QuantizeAttended(int layer, int begin, int end) {
  ReduceForAdapters(layer, {LayerPart::kAttentionOutput}, space_.attended, begin, end);
  if (!LayerAt(layer).attention_output.quantised) return;
  kernels_.quantize(RowsToQuantize(space_.attended, space_.attended_codes, begin, end));
}

// Adds a projection to the residual stream, or leaves it for AddBranch.
void ForwardPass::Project(int layer, LayerPart part, const LinearInput& in, int begin, int end,
                          const WorkerSpace& space) {
  const bool add = space_.branch == nullptr;
  float* out = add ? space_.x : space_.branch;
  Apply(layer, part, in, begin, end, add, out + begin * kPanelRows, config_.n_embd, space);
}

// Adds what a projection left, normalised and scaled.
void ForwardPass::AddBranch(const Norm& post_norm, int begin, int end) {
  if (space_.branch == nullptr) return;
  const int n = config_.n_embd;
  const float scale = config_.residual_scale;
  for (int t = begin; t < end; ++t) {
    float* branch = space_.branch + int64_t{t} * n;
    float* x = space_.x + int64_t{t} * n;
    if (!post_norm.weight.empty()) ApplyNorm(post_norm, branch, branch);
    for (int i = 0; i < n; ++i) x[i] += branch[i] * scale;
  }
}

// 32 columns of the hidden layer at a time: gate, up, activation and quantisation stay in cache.
void ForwardPass::GateAndUp(int layer, int begin, int end, const WorkerSpace& space) {
  constexpr int kPanelsAtOnce = kGroupColumns / kPanelRows;
  const LinearInput in = {space_.normed, &space_.normed_codes, n_tokens()};
  const Linear& down = LayerAt(layer).down;
  // Codes in another order of columns come from the floats (ApplyLinear).
  const bool as_codes = down.quantised && down.tensor.column_order == nullptr;
  const auto activate =
      config_.activation == Activation::kSilu ? kernels_.silu_gate : kernels_.gelu_gate;
  for (int g = begin; g < end; ++g) {
    const int panel = g * kPanelsAtOnce;
    float* first = config_.gated ? space.gate : space.up;
    if (config_.gated) {
      Apply(layer, LayerPart::kGate, in, panel, panel + kPanelsAtOnce, false, space.gate,
            kGroupColumns, space);
    }
    Apply(layer, LayerPart::kUp, in, panel, panel + kPanelsAtOnce, false, space.up, kGroupColumns,
          space);
    activate(first, config_.gated ? space.up : nullptr, n_tokens() * kGroupColumns);
    if (as_codes) {
      kernels_.quantize({.x = first,
                         .x_stride = kGroupColumns,
                         .out = space_.hidden_codes,
                         .token_end = n_tokens(),
                         .group_begin = g,
                         .group_end = g + 1});
    }
    if (as_codes && !adapted_) continue;
    for (int t = 0; t < n_tokens(); ++t) {
      std::copy_n(first + int64_t{t} * kGroupColumns, kGroupColumns,
                  space_.hidden + int64_t{t} * config_.n_ff + g * kGroupColumns);
    }
  }
}

void ForwardPass::Apply(int layer, LayerPart part, const LinearInput& in, int panel_begin,
                        int panel_end, bool accumulate, float* out, int64_t out_stride,
                        const WorkerSpace& space) const {
  ApplyLinear(PartOf(LayerAt(layer), part), in, panel_begin, panel_end, accumulate, out, out_stride,
              space);
  AddAdapters(layer, part, panel_begin, panel_end, out, out_stride);
}

void ForwardPass::ReduceForAdapters(int layer, std::initializer_list<LayerPart> parts,
                                    const float* x, int begin, int end) const {
  if (!adapted_) return;
  for (int t = begin; t < end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    const std::span<const float> scales = batch_[static_cast<size_t>(token.chunk)].adapter_scales;
    for (int i = 0; i < std::ssize(scales); ++i) {
      if (scales[static_cast<size_t>(i)] == 0) continue;
      for (const LayerPart part : parts) {
        const LowRank* low = adapters_[i].Find(layer, part);
        if (low == nullptr) continue;
        FloatMatmulJob job;
        job.type = low->a.type;
        job.rows = low->a.bytes.data();
        job.n_rows = low->rank;
        job.x = x + int64_t{t} * low->columns;
        job.x_stride = low->columns;
        job.tokens = 1;
        job.columns = low->columns;
        job.out = space_.low_rank[static_cast<size_t>(part)] + int64_t{t} * adapters_.rank() +
                  adapters_.offset(i);
        job.out_stride = adapters_.rank();
        kernels_.float_matmul(job);
        const float scale = scales[static_cast<size_t>(i)] * low->scale;
        for (int r = 0; r < low->rank; ++r) job.out[r] *= scale;
      }
    }
  }
}

void ForwardPass::AddAdapters(int layer, LayerPart part, int panel_begin, int panel_end, float* out,
                              int64_t out_stride) const {
  if (!adapted_ || panel_begin == panel_end) return;
  const int rows = PartOf(LayerAt(layer), part).rows;
  const int first_row = panel_begin * kPanelRows;
  int t = 0;
  for (const SequenceChunk& chunk : batch_) {
    const int n = static_cast<int>(chunk.tokens.size());
    for (int i = 0; i < std::ssize(chunk.adapter_scales); ++i) {
      const LowRank* low = adapters_[i].Find(layer, part);
      if (low == nullptr || chunk.adapter_scales[static_cast<size_t>(i)] == 0) continue;
      FloatMatmulJob job;
      job.type = low->b.type;
      job.rows = low->b.bytes.data() + first_row * RowBytes(low->b.type, low->rank);
      job.n_rows = std::min(rows, panel_end * kPanelRows) - first_row;
      job.x = space_.low_rank[static_cast<size_t>(part)] + int64_t{t} * adapters_.rank() +
              adapters_.offset(i);
      job.x_stride = adapters_.rank();
      job.tokens = n;
      job.columns = low->rank;
      job.accumulate = true;
      job.out = out + t * out_stride;
      job.out_stride = out_stride;
      kernels_.float_matmul(job);
    }
    t += n;
  }
}

void ForwardPass::WriteOutputs(int begin, int end) {
  const Norm& norm = weights_.output_norm();
  const int n = config_.n_embd;
  for (int t = begin; t < end; ++t) {
    const Token& token = tokens_[static_cast<size_t>(t)];
    if (token.output < 0) continue;
    ApplyNorm(norm, space_.x + int64_t{t} * n, hidden_ + int64_t{token.output} * n);
  }
}

}  // namespace bantam
