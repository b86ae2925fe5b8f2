// Matcher: reads one document byte by byte and knows whether, and how shortly, it can be finished.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace bantam::grammar {

class TextAutomaton;

// What a matcher says about plain text at its position, so that masks need not try every token.
// Plain text is any sequence of whole UTF-8 characters (RFC 3629) without control characters (below
// U+0020), '"' and '\'. Inside a character the answer is kTry.
enum class PlainText : uint8_t {
  kTry,      // nothing is promised: try each byte
  kLegal,    // every text of at most plain_characters() of plain_set() may come next, and no other
             // plain text
  kUniform,  // every plain text may come next, and nothing that comes after depends on which: the
             // position after it is this one, but for what the matcher remembers of the text
             // without it mattering here
};

// A set of plain characters, as exactly as masks need to know it: patterns tell apart what is in
// ASCII, and "." is everything but two line separators, U+2028 and U+2029.
struct PlainSet {
  enum Part : uint8_t { kNone, kSome, kAll };
  uint64_t ascii[2] = {0, 0};  // bit c % 64 of word c / 64 for each character of U+0020 … U+007F
  bool beyond_ascii = false;   // all characters from U+0080 on but U+2000 … U+2FFF, or none
  Part punctuation = kNone;    // of U+2000 … U+2FFF, which begin with byte E2

  static constexpr PlainSet All() {
    return {
        {~uint64_t{0} << 32 & ~(uint64_t{1} << '"'), ~(uint64_t{1} << ('\\' - 64))}, true, kAll};
  }
  bool operator==(const PlainSet&) const = default;
};

// Where in a text with an automaton a matcher is: plain text (kinds of characters that are not
// quoted texts' own: every text) may come next exactly if it leads to a state that is not dead and
// owes no more than may come.
struct TextPlace {
  TextAutomaton* automaton;
  uint32_t row;          // TextAutomaton::Row
  uint64_t bytes_after;  // that are owed at most besides the characters of the text
  bool quoted;           // '"', '\' and control characters are none of the text's
  bool same_end;         // what may come after the text's quote does not depend on the text
  uint64_t most;         // code points that may come and that the text then owes, in sum
  bool exact = false;    // bytes_after are owed, no fewer, but after stray_texts()
  // What the automaton is a part of: the matcher may leave it as soon as it reads on.
  std::shared_ptr<const void> caches = {};
};

// One per running document. Not thread-safe; matchers of one grammar share its caches and must run
// on one thread at a time. Every answer depends on the grammar and the bytes alone, never on
// caches or time; but for losses(), on what this very matcher was asked before.
class Matcher {
 public:
  virtual ~Matcher() = default;

  // Reads one more byte. False, and nothing has changed, if no document that can be finished
  // begins with it: what has been read can always be finished. Takes amortised constant time.
  virtual bool Push(uint8_t byte) = 0;

  // Takes back the last `n` bytes (at most size()).
  virtual void Pop(size_t n) = 0;

  // Bytes read.
  virtual size_t size() const = 0;

  // The document may end here.
  virtual bool Accepting() const = 0;

  // Length of Completion() in constant time: bytes that certainly finish the document, the fewest
  // known. 0 if and only if Accepting().
  virtual uint32_t FinishBytes() const = 0;

  // FinishBytes() <= bytes, maybe sooner known than FinishBytes() itself.
  virtual bool FinishesWithin(uint32_t bytes) const { return FinishBytes() <= bytes; }

  // Bytes which, pushed from here, lead to Accepting(). After each of them FinishBytes() is at most
  // the number of those that are left: less where a shorter way shows only then.
  virtual std::string Completion() const = 0;

  // Inside a text: the only character that may come next, as it is best written, where bytes leave
  // more than one way to write it; "" if there is a choice, or the text may end.
  virtual std::string OnlyCharacter() const { return ""; }

  virtual PlainText plain_text() const { return PlainText::kTry; }

  // Where plain_text() is kUniform, what comes after a text may yet depend on it in one way:
  // another quoted text must not equal it. So it matters to tokens that end it and have such a text
  // after it. What has been read of it, decoded; nothing: it does not matter.
  virtual std::optional<std::string> compared_text() const { return std::nullopt; }

  // FinishBytes() after plain text may differ from what is promised of it, by less than kVariation.
  virtual bool ends_vary() const { return false; }
  static constexpr uint32_t kVariation = 32;

  // Where most plain characters lead to one and the same position. Bytes of which all plain
  // characters that begin with one of them …
  struct Convergence {
    std::bitset<256>
        first_bytes;        // … lead there, and do not change it either; at least one of ASCII
    std::bitset<256> loop;  // … do not change it
  };
  virtual std::optional<Convergence> convergence() const { return std::nullopt; }
  // At two positions after plain text, counted from one position, equal numbers other than 0 mean
  // equal positions.
  virtual uint64_t text_position() const { return 0; }

  // Where plain_text() is kLegal: the most characters of plain text that may come next, and which.
  // So a string of the pattern "^[a-z0-9-]{1,63}$" is kLegal, its characters counted down.
  virtual uint32_t plain_characters() const { return kUnbounded; }
  virtual PlainSet plain_set() const { return PlainSet::All(); }

  // Where plain_text() is not kTry: FinishBytes() is never more than this after legal plain text,
  // nor inside a character of it. The masks of a reply that is near its budget need it: without a
  // bound they try every token, some milliseconds a position. (Inside a character that changes
  // nothing, at most three more bytes are owed.)
  virtual uint32_t PlainFinishBytes() const {
    return plain_text() == PlainText::kUniform ? FinishBytes() + 3 : kUnbounded;
  }

  // Where plain_text() is kLegal: texts (UTF-8) whose beginnings may not be legal all the same.
  virtual std::vector<std::string> dead_ends() const { return {}; }

  // Texts (UTF-8) of which, and of whose beginnings, nothing is promised but that of bytes: neither
  // legality nor bounds, as where a text has to differ from others that an end would have. Where
  // there are any, plain_text() is not kUniform.
  virtual std::vector<std::string> stray_texts() const { return {}; }

  // Where plain_text() is kTry: characters that change nothing, such as those of a class that a
  // pattern repeats: whatever text of them comes next, nothing that comes after depends on it, as
  // in kUniform. Any part of that set will do. Inside a character: none.
  virtual PlainSet loop() const { return {}; }

  // The automaton that decides about plain text, where there is one; inside a character there is
  // none. FinishBytes() after plain text is never more than bytes_after and what the shortest text
  // from there takes, escaped. Good until the next call of any matcher that shares caches.
  virtual std::optional<TextPlace> text_place() const { return std::nullopt; }

  // Appends what the future depends on: positions of one grammar's matchers that append equal bytes
  // have equal answers. False where that would be too much, or is not known.
  virtual bool AppendPosition(std::string& position) const {
    (void)position;
    return false;
  }

  // Grows where Push has given up ways to go on, for want of room or time: then what was accepted
  // before may be refused now, and only what is asked from now on holds.
  virtual uint32_t losses() const { return 0; }
  // What Push refuses from here on, or the byte that it refused last, may be refused for that
  // reason alone, or since a number is beyond the limits of those that are read.
  virtual bool limited() const { return false; }

  static constexpr uint32_t kUnbounded = ~uint32_t{0};
};

// A number of a position.
template <typename Number>
void AppendToPosition(Number number, std::string& position) {
  static_assert(std::is_integral_v<Number>);
  position.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

}  // namespace bantam::grammar
