// What a layer consists of, and that no layer has lost a bias.
#include "model/layer_binder.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"

namespace bantam {
namespace {

// The first layer without the bias of a part that has one in others.
template <typename Part>
std::optional<size_t> LayerWithoutBias(const std::vector<Layer>& layers, Part Layer::* part) {
  const auto has_bias = [&](const Layer& layer) { return !(layer.*part).bias.empty(); };
  const auto without = std::ranges::find_if_not(layers, has_bias);
  if (without == layers.end() || std::ranges::none_of(layers, has_bias)) return std::nullopt;
  return without - layers.begin();
}

std::unexpected<Error> LostBias(const ModelFile& file, const std::string& weight_name) {
  return MissingTensor(file, BiasOf(weight_name), ", but other layers have theirs");
}

// Biases are optional in files, but a layer without one that others have has lost it.
Result<void> CheckBiases(const ModelFile& file, const std::vector<Layer>& layers,
                         const TensorNames& names) {
  for (const auto part : {&Layer::query, &Layer::key, &Layer::value, &Layer::attention_output,
                          &Layer::gate, &Layer::up, &Layer::down}) {
    const auto i = LayerWithoutBias(layers, part);
    if (i) return LostBias(file, (layers[*i].*part).tensor.name);
  }
  for (const auto& [part, pattern] : {std::pair{&Layer::attention_norm, names.attention_norm},
                                      {&Layer::feed_forward_norm, names.feed_forward_norm}}) {
    const auto i = LayerWithoutBias(layers, part);
    if (i) return LostBias(file, WithLayer(pattern, static_cast<int>(*i)));
  }
  return {};
}

// Binds the tensors of layer i.
class LayerBinder {
 public:
  LayerBinder(TensorBinder& binder, const Architecture& row, const ModelConfig& config, int i)
      : binder_(binder), row_(row), names_(row.names), config_(config), i_(i) {}

  Result<Layer> Bind() {
    Layer layer;
    TRY(BindAttention(layer));
    TRY(BindFeedForward(layer));
    return layer;
  }

 private:
  std::string Name(std::string_view pattern) const { return WithLayer(pattern, i_); }
  Result<Linear> Matrix(std::string_view pattern, int rows, int columns) {
    const std::string name = Name(pattern);
    return binder_.Bind(name, BiasOf(name), rows, columns);
  }

  Result<void> BindAttention(Layer& layer) {
    const int query = config_.query_columns();
    const int kv = config_.kv_columns();
    layer.attention_norm = TRY(binder_.BindNorm(Name(names_.attention_norm)));
    if (binder_.Has(Name(names_.query_key_value))) {
      const Linear all = TRY(Matrix(names_.query_key_value, query + 2 * kv, config_.n_embd));
      layer.query = RowsOf(all, 0, query);
      layer.key = RowsOf(all, query, kv);
      layer.value = RowsOf(all, query + kv, kv);
    } else {
      layer.query = TRY(Matrix(names_.query, query, config_.n_embd));
      layer.key = TRY(Matrix(names_.key, kv, config_.n_embd));
      layer.value = TRY(Matrix(names_.value, kv, config_.n_embd));
    }
    if (config_.head_norms) {
      layer.query_norm.weight = TRY(binder_.Vector(Name(names_.query_norm), config_.head_dim));
      layer.key_norm.weight = TRY(binder_.Vector(Name(names_.key_norm), config_.head_dim));
    }
    layer.attention_output = TRY(Matrix(names_.attention_output, config_.n_embd, query));
    if (config_.post_norms) {
      layer.attention_post_norm = TRY(binder_.BindNorm(Name(names_.attention_post_norm)));
    }
    return {};
  }

  Result<void> BindFeedForward(Layer& layer) {
    const int n_ff = config_.n_ff;
    layer.feed_forward_norm = TRY(binder_.BindNorm(Name(names_.feed_forward_norm)));
    if (row_.gate_in_up) {
      const Linear both = TRY(Matrix(names_.up, 2 * n_ff, config_.n_embd));
      layer.gate = RowsOf(both, 0, n_ff);
      layer.up = RowsOf(both, n_ff, n_ff);
    } else {
      if (config_.gated) layer.gate = TRY(Matrix(names_.gate, n_ff, config_.n_embd));
      layer.up = TRY(Matrix(names_.up, n_ff, config_.n_embd));
    }
    layer.down = TRY(Matrix(names_.down, config_.n_embd, n_ff));
    if (config_.post_norms) {
      layer.feed_forward_post_norm = TRY(binder_.BindNorm(Name(names_.feed_forward_post_norm)));
    }
    return {};
  }

  TensorBinder& binder_;
  const Architecture& row_;
  const TensorNames& names_;
  const ModelConfig& config_;
  int i_;
};

}  // namespace

Result<std::vector<Layer>> BindLayers(TensorBinder& binder, const Architecture& row,
                                      const ModelConfig& config) {
  std::vector<Layer> layers;
  for (int i = 0; i < config.n_layers; ++i) {
    layers.push_back(TRY(LayerBinder(binder, row, config, i).Bind()));
  }
  TRY(CheckBiases(binder.file(), layers, row.names));
  return layers;
}

}  // namespace bantam
