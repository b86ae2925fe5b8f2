// Each kind of scalar has a list of readings.
#include "grammar/repair/value_edits.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "grammar/repair/edit_costs.h"

namespace bantam::grammar {
namespace {

constexpr std::array<std::string_view, 6> kTrueWords = {"true", "yes", "y", "on", "t", "1"};
constexpr std::array<std::string_view, 6> kFalseWords = {"false", "no", "n", "off", "f", "0"};
constexpr std::array<std::string_view, 9> kNullWords = {"null", "none",      "nil", "n/a", "na",
                                                        "nan",  "undefined", "-",   ""};
constexpr size_t kMostLengthened = 1'000;  // characters
constexpr std::array<std::string_view, 9> kUnits = {"$", "€", "£", "¥", "%", "°", "°C", "°F", "‰"};
constexpr size_t kMostSearched = 200;  // bytes of a text that a listed one may be in
constexpr size_t kMostWithUnit = 40;
constexpr size_t kMostNumberBytes = 300;  // longer ones are no numbers to a matcher

template <size_t n>
bool IsOneOf(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool IsNumber(std::string_view text) {
  size_t bad = 0;
  return !text.empty() && text.size() <= kMostNumberBytes &&
         JsonNumberLength(text, &bad) == text.size();
}

// "1,234,567.8" without its commas; empty if it is no such number.
std::string WithoutGroups(std::string_view text) {
  std::string plain;
  size_t digits = 0;  // since the last comma
  bool grouped = false;
  size_t at = text.starts_with('-') ? 1 : 0;
  for (; at < text.size() && text[at] != '.'; ++at) {
    if (text[at] == ',') {
      if (grouped ? digits != 3 : digits < 1 || digits > 3) return "";
      grouped = true;
      digits = 0;
    } else if (IsAsciiDigit(text[at])) {
      ++digits;
    } else {
      return "";
    }
  }
  if (!grouped || digits != 3) return "";
  plain = text;
  std::erase(plain, ',');
  return plain;
}

class Edits {
 public:
  Edits(FormulaId value, SchemaHints& hints, SchemaMachine& machine)
      : value_(value), hints_(hints.Of(value)), machine_(machine) {}

  void OfString(const std::string& text) {
    if (const auto match = hints_.texts.Find(text)) {
      Add(match->cost, JsonQuote(hints_.texts[match->index]));
    }
    OfListedWord(text);
    const std::string folded = Folded(text);
    OfWord(folded);
    OfNumberText(Trimmed(text));
    const std::string trimmed(Trimmed(text));
    if (trimmed.size() < text.size()) Add(kTrimCost, JsonQuote(trimmed));
    if (hints_.texts.size() == 0) {
      OfCase(text, kCaseOfTextCost);
      if (trimmed.size() < text.size()) OfCase(trimmed, kCaseOfTextCost + kTrimCost);
    }
    OfLength(text);
  }

  void OfNumber(std::string_view text) {
    Add(kCoerceCost, JsonQuote(text));
    if (text == "1" || text == "1.0") Add(kBitCost, "true");
    if (text == "0" || text == "0.0") Add(kBitCost, "false");
    AddListed(text);
  }

  void OfBool(bool value) {
    Add(kCoerceCost, value ? "\"true\"" : "\"false\"");
    Add(kBoolAsNumberCost, value ? "1" : "0");
    if (value) {
      for (std::string_view word : kTrueWords) AddListed(word);
    } else {
      for (std::string_view word : kFalseWords) AddListed(word);
    }
  }

  void OfNull() {
    for (std::string_view word : kNullWords) {
      const auto match = hints_.texts.Find(word);
      if (match && match->cost <= 2) Add(kNullWordCost, JsonQuote(hints_.texts[match->index]));
    }
    Add(kNullAsArrayCost, "[]");
  }

  std::vector<ValueEdit> Take() {
    std::sort(edits_.begin(), edits_.end(), [](const ValueEdit& a, const ValueEdit& b) {
      return a.cost != b.cost ? a.cost < b.cost : a.order < b.order;
    });
    return std::move(edits_);
  }

 private:
  void Add(uint32_t cost, std::string text) {
    edits_.push_back({cost, edits_.size(), std::move(text)});
  }

  void AddListed(std::string_view word) {
    if (word.empty()) return;
    const auto match = hints_.texts.Find(word);
    if (match && match->cost <= 2) {
      Add(kCoerceCost + match->cost, JsonQuote(hints_.texts[match->index]));
    }
  }

  // The one listed text whose words are in this one.
  void OfListedWord(const std::string& text) {
    if (text.size() > kMostSearched || !hints_.texts.compares()) return;
    std::optional<size_t> found;
    for (size_t i = 0; i < hints_.texts.size(); ++i) {
      if (!HasWords(text, hints_.texts[i])) continue;
      if (found) return;
      found = i;
    }
    if (found) Add(kWordOfTextCost, JsonQuote(hints_.texts[*found]));
  }

  void OfWord(const std::string& folded) {
    if (IsOneOf(kNullWords, folded)) Add(folded == "null" ? kCoerceCost : kWordCost, "null");
    if (folded.empty()) return;
    const auto cost = [&](const char* name) -> uint32_t {
      if (folded == name) return kCoerceCost;
      return folded.size() > 1 ? kWordCost : kBitCost;
    };
    if (IsOneOf(kTrueWords, folded)) Add(cost("true"), "true");
    if (IsOneOf(kFalseWords, folded)) Add(cost("false"), "false");
  }

  void OfNumberText(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::string whole(text);  // ".5", "5."
    if (whole.starts_with('.')) whole.insert(0, 1, '0');
    if (whole.starts_with("-.")) whole.insert(1, 1, '0');
    if (whole.size() > 1 && whole.ends_with('.')) whole.pop_back();
    text = whole;
    if (IsNumber(text)) {
      // As an integer where it is written as one with a fraction of zeros.
      const size_t point = text.find('.');
      if (point != std::string_view::npos &&
          text.find_first_not_of('0', point + 1) == std::string_view::npos) {
        text = text.substr(0, point);
      }
      Add(kCoerceCost, std::string(text));
      return;
    }
    const std::string plain = WithoutGroups(text);
    if (IsNumber(plain)) {
      Add(kGroupedCost, plain);
    } else {
      OfNumberWithUnit(text);
    }
  }

  // "$12", "12.5 %", "20 °C": a number with nothing but its unit, where that is a sign.
  void OfNumberWithUnit(std::string_view text) {
    if (text.size() > kMostWithUnit) return;
    const size_t first = std::min(text.find_first_of("0123456789"), text.size());
    const size_t last = text.find_last_of("0123456789");
    if (first == text.size()) return;
    size_t begin = first;
    while (begin > 0 && (text[begin - 1] == '-' || text[begin - 1] == '.')) --begin;
    const std::string_view number = text.substr(begin, last + 1 - begin);
    const std::string_view before = Trimmed(text.substr(0, begin));
    const std::string_view behind = Trimmed(text.substr(last + 1));
    if (before.empty() && behind.empty()) return;
    const auto is_unit = [](std::string_view part) {
      return part.empty() || std::ranges::find(kUnits, part) != kUnits.end();
    };
    if (!is_unit(before) || !is_unit(behind)) return;
    std::string whole(number);
    if (!IsNumber(whole)) whole = WithoutGroups(whole);
    if (IsNumber(whole)) Add(kUnitCost, whole);
  }

  void OfCase(const std::string& text, uint32_t cost) {
    const std::string lower = LowerCase(text);
    std::string upper = text;
    for (char& c : upper) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    if (lower != text) Add(cost, JsonQuote(lower));
    if (upper != text) Add(cost, JsonQuote(upper));
  }

  void OfLength(const std::string& text) {
    size_t characters = 0;
    size_t cut = text.size();  // where max_length ends
    for (size_t at = 0; at < text.size(); at += DecodeUtf8(text, at).length, ++characters) {
      if (hints_.max_length && characters == *hints_.max_length) cut = at;
    }
    if (cut < text.size()) Add(kCutCost, JsonQuote(std::string_view(text).substr(0, cut)));
    const uint64_t least = hints_.min_length.value_or(0);
    if (characters < least && least - characters <= kMostLengthened) Lengthen(text);
  }

  // By the shortest text that may follow.
  void Lengthen(const std::string& text) {
    RegexPool& regexes = machine_.languages().regexes();
    RegexId rest = machine_.languages().Texts(value_);
    for (size_t at = 0; at < text.size();) {
      const DecodedChar c = DecodeUtf8(text, at);
      rest = regexes.Derive(rest, c.code_point);
      at += c.length;
    }
    if (regexes.Alive(rest)) Add(kLengthenCost, JsonQuote(text + regexes.Shortest(rest)));
  }

  FormulaId value_;
  const Hints& hints_;
  SchemaMachine& machine_;
  std::vector<ValueEdit> edits_;
};

}  // namespace

std::vector<ValueEdit> EditsOf(Json::Kind kind, std::string_view text, const std::string& decoded,
                               FormulaId value, SchemaHints& hints, SchemaMachine& machine) {
  Edits edits(value, hints, machine);
  switch (kind) {
    case Json::Kind::kString: edits.OfString(decoded); break;
    case Json::Kind::kNumber: edits.OfNumber(text); break;
    case Json::Kind::kBool: edits.OfBool(text == "true"); break;
    case Json::Kind::kNull: edits.OfNull(); break;
    default: break;
  }
  return edits.Take();
}

}  // namespace bantam::grammar
