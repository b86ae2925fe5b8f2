// JsonMatcher: reads a JSON document that is valid against a schema.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "grammar/matcher.h"
#include "grammar/number/number_syntax.h"
#include "grammar/schema/schema_machine.h"
#include "grammar/schema/stage_table.h"
#include "grammar/schema/text_decoder.h"

namespace bantam::grammar {

// One document. RFC 8259, with these choices: no name twice in an object, at most kMostSpace
// characters of white space in a row, none before and after the document, numbers of at most
// kMostNumberBytes bytes.
//
// A stack of frames, one for each open container and for each place in it that was passed; a state
// after each byte says where in which frame the document is. What may come at a place is the
// frame's stage (StageTable).
class JsonMatcher : public Matcher {
 public:
  static constexpr int kMostSpace = 100;

  // `machine` must outlive this.
  explicit JsonMatcher(SchemaMachine& machine) : JsonMatcher(machine, machine.languages().Root()) {}
  // Reads a value that satisfies a formula of the machine. `stages`: the machine's; with those
  // without tails ends are none of the shortest.
  JsonMatcher(SchemaMachine& machine, FormulaId value)
      : JsonMatcher(machine, value, machine.stages()) {}
  JsonMatcher(SchemaMachine& machine, FormulaId value, StageTable& stages);

  bool Push(uint8_t byte) override;
  void Pop(size_t n) override;
  size_t size() const override { return document_.size(); }
  bool Accepting() const override;
  uint32_t FinishBytes() const override;
  bool FinishesWithin(uint32_t bytes) const override;
  std::string Completion() const override;
  std::string OnlyCharacter() const override;
  PlainText plain_text() const override;
  uint32_t plain_characters() const override;
  PlainSet plain_set() const override;
  uint32_t PlainFinishBytes() const override;
  PlainSet loop() const override;
  std::optional<TextPlace> text_place() const override;
  std::optional<std::string> compared_text() const override;
  std::optional<Convergence> convergence() const override;
  uint64_t text_position() const override;
  std::vector<std::string> dead_ends() const override;
  std::vector<std::string> stray_texts() const override;
  bool ends_vary() const override;
  bool AppendPosition(std::string& position) const override;
  bool limited() const override { return beyond_number_; }

  // The string that is being read, if a quote may end it here (copied_strings.cc).
  struct StringRead {
    std::string text;     // decoded
    bool name = false;    // of a member
    bool copied = false;  // accepted by a subschema with x-copy
  };
  std::optional<StringRead> StringHere() const;

  // To know how the document can end becomes dear: it is deep, or in an array of many or large
  // items that have to be compared. JsonChecker reads on at the same pace.
  bool strained() const;

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
    uint32_t frames = 0;    // all there are
    uint32_t start = 0;     // of the value or name, in document_
    RegexId regex = 0;      // what may follow in a name or text
    ScanId scan = kNoScan;  // in names, and in texts where more than `regex` matters
    // Of the container's names (Seen), those that begin with the `name_bytes` read of this one.
    uint32_t seen_first = 0, seen_last = 0, name_bytes = 0;
    mutable std::optional<uint32_t> finish = {};  // FinishBytes(), once asked for

    bool may_be_seen() const { return seen_first < seen_last; }
  };
  using SeenNames = std::vector<const std::string*>;  // ascending
  using Items = std::unordered_set<std::string>;      // by canonical text
  // What is the same after every text or name in a frame's value, where items must differ, but for
  // those with which the value may become one that ends have, too (json_strays.cc).
  struct Strays {
    bool known = true;               // else it is not known of any text …
    size_t least = 0;                // … nor of those that have fewer bytes …
    bool bounded = true;             // … but tails are no shorter than any other text's
    std::vector<uint32_t> tails;     // by case of the frame's stage; kNever: there is none
    std::vector<std::string> texts;  // those others; ascending
    size_t longest = 0;              // bytes of one of them
    bool bounds() const { return known || bounded; }
  };
  struct Frame {
    StageId stage = StageTable::kNone;
    uint32_t outer = 0;     // the frame that waits for this container
    uint32_t start = 0;     // of the container in document_
    uint32_t first = 0;     // the frame of the container's first place
    std::string name = {};  // of the member that is being read
    SeenNames names = {};   // in a first frame: of all members that the container has
    bool in_member = false;
    bool value_matters = false;  // the value itself, to this container or one around it
    // What comes after the container, or one around it, depends on what is in it, as where an item
    // may not (or must) be there twice and more have to come. Then nothing is known beforehand of
    // tails: each is found for the very text that leads to it.
    bool decisive = false;
    uint32_t depth = 0;
    uint32_t compared = 0;  // arrays and objects among the items before, where they are compared
    // In checks, where items are compared: in a first frame all items before; in one after an item
    // that item.
    std::unique_ptr<Items> items = {};
    const std::string* item = nullptr;
    mutable std::unique_ptr<const Strays> strays = {};  // once asked for
  };
  static constexpr ScanId kNoScan = ~ScanId{0};
  static constexpr size_t kMarkBytes = 256;
  // The best rest of a value or name that is being read, and what comes after it.
  struct Rest {
    uint32_t cost = Finish::kNever;  // of both
    std::string text;                // to the value's end
    std::string tail;                // from there
  };
  struct Tail {
    uint32_t cost = 0;
    std::string text = {};  // if it is to be written
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
  void StartText(State& state);
  bool MoveText(State& state, TextDecoder::Step step);
  void NarrowSeen(State& state) const;
  bool EndName(State& state);
  bool EndText(State& state);
  bool EndNumber(State& state);
  bool EndContainer(State& state);
  bool EndValue(State& state, const std::vector<uint8_t>& truth, std::string_view value);
  bool Enter(State& state, StageId stage);
  bool Enter(State& state, Frame frame);
  bool EndComparedValue(State& state, const std::vector<uint8_t>& truth, std::string_view value);
  void DropFrames(size_t left);
  void Forget();
  void ReturnTo(size_t size);
  const State& state() const { return states_.back(); }
  const Frame& FrameOf(const State& state) const { return frames_[state.frame]; }
  const Stage& StageOf(const State& state) const { return stages_[FrameOf(state).stage]; }
  // What comes after the value that is awaited, or one around it, depends on it.
  bool Decides(const Frame& frame) const { return frame.decisive || stages_[frame.stage].decides; }

  // json_plain.cc
  bool InString() const;
  std::optional<RegexPool::Run> PlainRun() const;

  // json_strays.cc
  const Strays& StraysOf(uint32_t frame) const;
  uint32_t AddStrays(uint32_t frame, const Case& which, Strays& strays) const;
  std::span<const std::string> StraysHere(const State& state) const;
  bool Knows(const State& state) const;
  bool IsEven(const State& state) const;
  bool IsBounded(const State& state) const;

  // copied_strings.cc
  bool Copies(FormulaId value, const std::string& text) const;
  bool CopiesName(FormulaId live, const std::string& name) const;

  // json_ways.cc
  RegexId NewNames(uint32_t frame) const;
  RegexId NewRest(const State& state) const;
  NamePlan::Kind NamesOf(const State& state) const;
  bool HasNewListed(const State& state) const;
  bool AliveName(const State& state) const;
  bool AliveWithinCharacter(const State& state) const;
  const SeenNames& Seen(uint32_t frame) const { return frames_[frames_[frame].first].names; }
  // Where a name stands, or would stand.
  static SeenNames::const_iterator PlaceOf(std::string_view name, const SeenNames& names) {
    return std::partition_point(names.begin(), names.end(),
                                [&](const std::string* other) { return *other < name; });
  }
  std::span<const std::string* const> SeenThatBeginSo(const State& state) const;
  RegexId SeenTexts(uint32_t frame) const;
  bool IsSeen(uint32_t frame, std::string_view name) const;
  std::optional<Tail> FindWay(uint32_t frame, bool written) const;
  std::optional<Tail> FindTail(uint32_t frame, const Stage& stage, const Case& which,
                               std::string value, uint32_t start, bool written) const;
  std::optional<Tail> CloseAfter(const Case& which, std::string_view value, uint32_t start,
                                 bool written) const;
  std::optional<std::string> OtherRestOfText(const State& state, FormulaId value,
                                             const std::string& rest,
                                             std::vector<RegexId>& tried) const;
  std::optional<std::string> RestOfValue(const State& state, FormulaId value) const;
  std::optional<std::string> RestOfText(const State& state, RegexId regex) const;
  std::optional<std::string> RestOfNumber(FormulaId value, std::string_view text) const;
  static std::optional<std::string> RestOfWord(const State& state, std::string_view word);
  RegexId Reread(const State& state, RegexId regex) const;
  Rest FindRest(const State& state, bool with_tail) const;
  uint32_t FindFinishBytes() const;
  std::optional<uint64_t> QuickBound() const;
  uint64_t MostAfterText() const;
  uint32_t LeastRestOfName(const State& state) const;
  size_t LeastAfterName(const State& state, const std::string& name, size_t tail) const;
  std::vector<std::string> NamesOfEnd(const State& state) const;
  Rest FindRestOfName(const State& state, bool with_tail) const;
  std::optional<std::string> NewRest(const State& state, RegexId texts, const std::string& read,
                                     std::string_view rest) const;
  void OfferName(uint32_t frame, const std::string& name, std::string rest, bool with_tail,
                 Rest& best) const;
  std::string ReadText(const State& state) const;

  SchemaMachine& machine_;
  ValueLanguages& languages_;
  ContainerSteps& steps_;
  Finisher& finisher_;
  StageTable& stages_;
  ScanTable& scans_;
  const bool checks_;           // stages without tails
  bool beyond_number_ = false;  // the last byte was refused because of IsWrittenNumber alone
  std::string document_;
  // After byte kept_from_ and each that follows. In checks only the last are kept, …
  std::vector<State> states_;
  size_t kept_from_ = 0;
  std::vector<State> marks_;  // … and of those before them every kMarkBytes-th
  std::deque<Frame> frames_;  // frame 0 stands for what holds the document
};

// The same for documents that are there already: it says only what is valid. Time and memory are
// linear in the depth, too, and in the items of an array that are compared. The first byte that no
// valid document has there may be taken in a value whose end is not: that of an item that is there
// twice, or must be.
class JsonChecker : public JsonMatcher {
 public:
  explicit JsonChecker(SchemaMachine& machine) : JsonChecker(machine, machine.languages().Root()) {}
  JsonChecker(SchemaMachine& machine, FormulaId value)
      : JsonMatcher(machine, value, machine.checks()) {}
};

}  // namespace bantam::grammar
