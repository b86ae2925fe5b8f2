// Draft: the repaired text while it is written. Whitespace and commas wait until it is known
// whether an item follows, so that what is added stands where a person would put it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "grammar/repair/edit_list.h"

namespace bantam::grammar {

class Draft {
 public:
  // Stands where a bracket may yet be written; removed in the end. No JSON text contains it.
  static constexpr char kMarker = '\x01';

  explicit Draft(EditList* edits) : edits_(*edits) {}

  std::string& out() { return out_; }
  size_t size() const { return out_.size(); }

  // What lies between two tokens.
  void Space(std::string_view space) { gap_.append(space); }
  void Comma(size_t offset);
  bool has_comma() const { return comma_ != kNone; }
  bool has_newline() const { return gap_.find('\n') != std::string::npos; }
  void DropGap();

  // Writes the gap before an item: with its comma if there are `items` before it, else without.
  // `offset` is where the item stands in the text.
  void BeginItem(size_t items, size_t offset);
  void WriteSpace();                 // the gap without a comma
  void Write(char c) { out_ += c; }  // behind what is written, before the gap
  void Write(std::string_view text) { out_ += text; }

  // The finished text, in brackets if it holds several values.
  std::string Take(size_t values);

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);

  EditList& edits_;
  std::string out_;
  std::string gap_;
  size_t comma_ = kNone;  // where in the gap a comma stands
  size_t comma_offset_ = 0;
};

}  // namespace bantam::grammar
