// Events lead from stage to stage; equal stages become one.
#include "grammar/schema/stage_table.h"

#include <algorithm>
#include <utility>

namespace bantam::grammar {
namespace {

constexpr size_t kMostBits = 32;  // answers that are remembered as they are; of more, a number

bool HasLiteral(const FormulaPool& formulas, FormulaId conjunction, FormulaId literal) {
  if (formulas.op(conjunction) != FormulaOp::kAnd) return conjunction == literal;
  return std::ranges::binary_search(formulas.children(conjunction), literal);
}

void Append(const OpenContainer& at, std::vector<uint32_t>& out) {
  out.insert(out.end(), {at.live, at.object, at.first, at.names, at.seen});
}

// All that a stage is: what follows from it (`value`, `asked`, `truth`) left out.
std::vector<uint32_t> ContentOf(const Stage& stage) {
  std::vector<uint32_t> content;
  Append(stage.at, content);
  content.push_back(static_cast<uint32_t>(stage.fits.size()));
  for (const Fit& fit : stage.fits) {
    content.insert(content.end(), {fit.live, fit.tail, fit.outer_case});
  }
  content.push_back(static_cast<uint32_t>(stage.results.size()));
  content.insert(content.end(), stage.results.begin(), stage.results.end());
  for (const Case& one : stage.cases) {
    content.insert(content.end(),
                   {one.way.value, one.way.settled, one.way.close, one.fit, one.tail});
    Append(one.way.after, content);
  }
  return content;
}

}  // namespace

size_t StageTable::StepHash::operator()(const Step& step) const {
  const auto event = static_cast<uint64_t>(step.event);
  return static_cast<size_t>(
      MixWord(MixWord(event, step.from), uint64_t{step.what} << 32 | step.more));
}

StageTable::StageTable(MemberPlan& plan, bool tails)
    : plan_(plan),
      tails_(tails),
      finisher_(plan.finisher()),
      steps_(finisher_.steps()),
      languages_(steps_.languages()) {
  OfValue(languages_.Root());
}

StageId StageTable::OfValue(FormulaId value) {
  Stage stage;
  stage.value = value;
  stage.cases.push_back({{value, FormulaPool::kTrue, {}, 0}, 0, 0});
  return Intern(std::move(stage));
}

template <typename Make>
StageId StageTable::Remembered(const Step& step, const Make& make) {
  if (const auto it = next_.find(step); it != next_.end()) return it->second;
  const Finisher::Question question(finisher_);
  const StageId next = make();
  next_.emplace(step, next);
  return next;
}

StageId StageTable::Intern(Stage stage) {
  const auto [it, added] = ids_.emplace(ContentOf(stage), static_cast<StageId>(stages_.size()));
  if (added) stages_.push_back(std::move(stage));
  return it->second;
}

// Keeps the fits that a container can still reach from between two members or items, and finds the
// shortest end.
StageId StageTable::InternSettled(Stage stage) {
  std::vector<std::pair<uint32_t, Fit>> kept;  // by length of the end
  std::unordered_map<FormulaId, size_t> places;
  Finisher::Question question(finisher_);
  for (const Fit& fit : stage.fits) {
    if (question.spent()) break;
    if (fit.live == FormulaPool::kFalse) continue;
    const uint32_t close = finisher_.CloseCost(stage.At(fit));
    if (close == Finish::kNever) continue;
    const auto [same, added] = places.emplace(fit.live, kept.size());
    if (added) {
      kept.emplace_back(close + fit.tail, fit);
    } else if (close + fit.tail < kept[same->second].first) {
      kept[same->second] = {close + fit.tail, fit};
    }
  }
  if (kept.empty()) return kNone;
  std::sort(kept.begin(), kept.end(), [](const auto& x, const auto& y) {
    return std::pair{x.first, x.second.outer_case} < std::pair{y.first, y.second.outer_case};
  });
  if (kept.size() > kMostFits) {
    kept.resize(kMostFits);
    gave_up_ = true;
  }
  stage.finish = kept.front().first;
  stage.fits.clear();
  for (const auto& fit : kept) stage.fits.push_back(fit.second);
  return Intern(std::move(stage));
}

StageId StageTable::InternBegun(Stage stage) {
  if (stage.cases.empty()) return kNone;
  Decide(stage);
  return Intern(std::move(stage));
}

StageId StageTable::Open(StageId outer_id, bool object) {
  const Step step{outer_id, object ? Event::kObject : Event::kArray, 0, 0};
  return Remembered(step, [&] {
    const Stage& outer = stages_[outer_id];
    const auto open = [&](FormulaId value) {
      return object ? languages_.Members(value) : languages_.Items(value);
    };
    Stage stage;
    stage.at.object = object;
    for (uint32_t i = 0; i < outer.cases.size(); ++i) {
      const uint32_t tail = tails_ ? outer.cases[i].tail : 0;
      stage.fits.push_back({open(outer.cases[i].way.value), tail, i});
    }
    if (!outer.decided()) {
      for (FormulaId asked : outer.asked) stage.results.push_back(open(asked));
    }
    if (object) {
      FormulaList formulas = stage.results;
      for (const Fit& fit : stage.fits) formulas.push_back(fit.live);
      stage.at.names = steps_.NamesOf(formulas);
    }
    return InternSettled(std::move(stage));
  });
}

// The next place in the same container, nothing said of it yet.
Stage StageTable::After(const Stage& before) const {
  Stage stage;
  stage.at = before.at;
  stage.at.first = false;
  return stage;
}

void StageTable::AddCases(Stage& stage, const Fit& fit, FormulaId begun, const Begun& ways) const {
  if (ways.empty()) return;
  const auto index = static_cast<uint32_t>(stage.fits.size());
  stage.fits.push_back({begun, fit.tail, fit.outer_case});
  for (const BegunWay& way : ways) stage.cases.push_back({way, index, way.close + fit.tail});
}

StageId StageTable::BeginMember(StageId before, std::string_view name) {
  return BeginMember(before, name, steps_.ClassOf(stages_[before].at.names, name));
}

StageId StageTable::BeginMember(StageId before_id, std::string_view name, NameClassId name_class) {
  const Stage& before = stages_[before_id];
  // The class of a listed name says which it is.
  constexpr SeenId kByClass = ~SeenId{0};
  const bool listed = steps_.name_class(name_class).name != NameClass::kOther;
  const SeenId by = listed ? kByClass : SeenWith(before, name, name_class);
  return Remembered({before_id, Event::kMember, name_class, by}, [&] {
    const SeenId seen = listed ? SeenWith(before, name, name_class) : by;
    Stage stage = After(before);
    stage.at.seen = seen;
    for (FormulaId result : before.results) {
      stage.results.push_back(steps_.Member(result, name_class));
    }
    Finisher::Question question(finisher_);
    for (const Fit& fit : before.fits) {
      if (question.spent()) break;
      AddCases(stage, fit, steps_.Member(fit.live, name_class),
               plan_.Member(before.At(fit), name_class, seen));
    }
    return InternBegun(std::move(stage));
  });
}

SeenId StageTable::SeenWith(const Stage& before, std::string_view name, NameClassId name_class) {
  SeenId seen = before.at.seen;
  for (const Fit& fit : before.fits) {
    const SeenId more = plan_.Seen(before.At(fit), name, name_class);
    if (more != before.at.seen) seen = more;
  }
  return seen;
}

StageId StageTable::BeginItem(StageId before_id) {
  return Remembered({before_id, Event::kItem, 0, 0}, [&] {
    const Stage& before = stages_[before_id];
    Stage stage = After(before);
    for (FormulaId result : before.results) stage.results.push_back(steps_.Item(result));
    Finisher::Question question(finisher_);
    for (const Fit& fit : before.fits) {
      if (question.spent()) break;
      AddCases(stage, fit, steps_.Item(fit.live), plan_.Item(before.At(fit)));
    }
    return InternBegun(std::move(stage));
  });
}

// What the value of a member or item has to satisfy, what is asked of it, and the answers if they
// are the same for every legal value.
void StageTable::Decide(Stage& stage) const {
  FormulaPool& formulas = languages_.formulas();
  FormulaList values;
  for (const Case& one : stage.cases) {
    values.push_back(one.way.value);
    stage.decides |= steps_.NeedsValue(one.way.settled) && !steps_.Closes(one.way.settled);
  }
  stage.value = formulas.Or(std::move(values));
  const auto add = [&](FormulaId formula) {
    const FormulaList& asked = steps_.Asked(formula);
    stage.asked.insert(stage.asked.end(), asked.begin(), asked.end());
    stage.needs_value |= steps_.NeedsValue(formula);
  };
  for (const Fit& fit : stage.fits) add(fit.live);
  for (FormulaId result : stage.results) add(result);
  std::sort(stage.asked.begin(), stage.asked.end());
  stage.asked.erase(std::unique(stage.asked.begin(), stage.asked.end()), stage.asked.end());
  for (FormulaId formula : stage.asked) {
    const bool holds = HasLiteral(formulas, stage.value, formula);
    if (!holds && !HasLiteral(formulas, stage.value, formulas.Not(formula))) {
      stage.truth.clear();
      return;
    }
    stage.truth.push_back(holds ? 1 : 0);
  }
}

StageId StageTable::EndValue(StageId begun_id, const std::vector<uint8_t>& truth,
                             std::string_view value, std::optional<bool> repeated) {
  const Stage& begun = stages_[begun_id];
  Outcome outcome;
  outcome.asked = begun.asked;
  outcome.truth = begun.decided() ? begun.truth : truth;
  outcome.repeated = repeated;
  if (begun.needs_value && !repeated) {
    const Result<Json> json = Json::Parse(value);
    if (!json) return kNone;  // nested deeper than Json goes
    outcome.value = languages_.values().Intern(*json);
  }
  const auto settle = [&] {
    Stage stage = After(begun);
    stage.fits = begun.fits;
    for (Fit& fit : stage.fits) fit.live = steps_.Settle(fit.live, outcome);
    for (FormulaId result : begun.results) stage.results.push_back(steps_.Settle(result, outcome));
    return InternSettled(std::move(stage));
  };
  uint32_t answers = 0;
  if (outcome.truth.size() > kMostBits) {
    const std::vector<uint8_t> all(outcome.truth.begin(), outcome.truth.end());
    answers = answers_.emplace(all, static_cast<uint32_t>(answers_.size())).first->second;
  } else {
    for (size_t i = 0; i < outcome.truth.size(); ++i) answers |= uint32_t{outcome.truth[i]} << i;
  }
  const uint32_t value_id = outcome.value.value_or(repeated.value_or(false) ? 1 : 0);
  return Remembered({begun_id, Event::kEndValue, answers, value_id}, settle);
}

const StageTable::NextNames& StageTable::Names(StageId id) {
  if (const auto it = names_.find(id); it != names_.end()) return it->second;
  const Stage& stage = stages_[id];
  NextNames names{
      RegexPool::kNothing,
      stage.fits.empty() ? NamePlan::kOpen : plan_.NamesAt(stage.At(stage.fits[0])).names, 0};
  std::vector<RegexId> any;
  Finisher::Question question(finisher_);
  for (const Fit& fit : stage.fits) {
    if (question.spent()) break;
    const NamePlan& plan = plan_.NamesAt(stage.At(fit));
    any.push_back(plan.texts);
    if (plan.names != names.names) names.names = NamePlan::kMixed;
    names.most = std::max(names.most, uint64_t{plan.most} + fit.tail);
  }
  names.texts = languages_.regexes().Either(any);
  return names_.emplace(id, names).first->second;
}

bool StageTable::NeedsOthers(StageId id) {
  const std::vector<Fit>& fits = stages_[id].fits;
  return std::any_of(fits.begin(), fits.end(),
                     [&](const Fit& fit) { return plan_.MayNeedOthers(fit.live); });
}

}  // namespace bantam::grammar
