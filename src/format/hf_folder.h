// HfFolderReader: turns a Hugging Face model folder into a ModelFile.
#pragma once

#include <memory>
#include <string>

#include "bantam/result.h"
#include "format/model_file.h"

namespace bantam {

class HfFolderReader {
 public:
  // Reads config.json and the header of model.safetensors, or of the files that
  // model.safetensors.index.json names, which must lie in the folder itself. Tensors get the names
  // and the shape order they have in GGUF files. Float matrices become `floats`; layers of AWQ and
  // GPTQ checkpoints become rows of blocks: both only in ModelFile::Convert. Fails as
  // ModelFile::Open says.
  static Result<std::unique_ptr<ModelFile>> Open(const std::string& path, FloatType floats);
};

}  // namespace bantam
