// CompiledShape: a shape as the engine uses it: makes the matcher of each document.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "bantam/engine.h"
#include "bantam/result.h"
#include "bantam/shape.h"
#include "grammar/mask/mask_cache.h"
#include "grammar/matcher.h"

namespace bantam {

namespace grammar {
class JsonSchema;
}

// Every Shape is one.
class CompiledShape : public Shape {
 public:
  // A matcher at the beginning of a document. Keeps what it needs of the shape, but not the shape:
  // that must outlive it.
  virtual std::unique_ptr<grammar::Matcher> NewMatcher() const = 0;
  // The same for documents that are there already: of any length, only the way to the end is not
  // always the shortest.
  virtual std::unique_ptr<grammar::Matcher> NewReader() const { return NewMatcher(); }
  // Of the kinds kJson and kJsonSchema; null for others.
  virtual const grammar::JsonSchema* schema() const { return nullptr; }
  // What of a reply was copied by the schema's x-copy; linear in the reply.
  virtual std::vector<CopiedSpan> Copied(std::string_view /*text*/) const { return {}; }
  // Shared by the replies of this shape, like what its matchers share.
  grammar::MaskCache& masks() const { return masks_; }

 private:
  mutable grammar::MaskCache masks_;
};

inline const CompiledShape& Compiled(const Shape& shape) {
  return static_cast<const CompiledShape&>(shape);
}

// Shape::Compile and Shape::NeedsCopySource.
Result<std::shared_ptr<const Shape>> CompileShape(const ShapeSpec& spec);
Result<bool> ShapeNeedsCopySource(const ShapeSpec& spec);

}  // namespace bantam
