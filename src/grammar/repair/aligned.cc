// Words come in the same order in both texts.
#include "grammar/repair/aligned.h"

#include <algorithm>

namespace bantam::grammar {
namespace {

constexpr size_t kMostWord = 24;      // bytes that are compared
constexpr size_t kMostBetween = 200;  // … and that may have been taken out before a word

// What of the token at `at` may stand in the other text, too.
std::string_view WordAt(std::string_view text, size_t at) {
  const bool quoted = text[at] == '"';
  if (quoted) ++at;
  const std::string_view ends = quoted ? "\"\\" : " \n\r\t,:]}";
  const size_t end = std::min(text.find_first_of(ends, at), text.size());
  return text.substr(at, std::min(end - at, kMostWord));
}

size_t TokenEnd(std::string_view text, size_t at) {
  if (text[at] != '"') return std::min(text.find_first_of(" \n\r\t,:]}", at), text.size());
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

}  // namespace

void Align(std::string_view repaired, std::string_view text, std::vector<JsonEdit>& edits) {
  constexpr std::string_view kBetween = " \n\r\t,:";
  auto edit = edits.begin();
  size_t cursor = 0;  // in `text`
  for (size_t at = 0; at < repaired.size() && edit != edits.end();) {
    if (kBetween.find(repaired[at]) != std::string_view::npos) {
      ++at;
      continue;
    }
    constexpr std::string_view kBrackets = "[]{}";
    const bool bracket = kBrackets.find(repaired[at]) != std::string_view::npos;
    const size_t end = bracket ? at + 1 : TokenEnd(repaired, at);
    const std::string_view word = bracket ? repaired.substr(at, 1) : WordAt(repaired, at);
    size_t begin = cursor;
    while (begin < text.size() && kBetween.find(text[begin]) != std::string_view::npos) ++begin;
    const size_t found = bracket
                             ? (text.substr(begin).starts_with(word) ? 0 : std::string_view::npos)
                             : text.substr(begin, kMostBetween + word.size()).find(word);
    size_t place = begin;
    if (found != std::string_view::npos && !word.empty()) {
      place = begin + found;
      cursor = place + word.size();
      if (repaired[at] == '"' && place > 0 && (text[place - 1] == '"' || text[place - 1] == '\'')) {
        --place;
      }
    }
    for (; edit != edits.end() && edit->offset < end; ++edit) {
      edit->offset = std::min(place, text.size());
    }
    at = end;
  }
  for (; edit != edits.end(); ++edit) edit->offset = text.size();
}

}  // namespace bantam::grammar
