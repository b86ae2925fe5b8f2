// The end of an array. The shortest is what Search finds, but the places between items are as many
// as the combinations of what several counts may still ask for (two thousand items of each of two
// kinds), and with uniqueItems as the lists of items that may have come. Where they are too many,
// the array goes down: each item is one after which the counts ask for the least, another one only
// where that leads nowhere. As each step depends on the place alone, what is left of such an end is
// the end that is found from there.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "grammar/schema/finisher.h"

namespace bantam::grammar {
namespace {

constexpr uint64_t kFewPlaces = 300;  // that Search looks through …
constexpr uint64_t kFewListed = 100;  // … where a list of the items is kept, …
constexpr uint64_t kFewChosen = 5;    // … and where they are of several kinds, too
constexpr size_t kMostBeside = 8;     // items that are tried at one place
constexpr size_t kMostTurns = 500;    // places from which it goes back …
constexpr size_t kMostAgain = 20;     // … where each was searched for long
constexpr uint64_t kMostLeft = 1'000'000'000;
constexpr size_t kMostRemembered = 1 << 18;  // bytes of ends, of one way

}  // namespace

// What an atom, or its negation, may still ask for.
Finisher::Left Finisher::LeftOfAtom(const Atom& atom, bool negated) {
  switch (atom.kind) {
    case AtomKind::kMinItems:
    case AtomKind::kMinContains: return {negated ? 0 : std::min(atom.n, kMostLeft), 0};
    case AtomKind::kMaxItems:
    case AtomKind::kMaxContains: return {negated ? std::min(atom.n, kMostLeft) + 1 : 0, 0};
    case AtomKind::kItems: {
      const size_t prefix = languages_.node(atom.a).prefix_items.size();
      return {0, prefix > atom.n ? prefix - atom.n : 0};
    }
    case AtomKind::kSameItems: return {0, languages_.values()[atom.a].items().size() - atom.n};
    default: return {};
  }
}

// Of a condition that may be met in several ways: the least.
const Finisher::Left& Finisher::LeftOf(FormulaId formula) {
  if (const auto known = left_.find(formula); known != left_.end()) return known->second;
  const FormulaOp op = formulas_.op(formula);
  const FormulaList parts(formulas_.children(formula).begin(), formulas_.children(formula).end());
  Left left;
  if (op == FormulaOp::kAtom) {
    left = LeftOfAtom(languages_.atoms()[formulas_.atom(formula)], false);
  } else if (op == FormulaOp::kNot && formulas_.op(parts[0]) == FormulaOp::kAtom) {
    left = LeftOfAtom(languages_.atoms()[formulas_.atom(parts[0])], true);
  } else if (op == FormulaOp::kAnd) {
    for (FormulaId part : parts) {
      const Left more = LeftOf(part);
      left = {std::min(left.counted + more.counted, kMostLeft), left.prefix + more.prefix};
    }
  } else if (op == FormulaOp::kOr || op == FormulaOp::kOne) {
    left = LeftOf(parts[0]);
    for (FormulaId part : parts) left = std::min(left, LeftOf(part));
  }
  return left_.emplace(formula, left).first->second;
}

// Items that the next one is compared with.
uint64_t Finisher::Listed(FormulaId live) {
  uint64_t listed = 0;
  for (FormulaId part : formulas_.Conjuncts(live)) {
    if (formulas_.op(part) != FormulaOp::kAtom) continue;
    const Atom& atom = languages_.atoms()[formulas_.atom(part)];
    if (atom.kind == AtomKind::kUnique) listed += languages_.lists().Size(atom.a);
  }
  return listed;
}

// Whether Search gets through the places from here on. Where it does, it does from each of them.
bool Finisher::HasFewPlaces(FormulaId live) {
  uint64_t places = 1;
  uint64_t counted = 0;
  bool lists = false;
  bool contains = false;
  for (FormulaId part : formulas_.Conjuncts(live)) {
    if (formulas_.op(part) != FormulaOp::kAtom) continue;
    const Atom& atom = languages_.atoms()[formulas_.atom(part)];
    lists |= atom.kind == AtomKind::kUnique;
    if (atom.kind != AtomKind::kMinItems && atom.kind != AtomKind::kMinContains) continue;
    counted += std::min(atom.n, kMostLeft);
    places = std::min(places, kMostLeft) * (1 + std::min(atom.n, kMostLeft));
    contains |= atom.kind == AtomKind::kMinContains;
  }
  if (lists) return counted < (contains ? kFewChosen : kFewListed);
  return places <= kFewPlaces;
}

// How many items of all kinds together have to come, and `most`: how many may come at all. Nothing
// where more than counts decides that.
std::optional<uint64_t> Finisher::Contained(FormulaId live, uint64_t& most) {
  uint64_t contained = 0;
  most = kMostLeft;
  for (FormulaId part : formulas_.Conjuncts(live)) {
    if (part == FormulaPool::kTrue) continue;
    if (formulas_.op(part) != FormulaOp::kAtom) return std::nullopt;
    const Atom& atom = languages_.atoms()[formulas_.atom(part)];
    switch (atom.kind) {
      case AtomKind::kMinContains: contained += std::min(atom.n, kMostLeft); break;
      case AtomKind::kMaxItems: most = std::min(most, atom.n); break;
      case AtomKind::kItems:
        if (atom.n < languages_.node(atom.a).prefix_items.size()) return std::nullopt;
        break;
      case AtomKind::kMinItems:
      case AtomKind::kMaxContains:
      case AtomKind::kUnique:
      case AtomKind::kUniquePending: break;
      default: return std::nullopt;
    }
  }
  return contained;
}

// More is contained than the items that may come can be, each of as many kinds as the best of them.
bool Finisher::HasNoRoom(const OpenContainer& at) {
  uint64_t most = 0;
  uint64_t unused = 0;
  const auto contained = Contained(at.live, most);
  if (!contained || most == kMostLeft) return false;
  uint64_t best = 0;
  for (const Demand& demand : Demands(steps_.Item(at.live))) {
    const auto left = Contained(demand.settled, unused);
    if (!left) return false;
    best = std::max(best, *contained - *left);
  }
  return !demands_.gave_up() && *contained > best * most;
}

// Counts contradict each other, or items are wanted that no value can be, whatever comes before
// them. (Search would only see that after all places.)
bool Finisher::WantsTheImpossible(FormulaId live) {
  FormulaId items = FormulaPool::kTrue;
  std::map<FormulaId, uint64_t> least;
  std::map<FormulaId, uint64_t> most;
  uint64_t most_items = kMostLeft;
  uint64_t least_items = 0;
  for (FormulaId part : formulas_.Conjuncts(live)) {
    if (formulas_.op(part) != FormulaOp::kAtom) continue;
    const Atom atom = languages_.atoms()[formulas_.atom(part)];
    switch (atom.kind) {
      case AtomKind::kMinItems: least_items = std::max(least_items, atom.n); break;
      case AtomKind::kMaxItems: most_items = std::min(most_items, atom.n); break;
      case AtomKind::kMinContains:
        least_items = std::max(least_items, atom.n);
        least[atom.a] = std::max(least[atom.a], atom.n);
        break;
      case AtomKind::kMaxContains: {
        uint64_t& count = most.emplace(atom.a, atom.n).first->second;
        count = std::min(count, atom.n);
        break;
      }
      case AtomKind::kItems: {
        const SchemaNode& node = languages_.node(atom.a);
        if (atom.n < node.prefix_items.size() || node.items == kNoSchema) break;
        items = formulas_.And({items, languages_.Valid(node.items, atom.b)});
        break;
      }
      default: break;
    }
  }
  if (least_items > most_items) return true;
  return std::ranges::any_of(least, [&](const auto& one) {
    const auto at_most = most.find(one.first);
    if (at_most != most.end() && at_most->second < one.second) return true;
    return one.second > 0 &&
           Visit({Key::kValue, formulas_.And({one.first, items}), {}}).cost == Finish::kNever;
  });
}

Finish Finisher::CloseArray(const OpenContainer& container) {
  if (WantsTheImpossible(container.live)) return {};
  if (auto found = CloseByNumbers(container)) return *std::move(found);
  if (const auto list = ListIn(container.live); list && *list != ListTable::kEmpty) {
    if (auto found = CloseByFew(container, *list)) return *std::move(found);
  }
  ++searches_;
  cut_ = false;
  const bool few = HasFewPlaces(container.live);
  if (!few) {
    if (HasNoRoom(container)) return {};
    if (Finish found = Descend(container, kMostTurns); found.cost != Finish::kNever) return found;
  }
  cut_ = false;
  Finish found = Search(container, false);
  if (found.cost != Finish::kNever || !cut_) return found;
  if (few) found = Descend(container, kMostAgain);
  if (found.cost == Finish::kNever) SayUndecided();
  return found;
}

struct Finisher::Descent {
  Left left;
  OpenContainer to;
  std::string text;  // of the item, with its comma
  size_t order;      // among the ways to go on
};

// The best items to come next, the best one last.
std::vector<Finisher::Descent> Finisher::DescentsFrom(const OpenContainer& at) {
  std::vector<Descent> descents;
  const FormulaId begun = steps_.Item(at.live);
  const Left before = LeftOf(at.live);
  const uint64_t listed = Listed(at.live);
  const std::vector<Demand>& demands = Demands(begun);
  for (const Demand& demand : demands) {
    if (!Spend(1 + listed)) return {};
    const Finish& value = Visit({Key::kValue, demand.value, {}});
    if (value.cost == Finish::kNever) continue;
    OpenContainer next = at;
    next.live = steps_.SettleValue(demand.settled, value.text).value_or(demand.settled);
    next.first = false;
    const Left left = LeftOf(next.live);
    if (next.live == FormulaPool::kFalse || !(left < before)) continue;
    descents.push_back({left, next, (at.first ? "" : ",") + value.text, descents.size()});
  }
  std::ranges::sort(descents, {}, [](const Descent& descent) {
    return std::tuple{descent.left, descent.text.size(), descent.order};
  });
  if (descents.size() > kMostBeside) descents.resize(kMostBeside);
  std::ranges::reverse(descents);
  return descents;
}

// The end of a place that need not be gone down from; nothing: it has to.
const Finish* Finisher::EndFrom(const OpenContainer& at) {
  if (steps_.Closes(at.live) || HasFewPlaces(at.live)) return &Visit({Key::kClose, 0, at});
  const auto known = entries_.find({Key::kClose, 0, at});
  return known != entries_.end() && known->second.final ? &known->second.best : nullptr;
}

// What asks for less after every item ends: no place comes twice on the way.
Finish Finisher::Descend(const OpenContainer& container, size_t turns) {
  struct Level {
    OpenContainer at;
    std::string before;  // the item that led here
    std::vector<Descent> descents;
  };
  std::vector<Level> way;
  std::set<FormulaId> nowhere;
  const Left all = LeftOf(container.live);
  const size_t most = turns + std::min(all.counted + all.prefix, uint64_t{kMostText});
  way.push_back({container, "", DescentsFrom(container)});
  for (size_t passed = 0; !way.empty() && passed < most; ++passed) {
    if (!Spend(1)) return {};
    if (way.back().descents.empty()) {
      nowhere.insert(way.back().at.live);
      way.pop_back();
      continue;
    }
    const Descent next = std::move(way.back().descents.back());
    way.back().descents.pop_back();
    if (nowhere.contains(next.to.live) || HasNoRoom(next.to)) continue;
    const Finish* end = EndFrom(next.to);
    if (end == nullptr) {
      way.push_back({next.to, next.text, DescentsFrom(next.to)});
      continue;
    }
    if (end->cost == Finish::kNever) {
      nowhere.insert(next.to.live);
      continue;
    }
    Finish found = *end;
    std::string item = next.text;
    for (size_t bytes = 0;;) {
      found.text.insert(0, item);
      found.cost = static_cast<uint32_t>(found.text.size());
      ++found.members;
      if (found.text.size() > kMostText) return TooLong();
      if (way.size() == 1) return found;
      bytes += found.text.size();
      if (bytes < kMostRemembered) Remember({Key::kClose, 0, way.back().at}, found);
      item = std::move(way.back().before);
      way.pop_back();
    }
  }
  return {};
}

// An answer that was found on the way to another.
void Finisher::Remember(const Key& key, const Finish& found) {
  Entry& entry = entries_[key];
  if (entry.final) return;
  entry.pass = pass_;
  visited_.push_back(&entry);
  if (found.cost >= entry.best.cost) return;
  entry.best = found;
  changed_ = true;
}

}  // namespace bantam::grammar
