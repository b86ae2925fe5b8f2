// Binds tensors to their roles and checks their shapes.
#include "model/weights.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

#include "base/check.h"
#include "kernels/scalar/dequantize.h"
#include "model/architectures.h"

namespace bantam {
namespace {

std::string WithLayer(std::string_view pattern, int layer) {
  std::string name(pattern);
  const size_t at = name.find("%d");
  if (at != std::string::npos) name.replace(at, 2, std::to_string(layer));
  return name;
}

std::string BiasOf(const std::string& weight_name) {
  return weight_name.substr(0, weight_name.rfind('.')) + ".bias";
}

std::string ShapeText(int64_t rows, int64_t columns) {
  return std::to_string(rows) + " rows of " + std::to_string(columns);
}

std::vector<float> FloatsOf(const TensorView& tensor) {
  const int64_t n = tensor.row_length();
  std::vector<float> out(static_cast<size_t>(n * tensor.n_rows()));
  for (int64_t row = 0; row < tensor.n_rows(); ++row) {
    DequantizeRow(tensor.type, tensor.data + row * RowBytes(tensor.type, n), n,
                  out.data() + row * n);
  }
  return out;
}

// Tables that older converters wrote and no runtime reads.
constexpr std::string_view kUnread = ".attn_rot_embd.weight";

// Biases are optional in files, but a layer without one that others have has lost it.
Result<void> CheckBiases(const std::string& path, const std::vector<Layer>& layers) {
  for (const auto member : {&Layer::query, &Layer::key, &Layer::value, &Layer::attention_output,
                            &Layer::gate, &Layer::up, &Layer::down}) {
    const auto has_bias = [&](const Layer& layer) { return !(layer.*member).bias.empty(); };
    if (std::ranges::none_of(layers, has_bias)) continue;
    const auto without = std::ranges::find_if_not(layers, has_bias);
    if (without == layers.end()) continue;
    return Fail(ErrorCode::kCorrupt, path + ": tensor " +
                                         BiasOf(std::string((*without.*member).tensor.name)) +
                                         " is missing, but other layers have theirs");
  }
  return {};
}

// Finds tensors and holds them to the shapes the configuration implies.
class Binder {
 public:
  explicit Binder(const ModelFile& file) : file_(file) {}

  Result<TensorView> Matrix(const std::string& name, int rows, int columns) {
    const TensorView* tensor = file_.Find(name);
    if (tensor == nullptr) return Missing(name);
    bound_.insert(name);
    if (tensor->row_length() != columns || tensor->n_rows() != rows) {
      return Fail(ErrorCode::kCorrupt, file_.path() + ": tensor " + file_.NameInFile(name) +
                                           " has " +
                                           ShapeText(tensor->n_rows(), tensor->row_length()) +
                                           ", expected " + ShapeText(rows, columns));
    }
    return *tensor;
  }

  // Finite numbers.
  Result<std::vector<float>> Vector(const std::string& name, int n) {
    const TensorView tensor = TRY(Matrix(name, 1, n));
    std::vector<float> values = FloatsOf(tensor);
    for (size_t i = 0; i < values.size(); ++i) {
      if (__builtin_isfinite(values[i])) continue;
      return Fail(ErrorCode::kCorrupt, file_.path() + ": tensor " + file_.NameInFile(name) +
                                           " holds " + std::to_string(values[i]) + " at " +
                                           std::to_string(i));
    }
    return values;
  }

  Result<std::vector<float>> VectorIfPresent(const std::string& name, int n) {
    if (file_.Find(name) == nullptr) return std::vector<float>();
    return Vector(name, n);
  }

  Result<Linear> Bind(const std::string& name, const std::string& bias, int rows, int columns) {
    Linear linear;
    linear.tensor = TRY(Matrix(name, rows, columns));
    linear.rows = rows;
    linear.columns = columns;
    linear.bias = TRY(VectorIfPresent(bias, rows));
    return linear;
  }

  Result<Norm> BindNorm(const std::string& name, int n) {
    Norm norm;
    norm.weight = TRY(Vector(name, n));
    norm.bias = TRY(VectorIfPresent(BiasOf(name), n));
    return norm;
  }

  // A tensor that nothing here reads would change what the model says.
  Result<void> CheckAllBound(const ModelConfig& config) const {
    for (const TensorView& tensor : file_.tensors()) {
      if (bound_.contains(tensor.name) || tensor.name.ends_with(kUnread)) continue;
      return Fail(ErrorCode::kUnsupported, file_.path() + ": tensor " + std::string(tensor.name) +
                                               " is none that this build knows of architecture " +
                                               config.architecture + " with " +
                                               std::to_string(config.n_layers) + " layers");
    }
    return {};
  }

 private:
  std::unexpected<Error> Missing(const std::string& name) const {
    return Fail(ErrorCode::kCorrupt,
                file_.path() + ": tensor " + file_.NameInFile(name) + " is missing");
  }
  const ModelFile& file_;
  std::set<std::string, std::less<>> bound_;
};

// What a pass may pack to stay. Clearing pages takes up to half a millisecond a MiB: the first
// tokens of a reply come some 10 ms later, and a prompt of 512 pays for all at once.
constexpr size_t kPassBytes = size_t{32} << 20;
constexpr size_t kTokenBytes = size_t{1} << 20;

Result<Layer> BindLayer(Binder& binder, const Architecture& row, const ModelConfig& config, int i) {
  const TensorNames& names = row.names;
  const auto bind = [&](std::string_view pattern, int rows, int columns) {
    const std::string name = WithLayer(pattern, i);
    return binder.Bind(name, BiasOf(name), rows, columns);
  };
  Layer layer;
  layer.attention_norm = TRY(binder.BindNorm(WithLayer(names.attention_norm, i), config.n_embd));
  layer.query = TRY(bind(names.query, config.query_columns(), config.n_embd));
  layer.key = TRY(bind(names.key, config.kv_columns(), config.n_embd));
  layer.value = TRY(bind(names.value, config.kv_columns(), config.n_embd));
  layer.attention_output = TRY(bind(names.attention_output, config.n_embd, config.query_columns()));
  layer.feed_forward_norm =
      TRY(binder.BindNorm(WithLayer(names.feed_forward_norm, i), config.n_embd));
  if (config.gated) layer.gate = TRY(bind(names.gate, config.n_ff, config.n_embd));
  layer.up = TRY(bind(names.up, config.n_ff, config.n_embd));
  layer.down = TRY(bind(names.down, config.n_embd, config.n_ff));
  return layer;
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

Result<void> Weights::Bind(const ModelFile& file) {
  const Architecture* row = FindArchitecture(config_.architecture);
  CHECK(row != nullptr);
  const TensorNames& names = row->names;
  Binder binder(file);
  token_embedding_ =
      TRY(binder.Matrix(std::string(names.token_embedding), config_.vocab_size, config_.n_embd));
  for (int i = 0; i < config_.n_layers; ++i) {
    layers_.push_back(TRY(BindLayer(binder, *row, config_, i)));
  }
  TRY(CheckBiases(file.path(), layers_));
  output_norm_ = TRY(binder.BindNorm(std::string(names.output_norm), config_.n_embd));
  const bool tied = file.Find(names.output) == nullptr;
  const std::string output(names.output);
  head_ = TRY(binder.Bind(tied ? std::string(names.token_embedding) : output, BiasOf(output),
                          config_.vocab_size, config_.n_embd));
  const std::vector<float> factors =
      TRY(binder.VectorIfPresent(std::string(names.rope_factors), config_.rope_dim / 2));
  for (const float factor : factors) {
    if (!(factor > 0)) {
      return Fail(ErrorCode::kCorrupt, file.path() + ": tensor " + std::string(names.rope_factors) +
                                           " holds " + std::to_string(factor) +
                                           ", expected above 0");
    }
  }
  rope_.emplace(config_, factors);
  for (Linear* linear : Matrices()) {
    linear->quantised =
        precision_ == Precision::kFast && linear->rows > 0 && HasCodec(linear->tensor.type);
    // Converted floats are in huge pages already.
    linear->packable = linear->quantised || (precision_ == Precision::kFast && linear->rows > 0 &&
                                             linear->tensor.in_file());
  }
  return binder.CheckAllBound(config_);
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
             linear->packed.panel_bytes;
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

WeightBytes Weights::BytesOf(const ModelFile& file, const ModelConfig& config, Precision precision,
                             WeightLayout layout) {
  Weights weights;
  weights.config_ = config;
  weights.precision_ = precision;
  if (!weights.Bind(file)) return {};
  WeightBytes bytes;
  for (const Linear* linear : weights.Matrices()) {
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

}  // namespace bantam
