// Finds the tensors, checks their shapes and packs the matrices.
#include "model/encoder_weights.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "kernels/scalar/dequantize.h"
#include "model/tensor_binder.h"

namespace bantam {
namespace {

constexpr const char* kTypes = "token_types.weight";

Result<Norm> BindNorm(TensorBinder& binder, const std::string& name) {
  Norm norm = TRY(binder.BindNorm(name));
  if (!norm.bias.empty()) return norm;
  return MissingTensor(binder.file(), BiasOf(name));
}

// A matrix and its bias, which all have.
Result<WideLinear> BindMatrix(TensorBinder& binder, const std::string& name, int rows,
                              int columns) {
  WideLinear linear;
  linear.plain = TRY(binder.Bind(name, BiasOf(name), rows, columns));
  if (!linear.plain.bias.empty()) return linear;
  return MissingTensor(binder.file(), BiasOf(name));
}

Result<EncoderLayer> BindLayer(TensorBinder& binder, const ModelConfig& config, int i) {
  const std::string layer = "blk." + std::to_string(i) + ".";
  const int n = config.n_embd;
  EncoderLayer out;
  out.query = TRY(BindMatrix(binder, layer + "attn_q.weight", n, n));
  out.key = TRY(BindMatrix(binder, layer + "attn_k.weight", n, n));
  out.value = TRY(BindMatrix(binder, layer + "attn_v.weight", n, n));
  out.attention_output = TRY(BindMatrix(binder, layer + "attn_output.weight", n, n));
  out.attention_norm = TRY(BindNorm(binder, layer + "attn_output_norm.weight"));
  out.up = TRY(BindMatrix(binder, layer + "ffn_up.weight", config.n_ff, n));
  out.down = TRY(BindMatrix(binder, layer + "ffn_down.weight", n, config.n_ff));
  out.output_norm = TRY(BindNorm(binder, layer + "layer_output_norm.weight"));
  return out;
}

// Adds a row of a matrix of any type.
void AddRow(const TensorView& tensor, int row, float* values, float* out) {
  const int64_t n = tensor.row_length();
  DequantizeRow(tensor.type, tensor.data + row * RowBytes(tensor.type, n), n, values);
  for (int64_t i = 0; i < n; ++i) out[i] += values[i];
}

}  // namespace

std::vector<WideLinear*> EncoderWeights::Matrices() {
  std::vector<WideLinear*> all;
  for (EncoderLayer& layer : layers_) {
    for (WideLinear* linear : {&layer.query, &layer.key, &layer.value, &layer.attention_output,
                               &layer.up, &layer.down}) {
      all.push_back(linear);
    }
  }
  return all;
}

Result<void> EncoderWeights::Bind(const ModelFile& file, const EncoderConfig& config) {
  config_ = config;
  const ModelConfig& model = config_.model;
  TensorBinder binder(file, model);
  words_ = TRY(binder.Matrix("token_embd.weight", model.vocab_size, model.n_embd));
  positions_ = TRY(binder.Matrix("position_embd.weight", model.context_length, model.n_embd));
  if (const TensorView* types = file.Find(kTypes)) {
    const int64_t n_types = types->n_rows();
    if (n_types < 1 || n_types > model.vocab_size) {
      return Fail(ErrorCode::kCorrupt, file.path() + ": tensor " + file.NameInFile(kTypes) +
                                           " has " + std::to_string(n_types) + " rows");
    }
    const TensorView view = TRY(binder.Matrix(kTypes, static_cast<int>(n_types), model.n_embd));
    std::vector<float> row(static_cast<size_t>(model.n_embd));
    type_.assign(row.size(), 0.0F);
    if (view.data != nullptr) AddRow(view, 0, row.data(), type_.data());
  }
  embedding_norm_ = TRY(BindNorm(binder, "token_embd_norm.weight"));
  for (int i = 0; i < model.n_layers; ++i) layers_.push_back(TRY(BindLayer(binder, model, i)));
  return binder.CheckAllBound();
}

Result<void> EncoderWeights::Pack(const ModelFile& file, ThreadPool& pool) {
  size_t bytes = 0;
  for (const WideLinear* linear : Matrices()) bytes += WideBytes(linear->plain);
  memory_ = TRY(PageMemory::Allocate(bytes, true, "packed weights"));
  uint8_t* place = memory_.data();
  for (WideLinear* linear : Matrices()) {
    TRY(PackWide(file, pool, place, *linear));
    place += WideBytes(linear->plain);
  }
  return {};
}

Result<std::unique_ptr<EncoderWeights>> EncoderWeights::Load(const ModelFile& file,
                                                             const EncoderConfig& config,
                                                             Precision precision,
                                                             ThreadPool& pool) {
  std::unique_ptr<EncoderWeights> weights(new EncoderWeights());
  TRY(weights->Bind(file, config));
  weights->precision_ = precision;
  if (precision == Precision::kFast) TRY(weights->Pack(file, pool));
  return weights;
}

Result<WeightBytes> EncoderWeights::Measure(const ModelFile& file, const EncoderConfig& config,
                                            Precision precision) {
  EncoderWeights weights;
  TRY(weights.Bind(file, config));
  WeightBytes bytes;
  const auto add = [&bytes](const TensorView& tensor) {
    (tensor.in_file() ? bytes.mapped : bytes.packed) += tensor.size_bytes;
  };
  add(weights.words_);
  add(weights.positions_);
  for (const WideLinear* linear : weights.Matrices()) {
    if (precision == Precision::kFast) {
      bytes.packed += WideBytes(linear->plain);
    } else {
      add(linear->plain.tensor);
    }
  }
  return bytes;
}

void EncoderWeights::Embed(int token, int position, float* row, float* out) const {
  const int n = config_.model.n_embd;
  DequantizeRow(words_.type, words_.data + token * RowBytes(words_.type, n), n, out);
  for (size_t i = 0; i < type_.size(); ++i) out[i] += type_[i];
  AddRow(positions_, position, row, out);
}

}  // namespace bantam
