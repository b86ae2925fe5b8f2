// Every step copies the text only if it has to.
#include "text/text_normalizer.h"

#include <algorithm>

#include "base/utf8.h"
#include "text/normalize.h"
#include "text/piece_scanner.h"

namespace bantam {
namespace {

// Replaces every run of two and more spaces; true if there is one.
bool MergeSpaces(std::string_view text, std::string_view by, std::string& out) {
  size_t pos = 0;
  for (size_t run; (run = text.find("  ", pos)) != std::string_view::npos;) {
    out += text.substr(pos, run - pos);
    out += by;
    pos = std::min(text.find_first_not_of(' ', run), text.size());
  }
  if (pos == 0) return false;
  out += text.substr(pos);
  return true;
}

bool StripStart(std::string_view text, std::string& out) {
  const size_t begin = scan::Skip(text, 0, unicode::kSpace);
  out = text.substr(begin);
  return begin > 0;
}

bool StripEnd(std::string_view text, std::string& out) {
  size_t end = text.size();
  while (end > 0) {
    const size_t last = PreviousChar(text, end);
    if (!scan::StartsWith(text, last, unicode::kSpace)) break;
    end = last;
  }
  out = text.substr(0, end);
  return end < text.size();
}

// True if the step changes `text`; `out` is what it becomes.
bool ApplyStep(const NormalizerStep& step, std::string_view text, std::string& out) {
  switch (step.kind) {
    case NormalizerStep::kNfc:
      if (IsSurelyNfc(text)) return false;
      out = ToNfc(text);
      return true;
    case NormalizerStep::kSpaces:
      if (text.find(kSpaceMark) == std::string_view::npos) return false;
      out = SpacesOfMarks(text);
      return true;
    case NormalizerStep::kPrependSpace:
      if (text.empty()) return false;
      out.reserve(text.size() + 1);
      out = " ";
      out += text;
      return true;
    case NormalizerStep::kNfd: out = ToNfd(text); return true;
    case NormalizerStep::kLowercase: out = ToLower(text); return true;
    case NormalizerStep::kBert: out = NormalizeForBert(text, step.bert); return true;
    case NormalizerStep::kCharMap: return step.char_map->Apply(text, out);
    case NormalizerStep::kStripStart: return StripStart(text, out);
    case NormalizerStep::kStripEnd: return StripEnd(text, out);
    case NormalizerStep::kMergeSpaces: return MergeSpaces(text, " ", out);
    case NormalizerStep::kMergeSpacesToMark: return MergeSpaces(text, kSpaceMark, out);
  }
  return false;
}

}  // namespace

bool TextNormalizer::Has(NormalizerStep::Kind kind) const {
  return std::ranges::any_of(steps_, [&](const NormalizerStep& step) { return step.kind == kind; });
}

bool TextNormalizer::tells_marks() const {
  return std::ranges::any_of(
      steps_, [](const NormalizerStep& step) { return step.kind >= NormalizerStep::kCharMap; });
}

bool TextNormalizer::Apply(std::string_view text, std::string& changed, bool continued) const {
  bool has_changed = false;
  for (const NormalizerStep& step : steps_) {
    if (continued && step.kind == NormalizerStep::kPrependSpace) continue;
    std::string next;
    if (!ApplyStep(step, has_changed ? changed : text, next)) continue;
    changed = std::move(next);
    has_changed = true;
  }
  return has_changed;
}

std::string SpacesOfMarks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t pos = 0; pos < text.size();) {
    const size_t mark = text.find(kSpaceMark, pos);
    out += text.substr(pos, mark - pos);
    if (mark == std::string_view::npos) break;
    out += ' ';
    pos = mark + kSpaceMark.size();
  }
  return out;
}

}  // namespace bantam
