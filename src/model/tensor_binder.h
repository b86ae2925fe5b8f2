// TensorBinder: finds a model's tensors by name and holds them to the shapes its sizes imply.
#pragma once

#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "format/model_file.h"
#include "model/config.h"
#include "model/weights.h"

namespace bantam {

// The name of a layer's tensor: %d becomes the layer.
std::string WithLayer(std::string_view pattern, int layer);
// The name of the bias that goes with a weight.
std::string BiasOf(const std::string& weight_name);

// That the file has no such tensor: kCorrupt.
std::unexpected<Error> MissingTensor(const ModelFile& file, const std::string& name,
                                     const char* why_expected = "");

// Some of a matrix's rows, as a matrix of their own.
Linear RowsOf(const Linear& whole, int first, int rows);

// Remembers what it has found. Every failure is kCorrupt and names the tensor, what was found and
// what was expected. `file` and `config` must outlive it.
class TensorBinder {
 public:
  TensorBinder(const ModelFile& file, const ModelConfig& config) : file_(file), config_(config) {}

  const ModelFile& file() const { return file_; }
  bool Has(const std::string& name) const { return file_.Find(name) != nullptr; }

  Result<TensorView> Matrix(const std::string& name, int rows, int columns);
  // Finite numbers.
  Result<std::vector<float>> Vector(const std::string& name, int n);
  Result<std::vector<float>> VectorIfPresent(const std::string& name, int n);
  // Divisors of rotation frequencies, above 0; empty if the file has none.
  Result<std::vector<float>> RopeFactors(std::string_view name);
  // A matrix, and its bias if there is one.
  Result<Linear> Bind(const std::string& name, const std::string& bias, int rows, int columns);
  // A norm of the model's kind over the residual stream.
  Result<Norm> BindNorm(const std::string& name);

  // A tensor that nothing here reads would change what the model says: kUnsupported.
  Result<void> CheckAllBound() const;

 private:
  const ModelFile& file_;
  const ModelConfig& config_;
  std::set<std::string, std::less<>> bound_;
};

}  // namespace bantam
