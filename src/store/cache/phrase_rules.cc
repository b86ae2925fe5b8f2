// Compiling patterns and finding them.
#include "store/cache/phrase_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "store/cache/question_form.h"

namespace bantam::store {
namespace {

constexpr size_t kMostGap = 8;

std::u32string Utf32(std::string_view text) {
  std::u32string out;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar c = DecodeUtf8(text, at);
    out += c.code_point;
    at += c.length;
  }
  return out;
}

std::vector<std::string_view> Split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(by, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool IsClauseMark(char32_t c) {
  return std::u32string_view(U".,?!:;()。，？！：；（）、…—–").contains(c);
}

bool IsWordCharacter(char32_t c) {
  return IsAsciiLower(c) || IsAsciiDigit(c) || (c >= 0xC0 && c < 0x2000) ||
         (c >= 0xE000 && c <= 0xF8FF);
}

// Words before which a clause still begins.
bool IsFiller(std::string_view word) {
  static const std::set<std::string_view> kFillers = {
      "and", "or",   "but",  "so",   "then", "please", "now",   "hi",   "hello",
      "hey", "also", "well", "just", "ok",   "okay",   "again", "still"};
  return kFillers.contains(word);
}

// "'s" is a verb after these, and the mark of a possessor after others.
bool TakesVerb(std::string_view word) {
  static const std::set<std::string_view> kSubjects = {
      "what", "that", "it", "who", "where", "how", "when", "why", "there", "he", "she", "here"};
  return kSubjects.contains(word);
}

std::string_view VerbOf(std::string_view ending, std::string_view before) {
  if (ending == "s") return TakesVerb(before) ? "is" : "";
  if (ending == "d") return "would";
  if (ending == "ve") return "have";
  if (ending == "m") return "am";
  if (ending == "re") return "are";
  return ending == "ll" ? "will" : "";
}

bool Ends(const std::vector<WordToken>& words, size_t at) {
  return at >= words.size() || words[at].word.empty();
}

}  // namespace

std::vector<WordToken> WordsOf(std::u32string_view text) {
  std::vector<WordToken> words;
  for (size_t i = 0; i < text.size();) {
    // A dash between blanks divides clauses, one within a word does not.
    const bool dash =
        text[i] == '-' && i > 0 && text[i - 1] == ' ' && i + 1 < text.size() && text[i + 1] == ' ';
    const bool in_number =
        i > 0 && i + 1 < text.size() && IsAsciiDigit(text[i - 1]) && IsAsciiDigit(text[i + 1]);
    if ((IsClauseMark(text[i]) && !in_number) || dash) {
      words.push_back({"", i, i + 1});
      ++i;
      continue;
    }
    if (!IsWordCharacter(text[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && IsWordCharacter(text[end])) ++end;
    std::string word;
    for (size_t at = i; at < end; ++at) AppendUtf8(text[at], word);
    const bool after_apostrophe = i > 0 && text[i - 1] == '\'';
    if (after_apostrophe && word == "t" && !words.empty()) {
      words.back().word += "'t";
      words.back().end = end;
    } else {
      const std::string_view verb =
          after_apostrophe ? VerbOf(word, words.empty() ? "" : words.back().word) : "";
      if (!verb.empty()) word = verb;
      words.push_back({std::move(word), i, end});
    }
    i = end;
  }
  return words;
}

WordRules::WordRules(std::span<const PhraseRule> rules, std::u32string mark) {
  for (const PhraseRule& rule : rules) {
    Compiled compiled;
    compiled.name = rule.name;
    for (std::string_view part : Split(rule.pattern, ' ')) {
      Element element;
      if (part == "*") {
        element.kind = Element::Kind::kGap;
        compiled.has_gap = true;
      } else if (part == "^" || part == "$") {
        element.kind = part == "^" ? Element::Kind::kBegin : Element::Kind::kEnd;
      } else {
        element.stays = part.starts_with('=');
        if (element.stays) part.remove_prefix(1);
        element.optional = part.ends_with('?');
        if (element.optional) part.remove_suffix(1);
        for (const std::string_view word : Split(part, '|')) element.words.emplace_back(word);
      }
      compiled.elements.push_back(std::move(element));
    }
    const size_t gap = rule.replacement.find('*');
    if (!rule.name.empty()) compiled.before = mark;
    compiled.before += Utf32(rule.replacement.substr(0, gap));
    if (gap != std::string_view::npos) compiled.after = Utf32(rule.replacement.substr(gap + 1));
    std::set<std::string> first;
    for (const Element& element : compiled.elements) {
      first.insert(element.words.begin(), element.words.end());
      if (element.kind == Element::Kind::kWord && !element.optional) break;
    }
    for (const std::string& word : first) by_first_[word].push_back(rules_.size());
    rules_.push_back(std::move(compiled));
  }
}

bool WordRules::MatchesFrom(const Compiled& rule, size_t element,
                            const std::vector<WordToken>& words, size_t at, Match& match) {
  if (element == rule.elements.size()) {
    match.end = match.stays == kNone ? at : match.stays;
    return true;
  }
  const Element& wanted = rule.elements[element];
  if (wanted.kind == Element::Kind::kBegin) {
    return MatchesFrom(rule, element + 1, words, at, match);  // Apply has seen to it
  }
  if (wanted.kind == Element::Kind::kEnd) {
    return Ends(words, at) && MatchesFrom(rule, element + 1, words, at, match);
  }
  if (wanted.kind == Element::Kind::kGap) {
    for (size_t end = at; end <= at + kMostGap; ++end) {
      if (MatchesFrom(rule, element + 1, words, end, match)) {
        match.gap_begin = at;
        match.gap_end = end;
        return true;
      }
      if (Ends(words, end)) return false;
    }
    return false;
  }
  if (!Ends(words, at) && std::ranges::find(wanted.words, words[at].word) != wanted.words.end()) {
    const size_t before = match.stays;
    if (wanted.stays && before == kNone) match.stays = at;
    if (MatchesFrom(rule, element + 1, words, at + 1, match)) return true;
    match.stays = before;
  }
  return wanted.optional && MatchesFrom(rule, element + 1, words, at, match);
}

bool WordRules::Matches(const Compiled& rule, const std::vector<WordToken>& words, size_t begin,
                        Match& match) {
  match = {};
  return MatchesFrom(rule, 0, words, begin, match);
}

Rewritten WordRules::Apply(std::u32string_view text) const {
  const std::vector<WordToken> words = WordsOf(text);
  Rewritten out;
  size_t copied = 0;
  bool begins = true;  // a clause
  for (size_t i = 0; i < words.size();) {
    const auto rules = by_first_.find(words[i].word);
    Match match;
    const Compiled* found = nullptr;
    if (rules != by_first_.end() && !words[i].word.empty()) {
      for (const size_t index : rules->second) {
        const Compiled& rule = rules_[index];
        const bool anchored = rule.elements.front().kind == Element::Kind::kBegin;
        if ((anchored && !begins) || !Matches(rule, words, i, match)) continue;
        found = &rule;
        break;
      }
    }
    if (found == nullptr) {
      begins = words[i].word.empty() || (begins && IsFiller(words[i].word));
      ++i;
      continue;
    }
    if (!found->name.empty()) out.names.push_back(found->name);
    if (match.end > i) {
      out.text += text.substr(copied, words[i].begin - copied);
      out.text += found->before;
      if (found->has_gap && match.gap_end > match.gap_begin) {
        const size_t gap = words[match.gap_begin].begin;
        out.text += text.substr(gap, words[match.gap_end - 1].end - gap);
      }
      out.text += found->after;
      copied = words[match.end - 1].end;
      begins = begins && found->name.empty() && found->before.empty();
      i = match.end;
    } else {
      begins = false;
      ++i;
    }
  }
  out.text += text.substr(copied);
  return out;
}

CharacterRules::CharacterRules(std::span<const PhraseRule> rules, std::u32string mark) {
  for (const PhraseRule& rule : rules) {
    // No phrase is found within a replacement that stands in the text already.
    std::u32string stays = Utf32(rule.replacement);
    longest_ = std::max(longest_, stays.size());
    if (rule.name.empty() && !stays.empty())
      phrases_[stays].push_back({.name = {}, .replacement = stays});
    for (std::string_view part : Split(rule.pattern, ' ')) {
      Phrase phrase{.name = std::string(rule.name), .replacement = Utf32(rule.replacement)};
      if (!rule.name.empty()) phrase.replacement.insert(0, mark);
      phrase.begins = part.starts_with('^');
      if (phrase.begins) part.remove_prefix(1);
      phrase.ends = part.ends_with('$');
      if (phrase.ends) part.remove_suffix(1);
      std::u32string text = Utf32(part);
      longest_ = std::max(longest_, text.size());
      phrases_[std::move(text)].push_back(std::move(phrase));
    }
  }
}

Rewritten CharacterRules::Apply(std::u32string_view text) const {
  const auto is_break = [text](size_t at) {
    return at >= text.size() || IsClauseMark(text[at]) || text[at] == ' ';
  };
  Rewritten out;
  bool begins = true;
  for (size_t i = 0; i < text.size();) {
    const Phrase* found = nullptr;
    size_t length = std::min(longest_, text.size() - i);
    if (!IsUnspacedCharacter(text[i])) length = 0;
    for (; length > 0 && found == nullptr; --length) {
      const auto phrases = phrases_.find(std::u32string(text.substr(i, length)));
      if (phrases == phrases_.end()) continue;
      for (const Phrase& phrase : phrases->second) {
        if ((phrase.begins && !begins) || (phrase.ends && !is_break(i + length))) continue;
        found = &phrase;
        ++length;  // the loop takes it back
        break;
      }
    }
    if (found == nullptr) {
      begins = is_break(i);
      out.text += text[i++];
      continue;
    }
    if (!found->name.empty()) out.names.push_back(found->name);
    out.text += found->replacement;
    begins = begins && found->replacement.empty();
    i += length;
  }
  return out;
}

}  // namespace bantam::store
