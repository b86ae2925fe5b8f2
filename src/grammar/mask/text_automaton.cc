// Classes of characters by refining a partition with each set of the pool; states by derivatives.
#include "grammar/mask/text_automaton.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace bantam::grammar {
namespace {

constexpr size_t kMostCells = 8'000'000;  // of the table
constexpr size_t kCrowdedCells = kMostCells / 2;
constexpr char32_t kPage = 64;

constexpr char32_t kFirstSurrogate = 0xD800;
constexpr char32_t kLastSurrogate = 0xDFFF;

// Where the text classes beyond ASCII begin, by first bytes (ClassOf).
struct TextBlock {
  char32_t first;
  TextClass of;
};
constexpr TextBlock kTextBlocks[] = {{0x80, TextClass::kOther},
                                     {0xC0, TextClass::kBeyondAscii},
                                     {0x2000, TextClass::kPunctuation},
                                     {0x3000, TextClass::kBeyondAscii},
                                     {kLastSurrogate + 1, TextClass::kOther}};

// Whether some, and all, of the characters [first, last] are wide letters.
std::pair<bool, bool> LettersIn(char32_t first, char32_t last) {
  const auto ranges = WideLetters().ranges();
  const auto it = std::ranges::partition_point(
      ranges, [&](const CodePointSet::Range& range) { return range.last < first; });
  const bool some = it != ranges.end() && it->first <= last;
  return {some, some && it->first <= first && it->last >= last};
}

// About how many tokens have characters of them.
int TokensOf(TextClasses classes) {
  constexpr int kTokensBeyondAscii = 32;  // as many letters have
  const bool wide = (classes & BitOf(TextClass::kWideLetter)) != 0;
  return std::popcount(classes) + (wide ? kTokensBeyondAscii : 0);
}

}  // namespace

std::optional<TextAutomaton::Start> TextAutomaton::At(RegexId id) {
  if (partition_.gave_up() || pool_.HasSpans(id) || !pool_.Alive(id)) return std::nullopt;
  if (holds_ > 0) {
    if (full_ || cells() > kMostCells || partition_.known() < pool_.sets().size())
      return std::nullopt;
  } else {
    if (partition_.known() < pool_.sets().size() && !Learn()) return std::nullopt;
    if (full_ || cells() > kCrowdedCells) Clear();
    full_ = false;
  }
  const auto [unlimited, most] = pool_.WithoutLengthLimit(id);
  return Start{RowOf(unlimited), most};
}

void TextAutomaton::Clear() {
  states_.clear();
  row_of_.clear();
  table_.assign(classes_, kDead);
  memos_.assign(classes_, {});
  memoized_ = 0;
  states_.push_back({RegexPool::kNothing, RegexPool::kUnbounded});
}

TextAutomaton::Row TextAutomaton::RowOf(RegexId id) {
  const auto [it, added] = row_of_.try_emplace(id, static_cast<Row>(states_.size()));
  if (added) {
    states_.push_back({id, pool_.ShortestLength(id)});
    table_.resize(table_.size() + classes_, kUnknown);
  }
  return it->second;
}

TextAutomaton::Row TextAutomaton::Find(Row row, ClassId by) {
  const size_t known = memos_[by].size();
  const RegexId id =
      pool_.DeriveAlone(states_[row].id, partition_.representatives()[by], memos_[by]);
  memoized_ += memos_[by].size() - known;
  Row next = kDead;
  if (pool_.Alive(id)) {
    if (cells() > kMostCells) {
      full_ = true;
      return kDead;
    }
    next = RowOf(id);
  }
  if (gave_up()) return kDead;
  table_[size_t{row} * classes_ + by] = next;
  return next;
}

std::optional<uint64_t> TextAutomaton::OwedWithin(Row row, const PartialChar& begun,
                                                  uint64_t most) {
  const auto intervals = partition_.intervals();
  auto it =
      std::ranges::upper_bound(intervals, begun.first, {}, &CodePointClasses::Interval::first);
  for (--it; it != intervals.end() && it->first <= begun.last; ++it) {
    const Row next = Step(row, it->of);
    if (next != kDead && Owed(next) <= most) return Owed(next);
  }
  return std::nullopt;
}

bool TextAutomaton::IsWide(Row row) {
  if (states_[row].wide == 0) {
    const bool wide =
        std::ranges::any_of(wide_classes_, [&](ClassId of) { return Step(row, of) != kDead; });
    states_[row].wide = wide ? 1 : 2;
  }
  return states_[row].wide == 1;
}

// Tells apart what new sets of the pool do. Sets that derivatives make are unions of classes.
bool TextAutomaton::Learn() {
  if (partition_.Learn(pool_.sets()) || states_.empty()) {
    classes_ = partition_.count();
    Tabulate();
    Clear();
  }
  return !partition_.gave_up();
}

void TextAutomaton::Tabulate() {
  page_of_.assign((CodePointSet::kLast + 1) / kPage, kNoPage);
  pages_.clear();
  for (auto& list : of_text_) list.clear();
  wide_classes_.clear();
  const auto note = [&](TextClass text_class, ClassId of) {
    auto& list = of_text_[static_cast<size_t>(text_class)];
    if (std::ranges::find(list, of) == list.end()) list.push_back(of);
  };
  for (size_t i = 0; i < partition_.intervals().size(); ++i) {
    const auto [first, of] = partition_.intervals()[i];
    const char32_t end = partition_.EndOf(i);
    for (char32_t c = first; c < end && c < 128; ++c) {
      ascii_[c] = of;
      note(AsciiClassOf(static_cast<uint8_t>(c)), of);
    }
    for (size_t block = 0; block < std::size(kTextBlocks); ++block) {
      const bool last = block + 1 == std::size(kTextBlocks);
      const char32_t from = std::max(kTextBlocks[block].first, first);
      char32_t to = std::min(last ? end : kTextBlocks[block + 1].first, end);
      if (to > kFirstSurrogate && from < kLastSurrogate) to = std::min(to, kFirstSurrogate);
      if (from >= to) continue;
      if (kTextBlocks[block].of != TextClass::kBeyondAscii) {
        note(kTextBlocks[block].of, of);
        continue;
      }
      const auto [some, all] = LettersIn(from, to - 1);
      if (some) note(TextClass::kWideLetter, of);
      if (!all) note(TextClass::kBeyondAscii, of);
    }
    const bool wide = end > 128 && (first < kFirstSurrogate || end > kLastSurrogate + 1);
    if (wide && std::ranges::find(wide_classes_, of) == wide_classes_.end()) {
      wide_classes_.push_back(of);
    }
    AddToPages(first, end, of);
  }
}

void TextAutomaton::AddToPages(char32_t first, char32_t end, ClassId of) {
  for (char32_t c = first; c < end;) {
    ClassId& page = page_of_[c / kPage];
    if (c % kPage == 0 && c + kPage <= end) {
      page = of | kWholePage;
      c += kPage;
      continue;
    }
    if (page == kNoPage) {
      page = static_cast<ClassId>(pages_.size() / kPage);
      pages_.resize(pages_.size() + kPage, 0);
    }
    pages_[size_t{page} * kPage + c % kPage] = of;
    ++c;
  }
}

// Where the text classes lead.
const TextAutomaton::State& TextAutomaton::WithExits(Row row) {
  if (states_[row].has_exits) return states_[row];
  TextClasses open = 0;
  std::vector<Exit> exits;
  for (int c = 0; c < kTextClasses; ++c) {
    const TextClasses bit = TextClasses{1} << static_cast<unsigned>(c);
    if (bit == BitOf(TextClass::kNotPlain)) continue;
    bool all = true;
    for (const ClassId of : of_text_[static_cast<size_t>(c)]) {
      const Row to = Step(row, of);
      if (to == kDead) {
        all = false;
        break;
      }
    }
    if (!all) continue;
    open |= bit;
    for (const ClassId of : of_text_[static_cast<size_t>(c)]) {
      const Row to = Step(row, of);
      const auto it = std::ranges::find(exits, to, &Exit::to);
      if (it == exits.end()) {
        exits.push_back({to, bit});
      } else {
        it->by |= bit;
      }
    }
  }
  State& state = states_[row];
  state.open = open;
  state.exits = std::move(exits);
  state.has_exits = true;
  return state;
}

// Any of which may be followed by any other: where one leads to a state from which others do not go
// on, the fewer of them are left out.
TextClasses TextAutomaton::FreeClasses(Row row) {
  constexpr size_t kLayers = 3;
  constexpr size_t kMostStates = 64;
  TextClasses classes = WithExits(row).open;
  std::vector<Row> seen;
  for (bool again = true; again && classes != 0;) {
    again = false;
    seen.assign(1, row);
    for (size_t layer = 0, at = 0; layer < kLayers && seen.size() <= kMostStates && !again;
         ++layer) {
      for (const size_t end = seen.size(); at < end && !again; ++at) {
        const std::vector<Exit> exits = WithExits(seen[at]).exits;  // states_ may grow
        for (const Exit& exit : exits) {
          const TextClasses by = exit.by & classes;
          if (by == 0) continue;
          const TextClasses missing = classes & ~WithExits(exit.to).open;
          if (missing != 0) {
            classes &= TokensOf(missing) <= TokensOf(by) ? ~missing : ~by;
            again = true;
            break;
          }
          if (std::ranges::find(seen, exit.to) == seen.end()) seen.push_back(exit.to);
        }
      }
    }
  }
  return classes;
}

TextAutomaton::Free TextAutomaton::FindFree(Row row) {
  constexpr size_t kMostStates = 64;
  constexpr uint32_t kMostCharacters = 24;  // few tokens have more: those are walked
  const TextClasses classes = FreeClasses(row);
  if (!HasManyTokens(classes)) return {};
  Free free = {classes, 0, Owed(row)};
  std::vector<Row> seen = {row};
  for (size_t begin = 0; begin < seen.size(); ++free.characters) {
    const size_t end = seen.size();
    if (end > kMostStates || free.characters == kMostCharacters) return free;
    for (size_t i = begin; i < end; ++i) {
      if ((classes & ~WithExits(seen[i]).open) != 0) return free;
    }
    for (size_t i = begin; i < end; ++i) {
      for (const Exit& exit : states_[seen[i]].exits) {
        if ((exit.by & classes) == 0) continue;
        if (std::ranges::find(seen, exit.to) == seen.end()) seen.push_back(exit.to);
        free.owed = std::max(free.owed, Owed(exit.to));
      }
    }
    begin = end;
  }
  free.characters = std::numeric_limits<uint32_t>::max();
  return free;
}

}  // namespace bantam::grammar
