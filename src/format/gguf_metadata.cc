// Decoding of GGUF metadata (GGUF specification, "File Structure": gguf_metadata_kv_t).
#include "format/gguf_metadata.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/quote.h"

namespace bantam {
namespace {

// Real files have some dozens. More would make inserting into the sorted index slow.
constexpr uint64_t kMaxKeys = 16384;
constexpr uint64_t kMaxKeyBytes = 65535;  // from the specification

// gguf_metadata_value_type
enum class ValueType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

// The most a string takes beside its own object, which keeps short text within itself.
uint64_t HeapBytes(std::string_view text) {
  return text.size() < 16 ? 0 : text.size() + 1;
}

template <typename Stored, typename Wide>
Result<MetadataValue> ReadNumber(GgufCursor& cursor) {
  return MetadataValue(static_cast<Wide>(TRY(cursor.Read<Stored>("a value"))));
}

template <typename Stored, typename Wide>
Result<MetadataValue> ReadNumbers(GgufCursor& cursor, uint64_t count) {
  const uint8_t* stored = TRY(cursor.ReadBlock(count, sizeof(Stored), "an array"));
  TRY(cursor.Charge(count * sizeof(Wide)));  // cannot overflow: the stored ones fit in the file
  std::vector<Wide> values(count);
  for (Wide& value : values) {
    value = static_cast<Wide>(LoadLe<Stored>(stored));
    stored += sizeof(Stored);
  }
  return MetadataValue(std::move(values));
}

Result<MetadataValue> ReadBool(GgufCursor& cursor) {
  const auto byte = TRY(cursor.Read<uint8_t>("a boolean"));
  if (byte > 1) return cursor.Corrupt("expected a boolean (0 or 1), got " + std::to_string(byte));
  return MetadataValue(byte == 1);
}

Result<MetadataValue> ReadBools(GgufCursor& cursor, uint64_t count) {
  const uint8_t* stored = TRY(cursor.ReadBlock(count, 1, "an array"));
  TRY(cursor.Charge(count));  // first: it also bounds the time of the search
  if (std::any_of(stored, stored + count, [](uint8_t byte) { return byte > 1; })) {
    return cursor.Corrupt("expected an array of booleans (0 or 1), got another byte in it");
  }
  return MetadataValue(std::vector<bool>(stored, stored + count));
}

Result<MetadataValue> ReadText(GgufCursor& cursor) {
  const std::string_view text = TRY(cursor.ReadString("a string"));
  TRY(cursor.Charge(HeapBytes(text)));
  return MetadataValue(std::string(text));
}

Result<MetadataValue> ReadTexts(GgufCursor& cursor, uint64_t count) {
  if (count > cursor.remaining() / sizeof(uint64_t)) {
    return cursor.Corrupt("an array of " + std::to_string(count) +
                          " strings cannot fit in the file's remaining " +
                          std::to_string(cursor.remaining()) + " bytes");
  }
  std::vector<std::string> texts;
  // A vocabulary's worth at once; more only as strings turn out to be there.
  texts.reserve(std::min<uint64_t>(count, 1 << 18));
  for (uint64_t i = 0; i < count; ++i) {
    const std::string_view text = TRY(cursor.ReadString("a string"));
    TRY(cursor.Charge(sizeof(std::string) + HeapBytes(text)));
    texts.emplace_back(text);
  }
  return MetadataValue(std::move(texts));
}

Result<MetadataValue> ReadArray(GgufCursor& cursor) {
  const auto type = TRY(cursor.Read<uint32_t>("an element type"));
  if (type == static_cast<uint32_t>(ValueType::kArray)) {
    return cursor.Failure(ErrorCode::kUnsupported, "arrays of arrays are not supported");
  }
  if (type > static_cast<uint32_t>(ValueType::kFloat64)) {
    return cursor.Corrupt("expected an element type of 0 to 12, got " + std::to_string(type));
  }
  const auto count = TRY(cursor.Read<uint64_t>("an array length"));
  switch (static_cast<ValueType>(type)) {
    case ValueType::kUint8: return ReadNumbers<uint8_t, uint64_t>(cursor, count);
    case ValueType::kInt8: return ReadNumbers<int8_t, int64_t>(cursor, count);
    case ValueType::kUint16: return ReadNumbers<uint16_t, uint64_t>(cursor, count);
    case ValueType::kInt16: return ReadNumbers<int16_t, int64_t>(cursor, count);
    case ValueType::kUint32: return ReadNumbers<uint32_t, uint64_t>(cursor, count);
    case ValueType::kInt32: return ReadNumbers<int32_t, int64_t>(cursor, count);
    case ValueType::kUint64: return ReadNumbers<uint64_t, uint64_t>(cursor, count);
    case ValueType::kInt64: return ReadNumbers<int64_t, int64_t>(cursor, count);
    case ValueType::kFloat32: return ReadNumbers<float, double>(cursor, count);
    case ValueType::kFloat64: return ReadNumbers<double, double>(cursor, count);
    case ValueType::kBool: return ReadBools(cursor, count);
    case ValueType::kString: return ReadTexts(cursor, count);
    case ValueType::kArray: break;
  }
  CheckFailed("array types were checked above", __FILE__, __LINE__);
}

Result<MetadataValue> ReadValue(GgufCursor& cursor) {
  const auto type = TRY(cursor.Read<uint32_t>("a value type"));
  switch (static_cast<ValueType>(type)) {
    case ValueType::kUint8: return ReadNumber<uint8_t, uint64_t>(cursor);
    case ValueType::kInt8: return ReadNumber<int8_t, int64_t>(cursor);
    case ValueType::kUint16: return ReadNumber<uint16_t, uint64_t>(cursor);
    case ValueType::kInt16: return ReadNumber<int16_t, int64_t>(cursor);
    case ValueType::kUint32: return ReadNumber<uint32_t, uint64_t>(cursor);
    case ValueType::kInt32: return ReadNumber<int32_t, int64_t>(cursor);
    case ValueType::kUint64: return ReadNumber<uint64_t, uint64_t>(cursor);
    case ValueType::kInt64: return ReadNumber<int64_t, int64_t>(cursor);
    case ValueType::kFloat32: return ReadNumber<float, double>(cursor);
    case ValueType::kFloat64: return ReadNumber<double, double>(cursor);
    case ValueType::kBool: return ReadBool(cursor);
    case ValueType::kString: return ReadText(cursor);
    case ValueType::kArray: return ReadArray(cursor);
  }
  return cursor.Corrupt("expected a value type of 0 to 12, got " + std::to_string(type));
}

}  // namespace

Result<Metadata> ReadGgufMetadata(GgufCursor& cursor, uint64_t count) {
  if (count > kMaxKeys) {
    cursor.At("header", kGgufKeyCountOffset);
    return cursor.Failure(ErrorCode::kUnsupported, "claims " + std::to_string(count) +
                                                       " metadata keys, at most " +
                                                       std::to_string(kMaxKeys) + " are read");
  }
  Metadata metadata;
  for (uint64_t i = 0; i < count; ++i) {
    cursor.At("metadata key " + std::to_string(i));
    const std::string_view key = TRY(cursor.ReadString("a key"));
    if (key.empty() || key.size() > kMaxKeyBytes) {
      return cursor.Corrupt("expected a key of 1 to 65535 bytes, got " +
                            std::to_string(key.size()));
    }
    cursor.At("key " + Quote(key));
    TRY(cursor.Charge(sizeof(std::string) + sizeof(MetadataValue) + HeapBytes(key)));
    if (metadata.Find(key) != nullptr) return cursor.Corrupt("is there twice");
    MetadataValue value = TRY(ReadValue(cursor));
    TRY(metadata.Add(std::string(key), std::move(value)));
  }
  return metadata;
}

}  // namespace bantam
