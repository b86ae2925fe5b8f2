// Looks tensors up, checks their shapes and reads the small ones.
#include "model/tensor_binder.h"

#include "base/check.h"
#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

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

}  // namespace

std::unexpected<Error> MissingTensor(const ModelFile& file, const std::string& name,
                                     const char* why_expected) {
  return Fail(ErrorCode::kCorrupt,
              file.path() + ": tensor " + file.NameInFile(name) + " is missing" + why_expected);
}

std::string WithLayer(std::string_view pattern, int layer) {
  std::string name(pattern);
  const size_t at = name.find("%d");
  if (at != std::string::npos) name.replace(at, 2, std::to_string(layer));
  return name;
}

std::string BiasOf(const std::string& weight_name) {
  return weight_name.substr(0, weight_name.rfind('.')) + ".bias";
}

// Some of a matrix's rows, as a matrix of their own.
Linear RowsOf(const Linear& whole, int first, int rows) {
  Linear part;
  part.rows = rows;
  part.columns = whole.columns;
  part.tensor = whole.tensor;
  const int64_t row_bytes = RowBytes(whole.tensor.type, whole.columns);
  // Nothing is there before ModelFile::Convert, but sizes are asked for.
  if (part.tensor.data != nullptr) part.tensor.data += first * row_bytes;
  part.tensor.size_bytes = static_cast<uint64_t>(rows * row_bytes);
  part.tensor.shape = {whole.columns, rows, 1, 1};
  if (!whole.bias.empty()) {
    part.bias.assign(whole.bias.begin() + first, whole.bias.begin() + first + rows);
  }
  return part;
}

Result<TensorView> TensorBinder::Matrix(const std::string& name, int rows, int columns) {
  const TensorView* tensor = file_.Find(name);
  if (tensor == nullptr) return MissingTensor(file_, name);
  bound_.insert(name);
  if (tensor->row_length() != columns || tensor->n_rows() != rows) {
    return Fail(ErrorCode::kCorrupt, file_.path() + ": tensor " + file_.NameInFile(name) + " has " +
                                         ShapeText(tensor->n_rows(), tensor->row_length()) +
                                         ", expected " + ShapeText(rows, columns));
  }
  return *tensor;
}

Result<std::vector<float>> TensorBinder::Vector(const std::string& name, int n) {
  const TensorView tensor = TRY(Matrix(name, 1, n));
  file_.AwaitReadAhead(tensor);
  std::vector<float> values = FloatsOf(tensor);
  for (size_t i = 0; i < values.size(); ++i) {
    if (__builtin_isfinite(values[i])) continue;
    return Fail(ErrorCode::kCorrupt, file_.path() + ": tensor " + file_.NameInFile(name) +
                                         " holds " + std::to_string(values[i]) + " at " +
                                         std::to_string(i));
  }
  return values;
}

Result<std::vector<float>> TensorBinder::VectorIfPresent(const std::string& name, int n) {
  if (file_.Find(name) == nullptr) return std::vector<float>();
  return Vector(name, n);
}

Result<std::vector<float>> TensorBinder::RopeFactors(std::string_view name) {
  std::vector<float> factors = TRY(VectorIfPresent(std::string(name), config_.rope_dim / 2));
  for (const float factor : factors) {
    if (factor > 0) continue;
    return Fail(ErrorCode::kCorrupt, file_.path() + ": tensor " +
                                         file_.NameInFile(std::string(name)) + " holds " +
                                         std::to_string(factor) + ", expected above 0");
  }
  return factors;
}

Result<Linear> TensorBinder::Bind(const std::string& name, const std::string& bias, int rows,
                                  int columns) {
  Linear linear;
  linear.tensor = TRY(Matrix(name, rows, columns));
  linear.rows = rows;
  linear.columns = columns;
  linear.bias = TRY(VectorIfPresent(bias, rows));
  return linear;
}

Result<Norm> TensorBinder::BindNorm(const std::string& name) {
  Norm norm;
  norm.weight = TRY(Vector(name, config_.n_embd));
  if (config_.norm == NormKind::kLayer) {
    norm.bias = TRY(VectorIfPresent(BiasOf(name), config_.n_embd));
  }
  return norm;
}

Result<void> TensorBinder::CheckAllBound() const {
  for (const TensorView& tensor : file_.tensors()) {
    if (bound_.contains(tensor.name) || tensor.name.ends_with(kUnread)) continue;
    return Fail(ErrorCode::kUnsupported,
                file_.path() + ": tensor " + file_.NameInFile(tensor.name) +
                    " is none that this build knows of architecture " + config_.architecture +
                    " with " + std::to_string(config_.n_layers) + " layers");
  }
  return {};
}

}  // namespace bantam
