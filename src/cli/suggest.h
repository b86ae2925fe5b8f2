// Suggestions for misspelt commands and options.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace bantam::cli {

// Edits (insert, delete, replace, swap neighbours) from one word to the other.
int EditDistance(std::string_view a, std::string_view b);

// The candidate closest to `word`, or empty if none is close enough to be meant.
std::string Closest(std::string_view word, std::span<const std::string> candidates);

}  // namespace bantam::cli
