// Counts letters, then adds up the scores of trigrams.
#include "engine/language_identifier.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/unicode.h"
#include "base/utf8.h"
#include "engine/language_list.h"
#include "engine/language_profiles.h"
#include "text/bert_normalizer.h"
#include "text/normalize.h"

namespace bantam {
namespace {

// Trigrams that the tables know: fewer say nothing.
constexpr int kLeastTrigrams = 4;
// The likely language is believed if the best is better by less than so many nats a trigram: two
// sentences of one language differ by that much.
constexpr double kMargin = 0.25;
// Japanese is hardly written without kana; Chinese has one now and then (の on signs).
constexpr int kLeastKanaShare = 10;

// Without the lines between lines that begin with ```, and cut to what is read.
std::string Prose(std::string_view text) {
  std::string prose;
  bool code = false;
  while (!text.empty() && prose.size() < kMostIdentifiedBytes) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with("```")) {
      code = !code;
    } else if (!code) {
      prose += line.substr(0, kMostIdentifiedBytes - prose.size());
      prose += '\n';
    }
  }
  return LossyUtf8(prose);
}

// How much of a text is written in a letter: a character of Chinese is about a word's half, a
// syllable of Korean two or three letters.
int WeightOf(Script script) {
  return script == Script::kHan || script == Script::kKana || script == Script::kHangul ? 3 : 1;
}

std::optional<Script> ScriptOf(char32_t c) {
  if (c < 0x80) return Script::kLatin;
  for (int i = 0; i < kScripts; ++i) {
    if (CharactersOf(static_cast<Script>(i)).Has(c)) return static_cast<Script>(i);
  }
  return std::nullopt;
}

// The script most of a text is written in; Chinese if Japanese comes into question, too.
struct Letters {
  std::array<int, kScripts> count{};
  int others = 0;  // of scripts that none of the languages has

  explicit Letters(std::string_view text) {
    for (size_t pos = 0; pos < text.size();) {
      const DecodedChar c = DecodeUtf8(text, pos);
      pos += c.length;
      if (!unicode::PropertiesOf(c.code_point).In(unicode::kLetter)) continue;
      if (const auto script = ScriptOf(c.code_point)) {
        ++(*this)[*script];
      } else {
        ++others;
      }
    }
  }

  int& operator[](Script script) { return count[static_cast<size_t>(script)]; }

  std::optional<Script> Most() {
    const int kana = std::exchange((*this)[Script::kKana], 0);
    const int han = (*this)[Script::kHan];
    (*this)[Script::kHan] += kana;
    Script most = Script::kLatin;
    int weight = 0;
    for (int i = 0; i < kScripts; ++i) {
      const auto script = static_cast<Script>(i);
      if ((*this)[script] * WeightOf(script) <= weight) continue;
      weight = (*this)[script] * WeightOf(script);
      most = script;
    }
    if (weight == 0 || others > weight) return std::nullopt;
    const bool japanese = kana * kLeastKanaShare >= han + kana;
    return most == Script::kHan && japanese ? Script::kKana : most;
  }
};

// The costs of each language's having written a text, as far as the tables know its trigrams.
class Costs {
 public:
  explicit Costs(const LanguageProfiles& profiles) : profiles_(profiles) {}

  void AddText(std::string_view text) {
    std::string word;
    for (size_t pos = 0; pos < text.size();) {
      const DecodedChar c = DecodeUtf8(text, pos);
      if (unicode::PropertiesOf(c.code_point).In(unicode::kLetter | unicode::kMark)) {
        word += text.substr(pos, c.length);
      } else if (!word.empty()) {
        AddWord(" " + word + " ");
        word.clear();
      }
      pos += c.length;
    }
    if (!word.empty()) AddWord(" " + word + " ");
  }

  // The cheapest language, or `likely` if that is hardly dearer.
  const Language* Cheapest(const Language* likely) const {
    if (n_ < kLeastTrigrams) return nullptr;
    size_t best = 0;
    size_t index = 0;
    std::string_view codes = profiles_.languages;
    std::string_view best_code;
    std::optional<int64_t> likely_cost;
    while (!codes.empty()) {
      const size_t end = std::min(codes.find(' '), codes.size());
      const std::string_view code = codes.substr(0, end);
      codes.remove_prefix(std::min(end + 1, codes.size()));
      if (best_code.empty() || costs_[index] < costs_[best]) {
        best = index;
        best_code = code;
      }
      if (likely != nullptr && likely->code == code) likely_cost = costs_[index];
      ++index;
    }
    const auto margin = static_cast<int64_t>(n_ * kMargin * LanguageProfiles::kStepsPerNat);
    if (likely_cost && *likely_cost - costs_[best] <= margin) return likely;
    return LanguageByCode(best_code);
  }

 private:
  void AddWord(std::string_view word) {
    for (size_t pos = 0; pos < word.size();) {
      size_t end = pos;
      size_t first = 0;
      for (int i = 0; i < 3 && end < word.size(); ++i) {
        end += DecodeUtf8(word, end).length;
        if (i == 0) first = end;
        if (i == 2) Add(word.substr(pos, end - pos));
      }
      pos = first;
    }
  }

  void Add(std::string_view trigram) {
    const auto at = std::ranges::lower_bound(
        profiles_.table, trigram, {},
        [](const TrigramScores& row) { return std::string_view(row.trigram); });
    if (at == profiles_.table.end() || at->trigram != trigram) return;
    ++n_;
    for (size_t i = 0; at->scores[i] != '\0'; ++i) costs_[i] += at->scores[i] - '0';
  }

  const LanguageProfiles& profiles_;
  std::array<int64_t, sizeof(TrigramScores::scores)> costs_{};
  int n_ = 0;  // trigrams that are known
};

}  // namespace

const Language* LanguageOf(std::string_view text, const Language* likely) {
  const std::string prose = Prose(text);
  const auto script = Letters(prose).Most();
  if (!script) return nullptr;
  if (*script == Script::kLatin || *script == Script::kArabic) {
    Costs costs(*script == Script::kLatin ? kLatinProfiles : kArabicProfiles);
    costs.AddText(ToLower(ToNfc(prose)));
    return costs.Cheapest(likely);
  }
  const auto languages = AllLanguages();
  const auto at = std::ranges::find_if(
      languages, [&](const Language& language) { return ScriptsOf(language).front() == *script; });
  return at == languages.end() ? nullptr : &*at;
}

}  // namespace bantam
