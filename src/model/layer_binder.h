// BindLayers: the tensors of every layer, by their roles.
#pragma once

#include <vector>

#include "bantam/result.h"
#include "model/architectures.h"
#include "model/tensor_binder.h"

namespace bantam {

// Fails with kCorrupt, naming the tensor that is missing or misshapen, or the bias that one layer
// lacks and others have.
Result<std::vector<Layer>> BindLayers(TensorBinder& binder, const Architecture& row,
                                      const ModelConfig& config);

}  // namespace bantam
