// PageMemory: zeroed memory straight from the operating system, in huge pages where it can.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bantam/result.h"

namespace bantam {

// Bytes of an ordinary page.
size_t PageBytes();

// Movable; unmaps on destruction. Pages cost memory only once written.
class PageMemory {
 public:
  PageMemory() = default;
  PageMemory(PageMemory&& other) noexcept;
  PageMemory& operator=(PageMemory&& other) noexcept;
  ~PageMemory();

  // `huge` asks for 2 MiB pages: fewer misses for memory read from end to end, at up to 2 MiB of
  // rounding. Fails with kResourceExhausted, naming the size and `what`.
  static Result<PageMemory> Allocate(size_t bytes, bool huge, const char* what);

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

  // Gives the whole pages inside [offset, offset + bytes) back; they read as zero afterwards.
  void Discard(size_t offset, size_t bytes);

 private:
  uint8_t* data_ = nullptr;  // 64-byte aligned at least; 2 MiB if huge
  size_t size_ = 0;
  uint8_t* mapping_ = nullptr;
  size_t mapping_size_ = 0;
};

}  // namespace bantam
