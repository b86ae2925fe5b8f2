// The commands behind `bantam grammar`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "cli/environment.h"
#include "cli/shape_options.h"

namespace bantam::cli {

Result<int> GrammarCheckCommand(const Environment& env, std::span<const std::string> args);
Result<int> GrammarSampleCommand(const Environment& env, std::span<const std::string> args);

// The shape of the options; fails with kInvalidArgument if there is none or, whatever the reason,
// if it does not compile.
Result<std::shared_ptr<const Shape>> RequireShape(const Environment& env,
                                                  const ShapeOptions& options);

}  // namespace bantam::cli
