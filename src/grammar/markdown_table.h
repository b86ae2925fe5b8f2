// MarkdownTable: a document is one well-formed table in GitHub Flavored Markdown.
//
// GitHub Flavored Markdown Spec (0.29), section 4.10.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "grammar/gbnf/gbnf.h"

namespace bantam::grammar {

struct MarkdownTableOptions {
  static constexpr uint32_t kNoLimit = ~uint32_t{0};
  static constexpr uint32_t kMaxColumns = 256;
  static constexpr uint32_t kMaxFreeColumns = 16;

  // The names in the header, in order; none: the document's own header says how many columns (1 to
  // kMaxFreeColumns) there are and what they are called.
  std::vector<std::string> columns;
  uint32_t min_rows = 1;  // of data, without header and delimiter row; at least 1
  uint32_t max_rows = kNoLimit;
};

// Documents are lines joined by '\n', none after the last, nothing else before or after:
//   header row      | name | name |
//   delimiter row   | --- | :-- | …   each cell "---" with a ':' before it, after it, or both
//   data rows       | text | |        as many cells as the header; an empty one is " |"
// A cell is a space, the text, a space and '|'. A text begins and ends with a character that can be
// seen and has no control characters or line breaks of any kind; '|' only as "\|", '\' otherwise
// only before a visible character other than '\' and '|', so that all readers find the same cells.
// Given names are trimmed; '\' becomes "\\" and '|' becomes "\|" in them.
//
// Fails with kInvalidArgument for a name that is empty, has control characters or is not UTF-8, for
// more than kMaxColumns names, for no rows, more than 10^6 least or 10^9 most rows (kNoLimit aside)
// or more least than most rows.
Result<std::shared_ptr<const CompiledGbnf>> CompileMarkdownTable(
    const MarkdownTableOptions& options);

}  // namespace bantam::grammar
