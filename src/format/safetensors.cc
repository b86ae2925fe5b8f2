// Reads the header member by member, so that a large one never becomes a large JSON tree.
#include "format/safetensors.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/checked.h"
#include "base/json.h"
#include "base/quote.h"

namespace bantam {
namespace {

constexpr uint64_t kLengthBytes = 8;
constexpr size_t kMaxTensors = 1 << 17;
constexpr size_t kMaxNameBytes = 1024;
constexpr size_t kMaxTensorText = 4096;       // of one tensor's description
constexpr size_t kMaxMetadataText = 1 << 20;  // of "__metadata__"
constexpr size_t kMaxDimensions = 64;
constexpr std::string_view kMetadata = "__metadata__";

struct Row {
  std::string_view name;
  int bytes;
};

// In the order of SafeType.
constexpr std::array<Row, 15> kTypes = {{{"BOOL", 1},
                                         {"U8", 1},
                                         {"I8", 1},
                                         {"F8_E5M2", 1},
                                         {"F8_E4M3", 1},
                                         {"I16", 2},
                                         {"U16", 2},
                                         {"F16", 2},
                                         {"BF16", 2},
                                         {"I32", 4},
                                         {"U32", 4},
                                         {"F32", 4},
                                         {"F64", 8},
                                         {"I64", 8},
                                         {"U64", 8}}};

bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Cuts the header's object into its members' keys and values, as text.
class MemberCursor {
 public:
  explicit MemberCursor(std::string_view text) : text_(text) {}

  size_t offset() const { return at_; }

  // Whether the object is over; call before each member. Fails where something else stands.
  Result<bool> AtEnd() {
    SkipSpace();
    const char wanted = first_ ? '{' : ',';
    if (!first_ && at_ < text_.size() && text_[at_] == '}') return Close();
    if (at_ == text_.size() || text_[at_] != wanted) return Expected(first_ ? "'{'" : "',' or '}'");
    ++at_;
    SkipSpace();
    if (first_ && at_ < text_.size() && text_[at_] == '}') return Close();
    first_ = false;
    return false;
  }

  // A string with its quotes.
  Result<std::string_view> Key() {
    const size_t begin = at_;
    if (!SkipString()) return Expected("a tensor's name in quotes");
    const std::string_view key = text_.substr(begin, at_ - begin);
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != ':') return Expected("':'");
    ++at_;
    SkipSpace();
    return key;
  }

  // An object with its braces; what is inside is not looked at.
  Result<std::string_view> Object() {
    const size_t begin = at_;
    if (at_ == text_.size() || text_[at_] != '{') return Expected("'{'");
    size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!SkipString()) break;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return text_.substr(begin, at_ - begin);
    }
    return Expected("'}'");
  }

 private:
  Result<bool> Close() {
    ++at_;
    SkipSpace();  // writers pad the header with spaces
    if (at_ != text_.size()) return Expected("the end of the header");
    return true;
  }
  bool SkipString() {
    if (at_ == text_.size() || text_[at_] != '"') return false;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      }
    }
    at_ = text_.size();
    return false;
  }
  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }
  std::unexpected<Error> Expected(std::string_view what) const {
    return Fail(ErrorCode::kCorrupt, "header, byte " + std::to_string(kLengthBytes + at_) +
                                         ": expected " + std::string(what));
  }

  std::string_view text_;
  size_t at_ = 0;
  bool first_ = true;
};

Result<std::string_view> HeaderText(std::span<const uint8_t> bytes) {
  if (bytes.size() < kLengthBytes) {
    return Fail(ErrorCode::kCorrupt, "has " + std::to_string(bytes.size()) +
                                         " bytes, too few for the header's length in the first 8");
  }
  const auto length = LoadLe<uint64_t>(bytes.data());
  const uint64_t left = bytes.size() - kLengthBytes;
  if (length > kMaxSafetensorsHeader || length > left) {
    std::string message = "says at byte 0 that its header has " + std::to_string(length) +
                          " bytes; the file has " + std::to_string(left) + " more and " +
                          std::to_string(kMaxSafetensorsHeader) + " are allowed";
    const auto* text = reinterpret_cast<const char*>(bytes.data());
    if (std::string_view(text, kLengthBytes) == "version ") {
      message += ": maybe a Git LFS pointer instead of the model itself";
    }
    return Fail(ErrorCode::kCorrupt, message);
  }
  return std::string_view(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
                          static_cast<size_t>(length));
}

Result<std::vector<uint64_t>> Sizes(const Json& tensor, std::string_view key, size_t most) {
  const Json* list = tensor.Find(key);
  if (list == nullptr || !list->is_array() || list->items().size() > most) {
    return Fail(ErrorCode::kCorrupt, std::string(key) + ": expected an array of at most " +
                                         std::to_string(most) + " numbers");
  }
  std::vector<uint64_t> sizes;
  for (const Json& item : list->items()) {
    const Result<int64_t> size = item.AsInt();
    if (!size || *size < 0) {
      return Fail(ErrorCode::kCorrupt,
                  std::string(key) + ": " + Quote(item.Dump()) + " is no size from 0 to 2^63 - 1");
    }
    sizes.push_back(static_cast<uint64_t>(*size));
  }
  return sizes;
}

Result<SafeType> TypeOf(const Json& tensor) {
  const Json* name = tensor.Find("dtype");
  if (name == nullptr || !name->is_string()) {
    return Fail(ErrorCode::kCorrupt, "dtype: expected a string");
  }
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == name->AsString()) return static_cast<SafeType>(i);
  }
  return Fail(ErrorCode::kUnsupported,
              "dtype: " + Quote(name->AsString()) + " is a type this build does not know");
}

// Type, shape and place; `begin` and `end` are offsets into the data section.
struct Description {
  SafeTensor tensor;
  uint64_t begin = 0;
  uint64_t end = 0;
};

Result<Description> Describe(std::string_view text) {
  if (text.size() > kMaxTensorText) {
    return Fail(ErrorCode::kCorrupt, "its description has " + std::to_string(text.size()) +
                                         " bytes, expected at most " +
                                         std::to_string(kMaxTensorText));
  }
  const Json json = TRY(Json::Parse(text));
  Description out;
  out.tensor.type = TRY(TypeOf(json));
  uint64_t size = static_cast<uint64_t>(BytesOf(out.tensor.type));
  // Also where a dimension is 0 the others must fit, as a reader that multiplies them expects.
  uint64_t product = size;
  for (const uint64_t extent : TRY(Sizes(json, "shape", kMaxDimensions))) {
    const auto wider = CheckedMultiply(product, std::max<uint64_t>(extent, 1));
    if (!wider || *wider > INT64_MAX) {
      return Fail(ErrorCode::kCorrupt, "shape: 2^63 bytes or more");
    }
    product = *wider;
    size *= extent;
    out.tensor.shape.push_back(static_cast<int64_t>(extent));
  }
  const std::vector<uint64_t> offsets = TRY(Sizes(json, "data_offsets", 2));
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    return Fail(ErrorCode::kCorrupt, "data_offsets: expected two numbers, the first not larger");
  }
  out.begin = offsets[0];
  out.end = offsets[1];
  out.tensor.size_bytes = size;
  if (out.end - out.begin != size) {
    return Fail(ErrorCode::kCorrupt, "data_offsets: " + std::to_string(out.end - out.begin) +
                                         " bytes, but dtype and shape make " +
                                         std::to_string(size));
  }
  if (out.begin % static_cast<uint64_t>(BytesOf(out.tensor.type)) != 0) {
    return Fail(ErrorCode::kCorrupt, "data_offsets: begins at " + std::to_string(out.begin) +
                                         ", no multiple of the size of an element");
  }
  return out;
}

Result<void> CheckMetadata(std::string_view text) {
  if (text.size() > kMaxMetadataText) {
    return Fail(ErrorCode::kUnsupported, "has " + std::to_string(text.size()) + " bytes, at most " +
                                             std::to_string(kMaxMetadataText) + " are read");
  }
  const Json json = TRY(Json::Parse(text));
  for (const auto& [key, value] : json.members()) {
    if (value.is_string()) continue;
    return Fail(ErrorCode::kCorrupt, Quote(key) + ": expected a string");
  }
  return {};
}

Result<std::string> NameFrom(std::string_view quoted) {
  if (quoted.size() > kMaxNameBytes) {
    return Fail(ErrorCode::kCorrupt, "a name of " + std::to_string(quoted.size()) +
                                         " bytes, expected at most " +
                                         std::to_string(kMaxNameBytes));
  }
  return TRY(Json::Parse(quoted)).AsString();
}

Result<std::vector<Description>> ReadHeader(std::string_view header) {
  std::vector<Description> all;
  MemberCursor cursor(header);
  while (!TRY(cursor.AtEnd())) {
    const size_t offset = kLengthBytes + cursor.offset();
    Result<std::string> name = NameFrom(TRY(cursor.Key()));
    if (!name) {
      return Fail(ErrorCode::kCorrupt,
                  "header, byte " + std::to_string(offset) + ": " + name.error().message);
    }
    const std::string_view value = TRY(cursor.Object());
    if (*name == kMetadata) {
      const Result<void> checked = CheckMetadata(value);
      if (!checked) return Fail(checked.error().code, "__metadata__: " + checked.error().message);
      continue;
    }
    if (all.size() == kMaxTensors) {
      return Fail(ErrorCode::kUnsupported,
                  "has more than " + std::to_string(kMaxTensors) + " tensors");
    }
    Result<Description> described = Describe(value);
    if (!described) {
      return Fail(described.error().code,
                  "tensor " + Quote(*name) + ": " + described.error().message);
    }
    described->tensor.name = *std::move(name);
    all.push_back(*std::move(described));
  }
  return all;
}

// Sorts by place and gives every tensor its bytes, which must fill `data` piece by piece.
Result<std::vector<SafeTensor>> Place(std::vector<Description> all, std::span<const uint8_t> data) {
  std::ranges::sort(all, {}, [](const Description& d) { return std::pair(d.begin, d.end); });
  std::vector<SafeTensor> tensors;
  tensors.reserve(all.size());
  uint64_t at = 0;
  for (Description& one : all) {
    if (one.begin != at || one.end > data.size()) {
      const char* what = one.begin < at   ? " overlaps the one before it: "
                         : one.begin > at ? " leaves a gap before it: "
                                          : " ends outside the file: ";
      return Fail(ErrorCode::kCorrupt, "tensor " + Quote(one.tensor.name) + what + "data_offsets " +
                                           std::to_string(one.begin) + " to " +
                                           std::to_string(one.end) + ", expected to begin at " +
                                           std::to_string(at) + " and end at most at " +
                                           std::to_string(data.size()));
    }
    one.tensor.data = data.data() + at;
    at = one.end;
    tensors.push_back(std::move(one.tensor));
  }
  if (at != data.size()) {
    return Fail(ErrorCode::kCorrupt, "the tensors end at byte " + std::to_string(at) +
                                         " of the data, which has " + std::to_string(data.size()) +
                                         " bytes");
  }
  return tensors;
}

Result<void> CheckUnique(const std::vector<SafeTensor>& tensors) {
  std::vector<std::string_view> names;
  names.reserve(tensors.size());
  for (const SafeTensor& tensor : tensors) names.push_back(tensor.name);
  std::ranges::sort(names);
  const auto twin = std::ranges::adjacent_find(names);
  if (twin == names.end()) return {};
  return Fail(ErrorCode::kCorrupt, "tensor " + Quote(*twin) + " is there twice");
}

}  // namespace

std::string_view NameOf(SafeType type) {
  return kTypes[static_cast<size_t>(type)].name;
}

std::optional<DType> FloatTypeOf(SafeType type) {
  switch (type) {
    case SafeType::kF32: return DType::kF32;
    case SafeType::kF16: return DType::kF16;
    case SafeType::kBF16: return DType::kBF16;
    default: return std::nullopt;
  }
}

int BytesOf(SafeType type) {
  return kTypes[static_cast<size_t>(type)].bytes;
}

Result<std::vector<SafeTensor>> ParseSafetensors(std::span<const uint8_t> bytes,
                                                 const std::string& name) {
  const auto parse = [&]() -> Result<std::vector<SafeTensor>> {
    const std::string_view header = TRY(HeaderText(bytes));
    std::vector<Description> all = TRY(ReadHeader(header));
    auto tensors = TRY(Place(std::move(all), bytes.subspan(kLengthBytes + header.size())));
    TRY(CheckUnique(tensors));
    return tensors;
  };
  auto tensors = parse();
  if (!tensors) return Fail(tensors.error().code, name + ": " + tensors.error().message);
  return tensors;
}

}  // namespace bantam
