// What loading does before it reads weights.
#include "engine/check_model.h"

#include <utility>

#include "base/check.h"
#include "engine/loaded_encoder.h"
#include "engine/loaded_model.h"
#include "format/model_file.h"
#include "model/encoder_config.h"

namespace bantam {

Result<void> CheckModel(const std::string& path, const std::vector<AdapterSource>& adapters) {
  auto file = TRY(ModelFile::Open(path));
  if (IsEncoder(file->metadata()) && adapters.empty()) {
    return LoadedEncoder::Check(std::move(file));
  }
  LoadOptions options;
  options.adapters = adapters;
  // Nothing is to fit: the vocabulary is read, and the tensors and adapters are found.
  (void)TRY(LoadedModel::Fit(path, options, {}));
  return {};
}

}  // namespace bantam
