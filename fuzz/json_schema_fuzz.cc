// Fuzzes compiled schemas: whatever the schema, its matcher keeps the promises of matcher.h, what
// it accepts is JSON, and what was asked before changes no answer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "grammar/schema/json_schema.h"
#include "matcher_check.h"
#include "schema_maker.h"

namespace {

using bantam::Json;

constexpr size_t kMostMoves = 24;

}  // namespace

// The input: the moves along the document, a zero byte, and a schema: its text, if that begins
// with '{', or bytes for SchemaMaker.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\0');
  if (end == input.npos) return 0;
  const std::string_view moves = input.substr(0, std::min(end, kMostMoves));
  std::string text(input.substr(end + 1));
  if (!text.starts_with('{')) text = bantam::grammar::SchemaMaker(text).Make();
  const bool plain = moves.size() % 2 == 1;
  const auto schema = bantam::grammar::CompileChecked(text, plain);
  if (schema == nullptr) return 0;
  const auto matcher = schema->NewMatcher();
  CHECK(matcher->FinishBytes() == schema->min_bytes());
  const std::string read = bantam::grammar::WalkMatcher(*matcher, moves);
  if (matcher->losses() > 0) return 0;
  CHECK(Json::Parse(read + matcher->Completion()).has_value());

  const auto again = bantam::grammar::CompileChecked(text, plain);
  const auto other = again->NewMatcher();
  CHECK(bantam::grammar::PushAll(*other, read));
  bantam::grammar::CheckSame(*matcher, *other);
  return 0;
}
