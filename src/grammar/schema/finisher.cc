// Passes are repeated until no cost falls any more; what the last one visited is final.
#include "grammar/schema/finisher.h"

#include <algorithm>
#include <array>
#include <queue>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "grammar/number/number_syntax.h"

namespace bantam::grammar {
namespace {

constexpr int kMostNested = 300;           // values within values of a shortest document
constexpr int kMostQuestions = 1'200;      // the same, with conditions
constexpr uint32_t kMostPlaces = 4'000;    // that one search within a container looks at
constexpr uint64_t kMostWork = 5'000'000;  // of one search, as Search counts it
constexpr size_t kMostNamesTried = 500;    // where no name is required
constexpr uint64_t kWeightOfUnique = 32;   // each item is another question then
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
  uint32_t members = 0;
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
      demands_(steps),
      has_plain_integers_(
          std::ranges::any_of(languages_.schema().nodes, &SchemaNode::plain_integers)) {
  const auto [it, added] = seen_ids_.emplace(std::vector<uint32_t>{}, 0);
  seen_.push_back(&it->first);
}

const std::string& Finisher::ShortestText(RegexId texts) {
  const auto [it, added] = shortest_texts_.try_emplace(texts);
  if (!added) return it->second;
  it->second = JsonEscaped(languages_.regexes().FewestBytes(texts, TextForm::kJson));
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
  return Query({Key::kValue, value, {}});
}

const Finish& Finisher::Close(const OpenContainer& container) {
  if (const auto plain = AsPlain(container)) return ClosePlain(container, *plain);
  return Query({Key::kClose, 0, container});
}

const std::vector<Demand>& Finisher::Demands(FormulaId formula) {
  constexpr uint64_t kWeight = 12;  // of a question, in conditions
  static const std::vector<Demand> kNone;
  const Question question(*this);
  if (!Spend(0)) return kNone;  // what is asked is given up already
  const uint64_t before = demands_.work();
  const std::vector<Demand>& demands = demands_.Of(formula);
  if (demands_.gave_up() || !Spend(kWeight * (demands_.work() - before))) SayUndecided();
  return demands;
}

Finisher::Question::Question(Finisher& finisher)
    : finisher_(finisher), outermost_(!std::exchange(finisher.asking_, true)) {
  if (!outermost_) return;
  finisher_.work_ = 0;
  finisher_.looks_before_ = finisher_.formulas_.work();
  const uint64_t most = finisher_.most_looks();
  const std::optional<Fuel>& rest = finisher_.rest_;
  finisher_.looks_most_ = rest ? std::min(most, most / kEach + rest->left()) : most;
}

Finisher::Question::~Question() {
  if (!outermost_) return;
  finisher_.asking_ = false;
  const uint64_t own = finisher_.most_looks() / kEach;
  if (finisher_.rest_) finisher_.rest_->Burn(std::max(finisher_.Looks(), own) - own);
}

const Finish& Finisher::Query(const Key& key) {
  Entry& entry = entries_[key];
  if (entry.final) return entry.best;
  CHECK(depth_ == 0 && nested_ == 0);
  const Question question(*this);
  too_deep_ = false;
  do {
    changed_ = false;
    ++pass_;
    visited_.clear();
    Visit(key);
  } while (changed_);
  for (Entry* visited : visited_) visited->final = true;
  if (too_deep_ && entry.best.cost == Finish::kNever) SayUndecided();
  return entry.best;
}

const Finish& Finisher::Visit(const Key& key) {
  Entry& entry = entries_[key];
  if (entry.final || entry.pass == pass_) return entry.best;
  const bool value = key.kind == Key::kValue;
  if ((value && depth_ >= kMostNested) || nested_ >= kMostQuestions) {
    too_deep_ = true;
    return entry.best;
  }
  entry.pass = pass_;
  visited_.push_back(&entry);
  depth_ += value ? 1 : 0;
  ++nested_;
  const std::pair<FormulaId, bool> about{about_, in_object_};
  if (value) about_ = key.value;
  if (!value) in_object_ = key.container.object;
  Finish found = value                       ? FindValue(key.value)
                 : key.kind == Key::kMembers ? FindMembers(key.container)
                 : key.container.object      ? CloseObject(key.container)
                                             : CloseArray(key.container);
  std::tie(about_, in_object_) = about;
  --nested_;
  depth_ -= value ? 1 : 0;
  if (found.text.size() > kMostText) found = TooLong();
  if (found.cost < entry.best.cost) {
    entry.best = std::move(found);
    changed_ = true;
  }
  return entry.best;
}

// Shared definitions could double a text at each level.
Finish Finisher::TooLong() {
  too_long_ = true;
  if (undecided_.empty()) undecided_ = PathOf(SchemaAbout());
  return {};
}

Finish Finisher::FindValue(FormulaId value) {
  Finish best;
  const auto offer = [&](std::string text) {
    if (text.size() >= best.cost) return;
    best.cost = static_cast<uint32_t>(text.size());
    best.text = std::move(text);
  };
  const auto number = languages_.Numbers(value)->Complete("");
  if (number && IsWrittenNumber(*number)) offer(*number);
  const RegexId texts = languages_.Texts(value);
  if (languages_.regexes().Alive(texts)) {
    offer("\"" + ShortestText(texts) + "\"");
  }
  if (languages_.regexes().exhausted() && !languages_.failure()) {
    languages_.NoteExhausted(PathOfTexts());
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
    const Finish& close = Visit({Key::kClose, 0, container});
    if (close.cost != Finish::kNever) offer((object ? "{" : "[") + close.text);
  }
  return best;
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
  places.push({0, 0, container, "", 0});
  uint64_t order = 0;
  std::vector<Option> options;
  uint64_t work = 0;  // counts what the formulas are like, not what is known of them already
  while (!places.empty() && done.size() < kMostPlaces && order < kMostPlaces && work < kMostWork) {
    const Place place = places.top();
    const uint64_t listed = Listed(place.at.live);
    if (!Spend(1 + listed)) break;
    places.pop();
    if (place.at.live == FormulaPool::kFalse || leads_nowhere_new(place.at)) continue;
    if (!done.emplace(place.at, true).second) continue;
    if (steps_.Closes(place.at.live)) {
      return {place.cost + 1, place.text + (container.object ? "}" : "]"), place.members};
    }
    options.clear();
    Options(place.at, all_names, options);
    for (const Option& option : options) {
      const std::vector<Demand>& demands = Demands(option.begun);
      const uint64_t weight = steps_.NeedsValue(option.begun) ? kWeightOfUnique : 1;
      const uint64_t asked = weight * (1 + listed + steps_.Asked(option.begun).size());
      work += demands.size() * asked;
      for (const Demand& demand : demands) {
        const Finish value = Visit({Key::kValue, demand.value, {}});
        if (value.cost == Finish::kNever) continue;
        OpenContainer next = place.at;
        next.live = steps_.SettleValue(demand.settled, value.text).value_or(demand.settled);
        next.first = false;
        next.seen = option.seen;
        if (place.text.size() + value.text.size() > kMostText) {
          TooLong();
          continue;
        }
        std::string text = place.text + option.before + value.text;
        const auto cost = static_cast<uint32_t>(text.size());
        places.push({cost, ++order, next, std::move(text), place.members + 1});
      }
    }
  }
  cut_ |= !places.empty();
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
    if (++tried == kMostNamesTried) cut_ = true;
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

}  // namespace bantam::grammar
