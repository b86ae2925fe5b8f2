// QuestionEmbedder: an encoder as the response cache asks for it.
#pragma once

#include <memory>
#include <string>

#include "bantam/encoder.h"
#include "bantam/result.h"
#include "store/cache/embedder.h"

namespace bantam::server {

// Loads a model of the BERT family. `threads`: 0 for as many as the machine allows.
Result<std::shared_ptr<store::Embedder>> MakeQuestionEmbedder(const std::string& path, int threads);

}  // namespace bantam::server
