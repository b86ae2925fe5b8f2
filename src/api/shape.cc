// The public functions of bantam/shape.h.
#include "bantam/shape.h"

#include <utility>

#include "engine/compiled_shape.h"
#include "engine/language_identifier.h"
#include "engine/language_list.h"
#include "engine/shape_reader.h"
#include "engine/shape_writer.h"

namespace bantam {

Result<std::shared_ptr<const Shape>> Shape::Compile(const ShapeSpec& spec) {
  return CompileShape(spec);
}

Result<bool> Shape::NeedsCopySource(const ShapeSpec& spec) {
  return ShapeNeedsCopySource(spec);
}

std::unique_ptr<ShapeReader> ShapeReader::Start(std::shared_ptr<const Shape> shape) {
  return StartReader(std::move(shape));
}

Result<std::unique_ptr<ShapeWriter>> ShapeWriter::Start(std::shared_ptr<const Shape> shape,
                                                        std::shared_ptr<const Model> model,
                                                        int max_tokens) {
  return StartWriter(std::move(shape), std::move(model), max_tokens);
}

std::span<const Language> Languages() {
  return AllLanguages();
}

const Language* FindLanguage(std::string_view code) {
  return LanguageByCode(code);
}

const Language* IdentifyLanguage(std::string_view text, const Language* likely) {
  return LanguageOf(text, likely);
}

}  // namespace bantam
