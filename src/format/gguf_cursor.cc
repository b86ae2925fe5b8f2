// Bounds, memory limits and messages of the GGUF reader.
#include "format/gguf_cursor.h"

#include <algorithm>

namespace bantam {

GgufCursor::GgufCursor(std::span<const uint8_t> bytes, std::string file)
    : bytes_(bytes),
      file_(std::move(file)),
      memory_left_(std::clamp<uint64_t>(bytes.size(), kMinMemory, kMaxMemory)) {}

std::unexpected<Error> GgufCursor::Overrun(uint64_t count, uint64_t width, const char* what) const {
  const std::string size =
      width == 1 ? std::to_string(count) : std::to_string(count) + " × " + std::to_string(width);
  return Corrupt("expected " + std::string(what) + " of " + size + " bytes, but only " +
                 std::to_string(remaining()) + " bytes are left in the file");
}

std::unexpected<Error> GgufCursor::Overspent(uint64_t bytes) const {
  return Failure(ErrorCode::kResourceExhausted,
                 "decoding takes too much memory: " + std::to_string(bytes) + " bytes asked, " +
                     std::to_string(memory_left_) + " left of what a file of this size may use");
}

std::unexpected<Error> GgufCursor::Failure(ErrorCode code, std::string_view message) const {
  return Fail(code, file_ + ": " + place_ + " at byte " + std::to_string(item_offset_) + ": " +
                        std::string(message));
}

}  // namespace bantam
