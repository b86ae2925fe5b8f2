// Repairer: reads text that is almost JSON and writes JSON, value by value, on an explicit stack.
//
// What is written is valid whatever is read; the rest is guesswork about what was meant, kept in
// StringEnd (which quotes end strings), BareValue (words) and here (brackets, commas, colons).
// repairer.cc has arrays and objects, repairer_value.cc strings and words, repairer_top.cc what
// surrounds the document. Linear in time and memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/json_repair.h"
#include "grammar/repair/draft.h"
#include "grammar/repair/edit_list.h"
#include "grammar/repair/string_end.h"
#include "grammar/repair/tolerant_text.h"

namespace bantam::grammar {

class Repairer {
 public:
  // `text` must outlive the repairer.
  explicit Repairer(std::string_view text) : text_(text), string_end_(&text_), draft_(&edits_) {}

  // Call once. Fails as RepairJson does.
  Result<JsonRepair> Run();

 private:
  enum class Kind : uint8_t {
    kObject,
    kArray,
    kTuple,  // (1, 2); a single value stays itself
    kCall,   // ObjectId("…"): its argument
  };
  enum class State : uint8_t { kItem, kColon, kValue };

  // An array or object whose end has not been seen yet.
  struct Frame {
    Kind kind = Kind::kObject;
    State state = State::kItem;
    bool implicit = false;  // it had no opening bracket
    bool comma = false;     // a comma was there
    bool first_is_array = false;
    size_t open = 0;  // where its bracket stands in the draft
    size_t items = 0;
    size_t item = 0;         // where the last item begins in the draft
    size_t item_offset = 0;  // and in the text
    bool item_is_string = false;
    char item_bracket = '\0';  // the one that the last item opened with
    size_t first_key = 0;      // where its first key stands in the text
    size_t before_item = 0;    // where the draft ended before the last item and its comma
    size_t value = 0;          // where the last member's value begins in the draft
    bool value_is_string = false;
    size_t row_items = 0;  // how many scalars the last item, an array, holds
    size_t scalars = 0;    // rows: where in the draft items that are no arrays begin; 0: none
  };

  // repairer.cc
  void InnerStep();
  bool Punctuation();
  void ObjectItem();
  void ObjectBracket(char bracket);
  void Colon();
  void MemberValue();
  void ArrayItem();
  void BeginItem(bool array);
  void ToArray();
  bool ListEndsAhead(size_t at);
  void WrapList();
  void InsertArray(size_t at);
  bool RowEnds() const;
  size_t Indent(size_t at) const;
  void WrapLastItem(size_t item);
  bool CanReopen(Kind kind) const;
  void Reopen();
  void Push(Kind kind, char bracket);
  void CloseBracket(char bracket);
  bool MistakenBracket(char bracket);
  void Close(bool given);
  bool SameFirstKey() const;
  void CloseAll();
  void Junk(std::string_view what);
  Frame& top() { return frames_.back(); }
  size_t& due(char bracket) { return due_[bracket == '}' ? 0 : bracket == ']' ? 1 : 2]; }

  // repairer_value.cc
  void ReadGap(bool value);
  void Value(StringRole role);
  void String(StringRole role);
  void Text(size_t begin, size_t end);
  void Key();
  void BareKey();
  void Bare(StringRole role);
  size_t BareEnd(StringRole role, size_t* next);
  bool BareStopsAtQuote(StringRole role, size_t at, size_t* next);
  bool BareStopsAtSpace(StringRole role, size_t at);
  bool BareStopsAtBracket(char bracket, size_t at);
  bool CommaIsText(StringRole role, size_t behind);
  size_t RegexLength(size_t begin);
  void Regex(size_t length);
  bool QuotedAt(size_t at) const;
  size_t PrefixLength(size_t at);
  size_t CallLength(size_t at);

  // repairer_top.cc
  void Begin();
  void TopStep();
  bool StartsValue();
  size_t Behind(size_t at);
  bool Plausible(size_t at, bool weak);
  size_t FindStart(size_t at, bool weak);
  void Prose();
  void Fence();
  bool IsScalarList(size_t at);
  size_t TextEnd() const;
  void WholeText();

  TolerantText text_;
  StringEnd string_end_;
  EditList edits_;
  Draft draft_;
  size_t at_ = 0;
  std::vector<Frame> frames_;
  std::string open_;                              // [frames] the closing bracket each waits for
  size_t due_[3] = {0, 0, 0};                     // how many of them wait for } ] )
  std::optional<Frame> closed_;                   // the container closed last,
  size_t closed_size_ = 0;                        // and how long the draft was then
  size_t reopened_at_ = static_cast<size_t>(-1);  // where one was opened again, once per place
  bool too_deep_ = false;
  // Around the document.
  size_t values_ = 0;
  size_t top_item_ = 0;  // where the last of them begins in the draft
  bool top_is_string_ = false;
  bool scalars_only_ = false;  // no bracket begins anything
  bool weak_ = false;          // even [1] or {} in prose counts
  bool adjacent_ = false;      // nothing but space since the last value
  bool fresh_ = true;          // nothing but space since the beginning (of the fence)
  bool prose_first_ = false;   // prose before the first value
  bool in_fence_ = false;
  bool fenced_ = false;  // there was a value in a fence
};

}  // namespace bantam::grammar
