// CodePointSet: a set of Unicode scalar values as sorted ranges.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace bantam::grammar {

// Surrogates (U+D800..U+DFFF) are never members: text is made of scalar values.
class CodePointSet {
 public:
  struct Range {
    char32_t first;
    char32_t last;  // included
    bool operator==(const Range&) const = default;
  };
  static constexpr char32_t kLast = 0x10FFFF;

  CodePointSet() = default;  // empty
  static CodePointSet All();
  static CodePointSet Of(char32_t first, char32_t last);  // a range; surrogates are left out

  void Add(char32_t first, char32_t last);
  void Add(const CodePointSet& other);
  CodePointSet Complement() const;
  CodePointSet Intersect(const CodePointSet& other) const;

  bool empty() const { return ranges_.empty(); }
  bool Has(char32_t code_point) const { return HasAnyOf(code_point, code_point); }
  bool HasAnyOf(char32_t first, char32_t last) const;  // of a range, the last included
  std::span<const Range> ranges() const {
    return ranges_;
  }  // ascending, neither touching nor empty
  bool operator==(const CodePointSet&) const = default;

 private:
  std::vector<Range> ranges_;
};

}  // namespace bantam::grammar
