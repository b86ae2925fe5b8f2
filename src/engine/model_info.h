// ModelInfo of an open file: what it says about itself, without reading weights.
#pragma once

#include <string>

#include "bantam/model.h"
#include "bantam/result.h"
#include "format/model_file.h"

namespace bantam {

// Fields a file does not give, or that make no sense in it, stay empty or zero: files that Bantam
// cannot run can still be looked at.
ModelInfo DescribeModel(const ModelFile& file);

// Model::Inspect. Fails like ModelFile::Open.
Result<ModelInfo> InspectModel(const std::string& path);

}  // namespace bantam
