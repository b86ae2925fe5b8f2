// Chooses the tokenizer a model file asks for.
#include "text/tokenizer.h"

#include "base/check.h"
#include "base/quote.h"
#include "text/bert_tokenizer.h"
#include "text/bpe_tokenizer.h"
#include "text/spm_tokenizer.h"
#include "text/unigram_tokenizer.h"

namespace bantam {

Result<std::unique_ptr<Tokenizer>> Tokenizer::Create(const Metadata& metadata) {
  constexpr std::string_view kModelKey = "tokenizer.ggml.model";
  const std::string_view model = TRY(metadata.GetString(kModelKey));
  if (model == "gpt2") return CreateBpeTokenizer(metadata);
  if (model == "llama") return CreateSpmTokenizer(metadata);
  if (model == "gemma4") return CreateGemma4Tokenizer(metadata);
  if (model == "bert") return CreateBertTokenizer(metadata);
  if (model == "t5") return CreateUnigramTokenizer(metadata);
  return Fail(ErrorCode::kUnsupported,
              "key " + Quote(kModelKey) + " names the tokenizer " + Quote(model) +
                  "; Bantam has \"gpt2\", \"llama\", \"gemma4\", \"bert\" and \"t5\"");
}

}  // namespace bantam
