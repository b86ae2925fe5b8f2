// LanguageOf: which language a text is in: by its letters, and where languages share them by
// their trigrams.
//
// Trigrams: Cavnar, Trenkle, "N-Gram-Based Text Categorization" (SDAIR-94), here with the
// probabilities of a naive Bayes classifier instead of ranks.
#pragma once

#include <string_view>

#include "bantam/shape.h"

namespace bantam {

// IdentifyLanguage of bantam/shape.h. Reads at most kMostIdentifiedBytes of the text and leaves out
// blocks of code (between lines of ```). Deterministic; safe from many threads.
const Language* LanguageOf(std::string_view text, const Language* likely);

inline constexpr size_t kMostIdentifiedBytes = 16384;

}  // namespace bantam
