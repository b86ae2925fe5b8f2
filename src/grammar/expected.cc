// Tries all bytes to tell what may come.
#include "grammar/expected.h"

#include <array>
#include <cstdint>
#include <utility>

namespace bantam::grammar {
namespace {

// A forced text longer than this is cut where people read it.
constexpr size_t kMaxForced = 60;
// Bytes that stand for themselves in a list; runs of letters and digits are ranges.
constexpr int kFirstPrintable = 0x20;
constexpr int kLastAscii = 0x7E;

using ByteSet = std::array<bool, 256>;

bool SameClass(int a, int b) {
  const auto class_of = [](int c) {
    if (c >= '0' && c <= '9') return 1;
    if (c >= 'a' && c <= 'z') return 2;
    if (c >= 'A' && c <= 'Z') return 3;
    return 0;
  };
  return class_of(a) == class_of(b) && class_of(a) != 0;
}

void ListPrintable(const ByteSet& legal, std::vector<std::string>& out) {
  for (int byte = kFirstPrintable; byte <= kLastAscii; ++byte) {
    if (!legal[static_cast<size_t>(byte)]) continue;
    int last = byte;
    while (last < kLastAscii && legal[static_cast<size_t>(last + 1)] && SameClass(byte, last + 1)) {
      ++last;
    }
    const auto text = [](int c) { return std::string(1, static_cast<char>(c)); };
    out.push_back(last > byte + 1 ? text(byte) + "-" + text(last) : text(byte));
    if (last == byte + 1) out.push_back(text(last));
    byte = last;
  }
}

ByteSet Legal(Matcher& matcher) {
  ByteSet legal{};
  for (size_t byte = 0; byte < legal.size(); ++byte) {
    legal[byte] = matcher.Push(static_cast<uint8_t>(byte));
    if (legal[byte]) matcher.Pop(1);
  }
  return legal;
}

int CountPrintable(const ByteSet& legal) {
  int n = 0;
  for (int byte = kFirstPrintable; byte <= kLastAscii; ++byte) {
    n += static_cast<int>(legal[static_cast<size_t>(byte)]);
  }
  return n;
}

// The text that must come, as far as it has no alternative.
std::string Forced(Matcher& matcher) {
  std::string text;
  while (text.size() < kMaxForced && !matcher.Accepting()) {
    const ByteSet legal = Legal(matcher);
    int n = 0;
    size_t only = 0;
    for (size_t byte = 0; byte < legal.size(); ++byte) {
      n += static_cast<int>(legal[byte]);
      if (legal[byte]) only = byte;
    }
    if (n != 1) break;
    matcher.Push(static_cast<uint8_t>(only));
    text += static_cast<char>(only);
  }
  matcher.Pop(text.size());
  return text;
}

}  // namespace

std::vector<std::string> ExpectedNext(Matcher& matcher) {
  std::vector<std::string> out;
  const ByteSet legal = Legal(matcher);
  // Then more may be right than what is known to be.
  if (matcher.losses() > 0) out.emplace_back("what is beyond the limits of the search");
  const std::string forced = Forced(matcher);
  if (!forced.empty()) {
    out.push_back(forced);
    return out;
  }
  constexpr std::array<std::pair<int, const char*>, 3> kBlanks = {
      {{'\t', "tab"}, {'\n', "newline"}, {'\r', "carriage return"}}};
  if (matcher.Accepting()) out.emplace_back("the end");
  for (const auto& [byte, name] : kBlanks) {
    if (legal[static_cast<size_t>(byte)]) out.emplace_back(name);
  }
  if (CountPrintable(legal) > 80) {
    out.emplace_back("text");
  } else {
    ListPrintable(legal, out);
  }
  for (size_t byte = 0x80; byte < legal.size(); ++byte) {
    if (!legal[byte]) continue;
    out.emplace_back("characters beyond ASCII");
    break;
  }
  return out;
}

}  // namespace bantam::grammar
