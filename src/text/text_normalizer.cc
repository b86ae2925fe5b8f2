// Every step copies the text only if it has to.
#include "text/text_normalizer.h"

#include <algorithm>

#include "text/normalize.h"

namespace bantam {
namespace {

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
  }
  return false;
}

}  // namespace

bool TextNormalizer::Has(NormalizerStep::Kind kind) const {
  return std::ranges::any_of(steps_, [&](const NormalizerStep& step) { return step.kind == kind; });
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
