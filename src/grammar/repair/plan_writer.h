// Writes what a plan makes of a document, and what it changed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "grammar/repair/edit_list.h"
#include "grammar/repair/repair_space.h"

namespace bantam::grammar {

struct WrittenPlan {
  std::string text;
  EditList edits;                   // offsets in the tree's first text
  std::optional<JsonEdit> failure;  // the first value that was given up
};

// What is not changed is written byte by byte. No recursion; linear in what is written, but for the
// pointers of edits.
WrittenPlan WritePlan(const RepairSpace& space, PlanId plan);
std::string PlanText(const RepairSpace& space, PlanId plan);

}  // namespace bantam::grammar
