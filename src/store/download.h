// Download: brings one file into the store, whole and verified, or not at all.
#pragma once

#include <functional>
#include <string>

#include "bantam/result.h"
#include "net/http_client.h"
#include "store/hub.h"
#include "store/patience.h"
#include "store/store.h"

namespace bantam::store {

struct DownloadOptions {
  std::string token;  // for the file's origin
  std::string model;  // for whom, to tell people about parts that lie around
  double first_wait_s = 1;
  // Bytes done of the whole model before this file, and of the files after it, for on_progress.
  uint64_t bytes_before = 0;
  uint64_t bytes_after = 0;
  uint64_t bytes_needed_after =
      0;  // of those after it that are not here yet: room is asked for all
  // The file as the model has it already, if it does. What another model has is known by its
  // checksum, and read: it may have been damaged.
  std::function<std::optional<StoredFile>(const RemoteFile&)> already;
};

// Goes on where an earlier download of the same file stopped, without a checksum only if the server
// gave a strong ETag with the bytes and gives the same with the rest; waits while another process
// fetches it and shares the result. The bytes are checked for their number and checksum before the
// blob gets its name; on failure what came stays as a part unless it was wrong. Fails with kCorrupt
// for bytes that are not the promised, kResourceExhausted for a full disk, kCancelled, and the
// errors of the network.
Result<StoredFile> Download(const Store& store, const net::HttpClient& client,
                            const RemoteFile& file, const DownloadOptions& options,
                            const PullEvents& events);

}  // namespace bantam::store
