// EditList: what a repair changed, kept short whatever the text.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/json_repair.h"

namespace bantam::grammar {

class EditList {
 public:
  // The first kMaxJsonEdits are kept, the others only counted.
  void Add(size_t offset, std::string_view what) {
    ++count_;
    if (edits_.size() < kMaxJsonEdits) edits_.push_back({offset, std::string(what)});
  }
  void Add(JsonEdit edit) {
    ++count_;
    if (edits_.size() < kMaxJsonEdits) edits_.push_back(std::move(edit));
  }

  size_t count() const { return count_; }

  // In the order of the text; those of one place in the order they were added.
  std::vector<JsonEdit> Take() {
    std::vector<std::pair<size_t, size_t>> order;  // offset, index
    order.reserve(edits_.size());
    for (size_t i = 0; i < edits_.size(); ++i) order.emplace_back(edits_[i].offset, i);
    std::sort(order.begin(), order.end());
    std::vector<JsonEdit> sorted;
    sorted.reserve(order.size());
    for (const auto& [offset, i] : order) sorted.push_back(std::move(edits_[i]));
    edits_.clear();
    return sorted;
  }

 private:
  std::vector<JsonEdit> edits_;
  size_t count_ = 0;
};

}  // namespace bantam::grammar
