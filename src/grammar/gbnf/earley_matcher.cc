// One Earley set per character. Items are (state of a rule's automaton, set where the rule began);
// empty texts are in the automata already, so no rule ever ends in the set where it began.
#include "grammar/gbnf/earley_matcher.h"

#include <algorithm>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/gbnf/key_set.h"
#include "grammar/gbnf/shortest_texts.h"
#include "grammar/partial_char.h"

namespace bantam::grammar {
namespace {

constexpr uint32_t kNone = ~uint32_t{0};
// Items of a set beyond which ended rules add no others.
constexpr size_t kMaxItems = 1'000;
// Items beyond which, as beyond the steps, reading a character adds only those that are nearer to
// the end.
constexpr size_t kMaxScanned = 4'000;
// Up to so many rules that begin in a set are looked through, more are sorted.
constexpr uint32_t kFewBegun = 8;

struct Item {
  uint32_t state;
  uint32_t origin;  // the set where its rule began
  uint32_t finish;  // bytes of the shortest way from here to the end of the document
};

// A rule that may begin in a set.
struct Begun {
  uint32_t rule;
  uint32_t set;
  uint32_t finish;  // bytes of the shortest way from the end of the rule to that of the document
  uint32_t caller;  // that way's next part: an item of the set, or a Begun of the set
  uint32_t target : 31;  // … and the state where it goes on
  uint32_t caller_is_item : 1;
  // Leo: ending this rule ends, one after the other, the rules that lead to this Begun and does
  // nothing else; itself where there is more to it; kNone: not known yet.
  uint32_t top;
};

struct Set {
  uint32_t items_begin;
  uint32_t items_end;
  uint32_t begun_begin;
  uint32_t begun_end;
  uint32_t finish;  // the least of its items
};

// A byte that has been read. It ends a character, and so a set, if its prefix has no bytes left.
struct Byte {
  PartialChar prefix;
  uint32_t finish;
};

class EarleyMatcher : public Matcher {
 public:
  explicit EarleyMatcher(std::shared_ptr<EarleyGrammar> grammar);

  bool Push(uint8_t byte) override;
  void Pop(size_t n) override;
  size_t size() const override { return bytes_.size(); }
  bool Accepting() const override { return FinishBytes() == 0; }
  uint32_t FinishBytes() const override {
    return bytes_.empty() ? sets_[0].finish : bytes_.back().finish;
  }
  std::string Completion() const override;
  PlainText plain_text() const override;

 private:
  // A rule that has ended; in a heap, the shortest way to finish on top, of those the latest.
  struct Ended {
    uint32_t begun;
    uint32_t finish;
    uint32_t number;
    bool operator<(const Ended& other) const {
      return finish != other.finish ? finish > other.finish : number < other.number;
    }
  };
  // An edge for a character that has been read in part.
  struct Way {
    uint32_t finish = kNone;
    uint32_t target = 0;
    uint32_t origin = 0;
    char32_t first = 0;
    char32_t last = 0;
  };

  bool IsWhole() const { return bytes_.empty() || bytes_.back().prefix.left == 0; }
  bool PushPart(const PartialChar& prefix);
  bool PushCharacter(char32_t c);

  bool IsFull() const {
    return steps_ > grammar_->steps_per_character() ||
           items_.size() - sets_.back().items_begin > kMaxItems;
  }
  void OpenSet();
  void CloseSet();
  void SortBegun();
  void DropSet();
  void AddItem(uint32_t state, uint32_t origin, uint64_t rest);
  void Scan(char32_t c);
  void ScanState(const RuleState& state, uint32_t origin, uint32_t rest, char32_t c);
  void Finish();
  void FollowShortest(uint32_t begun);
  void EndRule(uint32_t rule, uint32_t origin, uint64_t rest);
  uint32_t FindBegun(uint32_t set, uint32_t rule) const;
  template <typename Visit>
  void VisitCallers(uint32_t begun, const Visit& visit) const;
  uint32_t Top(uint32_t begun);
  uint32_t OnlyCaller(uint32_t begun) const;
  void Predict(uint32_t item);
  std::string NextBytes() const;
  std::string Complete();
  Way BestWay(char32_t first, char32_t last) const;

  std::shared_ptr<EarleyGrammar> grammar_;
  const RuleAutomata& a_;
  std::vector<Byte> bytes_;
  std::vector<Set> sets_;
  std::vector<Item> items_;
  std::vector<Begun> begun_;

  // Of the set that is being made.
  KeySet seen_;
  std::vector<Ended> ended_;
  uint32_t next_ended_ = 0;
  std::vector<uint32_t> path_;
  std::vector<uint32_t> callers_;
  std::vector<uint32_t> moved_;
  std::vector<std::pair<uint32_t, uint32_t>> begun_of_rule_;  // stamp, index
  uint32_t stamp_ = 0;
  uint64_t goal_ = 0;     // the least finish that the set will have
  uint64_t reached_ = 0;  // the least so far of items whose rule goes on
  uint64_t steps_ = 0;
};

EarleyMatcher::EarleyMatcher(std::shared_ptr<EarleyGrammar> grammar)
    : grammar_(std::move(grammar)), a_(grammar_->automata()) {
  begun_of_rule_.resize(a_.rules.size());
  OpenSet();
  AddItem(a_.rules[0].start, 0, 0);
  CloseSet();
}

void EarleyMatcher::OpenSet() {
  const auto items = static_cast<uint32_t>(items_.size());
  const auto begun = static_cast<uint32_t>(begun_.size());
  sets_.push_back({items, items, begun, begun, kNone});
  seen_.Clear();
  ended_.clear();
  next_ended_ = 0;
  ++stamp_;
  goal_ = reached_ = uint64_t{kMaxFinishBytes} + 1;
  steps_ = 0;
}

void EarleyMatcher::DropSet() {
  items_.resize(sets_.back().items_begin);
  begun_.resize(sets_.back().begun_begin);
  sets_.pop_back();
}

// An item of the set that is being made; `rest` is the way from the end of its rule to that of the
// document. States where nothing goes on only end their rule.
void EarleyMatcher::AddItem(uint32_t state, uint32_t origin, uint64_t rest) {
  const RuleState& s = a_.states[state];
  const uint64_t finish = rest + s.suffix;
  ++steps_;
  if (finish > kMaxFinishBytes) return;
  goal_ = std::min(goal_, finish);
  const bool ends = s.accepting && s.rule != 0;
  if (!ends || !RuleAutomata::IsFinal(s)) {
    if (!seen_.Insert(uint64_t{state} << 32 | origin)) return;
    items_.push_back({state, origin, static_cast<uint32_t>(finish)});
    sets_.back().finish = std::min(sets_.back().finish, static_cast<uint32_t>(finish));
  }
  if (ends) {
    EndRule(s.rule, origin, rest);
  } else {
    reached_ = std::min(reached_, finish);
  }
}

// It is there: an item of the rule began there.
uint32_t EarleyMatcher::FindBegun(uint32_t set, uint32_t rule) const {
  uint32_t at = sets_[set].begun_begin;
  const uint32_t end = sets_[set].begun_end;
  if (end - at > kFewBegun) {
    const auto found =
        std::lower_bound(begun_.begin() + at, begun_.begin() + end, rule,
                         [](const Begun& begun, uint32_t r) { return begun.rule < r; });
    return static_cast<uint32_t>(found - begun_.begin());
  }
  while (begun_[at].rule != rule) ++at;
  return at;
}

// All items, and rules just begun, of the set of `begun` that wait for its rule:
// visit(target, origin, rest), until it gives false.
template <typename Visit>
void EarleyMatcher::VisitCallers(uint32_t begun, const Visit& visit) const {
  const Begun b = begun_[begun];
  const Set set = sets_[b.set];
  const auto visit_state = [&](const RuleState& state, uint32_t origin, uint32_t rest) {
    const std::span<const CallEdge> calls = a_.Calls(state);
    auto call = calls.begin();
    if (calls.size() > 8) {
      call = std::lower_bound(calls.begin(), calls.end(), b.rule,
                              [](const CallEdge& edge, uint32_t rule) { return edge.rule < rule; });
    }
    for (; call != calls.end() && call->rule <= b.rule; ++call) {
      if (call->rule == b.rule && !visit(call->target, origin, rest)) return false;
    }
    return true;
  };
  for (uint32_t i = set.items_begin; i < set.items_end; ++i) {
    const Item item = items_[i];
    const RuleState& state = a_.states[item.state];
    if (!visit_state(state, item.origin, item.finish - state.suffix)) return;
  }
  for (uint32_t i = set.begun_begin; i < set.begun_end; ++i) {
    const Begun other = begun_[i];
    const RuleState& state = a_.states[a_.rules[other.rule].start];
    if (!visit_state(state, b.set, other.finish)) return;
  }
}

// If ending `begun` ends one other rule and does nothing else: where that has begun.
uint32_t EarleyMatcher::OnlyCaller(uint32_t begun) const {
  uint32_t callers = 0;
  uint32_t target = 0;
  uint32_t origin = 0;
  VisitCallers(begun, [&](uint32_t t, uint32_t o, uint32_t) {
    target = t;
    origin = o;
    return ++callers == 1;
  });
  const RuleState& state = a_.states[target];
  if (callers != 1 || !RuleAutomata::IsFinal(state) || state.rule == 0) return kNone;
  return FindBegun(origin, state.rule);
}

// Leo's transitive items, found when they are first needed: sets that are complete do not change.
uint32_t EarleyMatcher::Top(uint32_t begun) {
  path_.clear();
  uint32_t top = begun;
  while (begun_[top].top == kNone) {
    const uint32_t next = OnlyCaller(top);
    if (next == kNone || path_.size() > begun_.size()) {
      begun_[top].top = top;
      break;
    }
    path_.push_back(top);
    top = next;
  }
  top = begun_[top].top;
  for (const uint32_t passed : path_) begun_[passed].top = top;
  return top;
}

void EarleyMatcher::EndRule(uint32_t rule, uint32_t origin, uint64_t rest) {
  const uint32_t begun = FindBegun(origin, rule);
  if (!seen_.Insert(uint64_t{begun} << 32 | kNone)) return;
  ended_.push_back({begun, static_cast<uint32_t>(rest), next_ended_++});
  std::push_heap(ended_.begin(), ended_.end());
}

// The shortest way from the end of a rule to an item whose rule goes on, or to the end of the
// document: each step leads to a rule around it.
void EarleyMatcher::FollowShortest(uint32_t begun) {
  for (;;) {
    const Begun b = begun_[Top(begun)];
    const RuleState& state = a_.states[b.target];
    const uint32_t origin = b.caller_is_item != 0 ? items_[b.caller].origin : b.set;
    AddItem(b.target, origin, b.finish - state.suffix);
    if (!state.accepting || state.rule == 0) return;
    begun = FindBegun(origin, state.rule);
  }
}

// Goes on in the callers of rules that have ended. The shortest way is followed in any case, other
// readings while there are steps and places left.
void EarleyMatcher::Finish() {
  while (!ended_.empty()) {
    const uint32_t begun = ended_[0].begun;
    std::pop_heap(ended_.begin(), ended_.end());
    ended_.pop_back();
    if (!IsFull()) {
      const uint32_t top = Top(begun);
      if (top != begun && !seen_.Insert(uint64_t{top} << 32 | kNone)) continue;
      const Set& set = sets_[begun_[top].set];
      steps_ += (set.items_end - set.items_begin) + (set.begun_end - set.begun_begin);
      VisitCallers(top, [&](uint32_t target, uint32_t origin, uint32_t rest) {
        AddItem(target, origin, rest);
        return !IsFull();
      });
    }
    if (!IsFull()) continue;
    // What has not been reached is the way of the rule that has just been taken from the heap.
    if (reached_ > goal_) FollowShortest(begun);
    return;
  }
}

// The rules that may begin at an item of the set.
void EarleyMatcher::Predict(uint32_t item) {
  const RuleState& state = a_.states[items_[item].state];
  const uint64_t rest = items_[item].finish - state.suffix;
  const auto set = static_cast<uint32_t>(sets_.size() - 1);
  const std::span<const Prediction> predictions = grammar_->Predictions(items_[item].state);
  for (const Prediction& p : predictions) {
    const uint64_t finish = rest + p.cost;
    if (finish > kMaxFinishBytes) break;  // they are in order of cost
    auto& [stamp, index] = begun_of_rule_[p.rule];
    if (stamp != stamp_) {
      stamp = stamp_;
      index = static_cast<uint32_t>(begun_.size());
      begun_.push_back({p.rule, set, kNone, 0, 0, 0, kNone});
    }
    Begun& begun = begun_[index];
    if (finish >= begun.finish) continue;
    begun.finish = static_cast<uint32_t>(finish);
    begun.target = p.target & 0x7FFFFFFF;
    begun.caller_is_item = p.caller == Prediction::kFromState ? 1 : 0;
    begun.caller =
        begun.caller_is_item != 0 ? item : begun_of_rule_[predictions[p.caller].rule].second;
  }
}

// In order of rules, so that FindBegun can search; the callers among them move, too.
void EarleyMatcher::SortBegun() {
  const size_t begin = sets_.back().begun_begin;
  const auto first = begun_.begin() + static_cast<ptrdiff_t>(begin);
  for (size_t i = begin; i < begun_.size(); ++i) begun_[i].top = static_cast<uint32_t>(i);
  std::sort(first, begun_.end(), [](const Begun& a, const Begun& b) { return a.rule < b.rule; });
  moved_.resize(begun_.size() - begin);
  for (size_t i = begin; i < begun_.size(); ++i) {
    moved_[begun_[i].top - begin] = static_cast<uint32_t>(i);
  }
  for (size_t i = begin; i < begun_.size(); ++i) {
    begun_[i].top = kNone;
    if (begun_[i].caller_is_item == 0) begun_[i].caller = moved_[begun_[i].caller - begin];
  }
}

// Of items of one state the one with the shortest way predicts for all: an ambiguous set may have
// hundreds of them, one for each place where their rule may have begun.
void EarleyMatcher::CloseSet() {
  const size_t begin = sets_.back().items_begin;
  callers_.clear();
  for (size_t i = begin; i < items_.size(); ++i) {
    const RuleState& state = a_.states[items_[i].state];
    if (state.calls_begin != state.calls_end) callers_.push_back(static_cast<uint32_t>(i));
  }
  if (callers_.size() > 1) {
    std::sort(callers_.begin(), callers_.end(), [&](uint32_t x, uint32_t y) {
      const Item& a = items_[x];
      const Item& b = items_[y];
      return std::tie(a.state, a.finish, x) < std::tie(b.state, b.finish, y);
    });
  }
  uint32_t last = kNone;
  for (const uint32_t i : callers_) {
    if (items_[i].state != std::exchange(last, items_[i].state)) Predict(i);
  }
  if (begun_.size() - sets_.back().begun_begin > kFewBegun) SortBegun();
  sets_.back().items_end = static_cast<uint32_t>(items_.size());
  sets_.back().begun_end = static_cast<uint32_t>(begun_.size());
}

void EarleyMatcher::ScanState(const RuleState& state, uint32_t origin, uint32_t rest, char32_t c) {
  const std::span<const CharEdge> edges = a_.Chars(state);
  auto edge = edges.begin();
  if (edges.size() > 8) {
    edge = std::partition_point(edges.begin(), edges.end(),
                                [c](const CharEdge& e) { return e.last < c; });
  }
  for (; edge != edges.end() && edge->first <= c; ++edge) {
    if (c > edge->last) continue;
    const bool is_full = items_.size() - sets_.back().items_begin >= kMaxScanned ||
                         steps_ > grammar_->steps_per_character();
    if (is_full && rest + a_.states[edge->target].suffix >= goal_) continue;
    AddItem(edge->target, origin, rest);
  }
}

void EarleyMatcher::Scan(char32_t c) {
  const auto from = static_cast<uint32_t>(sets_.size() - 2);
  const Set set = sets_[from];
  for (uint32_t i = set.items_begin; i < set.items_end; ++i) {
    const Item item = items_[i];
    const RuleState& state = a_.states[item.state];
    ScanState(state, item.origin, item.finish - state.suffix, c);
  }
  for (uint32_t i = set.begun_begin; i < set.begun_end; ++i) {
    ScanState(a_.states[a_.rules[begun_[i].rule].start], from, begun_[i].finish, c);
  }
}

bool EarleyMatcher::PushCharacter(char32_t c) {
  OpenSet();
  Scan(c);
  Finish();
  if (sets_.back().items_begin == items_.size()) {
    DropSet();
    return false;
  }
  CloseSet();
  bytes_.push_back({{c, c, 0}, sets_.back().finish});
  return true;
}

// The best edge for a character of [first, last], of the set at the end.
EarleyMatcher::Way EarleyMatcher::BestWay(char32_t first, char32_t last) const {
  Way best;
  const auto try_state = [&](const RuleState& state, uint32_t origin, uint64_t rest) {
    const std::span<const CharEdge> edges = a_.Chars(state);
    auto edge = std::partition_point(edges.begin(), edges.end(),
                                     [first](const CharEdge& e) { return e.last < first; });
    for (; edge != edges.end() && edge->first <= last; ++edge) {
      const uint64_t finish = rest + a_.states[edge->target].suffix;
      if (finish > kMaxFinishBytes || finish >= best.finish) continue;
      best = {static_cast<uint32_t>(finish), edge->target, origin, std::max(first, edge->first),
              std::min(last, edge->last)};
    }
  };
  const auto at = static_cast<uint32_t>(sets_.size() - 1);
  const Set set = sets_[at];
  for (uint32_t i = set.items_begin; i < set.items_end; ++i) {
    const RuleState& state = a_.states[items_[i].state];
    try_state(state, items_[i].origin, items_[i].finish - state.suffix);
  }
  for (uint32_t i = set.begun_begin; i < set.begun_end; ++i) {
    try_state(a_.states[a_.rules[begun_[i].rule].start], at, begun_[i].finish);
  }
  return best;
}

bool EarleyMatcher::PushPart(const PartialChar& prefix) {
  const Way way = BestWay(prefix.first, prefix.last);
  if (way.finish == kNone) return false;
  bytes_.push_back({prefix, way.finish + prefix.left});
  return true;
}

bool EarleyMatcher::Push(uint8_t byte) {
  const auto read = IsWhole() ? PartialChar::Begin(byte) : bytes_.back().prefix.Next(byte);
  if (!read) return false;
  return read->left == 0 ? PushCharacter(read->first) : PushPart(*read);
}

void EarleyMatcher::Pop(size_t n) {
  CHECK(n <= bytes_.size());
  for (; n > 0; --n) {
    if (bytes_.back().prefix.left == 0) DropSet();
    bytes_.pop_back();
  }
}

// Bytes that are the next of a shortest way. Not of an item that ends its rule: where readings have
// been left aside, what it leads to may be missing.
std::string EarleyMatcher::NextBytes() const {
  std::string text;
  if (!IsWhole()) {
    const PartialChar& part = bytes_.back().prefix;
    const Way way = BestWay(part.first, part.last);
    AppendUtf8(BestCharacter(way.first, way.last), text);
    return text.substr(text.size() - part.left);
  }
  const Set& set = sets_.back();
  uint32_t i = set.items_begin;
  while (items_[i].finish != set.finish || a_.states[items_[i].state].accepting) ++i;
  AppendUtf8(FirstCharacter(a_, items_[i].state), text);
  return text;
}

// Goes the way and takes it back: so the completion after its first character is the rest of it,
// whatever readings are left aside on the way.
std::string EarleyMatcher::Complete() {
  std::string text;
  text.reserve(FinishBytes());
  while (!Accepting()) {
    for (const char byte : NextBytes()) {
      CHECK(Push(static_cast<uint8_t>(byte)));
      text.push_back(byte);
    }
  }
  Pop(text.size());
  return text;
}

std::string EarleyMatcher::Completion() const {
  return const_cast<EarleyMatcher*>(this)->Complete();  // leaves everything as it was
}

PlainText EarleyMatcher::plain_text() const {
  if (!IsWhole()) return PlainText::kTry;
  const Set& set = sets_.back();
  uint32_t looping = kNone;
  for (uint32_t i = set.items_begin; i < set.items_end; ++i) {
    if (a_.states[items_[i].state].loops_on_plain) looping = i;
  }
  if (looping == kNone) return PlainText::kTry;
  // Uniform if no other item is there; but the document's end may be, where the looping item
  // leads to it by itself.
  const Item& item = items_[looping];
  if (!a_.states[item.state].only_loops_on_plain) return PlainText::kLegal;
  const RuleState& state = a_.states[item.state];
  const bool ends_rule = state.accepting && state.rule != 0;
  const uint32_t others = set.items_end - set.items_begin - 1;
  if (others == 0 && !ends_rule) return PlainText::kUniform;
  if (others != 1 || !ends_rule || item.finish != 0) return PlainText::kLegal;
  const Item& other = items_[set.items_begin + set.items_end - 1 - looping];
  const RuleState& end = a_.states[other.state];
  const bool is_end = end.rule == 0 && RuleAutomata::IsFinal(end);
  return is_end ? PlainText::kUniform : PlainText::kLegal;
}

}  // namespace

std::unique_ptr<Matcher> NewEarleyMatcher(std::shared_ptr<EarleyGrammar> grammar) {
  return std::make_unique<EarleyMatcher>(std::move(grammar));
}

}  // namespace bantam::grammar
