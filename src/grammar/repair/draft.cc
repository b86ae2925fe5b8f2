// Gaps: each comma is written only when an item follows it.
#include "grammar/repair/draft.h"

#include <algorithm>
#include <utility>

namespace bantam::grammar {

void Draft::Comma(size_t offset) {
  if (has_comma()) {
    edits_.Add(offset, "removed an extra ','");
    return;
  }
  comma_ = gap_.size();
  comma_offset_ = offset;
}

void Draft::DropGap() {
  gap_.clear();
  comma_ = kNone;
}

void Draft::BeginItem(size_t items, size_t offset) {
  if (items == 0) return WriteSpace();
  if (has_comma()) {
    gap_.insert(comma_, 1, ',');
  } else {
    out_ += ',';
    edits_.Add(offset, "added a missing ','");
  }
  out_ += gap_;
  DropGap();
}

void Draft::WriteSpace() {
  if (has_comma()) edits_.Add(comma_offset_, "removed an extra ','");
  out_ += gap_;
  DropGap();
}

std::string Draft::Take(size_t values) {
  out_.erase(std::remove(out_.begin(), out_.end(), kMarker), out_.end());
  WriteSpace();
  if (values > 1) {
    edits_.Add(0, "made one array of several values");
    out_.insert(0, 1, '[');
    const size_t last = out_.find_last_not_of(" \n\r\t");
    out_.insert(last + 1, 1, ']');
  }
  return std::move(out_);
}

}  // namespace bantam::grammar
