// Lines as the vocabulary that a GGUF file would have.
#include "engine/vocab_txt.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/metadata.h"
#include "text/bert_tokenizer.h"

namespace bantam {
namespace {

// Values of tokenizer.ggml.token_type.
constexpr int64_t kNormal = 1, kUnknown = 2, kControl = 3, kUnused = 5;

constexpr std::array<std::string_view, 5> kSpecial = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// What opens a word begins with "▁", what continues one with nothing.
std::string Spelled(const std::string& line) {
  constexpr std::string_view kContinues = "##";
  if (line.starts_with(kContinues)) return line.substr(kContinues.size());
  return "\xE2\x96\x81" + line;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> ReadVocabTxt(std::string_view text, int n_tokens) {
  std::vector<std::string> tokens = LinesOf(text);
  if (tokens.size() > static_cast<size_t>(n_tokens)) {
    return Fail(ErrorCode::kCorrupt, "vocab.txt has " + std::to_string(tokens.size()) +
                                         " lines, but config.json says vocab_size " +
                                         std::to_string(n_tokens));
  }
  Metadata metadata;
  for (const auto& [line, key] :
       {std::pair<const char*, const char*>{"[UNK]", "tokenizer.ggml.unknown_token_id"},
        {"[CLS]", "tokenizer.ggml.cls_token_id"},
        {"[SEP]", "tokenizer.ggml.seperator_token_id"}}) {
    const auto place = std::ranges::find(tokens, line);
    if (place == tokens.end()) {
      return Fail(ErrorCode::kCorrupt, std::string("vocab.txt has no line ") + line);
    }
    TRY(metadata.Add(key, static_cast<uint64_t>(place - tokens.begin())));
  }
  std::vector<int64_t> kinds;
  for (std::string& token : tokens) {
    const bool special = std::ranges::find(kSpecial, token) != kSpecial.end();
    kinds.push_back(!special ? kNormal : token == "[UNK]" ? kUnknown : kControl);
    if (!special) token = Spelled(token);
  }
  while (tokens.size() < static_cast<size_t>(n_tokens)) {
    tokens.push_back("[unused tail " + std::to_string(tokens.size()) + "]");
    kinds.push_back(kUnused);
  }
  TRY(metadata.Add("tokenizer.ggml.tokens", std::move(tokens)));
  TRY(metadata.Add("tokenizer.ggml.token_type", std::move(kinds)));
  return CreateBertTokenizer(metadata);
}

}  // namespace bantam
