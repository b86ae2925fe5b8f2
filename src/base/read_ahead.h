// ReadAhead: brings a file into the system's cache while others already use it.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/mapped_file.h"

namespace bantam {

// A thread reads one piece after the other and drops what it read. What is cached it only looks at,
// but for what follows a piece that was not. Page faults alone would wait for each of their reads,
// and faults here and there, each of which brings some MiB around it, keep the thread waiting:
// whoever needs a piece out of order should wait for its turn.
class ReadAhead {
 public:
  // Pieces of the file behind `fd`, which must stay open. Where no thread can be had nothing is
  // read.
  ReadAhead(int fd, std::vector<FilePiece> pieces);
  // Stops soon.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Returns when the piece that begins at `offset` has been read, or will not be: there is none,
  // or reading failed. Thread-safe.
  void Await(size_t offset) const;

 private:
  void Run();
  // Whether the piece is read, as far as it can be.
  bool Read(const FilePiece& piece, std::span<uint8_t> buffer);

  int fd_;
  std::vector<FilePiece> pieces_;
  std::atomic<size_t> done_{0};  // of the pieces; all of them when the thread ends
  int without_asking_ = 0;       // pieces yet to be read whether cached or not
  std::atomic<bool> stopping_{false};
  pthread_t thread_;
  bool started_;
};

}  // namespace bantam
