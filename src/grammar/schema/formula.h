// FormulaPool: hash-consed Boolean formulas over numbered atoms.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace bantam::grammar {

// A formula of a pool. Equal formulas have equal ids.
using FormulaId = uint32_t;
using FormulaList = std::vector<FormulaId>;

enum class FormulaOp : uint8_t {
  kFalse,
  kTrue,
  kAtom,
  kNot,   // of an atom, a kOne or a kNode
  kAnd,   // of two or more, none of them kAnd
  kOr,    // of two or more, none of them kOr
  kOne,   // exactly one of them is true
  kNode,  // an atom that carries formulas along
};

// In negation normal form but for kOne; conjunctions and disjunctions are flat, sorted, without
// duplicates, and kFalse (kTrue) as soon as they hold a formula and its negation. Formulas stay as
// long as the pool. Not thread-safe.
class FormulaPool {
 public:
  static constexpr FormulaId kFalse = 0;
  static constexpr FormulaId kTrue = 1;
  static constexpr size_t kMostFormulas = 2'000'000;

  FormulaPool();

  FormulaId Atom(uint32_t atom) { return Intern(FormulaOp::kAtom, atom, {}); }
  FormulaId Node(uint32_t atom, FormulaList children) {
    return Intern(FormulaOp::kNode, atom, std::move(children));
  }
  FormulaId Not(FormulaId formula);
  FormulaId And(FormulaList parts);
  FormulaId Or(FormulaList parts);
  FormulaId One(FormulaList parts);
  FormulaId IfElse(FormulaId condition, FormulaId then, FormulaId otherwise);
  // The formula of that kind (no atom, no node) of other parts.
  FormulaId Combine(FormulaOp operation, FormulaList parts);

  FormulaOp op(FormulaId id) const { return formulas_[id].op; }
  uint32_t atom(FormulaId id) const { return formulas_[id].atom; }
  std::span<const FormulaId> children(FormulaId id) const {
    const Formula& f = formulas_[id];
    return {children_.data() + f.first, f.count};
  }
  // What a formula is the conjunction of: itself, if it is none.
  FormulaList Conjuncts(FormulaId id) const {
    if (op(id) != FormulaOp::kAnd) return {id};
    return {children(id).begin(), children(id).end()};
  }
  size_t size() const { return formulas_.size(); }
  // Formulas looked at since the beginning, each as often as it was (rough: 30 ns). Those who walk
  // through formulas on their own count what they look at, too.
  uint64_t work() const { return work_; }
  void Count(uint64_t looked_at) { work_ += looked_at; }
  // Formulas were left out (kFalse was given) for want of room.
  bool full() const { return full_; }

  // The formula with each atom and node replaced by what `leaf(id)` gives for it. `memo` holds what
  // is known already and is added to.
  template <typename Leaf>
  FormulaId Map(FormulaId id, std::unordered_map<FormulaId, FormulaId>& memo, const Leaf& leaf) {
    if (id <= kTrue) return id;
    ++work_;
    if (auto known = memo.find(id); known != memo.end()) return known->second;
    const FormulaOp operation = op(id);
    FormulaId result = kFalse;
    if (operation == FormulaOp::kAtom || operation == FormulaOp::kNode) {
      result = leaf(id);
    } else {
      FormulaList parts;
      const size_t count = children(id).size();
      parts.reserve(count);
      for (size_t i = 0; i < count; ++i) parts.push_back(Map(children(id)[i], memo, leaf));
      result = Combine(operation, std::move(parts));
    }
    memo.emplace(id, result);
    return result;
  }

 private:
  struct Formula {
    FormulaOp op;
    uint32_t atom;
    uint32_t first;
    uint32_t count;
    FormulaId negation;  // kUnknown until asked for
  };
  static constexpr FormulaId kUnknown = ~FormulaId{0};

  FormulaId Join(FormulaOp operation, FormulaList parts);
  FormulaId Intern(FormulaOp op, uint32_t atom, FormulaList children);

  std::vector<Formula> formulas_;
  std::vector<FormulaId> children_;
  std::unordered_multimap<uint64_t, FormulaId> index_;  // by hash
  bool full_ = false;
  uint64_t work_ = 0;
};

}  // namespace bantam::grammar
