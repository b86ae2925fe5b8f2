// Byte by byte through a document.
#include "grammar/schema/json_matcher.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/schema/prefix_range.h"

namespace bantam::grammar {
namespace {

bool IsSpace(uint8_t byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

}  // namespace

JsonMatcher::JsonMatcher(SchemaMachine& machine, FormulaId value, StageTable& stages)
    : machine_(machine),
      languages_(machine.languages()),
      steps_(machine.steps()),
      finisher_(machine.finisher()),
      stages_(stages),
      scans_(machine.scans()),
      checks_(&stages == &machine.checks()) {
  frames_.emplace_back().stage = stages_.OfValue(value);
  State first;
  first.frames = 1;
  states_.push_back(first);
}

bool JsonMatcher::Push(uint8_t byte) {
  State next = states_.back();
  beyond_number_ = false;
  document_.push_back(static_cast<char>(byte));
  if (!Step(next, byte)) {
    document_.pop_back();
    DropFrames(states_.back().frames);
    return false;
  }
  next.frames = static_cast<uint32_t>(frames_.size());
  // White space leaves all as it was.
  const bool space = next.space > states_.back().space && next.place == states_.back().place;
  if (!space) next.finish.reset();
  states_.push_back(next);
  if (checks_) Forget();
  // Another text than the one that is read so far is always an end there.
  const bool open = InString() && languages_.regexes().AliveAfterAnyPlain(next.regex);
  if (checks_ || open || !Decides(FrameOf(next)) || FinishesWithin(Finish::kNever - 1)) return true;
  Pop(1);
  return false;
}

void JsonMatcher::Pop(size_t n) {
  CHECK(n <= document_.size());
  const size_t left = document_.size() - n;
  if (left < kept_from_) return ReturnTo(left);
  document_.resize(left);
  states_.resize(left - kept_from_ + 1);
  DropFrames(states_.back().frames);
}

// The states of long documents take more room than all else.
void JsonMatcher::Forget() {
  constexpr size_t kKept = 4 * kMarkBytes;
  if (states_.size() <= 2 * kKept) return;
  for (size_t i = 0; i < kKept; i += kMarkBytes) marks_.push_back(states_[i]);
  states_.erase(states_.begin(), states_.begin() + kKept);
  kept_from_ += kKept;
}

// To a state that has been forgotten: by the mark before it.
void JsonMatcher::ReturnTo(size_t size) {
  const size_t mark = size / kMarkBytes;
  kept_from_ = mark * kMarkBytes;
  const std::string bytes = document_.substr(kept_from_, size - kept_from_);
  document_.resize(kept_from_);
  states_.assign(1, marks_[mark]);
  marks_.resize(mark);
  DropFrames(states_.back().frames);
  for (const char c : bytes) CHECK(Push(static_cast<uint8_t>(c)));
}

bool JsonMatcher::Accepting() const {
  if (state().place == Place::kDone) return true;
  if (state().place != Place::kInNumber || state().frame != 0) return false;
  return FinishBytes() == 0;
}

bool JsonMatcher::Step(State& state, uint8_t byte) {
  switch (state.place) {
    case Place::kInName:
    case Place::kInText: return StepString(state, byte);
    case Place::kInLiteral: return StepLiteral(state, byte);
    case Place::kInNumber:
      if (Next(state.number, byte) != NumberState::kDead) return StepNumber(state, byte);
      if (!EndNumber(state)) return false;
      break;
    default: break;
  }
  if (state.place == Place::kDone) return false;
  if (IsSpace(byte)) return document_.size() > 1 && ++state.space <= kMostSpace;
  state.space = 0;
  return StepBetween(state, byte);
}

bool JsonMatcher::StepBetween(State& state, uint8_t byte) {
  switch (state.place) {
    case Place::kValue: return StartValue(state, byte);
    case Place::kFirstItem:
      if (byte == ']') return EndContainer(state);
      return Enter(state, stages_.BeginItem(FrameOf(state).stage)) && StartValue(state, byte);
    case Place::kFirstName:
      if (byte == '}') return EndContainer(state);
      [[fallthrough]];
    case Place::kName:
      if (byte != '"') return false;
      if (!AliveName(state)) return false;
      state.regex = stages_.Names(FrameOf(state).stage).texts;
      state.scan = scans_.OfNames(state.regex, StageOf(state).at.names);
      state.seen_first = state.name_bytes = 0;
      state.seen_last = static_cast<uint32_t>(Seen(state.frame).size());
      state.place = Place::kInName;
      state.start = static_cast<uint32_t>(document_.size() - 1);
      return true;
    case Place::kColon:
      if (byte != ':') return false;
      state.place = Place::kValue;
      return true;
    case Place::kAfterValue:
      if (byte == ',') return StepComma(state);
      return byte == (StageOf(state).at.object ? '}' : ']') && EndContainer(state);
    default: return false;
  }
}

bool JsonMatcher::StepComma(State& state) {
  const StageId stage = FrameOf(state).stage;
  if (!stages_[stage].at.object) {
    state.place = Place::kValue;
    return Enter(state, stages_.BeginItem(stage));
  }
  state.place = Place::kName;
  return AliveName(state);
}

bool JsonMatcher::StartValue(State& state, uint8_t byte) {
  const FormulaId value = StageOf(state).value;
  state.start = static_cast<uint32_t>(document_.size() - 1);
  switch (byte) {
    case '"':
      state.place = Place::kInText;
      state.regex = languages_.Texts(value);
      StartText(state);
      return languages_.regexes().Alive(state.regex);
    case '{': return StartContainer(state, true);
    case '[': return StartContainer(state, false);
    default: break;
  }
  for (size_t i = 0; i < kLiteralTexts.size(); ++i) {
    if (byte != static_cast<uint8_t>(kLiteralTexts[i][0])) continue;
    state.place = Place::kInLiteral;
    state.literal = static_cast<JsonLiteral>(i);
    state.read = 1;
    return languages_.Accepts(value, state.literal);
  }
  state.place = Place::kInNumber;
  state.number = NumberState::kStart;
  return StepNumber(state, byte);
}

bool JsonMatcher::StartContainer(State& state, bool object) {
  Frame frame;
  frame.stage = stages_.Open(FrameOf(state).stage, object);
  frame.outer = state.frame;
  frame.first = static_cast<uint32_t>(frames_.size());
  frame.start = state.start;
  frame.decisive = Decides(FrameOf(state));
  frame.depth = FrameOf(state).depth + 1;
  state.place = object ? Place::kFirstName : Place::kFirstItem;
  return Enter(state, std::move(frame));
}

// The next place in the same container.
bool JsonMatcher::Enter(State& state, StageId stage) {
  const Frame& before = FrameOf(state);
  Frame frame{stage, before.outer, before.start, before.first};
  frame.decisive = before.decisive;
  frame.depth = before.depth;
  frame.compared = before.compared;
  return Enter(state, std::move(frame));
}

bool JsonMatcher::Enter(State& state, Frame frame) {
  if (frame.stage == StageTable::kNone) return false;
  frame.value_matters = stages_[frame.stage].needs_value || frames_[frame.outer].value_matters;
  state.frame = static_cast<uint32_t>(frames_.size());
  frames_.push_back(std::move(frame));
  const Frame& entered = frames_.back();
  if (entered.in_member) {
    SeenNames& names = frames_[entered.first].names;
    names.insert(PlaceOf(entered.name, names), &entered.name);
  }
  return true;
}

void JsonMatcher::DropFrames(size_t left) {
  for (; frames_.size() > left; frames_.pop_back()) {
    const Frame& last = frames_.back();
    if (last.item != nullptr) {
      Items& items = *frames_[last.first].items;
      items.erase(items.find(*last.item));
    }
    if (!last.in_member) continue;
    SeenNames& names = frames_[last.first].names;
    names.erase(PlaceOf(last.name, names));
  }
}

bool JsonMatcher::EndContainer(State& state) {
  const Stage& stage = StageOf(state);
  const auto closes = [&](const Fit& fit) { return steps_.Closes(fit.live); };
  if (std::none_of(stage.fits.begin(), stage.fits.end(), closes)) return false;
  std::vector<uint8_t> truth;
  for (FormulaId result : stage.results) truth.push_back(steps_.Closes(result) ? 1 : 0);
  const uint32_t start = FrameOf(state).start;
  state.frame = FrameOf(state).outer;
  return EndValue(state, truth, std::string_view(document_).substr(start));
}

bool JsonMatcher::EndValue(State& state, const std::vector<uint8_t>& truth,
                           std::string_view value) {
  state.place = state.frame == 0 ? Place::kDone : Place::kAfterValue;
  if (state.frame == 0) return true;
  if (StageOf(state).needs_value) return EndComparedValue(state, truth, value);
  return Enter(state, stages_.EndValue(FrameOf(state).stage, truth, value));
}

bool JsonMatcher::EndComparedValue(State& state, const std::vector<uint8_t>& truth,
                                   std::string_view value) {
  const bool scalar = !value.starts_with('[') && !value.starts_with('{');
  const StageId begun = FrameOf(state).stage;
  if (!checks_) {
    if (!Enter(state, stages_.EndValue(begun, truth, value))) return false;
    if (!scalar) ++frames_.back().compared;
    return true;
  }
  const Result<Json> json = Json::Parse(value);
  if (!json) return false;  // nested deeper than Json goes
  std::unique_ptr<Items>& items = frames_[FrameOf(state).first].items;
  if (items == nullptr) items = std::make_unique<Items>();
  const auto [item, added] = items->insert(CanonicalText(*json));
  const bool entered = Enter(state, stages_.EndValue(begun, truth, value, !added));
  if (added && entered) frames_.back().item = &*item;
  if (added && !entered) items->erase(item);
  return entered;
}

bool JsonMatcher::strained() const {
  constexpr uint32_t kMostDepth = 2000;
  constexpr size_t kMostBytes = 1024;
  constexpr uint32_t kMostContainers = 8;
  const Frame& frame = FrameOf(state());
  if (frame.depth > kMostDepth || frame.compared > kMostContainers) return true;
  return frame.value_matters && document_.size() - frame.start > kMostBytes;
}

// Asked for, or told apart by few characters: masks then want to know which of them lead where.
void JsonMatcher::StartText(State& state) {
  RegexPool& regexes = languages_.regexes();
  const Stage& stage = StageOf(state);
  std::vector<RegexId> asked;
  if (!stage.decided()) {
    for (FormulaId formula : stage.asked) asked.push_back(languages_.Texts(formula));
  }
  const bool told_apart =
      regexes.AliveAfterAnyPlain(state.regex) && !regexes.LoopsOnPlain(state.regex);
  state.scan =
      asked.empty() && !told_apart ? kNoScan : scans_.OfTexts(state.regex, std::move(asked));
}

bool JsonMatcher::MoveText(State& state, TextDecoder::Step step) {
  RegexPool& regexes = languages_.regexes();
  if (step == TextDecoder::Step::kChar) {
    if (state.scan == kNoScan) {
      state.regex = regexes.Derive(state.regex, state.text.code_point());
    } else {
      state.scan = scans_.Next(state.scan, state.text.code_point());
      state.regex = scans_.legal(state.scan);
    }
    if (state.may_be_seen()) NarrowSeen(state);
    return state.place == Place::kInName ? AliveName(state) : regexes.Alive(state.regex);
  }
  if (state.regex == RegexPool::kAnything) return true;
  if (state.place == Place::kInName) return AliveWithinCharacter(state);
  for (const CodePointRange& range : state.text.Candidates()) {
    if (!range.empty() && regexes.AliveWithin(state.regex, range.first, range.last)) return true;
  }
  return false;
}

void JsonMatcher::NarrowSeen(State& state) const {
  const SeenNames& seen = Seen(state.frame);
  std::string character;
  AppendUtf8(state.text.code_point(), character);
  const auto [low, high] =
      GoingOn(seen.begin() + state.seen_first, seen.begin() + state.seen_last, state.name_bytes,
              character, [](const std::string* name) -> std::string_view { return *name; });
  state.seen_first = static_cast<uint32_t>(low - seen.begin());
  state.seen_last = static_cast<uint32_t>(high - seen.begin());
  state.name_bytes += static_cast<uint32_t>(character.size());
}

bool JsonMatcher::StepString(State& state, uint8_t byte) {
  const TextDecoder::Step step = state.text.Push(byte);
  if (step == TextDecoder::Step::kRejected) return false;
  if (step != TextDecoder::Step::kEnd) return MoveText(state, step);
  if (!languages_.regexes().Nullable(state.regex)) return false;
  return state.place == Place::kInName ? EndName(state) : EndText(state);
}

bool JsonMatcher::EndName(State& state) {
  std::string name = ReadText(state);
  if (state.may_be_seen() && IsSeen(state.frame, name)) return false;
  state.seen_last = state.seen_first;
  state.place = Place::kColon;
  const Frame& before = FrameOf(state);
  const StageId stage = stages_.BeginMember(before.stage, name, scans_.NameClassOf(state.scan));
  Frame frame{stage, before.outer, before.start, before.first};
  frame.name = std::move(name);
  frame.in_member = true;
  frame.decisive = before.decisive;
  frame.depth = before.depth;
  return Enter(state, std::move(frame));
}

bool JsonMatcher::EndText(State& state) {
  std::vector<uint8_t> truth;
  if (state.scan != kNoScan) truth = scans_.TruthOf(state.scan);
  return EndValue(state, truth, std::string_view(document_).substr(state.start));
}

bool JsonMatcher::StepNumber(State& state, uint8_t byte) {
  state.number = Next(state.number, byte);
  if (state.number == NumberState::kDead) return false;
  const std::string_view text = std::string_view(document_).substr(state.start);
  beyond_number_ = !IsWrittenNumber(text);
  if (beyond_number_) return false;
  const Stage& stage = StageOf(state);
  const auto numbers = languages_.Numbers(stage.value);
  if (numbers->is_all()) return IsComplete(state.number) || text.size() < kMostNumberBytes;
  // What is written so is decided by the cases: a part may need what the whole does not.
  const bool free = numbers->spelling() == NumberSpelling::kAny;
  if (free && !numbers->CompletionLength(text)) return false;
  return std::any_of(stage.cases.begin(), stage.cases.end(), [&](const Case& one) {
    return RestOfNumber(one.way.value, text).has_value();
  });
}

bool JsonMatcher::EndNumber(State& state) {
  if (!IsComplete(state.number)) return false;
  const Stage& stage = StageOf(state);
  const std::string_view text =
      std::string_view(document_).substr(state.start, document_.size() - 1 - state.start);
  const auto numbers = languages_.Numbers(stage.value);
  std::vector<uint8_t> truth;
  if (!numbers->is_all() || !stage.decided()) {
    const Result<Decimal> number = Decimal::Parse(text);
    if (!number || !numbers->Has(*number, text)) return false;
    for (FormulaId asked : stage.asked) {
      truth.push_back(languages_.Numbers(asked)->Has(*number, text) ? 1 : 0);
    }
  }
  return EndValue(state, truth, text);
}

bool JsonMatcher::StepLiteral(State& state, uint8_t byte) {
  const std::string_view text = kLiteralTexts[static_cast<size_t>(state.literal)];
  if (byte != static_cast<uint8_t>(text[state.read])) return false;
  if (++state.read < text.size()) return true;
  std::vector<uint8_t> truth;
  for (FormulaId asked : StageOf(state).asked) {
    truth.push_back(languages_.Accepts(asked, state.literal) ? 1 : 0);
  }
  return EndValue(state, truth, text);
}

}  // namespace bantam::grammar
