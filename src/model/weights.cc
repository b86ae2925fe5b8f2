// Loads a decoder: tensors by role, rotations, what is packed and what is read.
#include "model/weights.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/check.h"
#include "kernels/scalar/dequantize.h"
#include "model/architectures.h"
#include "model/layer_binder.h"
#include "model/tensor_binder.h"

namespace bantam {
namespace {

// What a pass may pack to stay. Clearing pages takes up to half a millisecond a MiB: the first
// tokens of a reply come some 10 ms later, and a prompt of 512 pays for all at once.
constexpr size_t kPassBytes = size_t{32} << 20;
constexpr size_t kTokenBytes = size_t{1} << 20;

void Divide(std::vector<float>& values, float divisor) {
  for (float& value : values) value /= divisor;
}

}  // namespace

std::vector<Linear*> Weights::Matrices() {
  std::vector<Linear*> all;
  for (Layer& layer : layers_) {
    for (Linear* linear : {&layer.query, &layer.key, &layer.value, &layer.attention_output,
                           &layer.gate, &layer.up, &layer.down}) {
      all.push_back(linear);
    }
  }
  all.push_back(&head_);
  return all;
}

std::vector<const Linear*> Weights::Matrices() const {
  const std::vector<Linear*> all = const_cast<Weights*>(this)->Matrices();
  return {all.begin(), all.end()};
}

Result<void> Weights::Bind(const ModelFile& file) {
  const Architecture* row = FindArchitecture(config_.architecture);
  CHECK(row != nullptr);
  const TensorNames& names = row->names;
  TensorBinder binder(file, config_);
  token_embedding_ =
      TRY(binder.Matrix(std::string(names.token_embedding), config_.vocab_size, config_.n_embd));
  layers_ = TRY(BindLayers(binder, *row, config_));
  output_norm_ = TRY(binder.BindNorm(std::string(names.output_norm)));
  const bool tied = file.Find(names.output) == nullptr;
  const std::string output(names.output);
  head_ = TRY(binder.Bind(tied ? std::string(names.token_embedding) : output, BiasOf(output),
                          config_.vocab_size, config_.n_embd));
  // The head is linear: what divides its results may divide what it reads.
  Divide(output_norm_.weight, config_.logit_divisor);
  Divide(output_norm_.bias, config_.logit_divisor);
  Divide(head_.bias, config_.logit_divisor);
  TRY(BindRopes(binder, names));
  for (Linear* linear : Matrices()) {
    linear->quantised =
        precision_ == Precision::kFast && linear->rows > 0 && HasCodec(linear->tensor.type);
    // Converted floats are in huge pages already.
    linear->packable =
        linear->quantised ||
        (precision_ == Precision::kFast && linear->rows > 0 && linear->tensor.in_file() &&
         RowBytes(linear->tensor.type, linear->columns) % kFloatPiece == 0);
  }
  return binder.CheckAllBound();
}

Result<void> Weights::BindRopes(TensorBinder& binder, const TensorNames& names) {
  const std::vector<float> factors = TRY(binder.RopeFactors(names.rope_factors));
  const std::vector<float> of_short = TRY(binder.RopeFactors(names.rope_factors_short));
  const std::vector<float> of_long = TRY(binder.RopeFactors(names.rope_factors_long));
  if (of_short.empty() && of_long.empty() && config_.rope_scaling != RopeScaling::kLong) {
    rope_ = std::make_unique<Rope>(config_, factors);
  } else {
    const bool whole = !of_short.empty() && !of_long.empty() && factors.empty();
    const bool alone =
        config_.rope_scaling == RopeScaling::kLong || config_.rope_scaling == RopeScaling::kNone;
    if (!whole || !alone) {
      return Fail(ErrorCode::kCorrupt, file_->path() + ": expected the tensors " +
                                           std::string(names.rope_factors_short) + " and " +
                                           std::string(names.rope_factors_long) +
                                           " together, and no other scaling of rotations");
    }
    config_.rope_scaling = RopeScaling::kLong;
    rope_ = std::make_unique<Rope>(config_, of_short);
    long_rope_ = std::make_unique<Rope>(config_, of_long);
  }
  if (config_.has_local_rope()) {
    ModelConfig local = config_;
    local.rope_base = config_.local_rope_base;
    local.rope_scaling = RopeScaling::kNone;
    local.rope_attention_factor = 1;
    local_rope_ = std::make_unique<Rope>(local, std::span<const float>());
  }
  return {};
}

Result<std::unique_ptr<Weights>> Weights::Load(const ModelFile& file, const ModelConfig& config,
                                               Precision precision, WeightLayout layout) {
  CHECK(layout != WeightLayout::kAuto);
  std::unique_ptr<Weights> weights(new Weights());
  weights->file_ = &file;
  weights->config_ = config;
  weights->precision_ = precision;
  TRY(weights->Bind(file));
  if (precision == Precision::kFast && layout == WeightLayout::kPacked) {
    weights->matrices_ = weights->Matrices();
    weights->packer_ = TRY(WeightPacker::Create(file, weights->matrices_));
  }
  return weights;
}

std::span<Linear* const> Weights::MatricesOf(Part part) const {
  const std::span<Linear* const> all = matrices_;
  return part == Part::kHead ? all.last(1) : all.first(all.size() - 1);
}

void Weights::BeginPass(Part part, int tokens) {
  if (packer_) {
    packer_->Begin(MatricesOf(part), kPassBytes + kTokenBytes * static_cast<size_t>(tokens));
  }
}

void Weights::EndPass(Part part) {
  if (packer_) packer_->End(MatricesOf(part));
}

uint64_t Weights::unpacked_bytes() const {
  uint64_t bytes = 0;
  for (const Linear* linear : matrices_) {
    if (!linear->packable) continue;
    bytes += static_cast<uint64_t>(linear->panels() - linear->packed_panels) *
             linear->packed.panel_bytes();
  }
  return bytes;
}

void Weights::Embed(int token, float* out) const {
  const DType type = token_embedding_.type;
  const DTypeInfo& info = InfoOf(type);
  const int64_t row_bytes = RowBytes(type, config_.n_embd);
  std::array<uint8_t, 4096> buffer;
  const int64_t columns_at_once =
      static_cast<int64_t>(buffer.size()) / info.block_bytes * info.block_size;
  for (int64_t at = 0; at < config_.n_embd; at += columns_at_once) {
    const int64_t n = std::min<int64_t>(columns_at_once, config_.n_embd - at);
    const int64_t offset = token * row_bytes + RowBytes(type, at);
    file_->Read(token_embedding_, static_cast<uint64_t>(offset),
                std::span(buffer).first(static_cast<size_t>(RowBytes(type, n))));
    DequantizeRow(type, buffer.data(), n, out + at);
  }
}

std::vector<const TensorView*> Weights::OrderOfUse(const ModelFile& file,
                                                   const ModelConfig& config) {
  const TensorNames& names = FindArchitecture(config.architecture)->names;
  const TensorView* embedding = file.Find(names.token_embedding);
  const TensorView* output = file.Find(names.output);
  const TensorView* head = output != nullptr ? output : embedding;
  std::vector<const TensorView*> order;
  for (const TensorView& tensor : file.tensors()) {
    if (&tensor != embedding && &tensor != output) order.push_back(&tensor);
  }
  std::ranges::sort(order, {}, [](const TensorView* tensor) {
    return std::pair(tensor->file_index, tensor->data);
  });
  if (head != nullptr) order.push_back(head);
  return order;
}

WeightBytes Weights::BytesIn(WeightLayout layout) const {
  WeightBytes bytes;
  for (const Linear* linear : Matrices()) {
    if (linear->packable && layout == WeightLayout::kPacked) {
      bytes.packed += PackedBytes(linear->tensor.type, linear->rows, linear->columns);
    } else if (!linear->tensor.in_file()) {
      bytes.packed += linear->tensor.size_bytes;
    } else {
      bytes.mapped += linear->tensor.size_bytes;
    }
  }
  return bytes;
}

uint64_t Weights::PeakBytesIn(WeightLayout layout) const {
  uint64_t bytes = 0;
  for (const Linear* linear : Matrices()) {
    const uint64_t packed = linear->packable && layout == WeightLayout::kPacked
                                ? PackedBytes(linear->tensor.type, linear->rows, linear->columns)
                                : 0;
    bytes += std::max(packed, linear->tensor.size_bytes);
  }
  return bytes;
}

bool Weights::uses_float_hidden() const {
  return std::ranges::any_of(layers_, [](const Layer& layer) {
    return !layer.down.quantised || layer.down.tensor.column_order != nullptr;
  });
}

}  // namespace bantam
