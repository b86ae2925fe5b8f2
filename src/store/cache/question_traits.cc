// Reading the traits of a question, character by character.
#include "store/cache/question_traits.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/chinese_words.h"
#include "store/cache/english_words.h"
#include "store/cache/phrase_rules.h"
#include "store/cache/question_form.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

using Words = std::vector<std::string>;

class TraitReader {
 public:
  explicit TraitReader(std::string_view question)
      : original_(question),
        frame_(
            FrameOf(QuestionClauses(question), question.contains('?') || question.contains("？"))),
        text_(frame_.rest) {}

  QuestionTraits Read() {
    for (const char32_t c : text_) n_unspaced_ += IsUnspacedCharacter(c) ? 1 : 0;
    size_t i = 0;
    while (i < text_.size()) {
      if (IsUnspacedCharacter(text_[i])) {
        i = ReadUnspaced(i);
      } else if (IsPartOfWord(i)) {
        i = ReadWord(i);
      } else {
        slot_left_ = text_[i] == ' ' || text_[i] == '\'' ? slot_left_ : 0;
        ++i;
      }
    }
    ReadCapitals();
    ReadPhrases();
    ReadContent();
    ReadOperators();
    traits_.order = OrderOf(text_);
    ReadLightVerbs();
    traits_.persons = PersonsOf(frame_.worded);
    traits_.prepositions = PrepositionsOf(text_);
    for (Words* list : {&traits_.content, &traits_.optional}) {
      std::ranges::sort(*list);
      list->erase(std::ranges::unique(*list).begin(), list->end());
    }
    for (Words* list : {&traits_.words, &traits_.names, &traits_.opposites, &traits_.light_verbs}) {
      std::ranges::sort(*list);
    }
    for (Words* list : {&traits_.names, &traits_.opposites, &traits_.light_verbs}) {
      list->erase(std::ranges::unique(*list).begin(), list->end());
    }
    traits_.frame = std::move(frame_);
    return std::move(traits_);
  }

 private:
  bool IsPartOfWord(size_t i) const {
    const char32_t c = text_[i];
    if (IsUnspacedCharacter(c)) return false;
    if (c >= 0xE000 && c <= 0xF8FF) return true;  // FoldCharacters' mark of capitals
    if (unicode::PropertiesOf(c).In(unicode::kLetter | unicode::kMark | unicode::kNumber)) {
      return true;
    }
    const auto digit = [this](size_t at) {
      return at < text_.size() && text_[at] >= '0' && text_[at] <= '9';
    };
    if ((c == '.' || c == ',' || c == ':') && i > 0) return digit(i - 1) && digit(i + 1);
    if (c == '+' || c == '#') return i > 0 && text_[i - 1] < 0x80 && IsPartOfWord(i - 1);  // C++
    return c == '-' && digit(i + 1) && (i == 0 || text_[i - 1] == ' ');
  }

  size_t ReadWord(size_t begin) {
    size_t end = begin;
    while (end < text_.size() && IsPartOfWord(end)) ++end;
    std::string word = ToUtf8(text_.substr(begin, end - begin));
    // n't
    if (word.ends_with('n') && end + 1 < text_.size() && text_[end] == '\'' &&
        text_[end + 1] == 't') {
      ++traits_.negations;
      return end + 2;
    }
    if (word == "s" && begin > 0 && text_[begin - 1] == '\'') return end;
    TakeWord(std::move(word));
    return end;
  }

  void TakeWord(std::string word) {
    const bool has_digit = std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    const auto* number = std::ranges::find(
        kNumberWords, word, [](const auto& pair) { return std::string(pair.first); });
    if (number != kNumberWords.end()) {
      traits_.numbers.emplace_back(number->second);
      counts_ = true;
      return;
    }
    if (has_digit) {
      std::erase(word, ',');
      traits_.numbers.push_back(word);
      counts_ = true;
      slot_left_ = 0;
      return;
    }
    if (std::ranges::find(kNegations, word) != kNegations.end()) {
      ++traits_.negations;
      return;
    }
    for (const Opposites& pair : kEnglishOpposites) {
      if (HasWord(pair.one, word)) traits_.opposites.push_back(std::string(pair.name) + "+");
      if (HasWord(pair.other, word)) traits_.opposites.push_back(std::string(pair.name) + "-");
    }
    for (const auto& [name, list] : kUnits) {
      if (HasWord(list, word)) traits_.opposites.emplace_back(name);
    }
    if (kRelations.contains(" " + word + " ")) TakeRelation(word);
    if (word == "from") return StartSlot(traits_.sources);
    if (word == "to" || word == "into") return StartSlot(traits_.targets);
    if (std::ranges::binary_search(kFunctionWords, std::string_view(word))) return;
    if (n_unspaced_ > 0) traits_.names.push_back(word);
    const bool is_noun = HasWord("cans wills mines", word);
    Stem(word);
    if (!is_noun && std::ranges::binary_search(kFunctionWords, std::string_view(word))) return;
    if (slot_left_ > 0) {
      --slot_left_;
      slot_->push_back(word);
    }
    TakeContent(word);
    traits_.words.push_back(std::move(word));
  }

  // Light verbs that are verbs of their own: not "need to", "get to", "would like", "get it done".
  void ReadLightVerbs() {
    if (n_unspaced_ > 0) return;
    const std::vector<WordToken> words = WordsOf(text_);
    const auto at = [&words](size_t i) {
      return i < words.size() ? std::string_view(words[i].word) : std::string_view();
    };
    traits_.allows = std::ranges::any_of(
        words, [](const WordToken& word) { return HasWord("allowed permitted", word.word); });
    for (size_t i = 0; i < words.size(); ++i) {
      const std::string_view word = at(i);
      const auto* verb = std::ranges::find_if(
          kLightVerbs, [word](const auto& pair) { return HasWord(pair.second, word); });
      if (verb == kLightVerbs.end()) continue;
      const bool helps = at(i + 1) == "to" && HasWord("need needs get like want wants", word);
      const bool done = HasWord("get gets getting", word) && HasParticiple(words, i + 1);
      const bool lasts =
          verb->first == "verb:take" && (frame_.Asks("long") || frame_.Asks("price"));
      const bool recurs = verb->first == "verb:need" && frame_.Asks("often");
      if (helps || done || lasts || recurs) continue;
      traits_.to_get = traits_.to_get || (word == "get" && i > 0 && at(i - 1) == "to");
      traits_.light_verbs.emplace_back(verb->first);
    }
  }

  // Within the words from `begin` on, four at most.
  static bool HasParticiple(const std::vector<WordToken>& words, size_t begin) {
    for (size_t i = begin; i < std::min(begin + 4, words.size()); ++i) {
      const std::string& word = words[i].word;
      if (word.empty()) return false;
      if (IsParticiple(word)) return true;
    }
    return false;
  }

  void TakeContent(const std::string& stem) {
    std::string meaning(MeaningOf(stem));
    if (meaning.empty()) return;
    if (std::exchange(counts_, false))
      traits_.counted.emplace_back(traits_.numbers.back(), meaning);
    if (meaning == "?") {
      traits_.optional.push_back(stem);
      return;
    }
    for (auto& [word, sides] : traits_.around) sides.second.push_back(meaning);
    traits_.content.push_back(std::move(meaning));
  }

  // A word that puts two things in relation: what is said before and after it.
  void TakeRelation(const std::string& word) {
    traits_.around.try_emplace(word, traits_.content, Words());
  }

  // Of unspaced text: the characters that remain without light phrases.
  void ReadContent() {
    const std::u32string_view text = text_;
    for (size_t i = 0; i < text.size();) {
      if (!IsUnspacedCharacter(text[i])) {
        ++i;
        continue;
      }
      // "谁的爸爸是他" is not "他的爸爸是谁".
      if (text.substr(i).starts_with(U"谁的")) {
        traits_.content.emplace_back("谁的");
        i += 2;
        continue;
      }
      if (const size_t whole = WholeLength(text.substr(i)); whole > 0) {
        for (const size_t end = i + whole; i < end; ++i) TakeCharacter(ToUtf8(text.substr(i, 1)));
        continue;
      }
      if (const size_t light = LightLength(text.substr(i)); light > 0) {
        i += light;
        continue;
      }
      const std::u32string_view relation = text.substr(i).starts_with(U"换算") ||
                                                   text.substr(i).starts_with(U"等于") ||
                                                   text.substr(i).starts_with(U"兑换")
                                               ? text.substr(i, 2)
                                               : text.substr(i, text[i] == U'比' ? 1 : 0);
      if (!relation.empty()) {
        TakeRelation(ToUtf8(relation));
        i += relation.size();
        continue;
      }
      std::string character = ToUtf8(text.substr(i, 1));
      if (IsOptional(text.substr(i))) {
        traits_.optional.push_back(std::move(character));
      } else {
        TakeCharacter(std::move(character));
      }
      ++i;
    }
  }

  void TakeCharacter(std::string character) {
    for (auto& [word, sides] : traits_.around) sides.second.push_back(character);
    traits_.content.push_back(std::move(character));
  }

  // Of the signs those that the canonical form keeps: the others are punctuation.
  void ReadOperators() {
    const std::string form = QuestionForm(original_);
    const std::u32string text = FoldCharacters(form);
    const auto is_of_word = [&text](size_t at) {
      return at < text.size() && (IsUnspacedCharacter(text[at]) ||
                                  unicode::PropertiesOf(text[at]).In(
                                      unicode::kLetter | unicode::kMark | unicode::kNumber));
    };
    const auto is_letter = [&text](size_t at) { return IsAsciiLower(text[at]); };
    for (size_t i = 0; i < text.size(); ++i) {
      const char32_t c = text[i];
      const bool said = c == ' ' || c == '\'' || c == '(' || c == ')' || c == '%' || c >= 0xE000;
      if (said || is_of_word(i) || unicode::PropertiesOf(c).In(unicode::kSpace)) continue;
      // A dash between words divides sentences; one between numbers or letters is a minus.
      const bool apart = i > 2 && i + 3 < text.size() && text[i - 1] == ' ' && text[i + 1] == ' ' &&
                         is_letter(i - 2) && is_letter(i - 3) && is_letter(i + 2) &&
                         is_letter(i + 3);
      if (c == '-' && apart) continue;
      const bool within = i > 0 && is_of_word(i - 1) && is_of_word(i + 1);
      if (within && std::u32string_view(U"-.,:").contains(c)) continue;
      traits_.operators += c;
    }
  }

  void StartSlot(Words& slot) {
    slot_ = &slot;
    slot_left_ = 3;
  }

  size_t ReadUnspaced(size_t begin) {
    size_t end = begin;
    while (end < text_.size() && IsUnspacedCharacter(text_[end])) ++end;
    const std::u32string_view run = text_.substr(begin, end - begin);
    for (size_t i = 0; i < run.size();) i += ReadNumber(run, i);
    size_t alone = 0;  // characters since one that carries no meaning
    for (size_t i = 0; i < run.size(); ++i) {
      CountNegation(run, i);
      if (kFunctionCharacters.contains(run[i])) {
        alone = 0;
        continue;
      }
      if (alone++ > 0) traits_.words.push_back(ToUtf8(run.substr(i - 1, 2)));
      const bool ends = i + 1 == run.size() || kFunctionCharacters.contains(run[i + 1]);
      if (alone == 1 && ends) traits_.words.push_back(ToUtf8(run.substr(i, 1)));
    }
    ReadDirection(run);
    return end;
  }

  // A number in Chinese characters at run[i]; how many characters were read.
  size_t ReadNumber(std::u32string_view run, size_t i) {
    size_t end = i;
    int64_t total = 0;
    int64_t section = 0;
    int64_t digit = -1;
    while (end < run.size() && (ChineseDigit(run[end]) >= 0 || ChineseUnit(run[end]) > 0)) {
      if (end - i > 12) break;
      const int64_t unit = ChineseUnit(run[end]);
      if (unit == 0) {
        digit = digit > 0 ? digit * 10 + ChineseDigit(run[end]) : ChineseDigit(run[end]);
      } else if (unit == 10'000) {
        total = (total + section + std::max<int64_t>(digit, 0)) * unit;
        section = 0;
        digit = -1;
      } else {
        section += (digit < 0 ? 1 : digit) * unit;
        digit = -1;
      }
      ++end;
    }
    if (end == i) return 1;
    const std::u32string_view number = run.substr(i, end - i);
    // "一" is an article, and in many words; after these it counts.
    const bool counts = i > 0 && std::u32string_view(U"第周期初").contains(run[i - 1]);
    const bool idiom = number == U"万" || number == U"千万" || number == U"千" || number == U"百";
    if ((number == U"一" && !counts) || idiom) return end - i;
    traits_.numbers.push_back(std::to_string(total + section + std::max<int64_t>(digit, 0)));
    return end - i;
  }

  void CountNegation(std::u32string_view run, size_t i) {
    const char32_t c = run[i];
    if (!std::u32string_view(U"不没無无未勿莫非别").contains(c)) return;
    const char32_t before = i > 0 ? run[i - 1] : 0;
    const char32_t after = i + 1 < run.size() ? run[i + 1] : 0;
    // "能不能", "有没有": a question, nothing denied.
    if ((c == U'不' || c == U'没') && before != 0 && before == after) return;
    if (c == U'不' && (std::u32string_view(U"同错仅但过好").contains(after) || before == U'差'))
      return;
    if (c == U'无' && std::u32string_view(U"线论锡").contains(after)) return;
    if (c == U'非' && std::u32string_view(U"常洲").contains(after)) return;
    if (c == U'未' && after == U'来') return;
    if (c == U'别' && (std::u32string_view(U"特区分级性类识告个").contains(before) ||
                       std::u32string_view(U"的人墅名").contains(after))) {
      return;
    }
    ++traits_.negations;
  }

  // 从 SOURCE 到 TARGET, and each alone.
  void ReadDirection(std::u32string_view run) {
    constexpr std::u32string_view kTo = U"到去飞往";
    const size_t recipient = run.find(U'给');
    if (recipient != std::u32string_view::npos) {
      TakePairs(run.substr(recipient + 1), traits_.recipients);
    }
    const size_t from = run.find(U'从');
    const size_t after = from == std::u32string_view::npos ? 0 : from + 1;
    size_t to = run.find_first_of(kTo, after);
    if (to == std::u32string_view::npos) {
      for (const char32_t verb : std::u32string_view(U"译换变转改")) {
        const size_t at = run.find(std::u32string{verb, U'成'}, after);
        if (at != std::u32string_view::npos) to = at + 1;
      }
    }
    if (from != std::u32string_view::npos) {
      TakePairs(run.substr(after, to == std::u32string_view::npos ? to : to - after),
                traits_.sources);
    }
    if (to == std::u32string_view::npos || to + 1 == run.size()) return;
    // "北京到上海": what stands before is the source as well.
    if (from == std::u32string_view::npos && run[to] == U'到') {
      TakePairs(run.substr(0, to), traits_.sources);
    }
    while (to + 1 < run.size() && kTo.contains(run[to + 1])) ++to;
    TakePairs(run.substr(to + 1), traits_.targets);
  }

  // The first characters of a place's name, in pairs, light phrases left out.
  static void TakePairs(std::u32string_view text, Words& out) {
    std::u32string name;
    for (size_t i = 0; i < text.size() && name.size() < 3;) {
      const std::u32string_view rest = text.substr(i);
      const size_t whole = WholeLength(rest);
      const size_t light = whole > 0 ? 0 : LightLength(rest);
      if (whole > 0) {
        name += rest.substr(0, whole);
      } else if (light == 0 && !IsOptional(rest)) {
        name += rest[0];
      }
      i += std::max<size_t>({whole, light, 1});
    }
    for (size_t i = 0; i + 1 < name.size(); ++i) {
      out.push_back(ToUtf8(std::u32string_view(name).substr(i, 2)));
    }
  }

  // Words with a capital within a sentence are names, and words of capitals alone, unless all is.
  void ReadCapitals() {
    if (n_unspaced_ > 0) return;
    const bool has_small = std::ranges::any_of(original_, [](char c) { return IsAsciiLower(c); });
    if (!has_small) return;
    const auto is_letter = [](char c) {
      return IsAsciiLetter(c) || static_cast<uint8_t>(c) >= 0x80;
    };
    bool begins = true;  // a sentence
    for (size_t i = 0; i < original_.size();) {
      if (!is_letter(original_[i])) {
        begins = begins || std::string_view(".?!:").contains(original_[i]);
        ++i;
        continue;
      }
      size_t end = i;
      while (end < original_.size() && is_letter(original_[end])) ++end;
      const std::string_view word = original_.substr(i, end - i);
      if (!begins && word.size() > 1 && IsAsciiUpper(word[0])) TakeName(word);
      begins = false;
      i = end;
    }
  }

  void TakeName(std::string_view word) {
    std::string folded = ToUtf8(FoldCharacters(word));
    if (std::ranges::binary_search(kFunctionWords, std::string_view(folded))) return;
    Stem(folded);
    if (std::ranges::binary_search(traits_.words, folded) ||
        std::ranges::find(traits_.words, folded) != traits_.words.end()) {
      traits_.names.push_back(std::move(folded));
    }
  }

  void ReadPhrases() {
    if (n_unspaced_ == 0) return;
    const std::string text = ToUtf8(frame_.worded);
    for (const Opposites& pair : kChineseOpposites) {
      if (HasAnyOf(pair.one, text)) traits_.opposites.push_back(std::string(pair.name) + "+");
      if (HasAnyOf(pair.other, text)) traits_.opposites.push_back(std::string(pair.name) + "-");
    }
    for (const auto& [name, list] : kUnits) {
      const bool said = AnyWord(list, [&text](std::string_view word) {
        return static_cast<uint8_t>(word[0]) >= 0x80 && text.contains(word);
      });
      if (said) traits_.opposites.emplace_back(name);
    }
  }

  const std::string_view original_;
  QuestionFrame frame_;
  const std::u32string_view text_;  // frame_.rest
  size_t n_unspaced_ = 0;
  QuestionTraits traits_;
  Words* slot_ = nullptr;
  int slot_left_ = 0;
  bool counts_ = false;  // a number stands before
};

}  // namespace

QuestionTraits TraitsOf(std::string_view question) {
  QuestionTraits traits = TraitReader(question.substr(0, kMaxQuestionBytes)).Read();
  traits.as_written = CountsAsWritten(question);
  return traits;
}

}  // namespace bantam::store
