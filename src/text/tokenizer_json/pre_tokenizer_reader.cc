// "pre_tokenizer": regular expressions are known by their text, and stand for scanners by hand.
#include <string>
#include <vector>

#include "base/check.h"
#include "text/tokenizer_json/components.h"

namespace bantam {
namespace {

constexpr size_t kMaxSteps = 16;

// A sequence of steps is spelled as their names, with a zero byte after each: "split:REGEX",
// "digits" (one by one), "numbers" (in runs), "punctuation", "bytes+regex" and "bytes".
struct KnownSequence {
  std::string steps;
  PreTokenizerKind kind;
};

std::string Steps(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += name + '\0';
  return out;
}

// A split at `regex` as the families publish it, then bytes.
std::string SplitThenBytes(const std::string& regex) {
  return Steps({"split:" + regex, "bytes"});
}

constexpr const char* kContractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
constexpr const char* kSpaces = R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

// GPT-4's expression and its descendants: `letters` make words, `numbers` says how many go
// together.
std::string WordRegex(const std::string& letters, const std::string& numbers) {
  const std::string word = letters == R"(\p{L})" ? letters : "[" + letters + "]";
  return kContractions + std::string(R"(|[^\r\n\p{L}\p{N}]?)") + word + R"(+|\p{N})" + numbers +
         R"(| ?[^\s)" + letters + R"(\p{N}]+[\r\n]*)" + kSpaces;
}

// GPT-4o's expression and its descendants.
std::string CasedRegex(const std::string& ending, const std::string& numbers) {
  const std::string upper = R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])";
  const std::string lower = R"([\p{Ll}\p{Lm}\p{Lo}\p{M}])";
  const std::string lead = R"([^\r\n\p{L}\p{N}]?)";
  return lead + upper + "*" + lower + "+" + ending + "|" + lead + upper + "+" + lower + "*" +
         ending + R"(|\p{N})" + numbers + R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*)" + kSpaces;
}

std::vector<KnownSequence> KnownSequences() {
  using Kind = PreTokenizerKind;
  const std::string deepseek_words =
      R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
      R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  const std::string ending = std::string(kContractions) + "?";
  return {
      {Steps({"bytes+regex"}), Kind::kGpt2},
      {Steps({"digits", "bytes+regex"}), Kind::kDigitsGpt2},
      {SplitThenBytes(WordRegex(R"(\p{L})", "")), Kind::kQwen2},
      {SplitThenBytes(WordRegex(R"(\p{L}\p{M})", "")), Kind::kQwen35},
      {SplitThenBytes(WordRegex(R"(\p{L})", "{1,3}")), Kind::kLlama3},
      {SplitThenBytes(CasedRegex(ending, "{1,3}")), Kind::kGpt4o},
      {SplitThenBytes(CasedRegex("", "")), Kind::kTekken},
      {Steps({"punctuation", "bytes+regex", "numbers", "split:[0-9][0-9][0-9]"}), Kind::kFalcon},
      {Steps({"split:[\r\n]", R"(split:\s?\p{L}+)", R"(split:\s?\p{P}+)",
              "split:[一-龥\xE0\xA0\x80-一가-\xED\x9F\xBF]+", "digits", "bytes"}),
       Kind::kDeepSeekCoder},
      {Steps({R"(split:\p{N}{1,3})", "split:[一-龥぀-ゟ゠-ヿ]+", "split:" + deepseek_words,
              "bytes"}),
       Kind::kDeepSeekV3},
  };
}

Result<void> ReadMetaspace(const JsonNode& node, ReadPreTokenizer& out) {
  const JsonNode replacement = node.Member("replacement");
  if (TRY(replacement.String()) != kSpaceMark) return replacement.Unsupported("\"▁\"");
  out.kind = ReadPreTokenizer::kMetaspace;
  out.cut_at_spaces = TRY(node.Member("split").BoolOr(true));
  const bool prefixed = TRY(node.Member("add_prefix_space").BoolOr(true));
  const JsonNode scheme = node.Member("prepend_scheme");
  std::string_view name = prefixed ? "always" : "never";
  if (!scheme.is_null()) name = TRY(scheme.String());
  if (name == "always") {
    out.prefix = CharBpeStyle::kUnlessSpaced;
  } else if (name == "first") {
    out.prefix = CharBpeStyle::kUnlessSpacedAtStart;
  } else if (name != "never") {
    return scheme.Expected("\"always\", \"first\" or \"never\"");
  }
  return {};
}

// A split's name; of literal splits only the one Gemma has, which finds nothing once spaces are
// marks.
Result<std::string> ReadSplit(const JsonNode& node, ReadPreTokenizer& out) {
  const JsonNode invert = node.Member("invert");
  if (TRY(invert.BoolOr(false))) return invert.Unsupported("false");
  const JsonNode behavior = node.Member("behavior");
  const JsonNode regex = node.Member("pattern").Member("Regex");
  const JsonNode literal = node.Member("pattern").Member("String");
  if (regex.is_null() && TRY(literal.String()) == " ") {
    out.kind = ReadPreTokenizer::kSpaceSplit;
    return std::string("spaces");
  }
  if (TRY(behavior.String()) != "Isolated") return behavior.Unsupported("\"Isolated\"");
  return "split:" + std::string(TRY((regex.is_null() ? literal : regex).String()));
}

Result<std::string> ReadByteLevel(const JsonNode& node, ReadPreTokenizer& out) {
  out.kind = ReadPreTokenizer::kByteLevel;
  out.prefix_space = TRY(node.Member("add_prefix_space").BoolOr(true));
  return std::string(TRY(node.Member("use_regex").BoolOr(true)) ? "bytes+regex" : "bytes");
}

// The name of one step.
Result<std::string> ReadStep(const JsonNode& node, ReadPreTokenizer& out) {
  const JsonNode type = node.Member("type");
  const std::string_view name = TRY(type.String());
  if (name == "Split") return ReadSplit(node, out);
  if (name == "ByteLevel") return ReadByteLevel(node, out);
  if (name == "Digits") {
    const bool single = TRY(node.Member("individual_digits").BoolOr(false));
    return std::string(single ? "digits" : "numbers");
  }
  if (name == "Punctuation") {
    const JsonNode behavior = node.Member("behavior");
    if (TRY(behavior.String()) != "Contiguous") return behavior.Unsupported("\"Contiguous\"");
    return std::string("punctuation");
  }
  if (name == "Metaspace") {
    TRY(ReadMetaspace(node, out));
    return std::string("metaspace");
  }
  if (name == "WhitespaceSplit") return std::string("words");
  if (name == "BertPreTokenizer") {
    out.kind = ReadPreTokenizer::kBert;
    return std::string("bert");
  }
  return type.Unsupported(
      "Sequence, Split, ByteLevel, Digits, Punctuation, Metaspace, WhitespaceSplit and "
      "BertPreTokenizer");
}

}  // namespace

Result<ReadPreTokenizer> ReadPreTokenizerNode(const JsonNode& node) {
  ReadPreTokenizer out;
  if (node.is_null()) return out;
  std::vector<std::string> names;
  if (TRY(node.Member("type").String()) != "Sequence") {
    names.push_back(TRY(ReadStep(node, out)));
  } else {
    const JsonNode list = node.Member("pretokenizers");
    const size_t n = TRY(list.Items())->size();
    if (n > kMaxSteps) return list.Unsupported("sequences of up to 16");
    for (size_t i = 0; i < n; ++i) {
      const JsonNode step = list.Item(i);
      names.push_back(TRY(ReadStep(step, out)));
      // Where text is cut first, a space would go before each piece of it.
      if (out.prefix_space && n > 1) {
        return step.Member("add_prefix_space").Unsupported("false in a sequence");
      }
    }
  }
  if (names.empty()) return out;
  if (names.size() == 1 && out.kind != ReadPreTokenizer::kByteLevel &&
      out.kind != ReadPreTokenizer::kNone) {
    return out;
  }
  const std::string steps = Steps(names);
  if (steps == Steps({"words", "metaspace"})) {
    out.kind = ReadPreTokenizer::kWordMetaspace;
    return out;
  }
  for (const KnownSequence& known : KnownSequences()) {
    if (known.steps != steps) continue;
    out.pre = known.kind;
    return out;
  }
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name.substr(0, 60);
  return Fail(
      ErrorCode::kUnsupported,
      node.path() + " has the steps [" + list +
          "]; Bantam has those of GPT-2, StarCoder, Qwen 2 to 3.5, Llama 3, GPT-4o, Tekken, "
          "Falcon and DeepSeek, Metaspace, alone or after WhitespaceSplit, and BertPreTokenizer");
}

}  // namespace bantam
