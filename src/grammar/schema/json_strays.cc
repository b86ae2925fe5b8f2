// Where items must differ and more of them are owed, an end depends on the value that is being
// read: but only if the end has this very value, too. So all texts in it are alike but for the few
// that stand in one of the end's values.
#include <algorithm>

#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostStrays = 8'192;

}  // namespace

const JsonMatcher::Strays& JsonMatcher::StraysOf(uint32_t index) const {
  const Frame& frame = frames_[index];
  if (frame.strays) return *frame.strays;
  auto strays = std::make_unique<Strays>();
  const Stage& stage = stages_[frame.stage];
  if (checks_) {
    strays->known = strays->bounded = false;
  } else if (frame.value_matters) {
    for (const Case& one : stage.cases) {
      strays->tails.push_back(AddStrays(index, one, *strays));
      const bool text = languages_.Texts(one.way.value) != RegexPool::kNothing;
      if (text && strays->tails.back() == Finish::kNever) strays->bounded = false;
    }
    if (stage.cases.empty()) {
      const Stage& outer = stages_[frames_[frame.outer].stage];
      for (const Fit& fit : stage.fits) {
        AddStrays(frame.outer, outer.cases[fit.outer_case], *strays);
      }
    }
    std::vector<std::string>& texts = strays->texts;
    std::ranges::sort(texts);
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    for (const std::string& text : texts) strays->longest = std::max(strays->longest, text.size());
    if (texts.size() > kMostStrays) strays->known = strays->bounded = false;
  }
  frame.strays = std::move(strays);
  return *frame.strays;
}

// The tail after every value of a case that no end has, and the texts of those that ends have.
uint32_t JsonMatcher::AddStrays(uint32_t index, const Case& which, Strays& strays) const {
  const Stage* at = &stages_[frames_[index].stage];
  const Case* one = &which;
  uint32_t tail = 0;
  while (index != 0) {
    OpenContainer after = one->way.after;
    uint32_t close = Finish::kNever;
    if (steps_.NeedsValue(one->way.settled)) {
      after.live = one->way.settled;
      const Finisher::SharedEnd& end = finisher_.EndBeside(after);
      strays.known &= end.known;
      strays.least = std::max(strays.least, end.least);
      strays.texts.insert(strays.texts.end(), end.strings.begin(), end.strings.end());
      close = end.close->cost;
    } else {
      close = finisher_.CloseCost(after);
    }
    if (close == Finish::kNever || tail == Finish::kNever) {
      tail = Finish::kNever;
    } else {
      tail += close;
    }
    index = frames_[index].outer;
    const Stage& outer = stages_[frames_[index].stage];
    one = &outer.cases[at->fits[one->fit].outer_case];
    at = &outer;
  }
  return tail;
}

// Those that go on as the name or text that is being read.
std::span<const std::string> JsonMatcher::StraysHere(const State& at) const {
  constexpr size_t kMostEscaped = 6;  // bytes that stand for one of a text, at most
  if (!FrameOf(at).value_matters) return {};
  if (at.place != Place::kInText && at.place != Place::kInName) return {};
  const Strays& strays = StraysOf(at.frame);
  const size_t bytes = document_.size() - at.start - 1;
  if (!strays.bounds() || strays.texts.empty() || bytes > kMostEscaped * (strays.longest + 1)) {
    return {};
  }
  const std::string read = ReadText(at);
  const auto first = std::ranges::lower_bound(strays.texts, read);
  const auto last = std::partition_point(
      first, strays.texts.end(), [&](const std::string& text) { return text.starts_with(read); });
  return {first, last};
}

// However the text goes on, no more comes after it than after others.
bool JsonMatcher::IsBounded(const State& at) const {
  if (at.place != Place::kInText) return false;
  const Strays& strays = StraysOf(at.frame);
  return strays.bounds() && StraysHere(at).empty();
}

// What comes after texts or names that go on as this one is known, but for the strays.
bool JsonMatcher::Knows(const State& at) const {
  constexpr size_t kMostEscaped = 6;  // bytes that stand for one of a text, at most
  const Strays& strays = StraysOf(at.frame);
  if (!strays.known || strays.least == 0) return strays.known;
  if (at.place != Place::kInText && at.place != Place::kInName) return false;
  const size_t bytes = document_.size() - at.start - 1;
  if (bytes < strays.least) return false;
  return bytes >= kMostEscaped * (strays.least + 1) || ReadText(at).size() >= strays.least;
}

// What comes after the text or name does not depend on how it goes on.
bool JsonMatcher::IsEven(const State& at) const {
  const Frame& frame = FrameOf(at);
  if (!frame.value_matters) return true;
  return Knows(at) ? StraysHere(at).empty() : !Decides(frame);
}

}  // namespace bantam::grammar
