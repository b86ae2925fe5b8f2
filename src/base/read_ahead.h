// ReadAhead: asks the system to bring a file into its cache while others already use it.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "base/mapped_file.h"

namespace bantam {

// A thread reads one piece after the other and drops what it read; what is cached it only looks at.
// Page faults alone would wait for each of their reads.
class ReadAhead {
 public:
  // Pieces of the file behind `fd`, which must stay open.
  ReadAhead(int fd, std::vector<FilePiece> pieces);
  // Stops soon.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

 private:
  void Run(int fd) const;

  std::vector<FilePiece> pieces_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace bantam
