// StartWriter: a writer on a shape's constraint.
#pragma once

#include <memory>

#include "bantam/shape.h"

namespace bantam {

// ShapeWriter::Start. Fails with kInvalidArgument if the model is none of LoadedModel.
Result<std::unique_ptr<ShapeWriter>> StartWriter(std::shared_ptr<const Shape> shape,
                                                 std::shared_ptr<const Model> model,
                                                 int max_tokens);

}  // namespace bantam
