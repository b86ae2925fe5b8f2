// Reads the components, then checks that they fit together and puts them so.
#include "text/tokenizer_json.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "text/byte_bpe_model.h"
#include "text/char_bpe_model.h"
#include "text/pipeline_tokenizer.h"
#include "text/token_spelling.h"
#include "text/tokenizer_json/components.h"
#include "text/tokenizer_json/config_reader.h"
#include "text/unigram_model.h"
#include "text/word_piece_model.h"

namespace bantam {
namespace {

constexpr std::string_view kUnigram = "Unigram";
constexpr const char* kTokens = "tokenizer.json: model.vocab: token ";
constexpr const char* kMerges = "tokenizer.json: model.merges";
constexpr std::string_view kUnigramOnly =
    "the normalisers Precompiled and Strip, and Replace of \" {2,}\", with Unigram only";

// All that was read, before it becomes a tokenizer.
struct Components {
  JsonNode model;
  TextNormalizer normalizer;
  ReadPreTokenizer pre;
  ReadDecoder decoder;
  ReadVocabulary tokens;
  TokenId unknown = -1;
};

// What kind of token each is, and its bytes; true where merging can give it.
std::vector<bool> FillVocabulary(const ReadVocabulary& tokens, TokenSpelling spelling,
                                 TokenId unknown, Vocabulary& vocabulary) {
  const size_t n = tokens.tokens.size();
  vocabulary.kinds.assign(n, TokenKind::kNormal);
  for (size_t i = 0; i < n; ++i) {
    char byte = 0;
    if (!tokens.present[i]) vocabulary.kinds[i] = TokenKind::kUnused;
    if (spelling == TokenSpelling::kSpaceMarks && ParseByteToken(tokens.tokens[i], byte)) {
      vocabulary.kinds[i] = TokenKind::kByte;
    }
  }
  vocabulary.bytes.resize(n);
  std::vector<bool> spelled(n);
  for (size_t i = 0; i < n; ++i) {
    // As to the model an added token that it has is one like others.
    spelled[i] =
        AppendTokenBytes(tokens.tokens[i], vocabulary.kinds[i], spelling, vocabulary.bytes[i]) &&
        tokens.in_model[i];
  }
  for (const AddedToken& token : tokens.added) {
    const auto id = static_cast<size_t>(token.id);
    if (vocabulary.kinds[id] == TokenKind::kByte) continue;
    vocabulary.kinds[id] = !token.special        ? TokenKind::kAdded
                           : token.id == unknown ? TokenKind::kUnknown
                                                 : TokenKind::kControl;
  }
  return spelled;
}

Result<void> ExpectNothing(const JsonNode& node) {
  if (node.is_null() || (node.is_string() && node.json().AsString().empty())) return {};
  return node.Unsupported("none");
}

Result<std::unique_ptr<TextModel>> MakeByteLevel(const Components& parts,
                                                 std::shared_ptr<Vocabulary> vocabulary) {
  if (parts.decoder.kind != ReadDecoder::kByteLevel) {
    return parts.model.Unsupported("byte-level BPE with the decoder ByteLevel only");
  }
  ByteBpeTables tables;
  tables.spelled =
      FillVocabulary(parts.tokens, TokenSpelling::kByteLevel, parts.unknown, *vocabulary);
  tables.vocabulary = std::move(vocabulary);
  tables.merges = TRY(ReadMergesNode(parts.model.Member("merges")));
  tables.tokens_place = kTokens;
  tables.merges_place = kMerges;
  ByteBpeStyle style;
  style.pre = parts.pre.pre;
  style.prefix_space = parts.pre.prefix_space;
  style.ignore_merges = TRY(parts.model.Member("ignore_merges").BoolOr(false));
  return MakeByteBpeModel(tables, style);
}

Result<std::unique_ptr<TextModel>> MakeCharLevel(const Components& parts,
                                                 std::shared_ptr<Vocabulary> vocabulary) {
  const bool is_metaspace = parts.pre.kind == ReadPreTokenizer::kMetaspace;
  const bool is_plain =
      parts.pre.kind == ReadPreTokenizer::kNone || parts.pre.kind == ReadPreTokenizer::kSpaceSplit;
  if (!is_metaspace && !(is_plain && parts.normalizer.marks_spaces())) {
    return parts.model.Unsupported(
        "BPE with the pre-tokeniser ByteLevel or Metaspace, or a normaliser that makes spaces "
        "\"▁\"");
  }
  // It makes spaces that are no "▁", and takes away the start of a text, which matters to
  // Metaspace.
  if (parts.normalizer.Has(NormalizerStep::kBert)) {
    return parts.model.Unsupported("this BPE without a BertNormalizer");
  }
  if (parts.decoder.kind != ReadDecoder::kSpaceMarks) {
    return parts.model.Unsupported("this BPE with a decoder that makes \"▁\" spaces only");
  }
  const std::vector<bool> spelled =
      FillVocabulary(parts.tokens, TokenSpelling::kSpaceMarks, parts.unknown, *vocabulary);
  vocabulary->leading_space = parts.decoder.leading_space;
  TokenIndex index = TRY(MakeTokenIndex(*vocabulary, spelled, kTokens));
  const std::vector<MergeRule> rules = TRY(ReadMergesNode(parts.model.Member("merges")));
  MergeTable merges =
      TRY(MakeMergeTable(rules, TokenSpelling::kSpaceMarks, index, *vocabulary, spelled, kMerges));
  CharBpeStyle style;
  style.prefix = parts.pre.prefix;
  style.cut_at_spaces = parts.pre.cut_at_spaces;
  style.ignore_merges = TRY(parts.model.Member("ignore_merges").BoolOr(false));
  style.byte_fallback = TRY(parts.model.Member("byte_fallback").BoolOr(false));
  style.fuse_unknown = TRY(parts.model.Member("fuse_unk").BoolOr(false));
  style.unknown = parts.unknown;
  CharBpeTables tables{.vocabulary = vocabulary,
                       .index = std::move(index),
                       .merges = std::move(merges),
                       .extra = {},
                       .byte_ids = FindByteTokens(*vocabulary)};
  return MakeCharBpeModel(std::move(tables), style);
}

Result<std::unique_ptr<TextModel>> MakeBpe(const Components& parts,
                                           std::shared_ptr<Vocabulary> vocabulary) {
  const JsonNode dropout = parts.model.Member("dropout");
  if (!dropout.is_null() && (!dropout.json().is_number() || dropout.json().AsDouble() != 0)) {
    return dropout.Unsupported("none");
  }
  TRY(ExpectNothing(parts.model.Member("continuing_subword_prefix")));
  TRY(ExpectNothing(parts.model.Member("end_of_word_suffix")));
  if (parts.normalizer.tells_marks()) return parts.model.Unsupported(kUnigramOnly);
  if (parts.pre.kind == ReadPreTokenizer::kByteLevel) {
    return MakeByteLevel(parts, std::move(vocabulary));
  }
  return MakeCharLevel(parts, std::move(vocabulary));
}

Result<std::unique_ptr<TextModel>> MakeWordPiece(const Components& parts,
                                                 std::shared_ptr<Vocabulary> vocabulary) {
  const JsonNode prefix = parts.model.Member("continuing_subword_prefix");
  constexpr std::string_view kPrefix = "##";
  if (!prefix.is_null() && TRY(prefix.String()) != kPrefix) return prefix.Unsupported("\"##\"");
  const bool known_decoder =
      parts.decoder.kind == ReadDecoder::kWordPiece || parts.decoder.kind == ReadDecoder::kNone;
  if (parts.pre.kind != ReadPreTokenizer::kBert || !known_decoder) {
    return parts.model.Unsupported(
        "WordPiece with the pre-tokeniser BertPreTokenizer and the decoder WordPiece only");
  }
  if (parts.normalizer.tells_marks()) return parts.model.Unsupported(kUnigramOnly);
  if (parts.unknown < 0) return parts.model.Member("unk_token").Expected("a token");
  FillVocabulary(parts.tokens, TokenSpelling::kPlain, parts.unknown, *vocabulary);
  vocabulary->leading_space = true;
  WordPieceTables tables;
  tables.unknown = parts.unknown;
  const JsonNode longest = parts.model.Member("max_input_chars_per_word");
  if (!longest.is_null()) {
    tables.max_word_chars = static_cast<size_t>(TRY(longest.Int(0, 1024)));
  }
  tables.texts.resize(parts.tokens.tokens.size());
  for (size_t i = 0; i < tables.texts.size(); ++i) {
    const std::string& token = parts.tokens.tokens[i];
    if (!parts.tokens.in_model[i] || token.empty()) continue;
    const bool continues = token.starts_with(kPrefix);
    tables.texts[i] = continues ? token.substr(kPrefix.size()) : " " + token;
    if (IsSpecial(vocabulary->kinds[i])) continue;
    const bool cleanup = parts.decoder.cleanup && !continues;
    vocabulary->bytes[i] = cleanup ? WordPieceBytes(tables.texts[i]) : tables.texts[i];
  }
  return MakeWordPieceModel(std::move(tables));
}

Result<std::unique_ptr<TextModel>> MakeUnigram(const Components& parts,
                                               std::shared_ptr<Vocabulary> vocabulary) {
  const bool is_metaspace = parts.pre.kind == ReadPreTokenizer::kMetaspace ||
                            parts.pre.kind == ReadPreTokenizer::kWordMetaspace;
  // Where text begins depends on what normalisers took away from it.
  if (!is_metaspace || parts.pre.prefix == CharBpeStyle::kUnlessSpacedAtStart) {
    return parts.model.Unsupported(
        "Unigram with the pre-tokeniser Metaspace, before every text or none, alone or after "
        "WhitespaceSplit");
  }
  // A "▁" of theirs is a space here, which WhitespaceSplit would cut at.
  if (parts.normalizer.marks_spaces()) {
    return parts.model.Unsupported("Unigram without a Replace of each \" \" by \"▁\"");
  }
  if (parts.decoder.kind != ReadDecoder::kSpaceMarks) {
    return parts.model.Unsupported("Unigram with a decoder that makes \"▁\" spaces only");
  }
  FillVocabulary(parts.tokens, TokenSpelling::kSpaceMarks, parts.unknown, *vocabulary);
  vocabulary->leading_space = parts.decoder.leading_space;
  UnigramTables tables;
  tables.scores = parts.tokens.scores;
  tables.texts.resize(parts.tokens.tokens.size());
  tables.least_score = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < tables.texts.size(); ++i) {
    if (!parts.tokens.in_model[i]) continue;
    // As to the model special tokens are like others.
    tables.texts[i] = parts.tokens.tokens[i];
    tables.least_score = std::min(tables.least_score, tables.scores[i]);
  }
  tables.unknown = parts.unknown;
  tables.byte_fallback = TRY(parts.model.Member("byte_fallback").BoolOr(false));
  tables.byte_ids = FindByteTokens(*vocabulary);
  UnigramStyle style;
  style.split_words = parts.pre.kind == ReadPreTokenizer::kWordMetaspace;
  style.prefix = parts.pre.prefix != CharBpeStyle::kNone;
  style.cut_at_marks = parts.pre.cut_at_spaces;
  return MakeUnigramModel(tables, style, kTokens);
}

Result<std::unique_ptr<TextModel>> MakeModel(const std::string& kind, const Components& parts,
                                             std::shared_ptr<Vocabulary> vocabulary) {
  if (kind == kUnigram) return MakeUnigram(parts, std::move(vocabulary));
  if (kind == "WordPiece") return MakeWordPiece(parts, std::move(vocabulary));
  return MakeBpe(parts, std::move(vocabulary));
}

// The bytes of a token that is looked for in normalised text are those of its normalised text, as
// in the reference. The model knows tokens by their own bytes: if any differ it keeps them.
std::shared_ptr<Vocabulary> WithNormalizedBytes(const Components& parts, bool is_word_piece,
                                                TokenSpelling spelling,
                                                std::shared_ptr<Vocabulary> vocabulary) {
  std::shared_ptr<Vocabulary> changed;
  for (const AddedToken& token : parts.tokens.added) {
    std::string text = token.text;
    std::string normalized;
    if (token.normalized && parts.normalizer.Apply(text, normalized)) text = normalized;
    std::string bytes;
    if (is_word_piece && !token.special) {
      text.insert(0, 1, ' ');
      bytes = parts.decoder.cleanup ? WordPieceBytes(text) : text;
    } else {
      AppendTokenBytes(text, TokenKind::kAdded, spelling, bytes);
    }
    const auto id = static_cast<size_t>(token.id);
    if (vocabulary->kinds[id] == TokenKind::kByte || bytes == vocabulary->bytes[id]) continue;
    if (changed == nullptr) changed = std::make_shared<Vocabulary>(*vocabulary);
    changed->bytes[id] = std::move(bytes);
  }
  return changed == nullptr ? std::move(vocabulary) : std::move(changed);
}

TokenSpelling SpellingOf(const ReadDecoder& decoder) {
  if (decoder.kind == ReadDecoder::kByteLevel) return TokenSpelling::kByteLevel;
  return decoder.kind == ReadDecoder::kSpaceMarks ? TokenSpelling::kSpaceMarks
                                                  : TokenSpelling::kPlain;
}

// The ids with a meaning, and those around every text.
Result<void> FillSpecialIds(const TokenizerConfig& config, const ReadPostProcessor& post,
                            const TokenizerJsonOptions& options, const ReadVocabulary& tokens,
                            Vocabulary& vocabulary, TokenizerParts& parts) {
  const auto find = [&tokens](const std::string& text) {
    return text.empty() ? -1 : tokens.Find(text);
  };
  vocabulary.bos = find(config.bos);
  vocabulary.eos = find(config.eos);
  vocabulary.pad = find(config.pad);
  parts.prefix = post.prefix;
  parts.suffix = post.suffix;
  if (vocabulary.bos < 0 && !parts.prefix.empty()) vocabulary.bos = parts.prefix[0];
  if (vocabulary.eos < 0 && !parts.suffix.empty()) vocabulary.eos = parts.suffix[0];
  const auto add_end = [&vocabulary](TokenId id) {
    const bool known = id >= 0 && id < vocabulary.size();
    if (known && !vocabulary.IsEnd(id)) vocabulary.end_ids.push_back(id);
  };
  add_end(vocabulary.eos);
  for (const TokenId id : options.end_ids) add_end(id);
  for (const AddedToken& token : tokens.added) {
    if (token.special && IsEndText(token.text)) add_end(token.id);
  }
  return {};
}

Result<Json> Parse(std::string_view text, const char* name) {
  auto json = Json::Parse(text);
  if (!json) return Fail(json.error().code, std::string(name) + ": " + json.error().message);
  return json;
}

// tokenizer_config.json; null if there is none.
Result<Json> ParseConfig(std::string_view text) {
  if (text.empty()) return Json();
  Json config = TRY(Parse(text, "tokenizer_config.json"));
  if (!config.is_object()) return Fail(ErrorCode::kCorrupt, "tokenizer_config.json is no object");
  return config;
}

constexpr const char* kConfigRoot = "tokenizer_config.json: ";

// The unknown token's id; -1 if the model names none, which Unigram cannot do without.
Result<TokenId> FindUnknown(const JsonNode& model, const ReadVocabulary& tokens) {
  if (!tokens.scores.empty()) {
    const auto n_model = static_cast<int64_t>(model.Member("vocab").size());
    return static_cast<TokenId>(TRY(model.Member("unk_id").Int(0, n_model - 1)));
  }
  const JsonNode node = model.Member("unk_token");
  if (node.is_null()) return -1;
  const TokenId id = tokens.Find(TRY(node.String()));
  // The reference finds out only when it would need it, and then fails.
  if (id < 0) return node.Expected("a token of the vocabulary");
  return id;
}

// The model's type; old files leave it out.
Result<std::string> ModelType(const JsonNode& model) {
  const JsonNode type = model.Member("type");
  if (type.is_null() && model.Member("merges").is_array()) return std::string("BPE");
  if (type.is_null() && model.Member("vocab").is_array()) return std::string(kUnigram);
  if (type.is_null() && !model.Member("max_input_chars_per_word").is_null()) {
    return std::string("WordPiece");
  }
  const std::string name(TRY(type.String()));
  if (name != "BPE" && name != "WordPiece" && name != kUnigram) {
    return type.Unsupported("BPE, WordPiece and Unigram");
  }
  return name;
}

}  // namespace

Result<LoadedTokenizer> ReadTokenizerJson(std::string_view tokenizer_json,
                                          std::string_view tokenizer_config_json,
                                          const TokenizerJsonOptions& options) {
  const Json document = TRY(Parse(tokenizer_json, "tokenizer.json"));
  const Json config_document = TRY(ParseConfig(tokenizer_config_json));
  const JsonNode root(&document, "tokenizer.json: ");
  const JsonNode config_root(&config_document, kConfigRoot);
  const JsonNode model = root.Member("model");
  if (!model.is_object()) return model.Expected("an object");
  LoadedTokenizer out;
  out.kind = TRY(ModelType(model));
  TokenizerConfig config = TRY(ReadTokenizerConfig(config_root));
  out.chat_template = std::move(config.chat_template);

  Components parts{model, {}, {}, {}, {}, -1};
  parts.normalizer = TRY(ReadNormalizerNode(root.Member("normalizer")));
  parts.pre = TRY(ReadPreTokenizerNode(root.Member("pre_tokenizer")));
  parts.decoder = TRY(ReadDecoderNode(root.Member("decoder")));
  parts.tokens = TRY(
      ReadVocabularyNodes(model.Member("vocab"), out.kind == kUnigram, root.Member("added_tokens"),
                          config_root.Member("added_tokens_decoder"), options.vocab_size));
  parts.unknown = TRY(FindUnknown(model, parts.tokens));
  const auto n_tokens = static_cast<int>(parts.tokens.tokens.size());
  const ReadPostProcessor post =
      TRY(ReadPostProcessorNode(root.Member("post_processor"), n_tokens));
  auto vocabulary = std::make_shared<Vocabulary>();
  TokenizerParts made;
  made.model = TRY(MakeModel(out.kind, parts, vocabulary));
  vocabulary = WithNormalizedBytes(parts, out.kind == "WordPiece", SpellingOf(parts.decoder),
                                   std::move(vocabulary));
  TRY(FillSpecialIds(config, post, options, parts.tokens, *vocabulary, made));
  made.vocabulary = std::move(vocabulary);
  made.added = std::move(parts.tokens.added);
  made.normalizer = std::move(parts.normalizer);
  out.tokenizer = MakeTokenizer(std::move(made));
  return out;
}

Result<std::string> ReadChatTemplate(std::string_view tokenizer_config_json) {
  const Json document = TRY(ParseConfig(tokenizer_config_json));
  return ReadChatTemplateNode(JsonNode(&document, kConfigRoot).Member("chat_template"));
}

}  // namespace bantam
