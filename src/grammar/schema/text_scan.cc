// Steps of the product, and where they lead to soon.
#include "grammar/schema/text_scan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/utf8.h"
#include "grammar/schema/prefix_range.h"

namespace bantam::grammar {
namespace {

constexpr int kFewAscii = 8;

uint8_t FirstByte(char32_t code_point) {
  std::string text;
  AppendUtf8(code_point, text);
  return static_cast<uint8_t>(text[0]);
}

// Bytes that begin plain characters of the set only, surrogates apart.
std::bitset<256> FirstBytesOf(const CodePointSet& set) {
  std::bitset<256> bytes;
  for (unsigned byte = 0x20; byte < 0x80; ++byte) bytes[byte] = byte != '"' && byte != '\\';
  for (unsigned byte = 0xC2; byte <= 0xF4; ++byte) bytes.set(byte);
  const CodePointSet others = set.Complement();
  for (const CodePointSet::Range& range : others.ranges()) {
    for (unsigned byte = FirstByte(range.first); byte <= FirstByte(range.last); ++byte) {
      bytes.reset(byte);
    }
  }
  return bytes;
}

}  // namespace

ScanId ScanTable::OfNames(RegexId legal, NamesId names) {
  Scan scan;
  scan.legal = legal;
  scan.others = steps_.names(names).patterns;
  scan.names = names;
  scan.last = static_cast<uint32_t>(steps_.names(names).listed.size());
  return Intern(std::move(scan));
}

ScanId ScanTable::OfTexts(RegexId legal, std::vector<RegexId> asked) {
  Scan scan;
  scan.legal = legal;
  scan.others = std::move(asked);
  return Intern(std::move(scan));
}

ScanId ScanTable::Intern(Scan scan) {
  // Where no listed name goes on so, it does not matter how much has been read.
  if (scan.first == scan.last) scan.first = scan.last = scan.depth = 0;
  std::vector<uint32_t> key = {scan.legal, scan.names, scan.first, scan.last, scan.depth};
  key.insert(key.end(), scan.others.begin(), scan.others.end());
  const auto [it, added] = ids_.emplace(std::move(key), static_cast<ScanId>(scans_.size()));
  if (added) scans_.push_back(std::move(scan));
  return it->second;
}

ScanId ScanTable::Next(ScanId from, char32_t code_point) {
  if (code_point >= 128) return Advance(from, code_point);
  auto& ascii = scans_[from].ascii;
  if (!ascii) {
    ascii = std::make_unique<std::array<ScanId, 128>>();
    ascii->fill(kUnknown);
  }
  ScanId& next = (*ascii)[code_point];
  if (next == kUnknown) next = Advance(from, code_point);
  return next;
}

ScanId ScanTable::Advance(ScanId from, char32_t code_point) {
  const Scan& before = scans_[from];
  Scan next;
  next.legal = regexes_.Derive(before.legal, code_point);
  next.names = before.names;
  next.others.reserve(before.others.size());
  for (RegexId other : before.others) next.others.push_back(regexes_.Derive(other, code_point));
  next.first = before.first;
  next.last = before.last;
  next.depth = before.depth;
  Narrow(next, code_point);
  return Intern(std::move(next));
}

const std::string& ScanTable::NameAt(const Scan& scan, uint32_t index) const {
  return steps_.languages().strings()[steps_.names(scan.names).listed[index]];
}

// Keeps the listed names that go on with a character.
void ScanTable::Narrow(Scan& scan, char32_t code_point) const {
  if (scan.first == scan.last) return;  // a text's has no names at all
  std::string text;
  AppendUtf8(code_point, text);
  const auto& listed = steps_.names(scan.names).listed;
  const auto [low, high] = GoingOn(
      listed.begin() + scan.first, listed.begin() + scan.last, scan.depth, text,
      [&](uint32_t name) -> std::string_view { return steps_.languages().strings()[name]; });
  scan.first = static_cast<uint32_t>(low - listed.begin());
  scan.last = static_cast<uint32_t>(high - listed.begin());
  scan.depth += static_cast<uint32_t>(text.size());
}

NameClassId ScanTable::NameClassOf(ScanId id) {
  Scan& scan = scans_[id];
  if (scan.name_class) return *scan.name_class;
  const Names& names = steps_.names(scan.names);
  if (scan.first < scan.last && NameAt(scan, scan.first).size() == scan.depth) {
    scan.name_class = names.listed_class[scan.first];
  } else {
    NameClass other;
    for (size_t i = 0; i < scan.others.size(); ++i) {
      if (regexes_.Nullable(scan.others[i])) other.matched.push_back(names.patterns[i]);
    }
    scan.name_class = steps_.InternClass(std::move(other));
  }
  return *scan.name_class;
}

std::vector<uint8_t> ScanTable::TruthOf(ScanId scan) const {
  std::vector<uint8_t> truth;
  for (RegexId other : scans_[scan].others) truth.push_back(regexes_.Nullable(other) ? 1 : 0);
  return truth;
}

bool ScanTable::LeadsBack(RegexId regex) {
  return regex == RegexPool::kNothing || regexes_.LoopsOnPlain(regex);
}

bool ScanTable::Loops(ScanId id) {
  Scan& scan = scans_[id];
  if (!scan.loops) {
    scan.loops = scan.first == scan.last && regexes_.LoopsOnPlain(scan.legal) &&
                 std::all_of(scan.others.begin(), scan.others.end(),
                             [&](RegexId other) { return LeadsBack(other); });
  }
  return *scan.loops;
}

const std::optional<ScanTable::Convergence>& ScanTable::ConvergenceOf(ScanId id) {
  if (!scans_[id].convergence) {
    auto found = std::make_unique<std::optional<Convergence>>(Converge(id));
    scans_[id].convergence = std::move(found);
  }
  return *scans_[id].convergence;
}

std::optional<ScanTable::Convergence> ScanTable::Converge(ScanId id) {
  std::map<ScanId, int> targets;  // how many characters lead there and stay
  for (char32_t c = 0x20; c < 0x80; ++c) {
    const ScanId next = Next(id, c);
    if (regexes_.Alive(scans_[next].legal) && Next(next, c) == next) ++targets[next];
  }
  const auto most =
      std::max_element(targets.begin(), targets.end(),
                       [](const auto& x, const auto& y) { return x.second < y.second; });
  if (most == targets.end() || most->second < kFewAscii) return std::nullopt;
  const ScanId to = most->first;
  const CodePointSet& loop = LoopOf(to);
  Convergence found{to, FirstBytesOf(loop.Intersect(Leading(scans_[id], scans_[to]))),
                    FirstBytesOf(loop)};
  const Scan& here = scans_[id];
  for (uint32_t i = here.first; i < here.last; ++i) {
    const std::string& name = NameAt(here, i);
    if (name.size() > here.depth) found.first_bytes.reset(static_cast<uint8_t>(name[here.depth]));
  }
  return found.first_bytes.any() ? std::optional(found) : std::nullopt;
}

// The characters that lead from one to the other, listed names apart.
CodePointSet ScanTable::Leading(const Scan& from, const Scan& to) {
  CodePointSet leading = regexes_.Leading(from.legal, to.legal);
  for (size_t i = 0; i < from.others.size(); ++i) {
    leading = leading.Intersect(regexes_.Leading(from.others[i], to.others[i]));
  }
  return leading;
}

// Listed names are no part of a loop: reading on leads nearer to their end.
const CodePointSet& ScanTable::LoopOf(ScanId id) {
  Scan& scan = scans_[id];
  if (!scan.loop) {
    scan.loop = std::make_unique<CodePointSet>();
    if (scan.first == scan.last) *scan.loop = Leading(scan, scan);
  }
  return *scan.loop;
}

}  // namespace bantam::grammar
