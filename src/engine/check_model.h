// CheckModel: whether files are a model that can be loaded, found out without its weights.
#pragma once

#include <string>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"

namespace bantam {

// Model::Check.
Result<void> CheckModel(const std::string& path, const std::vector<AdapterSource>& adapters);

}  // namespace bantam
