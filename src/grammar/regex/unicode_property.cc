// General categories from the tables of base/unicode.h; scripts and binary properties from those of
// property_tables.h.
#include "grammar/regex/unicode_property.h"

#include <array>
#include <span>

#include "base/unicode.h"
#include "grammar/regex/property_tables.h"

namespace bantam::grammar {
namespace {

using unicode::Classes;
using unicode::ClassSet;

struct Category {
  std::string_view short_name;
  std::string_view long_name;
  ClassSet classes;
};

constexpr ClassSet kControl =
    Classes(unicode::kCc, unicode::kCc) | Classes(unicode::kControlSpace, unicode::kLineBreak);

constexpr Category kCategories[] = {
    {"L", "Letter", unicode::kLetter},
    {"LC", "Cased_Letter", Classes(unicode::kLu, unicode::kLt)},
    {"Lu", "Uppercase_Letter", Classes(unicode::kLu, unicode::kLu)},
    {"Ll", "Lowercase_Letter", Classes(unicode::kLl, unicode::kLl)},
    {"Lt", "Titlecase_Letter", Classes(unicode::kLt, unicode::kLt)},
    {"Lm", "Modifier_Letter", Classes(unicode::kLm, unicode::kLm)},
    {"Lo", "Other_Letter", Classes(unicode::kLo, unicode::kLo)},
    {"M", "Mark", unicode::kMark},
    {"M", "Combining_Mark", unicode::kMark},
    {"Mn", "Nonspacing_Mark", Classes(unicode::kMn, unicode::kMn)},
    {"Mc", "Spacing_Mark", Classes(unicode::kMc, unicode::kMc)},
    {"Me", "Enclosing_Mark", Classes(unicode::kMe, unicode::kMe)},
    {"N", "Number", unicode::kNumber},
    {"Nd", "Decimal_Number", Classes(unicode::kNd, unicode::kNd)},
    {"Nd", "digit", Classes(unicode::kNd, unicode::kNd)},
    {"Nl", "Letter_Number", Classes(unicode::kNl, unicode::kNl)},
    {"No", "Other_Number", Classes(unicode::kNo, unicode::kNo)},
    {"P", "Punctuation", unicode::kPunctuation},
    {"P", "punct", unicode::kPunctuation},
    {"Pc", "Connector_Punctuation", Classes(unicode::kPc, unicode::kPc)},
    {"Pd", "Dash_Punctuation", Classes(unicode::kPd, unicode::kPd)},
    {"Ps", "Open_Punctuation", Classes(unicode::kPs, unicode::kPs)},
    {"Pe", "Close_Punctuation", Classes(unicode::kPe, unicode::kPe)},
    {"Pi", "Initial_Punctuation", Classes(unicode::kPi, unicode::kPi)},
    {"Pf", "Final_Punctuation", Classes(unicode::kPf, unicode::kPf)},
    {"Po", "Other_Punctuation", Classes(unicode::kPo, unicode::kPo)},
    {"S", "Symbol", unicode::kSymbol},
    {"Sm", "Math_Symbol", Classes(unicode::kSm, unicode::kSm)},
    {"Sc", "Currency_Symbol", Classes(unicode::kSc, unicode::kSc)},
    {"Sk", "Modifier_Symbol", Classes(unicode::kSk, unicode::kSk)},
    {"So", "Other_Symbol", Classes(unicode::kSo, unicode::kSo)},
    {"Z", "Separator", Classes(unicode::kZs, unicode::kZp)},
    {"Zs", "Space_Separator", Classes(unicode::kZs, unicode::kZs)},
    {"Zl", "Line_Separator", Classes(unicode::kZl, unicode::kZl)},
    {"Zp", "Paragraph_Separator", Classes(unicode::kZp, unicode::kZp)},
    {"C", "Other", kControl | Classes(unicode::kCf, unicode::kCn)},
    {"Cc", "Control", kControl},
    {"Cc", "cntrl", kControl},
    {"Cf", "Format", Classes(unicode::kCf, unicode::kCf)},
    {"Cs", "Surrogate", Classes(unicode::kCs, unicode::kCs)},
    {"Co", "Private_Use", Classes(unicode::kCo, unicode::kCo)},
    {"Cn", "Unassigned", Classes(unicode::kCn, unicode::kCn)},
};

// The sets of the 32 classes, found in one walk over all code points (some milliseconds, once).
const std::array<CodePointSet, 32>& ClassSets() {
  static const auto sets = [] {
    std::array<CodePointSet, 32> result;
    int before = -1;
    char32_t first = 0;
    const auto class_of = [](char32_t c) {
      for (int i = 0; i < 32; ++i) {
        if (unicode::PropertiesOf(c).In(ClassSet{1} << i)) return i;
      }
      return 0;
    };
    // Neighbours are mostly of one class, so the search above is rare.
    for (char32_t c = 0; c <= CodePointSet::kLast; ++c) {
      if (before >= 0 && unicode::PropertiesOf(c).In(ClassSet{1} << before)) continue;
      if (before >= 0) result[before].Add(first, c - 1);
      before = class_of(c);
      first = c;
    }
    result[before].Add(first, CodePointSet::kLast);
    return result;
  }();
  return sets;
}

CodePointSet SetOf(ClassSet classes) {
  CodePointSet set;
  for (int i = 0; i < 32; ++i) {
    if ((classes >> i & 1) != 0) set.Add(ClassSets()[i]);
  }
  return set;
}

std::optional<CodePointSet> GeneralCategory(std::string_view name) {
  for (const Category& category : kCategories) {
    if (name == category.short_name || name == category.long_name) return SetOf(category.classes);
  }
  return std::nullopt;
}

std::optional<uint8_t> ValueOf(std::span<const PropertyName> names, std::string_view name) {
  for (const PropertyName& entry : names) {
    if (entry.name == name) return entry.value;
  }
  return std::nullopt;
}

CodePointSet RangesOf(std::span<const PropertyRange> ranges, uint8_t value) {
  CodePointSet set;
  for (const PropertyRange& range : ranges) {
    if (range.value == value) set.Add(range.first, range.last);
  }
  return set;
}

std::optional<CodePointSet> Script(std::string_view name) {
  const auto value = ValueOf({kScriptNames, kScriptNamesCount}, name);
  if (!value) return std::nullopt;
  return RangesOf({kScriptRanges, kScriptRangesCount}, *value);
}

// The categories from which the tables say how a binary property differs: as in the generator.
ClassSet BinaryBase(uint8_t value) {
  using unicode::kLu, unicode::kLl, unicode::kLt, unicode::kNl, unicode::kNd, unicode::kPc,
      unicode::kPd, unicode::kMn, unicode::kMc;
  const ClassSet letters = unicode::kLetter | Classes(kNl, kNl);
  switch (value) {
    case 0:  // Alphabetic
    case 3:  // ID_Start
      return letters;
    case 1:  // Uppercase
      return Classes(kLu, kLu);
    case 2:  // Lowercase
      return Classes(kLl, kLl);
    case 4:  // ID_Continue
      return letters | Classes(kMn, kMc) | Classes(kNd, kNd) | Classes(kPc, kPc);
    case 5:  // Cased
      return Classes(kLu, kLt);
    case 6:  // Dash
      return Classes(kPd, kPd);
    default: return 0;
  }
}

std::optional<CodePointSet> Binary(std::string_view name) {
  const auto value = ValueOf({kBinaryNames, kBinaryNamesCount}, name);
  if (!value) return std::nullopt;
  const CodePointSet base = SetOf(BinaryBase(*value));
  const CodePointSet difference = RangesOf({kBinaryRanges, kBinaryRangesCount}, *value);
  CodePointSet set = base.Intersect(difference.Complement());
  set.Add(difference.Intersect(base.Complement()));
  return set;
}

}  // namespace

std::optional<CodePointSet> UnicodeProperty(std::string_view expression) {
  const size_t equals = expression.find('=');
  if (equals != std::string_view::npos) {
    const std::string_view property = expression.substr(0, equals);
    const std::string_view value = expression.substr(equals + 1);
    if (property == "gc" || property == "General_Category") return GeneralCategory(value);
    if (property == "sc" || property == "Script") return Script(value);
    return std::nullopt;
  }
  if (expression == "ASCII") return CodePointSet::Of(0, 0x7F);
  if (expression == "Any") return CodePointSet::All();
  if (expression == "Assigned") {
    return SetOf(Classes(unicode::kCn, unicode::kCn)).Complement();
  }
  if (expression == "ASCII_Hex_Digit" || expression == "AHex") {
    CodePointSet set = CodePointSet::Of('0', '9');
    set.Add('A', 'F');
    set.Add('a', 'f');
    return set;
  }
  if (expression == "White_Space" || expression == "space") return SetOf(unicode::kSpace);
  if (const auto category = GeneralCategory(expression)) return category;
  return Binary(expression);
}

}  // namespace bantam::grammar
