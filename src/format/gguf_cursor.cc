// Bounds, memory limits and messages of the GGUF reader.
#include "format/gguf_cursor.h"

#include <algorithm>

namespace bantam {

GgufCursor::GgufCursor(std::span<const uint8_t> bytes, std::string file)
    : bytes_(bytes),
      file_(std::move(file)),
      memory_left_(std::clamp<uint64_t>(bytes.size(), kMinMemory, kMaxMemory)) {}

Result<const uint8_t*> GgufCursor::ReadBlock(uint64_t count, uint64_t width, const char* what) {
  item_offset_ = offset_;
  if (count > remaining() / width) {
    const std::string size =
        width == 1 ? std::to_string(count) : std::to_string(count) + " × " + std::to_string(width);
    return Corrupt("expected " + std::string(what) + " of " + size + " bytes, but only " +
                   std::to_string(remaining()) + " bytes are left in the file");
  }
  const uint8_t* block = bytes_.data() + offset_;
  offset_ += count * width;
  return block;
}

Result<std::string_view> GgufCursor::ReadString(const char* what) {
  const auto length = TRY(Read<uint64_t>("a string length"));
  const uint8_t* text = TRY(ReadBlock(length, 1, what));
  return std::string_view(reinterpret_cast<const char*>(text), length);
}

Result<void> GgufCursor::Charge(uint64_t bytes) {
  if (bytes > memory_left_) {
    return Failure(ErrorCode::kResourceExhausted,
                   "decoding takes too much memory: " + std::to_string(bytes) + " bytes asked, " +
                       std::to_string(memory_left_) + " left of what a file of this size may use");
  }
  memory_left_ -= bytes;
  return {};
}

std::unexpected<Error> GgufCursor::Failure(ErrorCode code, std::string_view message) const {
  return Fail(code, file_ + ": " + place_ + " at byte " + std::to_string(item_offset_) + ": " +
                        std::string(message));
}

}  // namespace bantam
