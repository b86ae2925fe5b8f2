// Passes are repeated until no cost falls any more; what the last one visited is final.
#include "grammar/schema/finisher.h"

#include <algorithm>
#include <array>
#include <queue>
#include <utility>

#include "base/check.h"

namespace bantam::grammar {
namespace {

constexpr int kMostNested = 300;           // values within values of a shortest document
constexpr uint32_t kMostPlaces = 4'000;    // that one search within a container looks at
constexpr uint64_t kMostWork = 5'000'000;  // of one search, as Search counts it
constexpr size_t kMostDemands = 1'024;     // cases of one member or item
constexpr size_t kMostNamesTried = 64;     // where no name is required
constexpr size_t kMostCompared = 16;       // places that a place is compared with

}  // namespace

std::string JsonEscaped(std::string_view text) {
  const std::string quoted = JsonQuote(text);
  return quoted.substr(1, quoted.size() - 2);
}

struct Finisher::Place {
  uint32_t cost;
  uint64_t order;  // among equal costs the one that was found first
  OpenContainer at;
  std::string text;
};

// A member or item that could come next.
struct Finisher::Option {
  std::string before;  // its comma, name and colon
  FormulaId begun;     // the container's formula, with what is asked of the value
  SeenId seen;
};

Finisher::Finisher(ContainerSteps& steps)
    : steps_(steps),
      languages_(steps.languages()),
      formulas_(languages_.formulas()),
      contradictions_(steps) {
  const auto [it, added] = seen_ids_.emplace(std::vector<uint32_t>{}, 0);
  seen_.push_back(&it->first);
}

const std::string& Finisher::ShortestText(RegexId texts) {
  const auto [it, added] = shortest_texts_.try_emplace(texts);
  if (added) it->second = JsonEscaped(languages_.regexes().Shortest(texts));
  return it->second;
}

SeenId Finisher::Add(SeenId seen, std::string_view name) {
  std::vector<uint32_t> names = *seen_[seen];
  const uint32_t id = languages_.strings().Intern(name);
  names.insert(std::lower_bound(names.begin(), names.end(), id), id);
  const auto [it, added] = seen_ids_.emplace(std::move(names), static_cast<SeenId>(seen_.size()));
  if (added) seen_.push_back(&it->first);
  return it->second;
}

RegexId Finisher::SeenTexts(SeenId seen) {
  std::vector<RegexId> texts;
  for (uint32_t name : *seen_[seen]) {
    texts.push_back(languages_.regexes().Literal(languages_.strings()[name]));
  }
  return languages_.regexes().Either(texts);
}

bool Finisher::Has(SeenId seen, uint32_t name) const {
  return std::binary_search(seen_[seen]->begin(), seen_[seen]->end(), name);
}

const Finish& Finisher::Value(FormulaId value) {
  return Query({value, true, {}});
}

const Finish& Finisher::Close(const OpenContainer& container) {
  return Query({0, false, container});
}

const Finish& Finisher::Query(const Key& key) {
  Entry& entry = entries_[key];
  if (entry.final) return entry.best;
  CHECK(depth_ == 0);
  do {
    changed_ = false;
    ++pass_;
    visited_.clear();
    Visit(key);
  } while (changed_);
  for (Entry* visited : visited_) visited->final = true;
  return entry.best;
}

const Finish& Finisher::Visit(const Key& key) {
  Entry& entry = entries_[key];
  if (entry.final || entry.pass == pass_) return entry.best;
  if (depth_ >= kMostNested) return entry.best;
  entry.pass = pass_;
  visited_.push_back(&entry);
  ++depth_;
  Finish found = key.is_value ? FindValue(key.value) : FindClose(key.container);
  --depth_;
  if (found.cost < entry.best.cost) {
    entry.best = std::move(found);
    changed_ = true;
  }
  return entry.best;
}

Finish Finisher::FindValue(FormulaId value) {
  Finish best;
  const auto offer = [&](std::string text) {
    if (text.size() >= best.cost) return;
    best.cost = static_cast<uint32_t>(text.size());
    best.text = std::move(text);
  };
  if (const auto number = languages_.Numbers(value).Complete("")) offer(*number);
  const RegexId texts = languages_.Texts(value);
  if (languages_.regexes().Alive(texts)) {
    offer("\"" + ShortestText(texts) + "\"");
  }
  for (size_t i = 0; i < kLiteralTexts.size(); ++i) {
    if (languages_.Accepts(value, static_cast<JsonLiteral>(i))) offer(kLiteralTexts[i]);
  }
  for (const bool object : {false, true}) {
    OpenContainer container;
    container.object = object;
    container.live = object ? languages_.Members(value) : languages_.Items(value);
    if (container.live == FormulaPool::kFalse) continue;
    if (object) container.names = steps_.NamesOf(std::array{container.live});
    const Finish& close = Visit({0, false, container});
    if (close.cost != Finish::kNever) offer((object ? "{" : "[") + close.text);
  }
  return best;
}

Finish Finisher::FindClose(const OpenContainer& container) {
  if (container.object) {
    if (auto found = CloseByRequired(container)) return *std::move(found);
  }
  // Most ways need no names but those that something requires.
  Finish found = Search(container, false);
  if (found.cost == Finish::kNever && container.object) found = Search(container, true);
  return found;
}

// Where all that a formula asks for is names, each with a value that does not depend on the others:
// they are written one after the other. Nothing: it asks for something else.
std::optional<Finish> Finisher::CloseByRequired(const OpenContainer& container) {
  std::vector<uint32_t> required;
  FormulaList lasting;
  const FormulaList parts = formulas_.Conjuncts(container.live);
  for (FormulaId part : parts) {
    if (part == FormulaPool::kTrue) continue;
    if (formulas_.op(part) != FormulaOp::kAtom) return std::nullopt;
    const Atom& atom = languages_.atoms()[formulas_.atom(part)];
    if (atom.kind == AtomKind::kRequired) {
      required.push_back(atom.a);
    } else if (atom.kind == AtomKind::kNames || atom.kind == AtomKind::kProperties) {
      lasting.push_back(part);
    } else {
      return std::nullopt;
    }
  }
  const FormulaId rest = formulas_.And(std::move(lasting));
  std::string text;
  for (uint32_t id : required) {
    if (Has(container.seen, id)) return Finish{};  // written already and not counted: no way
    const std::string name = languages_.strings()[id];
    const FormulaId begun = steps_.Member(rest, steps_.ClassOf(container.names, name));
    const Finish* best = nullptr;
    for (const Demand& demand : Demands(begun)) {
      const Finish& value = Visit({demand.value, true, {}});
      if (best == nullptr || value.cost < best->cost) best = &value;
    }
    if (best == nullptr || best->cost == Finish::kNever) return Finish{};
    if (!text.empty() || !container.first) text += ',';
    text += JsonQuote(name) + ":" + best->text;
  }
  text += '}';
  return Finish{static_cast<uint32_t>(text.size()), std::move(text)};
}

Finish Finisher::Search(const OpenContainer& container, bool all_names) {
  const auto later = [](const Place& x, const Place& y) {
    return std::pair{x.cost, x.order} > std::pair{y.cost, y.order};
  };
  std::priority_queue<Place, std::vector<Place>, decltype(later)> places(later);
  std::map<OpenContainer, bool> done;
  // A place where the same must hold as at an earlier one, and which has the names of that one,
  // leads to no shorter end.
  std::unordered_map<FormulaId, std::vector<SeenId>> earlier;
  const auto leads_nowhere_new = [&](const OpenContainer& at) {
    std::vector<SeenId>& others = earlier[at.live];
    const bool found = std::any_of(others.begin(), others.end(), [&](SeenId other) {
      return std::includes(seen_[at.seen]->begin(), seen_[at.seen]->end(), seen_[other]->begin(),
                           seen_[other]->end());
    });
    if (!found && others.size() < kMostCompared) others.push_back(at.seen);
    return found;
  };
  places.push({0, 0, container, ""});
  uint64_t order = 0;
  std::vector<Option> options;
  uint64_t work = 0;  // counts what the formulas are like, not what is known of them already
  while (!places.empty() && done.size() < kMostPlaces && order < kMostPlaces && work < kMostWork) {
    const Place place = places.top();
    places.pop();
    if (place.at.live == FormulaPool::kFalse || leads_nowhere_new(place.at)) continue;
    if (!done.emplace(place.at, true).second) continue;
    if (steps_.Closes(place.at.live)) {
      return {place.cost + 1, place.text + (container.object ? "}" : "]")};
    }
    options.clear();
    Options(place.at, all_names, options);
    for (const Option& option : options) {
      const std::vector<Demand>& demands = Demands(option.begun);
      const uint64_t asked = 1 + steps_.Asked(option.begun).size();
      work += demands.size() * asked;
      for (const Demand& demand : demands) {
        const Finish value = Visit({demand.value, true, {}});
        if (value.cost == Finish::kNever) continue;
        OpenContainer next = place.at;
        next.live = steps_.SettleValue(demand.settled, value.text).value_or(demand.settled);
        next.first = false;
        next.seen = option.seen;
        std::string text = place.text + option.before + value.text;
        const auto cost = static_cast<uint32_t>(text.size());
        places.push({cost, ++order, next, std::move(text)});
      }
    }
  }
  return {};
}

// Adds names that a formula requires, maybe under a condition; true if one of them without any.
bool Finisher::AddRequired(FormulaId formula, std::vector<uint32_t>& names) {
  const size_t others = names.size();
  bool needed = false;
  const FormulaOp op = formulas_.op(formula);
  if (op == FormulaOp::kAtom) {
    const Atom& atom = languages_.atoms()[formulas_.atom(formula)];
    if (atom.kind == AtomKind::kRequired) {
      names.push_back(atom.a);
      needed = true;
    }
  }
  for (size_t i = 0; i < formulas_.children(formula).size(); ++i) {
    const bool part = AddRequired(formulas_.children(formula)[i], names);
    if (part && op == FormulaOp::kAnd) {
      names[others] = names.back();  // it has to come; the order does not matter
      names.resize(others + 1);
      return true;
    }
  }
  return needed;
}

void Finisher::Options(const OpenContainer& at, bool all_names, std::vector<Option>& out) {
  const std::string comma = at.first ? "" : ",";
  if (!at.object) {
    out.push_back({comma, steps_.Item(at.live), at.seen});
    return;
  }
  const auto add = [&](const std::string& name, NameClassId id) {
    const FormulaId begun = steps_.Member(at.live, id);
    if (begun == FormulaPool::kFalse || begun == at.live) return;
    out.push_back({comma + JsonQuote(name) + ":", begun, Add(at.seen, name)});
  };
  std::vector<uint32_t> required;
  const bool needed = AddRequired(at.live, required);
  std::sort(required.begin(), required.end());
  required.erase(std::unique(required.begin(), required.end()), required.end());
  for (uint32_t id : required) {
    if (Has(at.seen, id)) continue;  // written already and not counted: no way
    const std::string& name = languages_.strings()[id];
    add(name, steps_.ClassOf(at.names, name));
  }
  if (needed || (!all_names && !required.empty())) return;
  const Names& names = steps_.names(at.names);
  size_t tried = 0;
  for (size_t i = 0; i < names.listed.size() && tried < kMostNamesTried; ++i) {
    if (Has(at.seen, names.listed[i])) continue;
    if (std::binary_search(required.begin(), required.end(), names.listed[i])) continue;
    ++tried;
    add(languages_.strings()[names.listed[i]], names.listed_class[i]);
  }
  for (const Names::Other& other : names.others) {
    if (const auto name = ShortestNew(other.texts, at.seen)) add(*name, other.id);
  }
}

std::optional<std::string> Finisher::ShortestNew(RegexId texts, SeenId seen) {
  RegexPool& regexes = languages_.regexes();
  const auto [it, added] = shortest_names_.try_emplace(texts);
  if (added) it->second = regexes.Shortest(texts);
  if (!Has(seen, languages_.strings().Intern(it->second))) return it->second;
  const std::array<RegexId, 2> both = {texts, regexes.Not(SeenTexts(seen))};
  const RegexId free = regexes.Both(both);
  if (!regexes.Alive(free)) return std::nullopt;
  return regexes.Shortest(free);
}

const std::vector<Demand>& Finisher::Demands(FormulaId formula) {
  if (const auto it = demands_.find(formula); it != demands_.end()) return it->second;
  return demands_.emplace(formula, FindDemands(formula)).first->second;
}

std::vector<Demand> Finisher::FindDemands(FormulaId formula) {
  std::vector<Demand> demands;
  if (std::optional<Demand> demand = Separate(formula)) {
    if (demand->value != FormulaPool::kFalse && demand->settled != FormulaPool::kFalse) {
      demands.push_back(*demand);
    }
    return demands;
  }
  AddDemands(formula, {}, demands);
  // Ways that ask the same are one.
  std::vector<Demand> merged;
  for (const Demand& demand : demands) {
    const auto same = std::find_if(merged.begin(), merged.end(), [&](const Demand& other) {
      return other.value == demand.value;
    });
    if (same == merged.end()) {
      merged.push_back(demand);
    } else {
      same->settled = formulas_.Or({same->settled, demand.settled});
    }
  }
  return merged;
}

// Where nothing that is asked of the value stands beside anything else in one condition, what is
// asked is one demand.
std::optional<Demand> Finisher::Separate(FormulaId formula) {
  FormulaList asked;
  FormulaList rest;
  const auto place = [&](FormulaId part) {
    if (steps_.Asked(part).empty()) {
      rest.push_back(part);
      return true;
    }
    asked.push_back(AsValue(part));
    return asked.back() != FormulaPool::kFalse;
  };
  const FormulaList parts = formulas_.Conjuncts(formula);
  for (FormulaId part : parts) {
    if (!place(part)) return std::nullopt;
  }
  return Demand{formulas_.And(std::move(asked)), formulas_.And(std::move(rest))};
}

// The formula about the value if it has kChild atoms only; else kFalse.
FormulaId Finisher::AsValue(FormulaId formula) {
  bool only_children = true;
  std::unordered_map<FormulaId, FormulaId> memo;
  const FormulaId value = formulas_.Map(formula, memo, [&](FormulaId leaf) {
    const Atom& atom = languages_.atoms()[formulas_.atom(leaf)];
    if (atom.kind != AtomKind::kChild) only_children = false;
    return atom.kind == AtomKind::kChild ? atom.a : FormulaPool::kFalse;
  });
  return only_children ? value : FormulaPool::kFalse;
}

FormulaId Finisher::Assume(FormulaId formula, FormulaId asked, bool holds) {
  const uint8_t truth = holds ? 1 : 0;
  Outcome outcome;
  outcome.asked = {&asked, 1};
  outcome.truth = {&truth, 1};
  return steps_.Settle(formula, outcome);
}

// Decides the atoms that can turn out one way only.
FormulaId Finisher::Decide(FormulaId formula, FormulaList& literals) {
  for (bool again = true; again;) {
    again = false;
    const FormulaList parts = formulas_.Conjuncts(formula);
    for (FormulaId part : parts) {
      const auto literal = steps_.AskedLiteral(part);
      if (!literal) continue;
      literals.push_back(steps_.OfValue(*literal));
      formula = Assume(formula, literal->asked, literal->holds);
      again = true;
    }
  }
  return formula;
}

// Decides against what contradicts the literals.
FormulaId Finisher::DropImpossible(FormulaId formula, const FormulaList& literals) {
  if (literals.empty()) return formula;
  FormulaList both = literals;
  both.push_back(FormulaPool::kTrue);
  const std::vector<FormulaId> all = steps_.Asked(formula);
  for (FormulaId asked : all) {
    both.back() = asked;
    if (contradictions_.Impossible(formulas_.And(both))) formula = Assume(formula, asked, false);
  }
  return formula;
}

void Finisher::AddDemands(FormulaId formula, FormulaList literals, std::vector<Demand>& out) {
  formula = Decide(DropImpossible(Decide(formula, literals), literals), literals);
  if (formula == FormulaPool::kFalse || out.size() >= kMostDemands) return;
  const FormulaId value = formulas_.And(literals);
  if (contradictions_.Impossible(value)) return;
  if (steps_.Asked(formula).empty()) {
    out.push_back({value, formula});
    return;
  }
  FormulaList parts = formulas_.Conjuncts(formula);
  const auto choice = std::find_if(parts.begin(), parts.end(), [&](FormulaId part) {
    return formulas_.op(part) == FormulaOp::kOr && !steps_.Asked(part).empty();
  });
  if (choice == parts.end()) {
    const FormulaId asked = steps_.Asked(formula).front();
    for (const bool holds : {true, false}) {
      FormulaList more = literals;
      more.push_back(holds ? asked : formulas_.Not(asked));
      AddDemands(Assume(formula, asked, holds), std::move(more), out);
    }
    return;
  }
  const FormulaList options(formulas_.children(*choice).begin(), formulas_.children(*choice).end());
  FormulaList unasked;
  for (FormulaId option : options) {
    if (steps_.Asked(option).empty()) {
      unasked.push_back(option);
      continue;
    }
    *choice = option;
    AddDemands(formulas_.And(parts), literals, out);
  }
  *choice = formulas_.Or(std::move(unasked));
  AddDemands(formulas_.And(std::move(parts)), std::move(literals), out);
}

}  // namespace bantam::grammar
