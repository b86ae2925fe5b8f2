// A walk over the document that keeps the containers and the key or index in each.
#include "engine/json_place.h"

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "base/json_text.h"

namespace bantam {
namespace {

struct Level {
  bool object = false;
  bool in_value = false;  // of an object: after the colon
  bool named = false;     // of an object: a key is complete
  std::string key;
  size_t index = 0;
};

// The index after a string whose opening quote is at `at`, at most `end`.
size_t SkipString(std::string_view text, size_t at, size_t end) {
  for (++at; at < end; ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return end;
}

std::string Decode(std::string_view quoted) {
  const Result<Json> value = Json::Parse(quoted);
  return value && value->is_string() ? value->AsString() : std::string();
}

void Take(std::string_view text, size_t& at, size_t end, std::vector<Level>& levels) {
  switch (text[at]) {
    case '{': levels.push_back({.object = true, .key = {}}); break;
    case '[': levels.push_back({.object = false, .key = {}}); break;
    case '}':
    case ']':
      if (!levels.empty()) levels.pop_back();
      break;
    case ':':
      if (!levels.empty()) levels.back().in_value = true;
      break;
    case ',':
      if (levels.empty()) break;
      levels.back().in_value = false;
      levels.back().named = false;
      ++levels.back().index;
      break;
    case '"': {
      const size_t begin = at;
      at = SkipString(text, at, end);
      if (!levels.empty() && levels.back().object && !levels.back().in_value) {
        levels.back().key = Decode(text.substr(begin, at - begin));
        levels.back().named = true;
      }
      return;
    }
    default: break;
  }
  ++at;
}

}  // namespace

std::string JsonPlace(std::string_view text, size_t byte) {
  const size_t end = byte < text.size() ? byte : text.size();
  std::vector<Level> levels;
  for (size_t at = 0; at < end;) Take(text, at, end, levels);
  std::string pointer;
  for (size_t i = 0; i < levels.size(); ++i) {
    const Level& level = levels[i];
    if (level.object && !(level.named && level.in_value)) break;
    pointer += '/';
    if (!level.object) {
      pointer += std::to_string(level.index);
      continue;
    }
    pointer += PointerStep(level.key);
  }
  return pointer;
}

}  // namespace bantam
