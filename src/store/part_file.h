// PartFile: a file that is being downloaded, and what is needed to go on with it later.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "base/sha256.h"

namespace bantam::store {

// Where the bytes came from: a small JSON file beside the part.
struct PartState {
  std::string url;
  std::string etag;    // a strong one; empty if the server gave none
  uint64_t bytes = 0;  // of the whole file; 0: not known yet
  std::string model;   // for whom, to tell people
};

// A strong entity tag (RFC 9110, section 8.8.3) of at most 256 bytes: weak ones are the same for
// bytes that are not.
bool IsStrongEtag(std::string_view text);

// An ETag that is none is taken as not given.
Result<PartState> ParsePartState(std::string_view text);
std::string PartStateText(const PartState& state);

// Whoever opens one must hold the lock that goes with it. The bytes stay when it is destroyed.
class PartFile {
 public:
  // Opens or makes PATH.part, reads PATH.json, and the bytes there are for their checksum. A part
  // without a readable state starts anew. `cancelled` is asked now and then.
  static Result<PartFile> Open(const std::string& path, const std::function<bool()>& cancelled);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  const PartState& state() const { return state_; }
  uint64_t bytes() const { return bytes_; }

  Result<void> SetState(PartState state);
  Result<void> Append(std::span<const uint8_t> bytes);
  // Throws the bytes away and starts anew.
  Result<void> Restart();
  // SHA-256 of the bytes there are, in hexadecimal.
  std::string Digest() const;
  // Puts the bytes on disk and renames the part to `target`.
  Result<void> Commit(const std::string& target);
  // Removes part and state.
  void Discard();

  // The files' names for a part's path.
  static std::string BytesPath(const std::string& path) { return path + ".part"; }
  static std::string StatePath(const std::string& path) { return path + ".json"; }
  static std::string LockPath(const std::string& path) { return path + ".lock"; }

 private:
  PartFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  Result<void> ReadBack(const std::function<bool()>& cancelled);

  std::string path_;
  int fd_ = -1;
  PartState state_;
  uint64_t bytes_ = 0;
  Sha256 sha256_;
};

}  // namespace bantam::store
