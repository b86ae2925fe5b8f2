// GgufCursor: reads GGUF's primitive values from bytes nobody vouches for.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "bantam/result.h"
#include "base/bytes.h"
#include "base/check.h"

namespace bantam {

// Where the header (magic, version, both counts) keeps its fields.
constexpr uint64_t kGgufVersionOffset = 4;
constexpr uint64_t kGgufTensorCountOffset = 8;
constexpr uint64_t kGgufKeyCountOffset = 16;

// Walks forward over a file's bytes, never past their end, and keeps account of the memory that
// decoding takes. Every error names the file, what was being read (see At) and the byte offset.
class GgufCursor {
 public:
  // Decoded metadata and tensor lists may take as much memory as the file does, within these
  // limits: a vocabulary alone is larger decoded than in its file, and sparse files claim any size.
  static constexpr uint64_t kMinMemory = 64 << 20;
  static constexpr uint64_t kMaxMemory = 128 << 20;

  // `file` names the bytes in messages. `bytes` must outlive the cursor.
  GgufCursor(std::span<const uint8_t> bytes, std::string file);

  uint64_t offset() const { return offset_; }
  uint64_t remaining() const { return bytes_.size() - offset_; }
  std::span<const uint8_t> bytes() const { return bytes_; }

  // Says what is read from here on, for messages: `key "general.alignment"`.
  void At(std::string place) { place_ = std::move(place); }

  // The same for a failure about something at another offset than the item read last.
  void At(std::string place, uint64_t offset) {
    place_ = std::move(place);
    item_offset_ = offset;
  }

  // A little-endian number. `what` names it for the message if the file ends before it does.
  template <typename T>
    requires std::is_arithmetic_v<T>
  Result<T> Read(const char* what) {
    return LoadLe<T>(TRY(ReadBlock(1, sizeof(T), what)));
  }

  // `count` items of `width` bytes each. Inline, as a vocabulary has 300,000 strings.
  Result<const uint8_t*> ReadBlock(uint64_t count, uint64_t width, const char* what) {
    item_offset_ = offset_;
    if (count > remaining() / width) return Overrun(count, width, what);
    const uint8_t* block = bytes_.data() + offset_;
    offset_ += count * width;
    return block;
  }

  // A 64-bit length and as many bytes; a view into the file.
  Result<std::string_view> ReadString(const char* what) {
    const auto length = TRY(Read<uint64_t>("a string length"));
    const uint8_t* text = TRY(ReadBlock(length, 1, what));
    return std::string_view(reinterpret_cast<const char*>(text), length);
  }

  // Books `bytes` of memory before they are allocated; kResourceExhausted beyond the limit.
  Result<void> Charge(uint64_t bytes) {
    if (bytes > memory_left_) return Overspent(bytes);
    memory_left_ -= bytes;
    return {};
  }

  // An error about the item read last.
  std::unexpected<Error> Failure(ErrorCode code, std::string_view message) const;
  std::unexpected<Error> Corrupt(std::string_view message) const {
    return Failure(ErrorCode::kCorrupt, message);
  }

 private:
  std::unexpected<Error> Overrun(uint64_t count, uint64_t width, const char* what) const;
  std::unexpected<Error> Overspent(uint64_t bytes) const;

  std::span<const uint8_t> bytes_;
  std::string file_;
  std::string place_ = "header";
  uint64_t offset_ = 0;
  uint64_t item_offset_ = 0;  // where the item read last begins
  uint64_t memory_left_;
};

}  // namespace bantam
