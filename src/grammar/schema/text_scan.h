// ScanTable: what has been read of a name or text, as far as anything depends on it.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "grammar/schema/container_steps.h"
#include "grammar/schema/words_hash.h"

namespace bantam::grammar {

// A state of the product of several languages' automata, and of the words of a list that begin with
// what has been read. Equal ids are equal states.
using ScanId = uint32_t;

// Remembers every state and its transitions for ASCII. Not thread-safe.
class ScanTable {
 public:
  explicit ScanTable(ContainerSteps& steps)
      : steps_(steps), regexes_(steps.languages().regexes()) {}

  // At the beginning of a name of which names.listed and names.patterns are told from others.
  ScanId OfNames(RegexId legal, NamesId names);
  // At the beginning of a text of which `asked` has to be known.
  ScanId OfTexts(RegexId legal, std::vector<RegexId> asked);

  // After one more character.
  ScanId Next(ScanId scan, char32_t code_point);
  // What may follow.
  RegexId legal(ScanId scan) const { return scans_[scan].legal; }
  // The listed names that begin with what has been read.
  std::span<const uint32_t> Listed(ScanId id) const {
    const Scan& scan = scans_[id];
    return std::span(steps_.names(scan.names).listed).subspan(scan.first, scan.last - scan.first);
  }
  // What may follow of the others' texts (Names::Other) after what has been read; `make` finds it.
  template <typename Make>
  RegexId RestOfOther(ScanId scan, uint32_t other, const Make& make) {
    const auto [it, added] = rests_.try_emplace(uint64_t{scan} << 32 | other, RegexPool::kNothing);
    if (added) it->second = make();
    return it->second;
  }
  // What the name is that has been read.
  NameClassId NameClassOf(ScanId scan);
  // Whether it is a text of each language asked for.
  std::vector<uint8_t> TruthOf(ScanId scan) const;

  // Every plain character (matcher.h) leads back here.
  bool Loops(ScanId scan);
  // The code points that do, listed names apart.
  const CodePointSet& LoopOf(ScanId scan);
  // Where more characters of ASCII than to any other lead to one state and, there, back to it.
  struct Convergence {
    ScanId to;
    // First bytes (UTF-8) that only characters have which do both, or the latter.
    std::bitset<256> first_bytes, loop;
  };
  const std::optional<Convergence>& ConvergenceOf(ScanId scan);

 private:
  static constexpr ScanId kUnknown = ~ScanId{0};
  // `first` … `last`: of names.listed, those whose first `depth` bytes are what has been read.
  struct Scan {
    RegexId legal = RegexPool::kNothing;
    std::vector<RegexId> others;
    NamesId names = 0;
    uint32_t first = 0, last = 0, depth = 0;
    // found when first asked for
    std::unique_ptr<std::array<ScanId, 128>> ascii;
    std::optional<bool> loops;
    std::optional<NameClassId> name_class;
    std::unique_ptr<std::optional<Convergence>> convergence;
    std::unique_ptr<CodePointSet> loop;
  };
  ScanId Intern(Scan scan);
  ScanId Advance(ScanId from, char32_t code_point);
  void Narrow(Scan& scan, char32_t code_point) const;
  const std::string& NameAt(const Scan& scan, uint32_t index) const;
  bool LeadsBack(RegexId regex);
  std::optional<Convergence> Converge(ScanId scan);
  CodePointSet Leading(const Scan& from, const Scan& to);

  ContainerSteps& steps_;
  RegexPool& regexes_;
  std::deque<Scan> scans_;
  std::unordered_map<std::vector<uint32_t>, ScanId, WordsHash> ids_;
  std::unordered_map<uint64_t, RegexId> rests_;
};

}  // namespace bantam::grammar
