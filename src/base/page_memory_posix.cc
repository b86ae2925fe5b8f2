// Anonymous memory by mmap, aligned for huge pages.
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "base/page_memory.h"

namespace bantam {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

}  // namespace

size_t PageBytes() {
  return static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

PageMemory::PageMemory(PageMemory&& other) noexcept {
  *this = std::move(other);
}

PageMemory& PageMemory::operator=(PageMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapping_, other.mapping_);
  std::swap(mapping_size_, other.mapping_size_);
  return *this;
}

PageMemory::~PageMemory() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_size_);
}

Result<PageMemory> PageMemory::Allocate(size_t bytes, bool huge, const char* what) {
  const size_t room = huge ? bytes + kHugePage : bytes + 1;
  void* mapping = mmap(nullptr, room, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room < bytes || mapping == MAP_FAILED) {
    return Fail(
        ErrorCode::kResourceExhausted,
        std::string("cannot get ") + std::to_string(bytes >> 20) + " MiB of memory for " + what);
  }
  PageMemory memory;
  memory.mapping_ = static_cast<uint8_t*>(mapping);
  memory.mapping_size_ = room;
  memory.data_ = memory.mapping_;
  memory.size_ = bytes;
  if (huge) {
    const auto address = reinterpret_cast<uintptr_t>(mapping);
    memory.data_ += (kHugePage - address % kHugePage) % kHugePage;
    madvise(memory.data_, bytes, MADV_HUGEPAGE);  // advice only: refusal is fine
  }
  return memory;
}

void PageMemory::Discard(size_t offset, size_t bytes) {
  const size_t page = PageBytes();
  const auto begin = (reinterpret_cast<uintptr_t>(data_) + offset + page - 1) / page * page;
  const auto end = (reinterpret_cast<uintptr_t>(data_) + offset + bytes) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace bantam
