// Byte-level BPE: the model of GPT-2 and its descendants.
#pragma once

#include <memory>
#include <vector>

#include "bantam/result.h"
#include "base/vocabulary.h"
#include "text/merge_rules.h"
#include "text/pre_tokenizer.h"
#include "text/text_model.h"

namespace bantam {

struct ByteBpeTables {
  std::shared_ptr<const Vocabulary> vocabulary;
  std::vector<bool> spelled;  // [n_tokens]
  std::vector<MergeRule> merges;
  std::string tokens_place;  // what messages call the two lists
  std::string merges_place;
};

struct ByteBpeStyle {
  PreTokenizerKind pre = PreTokenizerKind::kGpt2;
  bool ignore_merges = false;  // a piece that is a token is not merged from its bytes
  bool prefix_space = false;   // a text that does not begin with a space gets one
};

// Fails with kCorrupt for tables that contradict each other.
Result<std::unique_ptr<TextModel>> MakeByteBpeModel(const ByteBpeTables& tables,
                                                    const ByteBpeStyle& style);

}  // namespace bantam
