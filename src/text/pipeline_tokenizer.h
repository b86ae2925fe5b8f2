// PipelineTokenizer: added tokens, normalisation and a model of text put together.
#pragma once

#include <memory>
#include <vector>

#include "text/added_tokens.h"
#include "text/text_model.h"
#include "text/text_normalizer.h"
#include "text/tokenizer.h"

namespace bantam {

// What a tokenizer is made of, wherever it was read from.
struct TokenizerParts {
  std::shared_ptr<const Vocabulary> vocabulary;
  std::vector<AddedToken> added;
  TextNormalizer normalizer;
  std::unique_ptr<TextModel> model;
  std::vector<TokenId> prefix;  // around every text, if wanted: BOS, EOS
  std::vector<TokenId> suffix;
};

std::unique_ptr<Tokenizer> MakeTokenizer(TokenizerParts parts);

}  // namespace bantam
