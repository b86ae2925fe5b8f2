// Shape: the form a reply must have: JSON, a schema, a grammar, … so that it is valid and finished
// whatever the model would say. Language: which one it must be in.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"

namespace bantam {

struct ShapeSpec {
  enum class Kind : uint8_t {
    kJson,        // a JSON object, as OpenAI's JSON mode promises
    kJsonSchema,  // a JSON document that `text`, a JSON Schema, accepts
    kGrammar,     // a text of `text`, a grammar in GBNF (llama.cpp's notation)
    kRegex,       // a text all of which matches `text`, a regular expression (ECMA-262)
    kChoice,      // one of `items`
    kTable,       // a Markdown table with the columns `items`, or any if there are none
  };
  Kind kind = Kind::kJson;
  std::string text = {};
  std::vector<std::string> items = {};
  bool assert_formats = true;  // schema: `format` is checked, not only noted
  // Schema: numbers that it limits are written as people write them, whole ones with digits alone,
  // others without an exponent and with digits that float64 tells apart, but where there is none
  // such. For replies; false: in any way that JSON has, for texts that are there already.
  bool plain_numbers = true;
  // Schema: an object whose schema lists `properties` and says nothing of others has no others,
  // where that leaves something valid. (Small models make members up, one after the other, where
  // they may.) For replies; false: as JSON Schema has it, for texts that are there already.
  bool listed_members = true;
  // Schema: URI → JSON text, for references beyond it.
  std::map<std::string, std::string> registry = {};
  // Schema: the texts (UTF-8) that strings with "x-copy": true are copied from, mostly the prompt's
  // messages. Such a string is a span of one of them. A schema with x-copy is refused without.
  std::vector<std::string> copy_from = {};
};

// Immutable, but what reads and writes by it fills caches that all of them share: use a shape on
// one thread at a time. Requests that share a shape share its caches; they change no answer.
class Shape {
 public:
  // Fails with kInvalidArgument or kUnsupported, naming the keyword's path or the offset; with
  // kResourceExhausted beyond the documented limits; bounded in time and memory for any input.
  static Result<std::shared_ptr<const Shape>> Compile(const ShapeSpec& spec);
  // Whether it is a schema with x-copy, to be compiled with the texts of each prompt. Fails as
  // Compile does where the schema cannot be read.
  static Result<bool> NeedsCopySource(const ShapeSpec& spec);

  virtual ~Shape() = default;
  virtual ShapeSpec::Kind kind() const = 0;
  // Bytes of a shortest document, as far as known: so many tokens, and one that ends, are enough.
  virtual uint32_t shortest_bytes() const = 0;
  // What of the shape has no effect, and why ("#/properties/a/format: …"): to be told to people.
  virtual std::span<const std::string> notes() const { return {}; }
};

// Reads one document byte by byte and decides by the same means as generation.
class ShapeReader {
 public:
  static std::unique_ptr<ShapeReader> Start(std::shared_ptr<const Shape> shape);
  virtual ~ShapeReader() = default;

  // False, and nothing has changed, if no document goes on like that.
  virtual bool Push(uint8_t byte) = 0;
  virtual bool Accepting() const = 0;  // the document may end here
  // What Push refuses from here on may be refused only because deciding it would need more memory
  // or steps than the limits of matching (docs/structured-output.md) allow.
  virtual bool Limited() const = 0;
  // What may come next, for people: texts in quotes, ranges, "the end".
  virtual std::vector<std::string> Expected() = 0;
  virtual uint32_t CompletionBytes() const = 0;  // length of Completion()
  // A way to the end: a shortest, but for documents of thousands of levels, or with long arrays
  // whose items must differ.
  virtual std::string Completion() const = 0;
};

// Writes one document token by token, within a budget, as a reply does.
class ShapeWriter {
 public:
  // `max_tokens`, an end token included; fails with kInvalidArgument, naming the minimum, if no
  // document is as short.
  static Result<std::unique_ptr<ShapeWriter>> Start(std::shared_ptr<const Shape> shape,
                                                    std::shared_ptr<const Model> model,
                                                    int max_tokens);
  virtual ~ShapeWriter() = default;

  // Bit i of word w: token 64 w + i may come next; end tokens where the document may end. Valid
  // until the next Accept.
  virtual std::span<const uint64_t> Allowed() = 0;
  // False, and nothing has changed, if the token may not come. (Where the vocabulary lacks single
  // bytes, a few tokens of Allowed() may be refused as well.)
  virtual bool Accept(TokenId token) = 0;
  // An end token has come, or nothing but one could.
  virtual bool Finished() = 0;
  virtual const std::string& text() const = 0;
  virtual uint32_t CompletionBytes() const = 0;  // of a shortest way to the end
  virtual bool Shortened() const = 0;            // the budget has made a difference
};

// A language that replies can be asked to be in.
struct Language {
  std::string_view code;  // of ISO 639: "zh", "ceb"
  std::string_view name;  // in English
};

// All of them, by code.
std::span<const Language> Languages();

// By code, in any case and whatever follows a '-' or '_' ("zh-Hans", "PT_br"); null if there is no
// such language in the list. Lives as long as the program.
const Language* FindLanguage(std::string_view code);

// Which of Languages() a text is in: by its letters, else by its trigrams. `likely` (may be null)
// is believed where the text may as well be in it, as many Malay texts may be Indonesian. Null
// where the text does not say: a number, a single word, letters of none of them. Blocks of code and
// what comes after 16 KiB are not looked at. The same everywhere; safe from many threads.
const Language* IdentifyLanguage(std::string_view text, const Language* likely);

}  // namespace bantam
