// StartReader: a reader on a shape's matcher.
#pragma once

#include <memory>

#include "bantam/shape.h"

namespace bantam {

// ShapeReader::Start.
std::unique_ptr<ShapeReader> StartReader(std::shared_ptr<const Shape> shape);

}  // namespace bantam
