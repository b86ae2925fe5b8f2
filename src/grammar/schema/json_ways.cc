// How a document that has been read so far can end.
#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

constexpr int kMoreTexts = 8;
constexpr std::string_view kShortEscapes = "\"\\/\b\f\n\r\t";

}  // namespace

// The names that may come next, without those that are there already where they might take the way
// to the end away.
RegexId JsonMatcher::NewNames(uint32_t index) const {
  const StageTable::NextNames& names = stages_.Names(frames_[index].stage);
  if (names.names != NamePlan::kMixed) return names.texts;
  RegexPool& regexes = languages_.regexes();
  const std::array<RegexId, 2> both = {names.texts, regexes.Not(SeenTexts(index))};
  return regexes.Both(both);
}

// What may follow in the name or text that is being read; the same.
RegexId JsonMatcher::NewRest(const State& at) const {
  const bool mixed = at.may_be_seen() && NamesOf(at) == NamePlan::kMixed;
  return mixed ? Reread(at, NewNames(at.frame)) : at.regex;
}

NamePlan::Kind JsonMatcher::NamesOf(const State& at) const {
  return stages_.Names(FrameOf(at).stage).names;
}

// A listed name that is not there yet goes on as the text of the name that is being read, or comes
// next.
bool JsonMatcher::HasNewListed(const State& at) const {
  RegexPool& regexes = languages_.regexes();
  const bool begun = at.place == Place::kInName;
  const RegexId regex = begun ? at.regex : stages_.Names(FrameOf(at).stage).texts;
  const auto listed = scans_.Listed(begun ? at.scan : scans_.OfNames(regex, StageOf(at).at.names));
  return std::any_of(listed.begin(), listed.end(), [&](uint32_t id) {
    const std::string& name = languages_.strings()[id];
    const std::string_view rest = std::string_view(name).substr(begun ? at.name_bytes : 0);
    return !IsSeen(at.frame, name) && RestOfWord(at, rest) && regexes.Matches(regex, rest);
  });
}

// Some name that is not there yet goes on as the one that is being read, or comes next.
bool JsonMatcher::AliveName(const State& at) const {
  RegexPool& regexes = languages_.regexes();
  const bool begun = at.place == Place::kInName;
  const RegexId regex = begun ? at.regex : stages_.Names(FrameOf(at).stage).texts;
  if (!regexes.Alive(regex)) return false;
  const size_t seen = begun ? at.seen_last - at.seen_first : Seen(at.frame).size();
  if (seen == 0 || NamesOf(at) == NamePlan::kOpen) return true;
  if (NamesOf(at) == NamePlan::kListed) return HasNewListed(at);
  // More texts than names that are there: one is new.
  if (regexes.LengthOfMany(regex, seen + 1) != RegexPool::kUnbounded) return true;
  return regexes.Alive(begun ? NewRest(at) : NewNames(at.frame));
}

// The same within a character.
bool JsonMatcher::AliveWithinCharacter(const State& at) const {
  RegexPool& regexes = languages_.regexes();
  const bool mixed = at.may_be_seen() && NamesOf(at) == NamePlan::kMixed;
  if (at.may_be_seen() && NamesOf(at) == NamePlan::kListed) return HasNewListed(at);
  for (const CodePointRange& range : at.text.Candidates()) {
    if (range.empty()) continue;
    const auto best = regexes.BestWithin(at.regex, range.first, range.last);
    if (!best) continue;
    if (!mixed) return true;
    const uint64_t seen = at.seen_last - at.seen_first;
    const RegexId next = regexes.Derive(at.regex, *best);
    if (regexes.LengthOfMany(next, seen + 1) != RegexPool::kUnbounded) return true;
    if (regexes.AliveWithin(NewRest(at), range.first, range.last)) return true;
  }
  return false;
}

std::span<const std::string* const> JsonMatcher::SeenThatBeginSo(const State& at) const {
  return std::span(Seen(at.frame)).subspan(at.seen_first, at.seen_last - at.seen_first);
}

RegexId JsonMatcher::SeenTexts(uint32_t index) const {
  std::vector<RegexId> texts;
  for (const std::string* name : Seen(index)) {
    texts.push_back(languages_.regexes().Literal(*name));
  }
  return languages_.regexes().Either(texts);
}

bool JsonMatcher::IsSeen(uint32_t index, std::string_view name) const {
  const SeenNames& seen = Seen(index);
  const auto place = PlaceOf(name, seen);
  return place != seen.end() && **place == name;
}

// The end of a document from between two members or items; nothing if there is none.
std::optional<JsonMatcher::Tail> JsonMatcher::FindWay(uint32_t index, bool written) const {
  const Frame& frame = frames_[index];
  const Stage& stage = stages_[frame.stage];
  const Stage& outer = stages_[frames_[frame.outer].stage];
  const bool text = written || frames_[frame.outer].value_matters;
  std::optional<Tail> best;
  for (const Fit& fit : stage.fits) {
    Tail way{text ? 0 : finisher_.CloseCost(stage.At(fit))};
    if (text) {
      const Finish& close = finisher_.Close(stage.At(fit));
      way = {close.cost, close.text};
    }
    if (way.cost == Finish::kNever) continue;
    auto tail =
        FindTail(frame.outer, outer, outer.cases[fit.outer_case], way.text, frame.start, written);
    if (!tail) continue;
    way.cost += tail->cost;
    way.text += tail->text;
    if (!best || way.cost < best->cost) best = std::move(way);
    if (!frame.decisive) break;  // the shortest stands first
  }
  return best;
}

// What comes after the value of one of the stage's cases, in the container of a frame: the value is
// the document from `start` on and `value`.
std::optional<JsonMatcher::Tail> JsonMatcher::FindTail(uint32_t frame, const Stage& stage,
                                                       const Case& which, std::string value,
                                                       uint32_t start, bool written) const {
  const Stage* at = &stage;
  const Case* one = &which;
  Tail tail;
  while (frame != 0) {
    const uint32_t around = frames_[frame].outer;
    const bool text = written || frames_[around].value_matters;
    const auto close = CloseAfter(*one, value, start, text);
    if (!close || close->cost == Finish::kNever) return std::nullopt;
    tail.cost += close->cost;
    if (written) tail.text += close->text;
    if (text) value += close->text;
    start = frames_[frame].start;
    frame = around;
    const Stage& outer = stages_[frames_[frame].stage];
    one = &outer.cases[at->fits[one->fit].outer_case];
    at = &outer;
  }
  return tail;
}

// The end of the container after one of its values.
std::optional<JsonMatcher::Tail> JsonMatcher::CloseAfter(const Case& which, std::string_view value,
                                                         uint32_t start, bool written) const {
  OpenContainer after = which.way.after;
  if (steps_.NeedsValue(which.way.settled)) {
    const std::string whole = document_.substr(start) + std::string(value);
    const Result<Json> json = Json::Parse(whole);
    if (!json) return std::nullopt;
    after.live = which.way.settled;
    const Finisher::SharedEnd& shared = finisher_.EndBeside(after);
    if (finisher_.IsShortestAfter(shared, *json)) {
      return Tail{shared.close->cost, written ? shared.close->text : ""};
    }
    if (!written) {
      if (const auto cost = finisher_.CloseCostRepeating(shared, *json)) return Tail{*cost};
    }
    if (shared.grows && !written) {
      return Tail{finisher_.CloseCostAfter(shared, languages_.values().Intern(*json))};
    }
    const auto live = steps_.SettleValue(which.way.settled, whole);
    if (!live) return std::nullopt;
    after.live = *live;
  }
  if (!written) return Tail{finisher_.CloseCost(after)};
  const Finish& close = finisher_.Close(after);
  return Tail{close.cost, close.text};
}

std::string JsonMatcher::ReadText(const State& at) const {
  TextDecoder decoder;
  std::string text;
  for (size_t i = at.start + 1; i < document_.size(); ++i) {
    const auto step = decoder.Push(static_cast<uint8_t>(document_[i]));
    if (step == TextDecoder::Step::kEnd) break;
    if (step == TextDecoder::Step::kChar) AppendUtf8(decoder.code_point(), text);
  }
  return text;
}

// What may follow in the text that is being read if all of it is to match `regex`.
RegexId JsonMatcher::Reread(const State& at, RegexId regex) const {
  TextDecoder decoder;
  for (size_t i = at.start + 1; i < document_.size(); ++i) {
    if (decoder.Push(static_cast<uint8_t>(document_[i])) == TextDecoder::Step::kChar) {
      regex = languages_.regexes().Derive(regex, decoder.code_point());
    }
  }
  return regex;
}

// The rest of a string up to its quote, which is left out.
std::optional<std::string> JsonMatcher::RestOfText(const State& at, RegexId regex) const {
  RegexPool& regexes = languages_.regexes();
  if (!regexes.Alive(regex)) return std::nullopt;
  if (!at.text.partial()) return finisher_.ShortestText(regex);
  std::optional<std::string> best;
  const auto offer = [&](char32_t code_point, RegexId next) {
    std::string rest = at.text.Rest(code_point) + finisher_.ShortestText(next);
    if (!best || rest.size() < best->size()) best = std::move(rest);
  };
  for (const CodePointRange& range : at.text.Candidates()) {
    if (range.empty()) continue;
    for (const auto& [code_point, next, length] :
         regexes.WaysWithin(regex, range.first, range.last)) {
      if (best && at.text.Rest(range.first).size() + length >= best->size()) break;
      offer(code_point, next);
    }
    if (range.first > 0) continue;
    for (char escape : kShortEscapes) {
      const auto code_point = static_cast<char32_t>(static_cast<uint8_t>(escape));
      if (code_point > range.last || at.text.Rest(code_point).size() > 1) continue;
      const RegexId next = regexes.Derive(regex, code_point);
      if (regexes.Alive(next)) offer(code_point, next);
    }
  }
  return best;
}

// The rest of the value that is being read or to come, if it is to satisfy `value`.
std::optional<std::string> JsonMatcher::RestOfValue(const State& at, FormulaId value) const {
  switch (at.place) {
    case Place::kInText: {
      const RegexId texts = languages_.Texts(value);
      if (texts == RegexPool::kNothing) return std::nullopt;
      const bool all = texts == languages_.Texts(StageOf(at).value);
      const auto rest = RestOfText(at, all ? at.regex : Reread(at, texts));
      if (!rest) return std::nullopt;
      return *rest + "\"";
    }
    case Place::kInNumber: return RestOfNumber(value, std::string_view(document_).substr(at.start));
    case Place::kInLiteral:
      if (!languages_.Accepts(value, at.literal)) return std::nullopt;
      return std::string(kLiteralTexts[static_cast<size_t>(at.literal)]).substr(at.read);
    default: {
      const Finish& finish = finisher_.Value(value);
      if (finish.cost == Finish::kNever) return std::nullopt;
      return (at.place == Place::kColon ? ":" : "") + finish.text;
    }
  }
}

// The shortest rest of a number that begins so. Where that leaves what IsWrittenNumber allows, the
// way to the end that was known before, as long as it has been followed: so there always is one.
std::optional<std::string> JsonMatcher::RestOfNumber(FormulaId value, std::string_view text) const {
  const auto numbers = languages_.Numbers(value);
  for (size_t n = text.size(); n > 0; --n) {
    const std::optional<std::string> rest = numbers->Complete(text.substr(0, n));
    if (!rest) return std::nullopt;
    const std::string whole = std::string(text.substr(0, n)) + *rest;
    if (!IsWrittenNumber(whole)) continue;
    if (!whole.starts_with(text)) return std::nullopt;
    return whole.substr(text.size());
  }
  return std::nullopt;
}

JsonMatcher::Rest JsonMatcher::FindRest(const State& at, bool with_tail) const {
  const Frame& frame = FrameOf(at);
  const Stage& stage = stages_[frame.stage];
  const bool begun = at.place != Place::kValue && at.place != Place::kColon;
  const auto start = begun ? at.start : static_cast<uint32_t>(document_.size());
  const bool found = frame.decisive || (begun && stage.decides);
  const bool even = found && at.place == Place::kInText && IsEven(at);
  Rest best;
  for (size_t i = 0; i < stage.cases.size(); ++i) {
    const Case& one = stage.cases[i];
    std::optional<std::string> rest = RestOfValue(at, one.way.value);
    if (!rest) continue;
    std::optional<Tail> tail;
    // Tails that depend on the value are found for it, those that are asked for are written out.
    const bool shared = even && StraysOf(at.frame).tails[i] != Finish::kNever;
    uint32_t cost = shared ? StraysOf(at.frame).tails[i] : one.tail;
    const bool wanted = with_tail && rest->size() + cost < best.cost;
    if ((found && !shared) || wanted) {
      std::vector<RegexId> tried;
      tail = FindTail(at.frame, stage, one, *rest, start, with_tail);
      for (int more = 0; !tail && more < kMoreTexts && at.place == Place::kInText; ++more) {
        rest = OtherRestOfText(at, one.way.value, *rest, tried);
        if (!rest) break;
        tail = FindTail(at.frame, stage, one, *rest, start, with_tail);
      }
      if (!tail) continue;
      cost = tail->cost;
    }
    cost += static_cast<uint32_t>(rest->size());
    if (cost >= best.cost) continue;
    best.cost = cost;
    if (!with_tail) continue;
    best.text = *std::move(rest);
    best.tail = std::move(tail->text);
  }
  return best;
}

// Where a text with that rest leaves no way to the end: the shortest of all but those that were
// tried. As texts of which any will do have no more than so many in the way, few tries are enough.
std::optional<std::string> JsonMatcher::OtherRestOfText(const State& at, FormulaId value,
                                                        const std::string& rest,
                                                        std::vector<RegexId>& tried) const {
  RegexPool& regexes = languages_.regexes();
  const Result<Json> text = Json::Parse(document_.substr(at.start) + rest);
  if (!text) return std::nullopt;
  tried.push_back(regexes.Literal(text->AsString()));
  const std::array<RegexId, 2> both = {languages_.Texts(value), regexes.Not(regexes.Either(tried))};
  const auto other = RestOfText(at, Reread(at, regexes.Both(both)));
  return other ? std::optional(*other + '"') : std::nullopt;
}

// A name, its value and what comes after.
void JsonMatcher::OfferName(uint32_t frame, const std::string& name, std::string rest,
                            bool with_tail, Rest& best) const {
  const StageId begun = stages_.BeginMember(frames_[frame].stage, name);
  if (begun == StageTable::kNone) return;
  for (const Case& one : stages_[begun].cases) {
    const Finish& value = finisher_.Value(one.way.value);
    if (value.cost == Finish::kNever) continue;
    if (!frames_[frame].decisive && rest.size() + 2 + value.cost + one.tail >= best.cost) continue;
    if (!with_tail && !frames_[frame].decisive) {
      best.cost = static_cast<uint32_t>(rest.size() + 2 + value.cost + one.tail);
      continue;
    }
    std::string text = rest + "\":" + value.text;
    const auto start = static_cast<uint32_t>(document_.size());
    auto tail = FindTail(frame, stages_[begun], one, text, start, with_tail);
    if (!tail || text.size() + tail->cost >= best.cost) continue;
    best.cost = static_cast<uint32_t>(text.size()) + tail->cost;
    if (!with_tail) continue;
    best.text = std::move(text);
    best.tail = std::move(tail->text);
  }
}

// The same, if what comes from the character on that is being read is to be `word`.
std::optional<std::string> JsonMatcher::RestOfWord(const State& at, std::string_view word) {
  if (!at.text.partial()) return JsonEscaped(word);
  if (word.empty()) return std::nullopt;
  const auto [code_point, length] = DecodeUtf8(word, 0);
  for (const CodePointRange& range : at.text.Candidates()) {
    if (code_point < range.first || code_point > range.last) continue;
    return at.text.Rest(code_point) + JsonEscaped(word.substr(length));
  }
  return std::nullopt;
}

// The shortest rest is `rest`, whose name is there already: one that is surely as short as any that
// is not. Nothing where that is not soon found.
std::optional<std::string> JsonMatcher::NewRest(const State& at, RegexId texts,
                                                const std::string& read,
                                                std::string_view rest) const {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  const std::string_view last = rest.substr(rest.empty() ? 0 : rest.size() - 1);
  if (!last.empty() && (!kLetters.contains(last[0]) || rest.contains('\\'))) return std::nullopt;
  const std::string begun(rest.substr(0, rest.size() - last.size()));
  for (const char letter : kLetters) {
    std::string other = begun + letter;
    if (languages_.regexes().Matches(texts, other) && !IsSeen(at.frame, read + other)) return other;
  }
  return std::nullopt;
}

// No rest from within a name is shorter: the end that was known before the name is a shortest one.
uint32_t JsonMatcher::LeastRestOfName(const State& at) const {
  const Frame& frame = FrameOf(at);
  if (frame.decisive) return 0;
  const Stage& stage = StageOf(at);
  const size_t begun = at.place == Place::kInName ? document_.size() - at.start : 0;
  const size_t gone = begun + (stage.at.first ? 0 : 1);
  return stage.finish - static_cast<uint32_t>(std::min<size_t>(stage.finish, gone));
}

// No end that goes on with the name has fewer bytes after its last character: a quote, a colon, a
// value, a bracket and a tail; nor is it, from before the name, shorter than the end that was known
// there. So of thousands of names most need not be looked at.
size_t JsonMatcher::LeastAfterName(const State& at, const std::string& name, size_t tail) const {
  constexpr size_t kMember = 4;
  if (FrameOf(at).decisive) return kMember;
  const Stage& stage = StageOf(at);
  const size_t written = JsonEscaped(name).size() + (stage.at.first ? 1 : 2);
  return std::max(kMember + tail, stage.finish - std::min<size_t>(stage.finish, written));
}

// The names in the shortest end of the container, where it has more than a few names to choose
// from.
std::vector<std::string> JsonMatcher::NamesOfEnd(const State& at) const {
  constexpr size_t kFew = 8;
  std::vector<std::string> names;
  const Stage& stage = StageOf(at);
  if (stage.fits.empty() || steps_.names(stage.at.names).listed.size() <= kFew) return names;
  const Finish& close = finisher_.Close(stage.At(stage.fits[0]));
  if (close.cost == Finish::kNever) return names;
  const Result<Json> members = Json::Parse("{" + close.text.substr(close.text.starts_with(',')));
  if (!members) return names;
  for (const auto& member : members->members()) names.push_back(member.first);
  return names;
}

JsonMatcher::Rest JsonMatcher::FindRestOfName(const State& at, bool with_tail) const {
  RegexPool& regexes = languages_.regexes();
  const bool begun = at.place == Place::kInName;
  const std::string read = begun ? ReadText(at) : "";
  const std::string quote = begun ? "" : "\"";
  const std::string before = begun ? document_.substr(at.start) : "";
  const RegexId regex = begun ? at.regex : stages_.Names(FrameOf(at).stage).texts;
  Rest best;
  // False: the name is there already.
  const auto offer = [&](const std::optional<std::string>& rest) {
    if (!rest || rest->size() >= best.cost) return true;
    const Result<Json> name = Json::Parse(before + quote + *rest + "\"");
    if (!name || IsSeen(at.frame, name->AsString())) return false;
    OfferName(at.frame, name->AsString(), quote + *rest, with_tail, best);
    return true;
  };
  const Names& names = steps_.names(StageOf(at).at.names);
  const std::span<const uint32_t> listed = begun ? scans_.Listed(at.scan) : names.listed;
  const uint32_t least = LeastRestOfName(at);
  const std::vector<Fit>& fits = StageOf(at).fits;
  const size_t tail = fits.empty() ? 0 : std::ranges::min(fits, {}, &Fit::tail).tail;
  const auto offer_listed = [&](const std::string& name) {
    const auto rest = RestOfWord(at, std::string_view(name).substr(read.size()));
    if (!rest || quote.size() + rest->size() >= best.cost) return;
    if (quote.size() + rest->size() + LeastAfterName(at, name, tail) < best.cost) offer(rest);
  };
  for (const std::string& name : NamesOfEnd(at)) {
    if (!name.starts_with(read) || !regexes.Matches(regex, name.substr(read.size()))) continue;
    offer_listed(name);
  }
  for (uint32_t id : listed) {
    if (best.cost <= least) return best;
    const std::string& name = languages_.strings()[id];
    if (!regexes.Matches(regex, name.substr(read.size()))) continue;
    offer_listed(name);
  }
  for (uint32_t i = 0; i < names.others.size(); ++i) {
    const Names::Other& other = names.others[i];
    const RegexId texts_here =
        begun ? scans_.RestOfOther(at.scan, i, [&] { return Reread(at, other.texts); })
              : other.texts;
    const auto shortest = RestOfText(at, texts_here);
    if (offer(shortest) || !shortest) continue;
    const auto unseen = at.text.partial() ? std::nullopt : NewRest(at, texts_here, read, *shortest);
    if (unseen && offer(unseen)) continue;
    const std::array<RegexId, 2> both = {other.texts, regexes.Not(SeenTexts(at.frame))};
    const RegexId texts = regexes.Both(both);
    offer(RestOfText(at, begun ? Reread(at, texts) : texts));
  }
  return best;
}

bool JsonMatcher::FinishesWithin(uint32_t bytes) const {
  if (const auto most = QuickBound(); most && *most <= bytes) return true;
  return FinishBytes() <= bytes;
}

// What FinishBytes() is at most, where that is soon known.
std::optional<uint64_t> JsonMatcher::QuickBound() const {
  const State& at = state();
  if (at.text.partial()) return std::nullopt;
  if (Decides(FrameOf(at)) && !IsBounded(at)) return std::nullopt;
  RegexId texts = at.regex;
  switch (at.place) {
    case Place::kInText: break;
    case Place::kName:
    case Place::kInName:
      // The shortest may be there already; of those of which all may come, another is as good.
      if (NamesOf(at) != NamePlan::kOpen && (at.place == Place::kName || at.may_be_seen())) {
        return std::nullopt;
      }
      if (at.place == Place::kName) texts = stages_.Names(FrameOf(at).stage).texts;
      break;
    default: return std::nullopt;
  }
  return finisher_.ShortestText(texts).size() + MostAfterText();
}

// Bytes of the rest of the document besides the characters of the name or text that is being read
// or comes next, at most.
uint64_t JsonMatcher::MostAfterText() const {
  const Stage& stage = StageOf(state());
  if (state().place != Place::kInText) {
    constexpr uint64_t kMore = 7;  // quotes and colon; characters that lead away from names seen
    return kMore + stages_.Names(FrameOf(state()).stage).most;
  }
  const bool decides = Decides(FrameOf(state()));
  if (decides && !StraysOf(state().frame).bounds()) return Finish::kNever;
  uint64_t tail = 0;
  for (size_t i = 0; i < stage.cases.size(); ++i) {
    const Case& one = stage.cases[i];
    if (languages_.Texts(one.way.value) == RegexPool::kNothing) continue;
    tail = std::max<uint64_t>(tail, decides ? StraysOf(state().frame).tails[i] : one.tail);
  }
  return 1 + tail;
}

uint32_t JsonMatcher::FinishBytes() const {
  const State& at = state();
  if (!at.finish) at.finish = FindFinishBytes();
  return *at.finish;
}

uint32_t JsonMatcher::FindFinishBytes() const {
  switch (state().place) {
    case Place::kDone: return 0;
    case Place::kFirstItem:
    case Place::kFirstName:
    case Place::kAfterValue: {
      if (!FrameOf(state()).decisive) return StageOf(state()).finish;
      const auto way = FindWay(state().frame, false);
      return way ? way->cost : Finish::kNever;
    }
    case Place::kName:
    case Place::kInName: return FindRestOfName(state(), false).cost;
    default: return FindRest(state(), false).cost;
  }
}

std::string JsonMatcher::Completion() const {
  switch (state().place) {
    case Place::kDone: return "";
    case Place::kFirstItem:
    case Place::kFirstName:
    case Place::kAfterValue: return FindWay(state().frame, true).value_or(Tail()).text;
    case Place::kName:
    case Place::kInName: {
      const Rest rest = FindRestOfName(state(), true);
      return rest.text + rest.tail;
    }
    default: {
      const Rest rest = FindRest(state(), true);
      return rest.text + rest.tail;
    }
  }
}

}  // namespace bantam::grammar
