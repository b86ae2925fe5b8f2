// "decoder": how the text of tokens becomes text.
#include <string>

#include "base/check.h"
#include "text/tokenizer_json/components.h"

namespace bantam {
namespace {

Result<void> ExpectText(const JsonNode& node, std::string_view text) {
  if (TRY(node.String()) == text) return {};
  return node.Unsupported("\"" + std::string(text) + "\"");
}

Result<ReadDecoder> ReadWordPiece(const JsonNode& node) {
  TRY(ExpectText(node.Member("prefix"), "##"));
  ReadDecoder out{.kind = ReadDecoder::kWordPiece, .leading_space = true};
  out.cleanup = TRY(node.Member("cleanup").BoolOr(true));
  return out;
}

Result<ReadDecoder> ReadMetaspace(const JsonNode& node) {
  TRY(ExpectText(node.Member("replacement"), kSpaceMark));
  ReadDecoder out{.kind = ReadDecoder::kSpaceMarks};
  const JsonNode scheme = node.Member("prepend_scheme");
  const bool prefixed = TRY(node.Member("add_prefix_space").BoolOr(true));
  out.leading_space = scheme.is_null() ? prefixed : TRY(scheme.String()) != "never";
  return out;
}

// One step of the sequence that SentencePiece vocabularies have.
Result<void> ReadStep(const JsonNode& node, ReadDecoder& out) {
  const JsonNode type = node.Member("type");
  const std::string_view name = TRY(type.String());
  if (name == "ByteFallback" || name == "Fuse") return {};
  if (name == "Replace") {
    TRY(ExpectText(node.Member("pattern").Member("String"), kSpaceMark));
    TRY(ExpectText(node.Member("content"), " "));
    out.kind = ReadDecoder::kSpaceMarks;
    return {};
  }
  if (name == "Strip") {
    TRY(ExpectText(node.Member("content"), " "));
    const JsonNode start = node.Member("start");
    const JsonNode stop = node.Member("stop");
    if (TRY(start.Int(0, INT32_MAX)) > 1) return start.Unsupported("0 and 1");
    if (TRY(stop.Int(0, INT32_MAX)) > 0) return stop.Unsupported("0");
    out.leading_space = TRY(start.Int(0, 1)) == 1;
    return {};
  }
  return type.Unsupported("Replace, ByteFallback, Fuse and Strip in a sequence");
}

}  // namespace

Result<ReadDecoder> ReadDecoderNode(const JsonNode& node) {
  if (node.is_null()) return ReadDecoder{};
  const JsonNode type = node.Member("type");
  const std::string_view name = TRY(type.String());
  if (name == "ByteLevel") return ReadDecoder{.kind = ReadDecoder::kByteLevel};
  if (name == "WordPiece") return ReadWordPiece(node);
  if (name == "Metaspace") return ReadMetaspace(node);
  if (name != "Sequence") {
    return type.Unsupported("ByteLevel, WordPiece, Metaspace and Sequence");
  }
  const JsonNode list = node.Member("decoders");
  const size_t n = TRY(list.Items())->size();
  ReadDecoder out;
  for (size_t i = 0; i < n; ++i) TRY(ReadStep(list.Item(i), out));
  if (out.kind != ReadDecoder::kSpaceMarks) return list.Unsupported("sequences with a Replace");
  return out;
}

}  // namespace bantam
