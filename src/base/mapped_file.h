// MappedFile: a read-only memory map of a whole file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bantam/result.h"

namespace bantam {

class ReadAhead;

// Whether a directory is there under that path.
bool IsDirectory(const std::string& path);

// Whether there is a regular file of no bytes.
bool IsEmptyFile(const std::string& path);

struct FilePiece {
  size_t offset;
  size_t size;
};

// Movable, unmaps and closes on destruction. Safe to read from many threads.
class MappedFile {
 public:
  MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  // Maps a regular file. Directories, devices, empty and unreadable files fail with a message
  // that names the path and the reason.
  static Result<MappedFile> Open(const std::string& path);

  std::span<const uint8_t> bytes() const { return {data_, size_}; }

  // Copies bytes [offset, offset + out.size()), which must lie in the file, without making the
  // map's pages resident: for small pieces here and there.
  void Read(size_t offset, std::span<uint8_t> out) const;

  // Starts reading pieces of the file into the system's cache, one after the other, and does not
  // wait for it. Ends what was started before.
  void StartReadAhead(std::vector<FilePiece> pieces);

  // Returns when the piece at `offset` of those has been read, or will not be.
  void AwaitReadAhead(size_t offset) const;

  // madvise(MADV_DONTNEED) over the whole pages inside [offset, offset + size).
  void Release(size_t offset, size_t size) const;

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  int fd_ = -1;
  std::unique_ptr<ReadAhead> read_ahead_;
};

}  // namespace bantam
