// JsonMatcher: reads a JSON document that is valid against a schema.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/matcher.h"
#include "grammar/number/number_syntax.h"
#include "grammar/schema/schema_machine.h"
#include "grammar/schema/text_decoder.h"

namespace bantam::grammar {

// One document. RFC 8259, with these choices: no name twice in an object, at most kMostSpace
// characters of white space in a row, none after the document, numbers of at most kMostDigits
// bytes.
//
// A stack of frames, one for each open container and for each place in it that was passed; a state
// after each byte says where in which frame the document is. Where a formula leaves several ways
// open, each is kept with the length of the end that it leads to, so that one that fits into the
// budget is always known.
class JsonMatcher : public Matcher {
 public:
  static constexpr int kMostSpace = 100;
  static constexpr size_t kMostDigits = 300;
  static constexpr size_t kMostFits = 32;  // ways kept apart; of more, the shortest

  // `machine` must outlive this.
  explicit JsonMatcher(SchemaMachine& machine);

  bool Push(uint8_t byte) override;
  void Pop(size_t n) override;
  size_t size() const override { return document_.size(); }
  bool Accepting() const override;
  uint32_t FinishBytes() const override;
  bool FinishesWithin(uint32_t bytes) const override;
  std::string Completion() const override;
  PlainText plain_text() const override;
  uint32_t plain_characters() const override;
  PlainSet plain_set() const override;
  uint32_t PlainFinishBytes() const override;
  PlainSet loop() const override;
  std::vector<std::string> exceptions() const override;

 private:
  enum class Place : uint8_t {
    kValue,
    kFirstItem,  // a value or ]
    kFirstName,  // a name or }
    kName,       // a name
    kInName,
    kColon,
    kInText,
    kInNumber,
    kInLiteral,
    kAfterValue,  // a comma or the container's end
    kDone,
  };
  // After so many bytes.
  struct State {
    Place place = Place::kValue;
    NumberState number = NumberState::kStart;
    uint8_t space = 0;         // characters of white space in a row
    JsonLiteral literal = {};  // which, …
    uint8_t read = 0;          // … and how much of it
    TextDecoder text;
    uint32_t frame = 0;
    uint32_t frames = 0;  // all there are
    uint32_t start = 0;   // of the value or name, in document_
    RegexId regex = 0;    // what may follow in a name or text
  };
  // A way in which an open container may fit into what is around it.
  struct Fit {
    FormulaId live;       // must hold where it closes; while a member is read, with kChild atoms
    uint32_t tail;        // bytes from there to the document's end
    uint32_t outer_case;  // the case of the outer frame that it fulfils
  };
  // A way to go on with the member or item that is being read.
  struct Case {
    BegunWay way;
    uint32_t fit;   // which of the frame's
    uint32_t tail;  // bytes from the value's end to the document's
  };
  struct Frame {
    uint32_t outer = 0;   // the frame that waits for this container
    uint32_t start = 0;   // of the container in document_
    uint32_t before = 0;  // the frame of the place before in the same container; itself at first
    std::string name;     // of the member that is or was read last
    OpenContainer at;     // without `live`: that is the fits'
    std::vector<Fit> fits;
    FormulaList results;  // what has to hold for each of outer's `asked`
    // While a member or item is read: what it is to satisfy, and what has to be known of it. Where
    // that follows from its being legal, `truth` holds it.
    std::vector<Case> cases;
    FormulaId value = FormulaPool::kFalse;
    FormulaList asked;
    std::vector<uint8_t> truth;
    uint32_t finish = 0;  // else: bytes from here to the document's end

    bool decided() const { return truth.size() == asked.size(); }
  };
  // The best rest of a value or name that is being read, and what comes after it.
  struct Rest {
    uint32_t cost = Finish::kNever;  // of both
    std::string text;                // to the value's end
    std::string tail;                // from there
  };

  // json_matcher.cc
  bool Step(State& state, uint8_t byte);
  bool StepBetween(State& state, uint8_t byte);
  bool StepComma(State& state);
  bool StartValue(State& state, uint8_t byte);
  bool StartContainer(State& state, bool object);
  bool StepString(State& state, uint8_t byte);
  bool StepNumber(State& state, uint8_t byte);
  bool StepLiteral(State& state, uint8_t byte);
  bool MoveRegex(State& state, TextDecoder::Step step);
  bool EndName(State& state);
  bool EndText(State& state);
  bool EndNumber(State& state);
  bool EndContainer(State& state);
  bool BeginItem(State& state);
  bool Begin(State& state, Frame frame);
  bool Settle(Frame& frame);
  bool EndValue(State& state, const std::vector<uint8_t>& truth, std::string_view value);
  void PushFrame(State& state, Frame frame);
  const State& state() const { return states_.back(); }
  Frame& FrameOf(const State& state) { return frames_[state.frame]; }
  const Frame& FrameOf(const State& state) const { return frames_[state.frame]; }

  // json_plain.cc
  bool InString() const;
  bool Remembers(const Frame& frame) const;
  std::optional<RegexPool::Run> PlainRun() const;
  std::optional<std::vector<std::string>> NameExceptions() const;
  std::optional<std::vector<std::string>> TextExceptions() const;
  bool AddExceptions(RegexId regex, std::vector<std::string>& out) const;
  std::optional<std::vector<std::string>> Exceptions() const;

  // json_ways.cc
  RegexId NamesAt(const Frame& frame) const;
  Frame BeginMember(uint32_t before, const std::string& name) const;
  template <typename Predicate>
  bool AnySeen(uint32_t frame, const Predicate& predicate) const;
  RegexId SeenTexts(uint32_t frame) const;
  bool IsSeen(uint32_t frame, std::string_view name) const;
  Frame After(uint32_t frame) const;
  bool NeedsValue(const Frame& frame) const;
  void AddCases(Frame& frame, const Fit& fit, FormulaId begun, const Begun& ways) const;
  void Decide(Frame& frame) const;
  OpenContainer At(const Frame& frame, FormulaId live) const;
  std::string WayText(const Frame& frame) const;
  std::string TailText(const Frame& frame, const Case& which) const;
  std::optional<std::string> RestOfValue(const State& state, FormulaId value) const;
  std::optional<std::string> RestOfText(const State& state, RegexId regex) const;
  RegexId Reread(const State& state, RegexId regex) const;
  Rest FindRest(const State& state, bool with_tail) const;
  Rest FindRestOfName(const State& state) const;
  Rest RestOfOtherName(uint32_t frame) const;
  void OfferName(uint32_t frame, const std::string& name, std::string rest, Rest& best) const;
  std::string ReadText(const State& state) const;

  SchemaMachine& machine_;
  ValueLanguages& languages_;
  ContainerSteps& steps_;
  Finisher& finisher_;
  std::string document_;
  std::vector<State> states_;  // one more than bytes
  std::deque<Frame> frames_;   // frame 0 stands for what holds the document
};

// Whether it is true of the name of a member that the container has at a frame, latest first.
template <typename Predicate>
bool JsonMatcher::AnySeen(uint32_t index, const Predicate& predicate) const {
  for (;; index = frames_[index].before) {
    const Frame& frame = frames_[index];
    if (!frame.cases.empty() && predicate(frame.name)) return true;
    if (frame.before == index) return false;
  }
}

}  // namespace bantam::grammar
