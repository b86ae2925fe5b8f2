// Holds back the bytes of a character that later tokens may complete.
#include "text/detokenizer.h"

#include <utility>

#include "base/utf8.h"
#include "text/token_spelling.h"

namespace bantam {

Detokenizer::Detokenizer(const Vocabulary& vocabulary, bool keep_special, bool opens_text)
    : vocabulary_(vocabulary),
      keep_special_(keep_special),
      drops_space_(opens_text && vocabulary.leading_space) {}

std::string Detokenizer::Push(TokenId id) {
  if (id < 0 || id >= vocabulary_.size()) return {};
  if (!keep_special_ && IsSpecial(vocabulary_.kinds[static_cast<size_t>(id)])) return {};
  pending_ += vocabulary_.bytes[static_cast<size_t>(id)];
  std::string out;
  std::string_view rest = pending_;
  if (drops_space_ && !rest.empty()) {
    if (rest[0] == ' ') rest.remove_prefix(1);
    drops_space_ = false;
  }
  while (!rest.empty()) {
    const size_t valid = ValidUtf8Prefix(rest);
    out += rest.substr(0, valid);
    rest.remove_prefix(valid);
    if (rest.empty()) break;
    const Utf8Prefix bad = ScanUtf8(rest);
    if (bad.kind == Utf8Prefix::kIncomplete) break;
    out += kReplacementCharacter;
    rest.remove_prefix(bad.length);
  }
  pending_ = std::string(rest);
  return out;
}

std::string Detokenizer::Finish() {
  // What is pending is the start of one character: one maximal subpart.
  const std::string pending = std::exchange(pending_, {});
  return pending.empty() ? std::string() : std::string(kReplacementCharacter);
}

}  // namespace bantam
