// ReadAhead: brings a file into the system's cache while others already use it.
#pragma once

#include <pthread.h>

#include <atomic>
#include <vector>

#include "base/mapped_file.h"

namespace bantam {

// A thread reads one piece after the other and drops what it read. What is cached it only looks at,
// but for what follows a piece that was not. Page faults alone would wait for each of their reads.
class ReadAhead {
 public:
  // Pieces of the file behind `fd`, which must stay open. Where no thread can be had nothing is
  // read.
  ReadAhead(int fd, std::vector<FilePiece> pieces);
  // Stops soon.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

 private:
  void Run() const;

  int fd_;
  std::vector<FilePiece> pieces_;
  std::atomic<bool> stopping_{false};
  pthread_t thread_;
  bool started_;
};

}  // namespace bantam
