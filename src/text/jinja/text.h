// Text: what Python's str methods do, over valid UTF-8. Each function is linear in its input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bantam::jinja {

// Byte offset of the character of that index; the text's size if it has fewer.
size_t OffsetOfCharacter(std::string_view text, size_t index);

// `text` with every byte that is not UTF-8 replaced by U+FFFD.
std::string RepairUtf8(std::string_view text);
bool IsUtf8(std::string_view text);

std::string UpperText(std::string_view text);
std::string LowerText(std::string_view text);
std::string SwapCaseText(std::string_view text);
std::string CapitalizeText(std::string_view text);
std::string TitleText(std::string_view text);  // str.title, not the filter

enum class Side { kLeft, kRight, kBoth };

// Without `chars`, white space goes.
std::string_view Strip(std::string_view text, Side side,
                       std::optional<std::string_view> chars = std::nullopt);

std::vector<std::string_view> SplitLines(std::string_view text, bool keep_ends = false);

// At most `max` splits (negative: any number). `separator` must not be empty.
std::vector<std::string_view> SplitAtSpace(std::string_view text, int64_t max, bool from_right);
std::vector<std::string_view> SplitAt(std::string_view text, std::string_view separator,
                                      int64_t max, bool from_right);

// Offset of the first or last occurrence, or npos. Linear also for long patterns.
size_t FindText(std::string_view text, std::string_view pattern, size_t from = 0);
size_t FindLast(std::string_view text, std::string_view pattern);

// Occurrences that do not overlap; an empty pattern occurs around every character.
size_t CountText(std::string_view text, std::string_view pattern);

// At most `max` replacements (negative: all).
std::string ReplaceText(std::string_view text, std::string_view old, std::string_view with,
                        int64_t max);

// str.isalpha and its kin: some characters, and each has one of the `flags` (characters.h).
bool AllHave(std::string_view text, uint16_t flags);
bool AllSpace(std::string_view text);
bool IsUpperText(std::string_view text);
bool IsLowerText(std::string_view text);
bool IsTitleText(std::string_view text);
bool IsIdentifier(std::string_view text);

// HTML: what markupsafe.escape and its reverse do.
std::string EscapeHtml(std::string_view text);

}  // namespace bantam::jinja
