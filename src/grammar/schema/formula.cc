// Formulas are simplified as they are made, so that most of what a document decides shows at once.
#include "grammar/schema/formula.h"

#include <algorithm>
#include <utility>

namespace bantam::grammar {
namespace {

uint64_t HashOf(FormulaOp op, uint32_t atom, const FormulaList& children) {
  uint64_t hash = (uint64_t{atom} << 8 | static_cast<uint64_t>(op)) * 0x9E3779B97F4A7C15;
  for (FormulaId child : children) hash = (hash ^ child ^ hash >> 29) * 0xBF58476D1CE4E5B9;
  return hash ^ hash >> 32;
}

}  // namespace

FormulaPool::FormulaPool() {
  formulas_.push_back({FormulaOp::kFalse, 0, 0, 0, kTrue});
  formulas_.push_back({FormulaOp::kTrue, 0, 0, 0, kFalse});
}

FormulaId FormulaPool::Intern(FormulaOp op, uint32_t atom, FormulaList children) {
  const uint64_t hash = HashOf(op, atom, children);
  work_ += 1 + children.size();
  const auto [begin, end] = index_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    const Formula& known = formulas_[it->second];
    if (known.op == op && known.atom == atom && known.count == children.size() &&
        std::equal(children.begin(), children.end(), children_.begin() + known.first)) {
      return it->second;
    }
  }
  if (formulas_.size() >= kMostFormulas) {
    full_ = true;
    return kFalse;
  }
  const auto id = static_cast<FormulaId>(formulas_.size());
  formulas_.push_back({op, atom, static_cast<uint32_t>(children_.size()),
                       static_cast<uint32_t>(children.size()), kUnknown});
  children_.insert(children_.end(), children.begin(), children.end());
  index_.emplace(hash, id);
  return id;
}

FormulaId FormulaPool::Not(FormulaId formula) {
  if (formulas_[formula].negation != kUnknown) return formulas_[formula].negation;
  FormulaId result = kFalse;
  const FormulaOp operation = op(formula);
  if (operation == FormulaOp::kAnd || operation == FormulaOp::kOr) {
    FormulaList parts(children(formula).begin(), children(formula).end());
    for (FormulaId& part : parts) part = Not(part);
    result = operation == FormulaOp::kAnd ? Or(std::move(parts)) : And(std::move(parts));
  } else {
    result = Intern(FormulaOp::kNot, 0, {formula});
  }
  formulas_[formula].negation = result;
  if (formulas_[result].negation == kUnknown) formulas_[result].negation = formula;
  return result;
}

FormulaId FormulaPool::And(FormulaList parts) {
  return Join(FormulaOp::kAnd, std::move(parts));
}

FormulaId FormulaPool::Or(FormulaList parts) {
  return Join(FormulaOp::kOr, std::move(parts));
}

FormulaId FormulaPool::Join(FormulaOp operation, FormulaList parts) {
  const FormulaId neutral = operation == FormulaOp::kAnd ? kTrue : kFalse;
  const FormulaId absorbing = operation == FormulaOp::kAnd ? kFalse : kTrue;
  FormulaList flat;
  flat.reserve(parts.size());
  for (FormulaId part : parts) {
    if (part == absorbing) return absorbing;
    if (op(part) == operation) {
      flat.insert(flat.end(), children(part).begin(), children(part).end());
    } else if (part != neutral) {
      flat.push_back(part);
    }
  }
  work_ += flat.size();
  std::sort(flat.begin(), flat.end());
  flat.erase(std::unique(flat.begin(), flat.end()), flat.end());
  for (FormulaId part : flat) {
    const FormulaId negation = formulas_[part].negation;
    if (negation != kUnknown && std::binary_search(flat.begin(), flat.end(), negation)) {
      return absorbing;
    }
  }
  if (flat.empty()) return neutral;
  if (flat.size() == 1) return flat[0];
  return Intern(operation, 0, std::move(flat));
}

FormulaId FormulaPool::One(FormulaList parts) {
  work_ += parts.size();
  std::erase(parts, kFalse);
  const auto true_ones = std::count(parts.begin(), parts.end(), kTrue);
  if (true_ones > 1 || parts.empty()) return kFalse;
  if (true_ones == 1) {
    std::erase(parts, kTrue);
    for (FormulaId& part : parts) part = Not(part);
    return And(std::move(parts));
  }
  std::sort(parts.begin(), parts.end());
  FormulaList single;
  FormulaList all;  // a formula that is there twice cannot be the one
  for (size_t i = 0; i < parts.size();) {
    size_t next = i + 1;
    while (next < parts.size() && parts[next] == parts[i]) ++next;
    if (next == i + 1) {
      single.push_back(parts[i]);
    } else {
      all.push_back(Not(parts[i]));
    }
    i = next;
  }
  if (single.empty()) return kFalse;
  const bool alone = single.size() == 1;
  all.push_back(alone ? single[0] : Intern(FormulaOp::kOne, 0, std::move(single)));
  return And(std::move(all));
}

FormulaId FormulaPool::IfElse(FormulaId condition, FormulaId then, FormulaId otherwise) {
  if (then == otherwise) return then;
  return Or({And({condition, then}), And({Not(condition), otherwise})});
}

FormulaId FormulaPool::Combine(FormulaOp operation, FormulaList parts) {
  switch (operation) {
    case FormulaOp::kNot: return Not(parts[0]);
    case FormulaOp::kAnd: return And(std::move(parts));
    case FormulaOp::kOr: return Or(std::move(parts));
    default: return One(std::move(parts));
  }
}

}  // namespace bantam::grammar
