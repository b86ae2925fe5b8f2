// Appending, hashing and finishing of parts.
#include "store/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/json.h"
#include "base/small_file.h"
#include "store/hash_file.h"
#include "store/json_fields.h"
#include "store/system_error.h"

namespace bantam::store {

bool IsStrongEtag(std::string_view text) {
  return text.size() >= 2 && text.size() <= 256 && text.front() == '"' && text.back() == '"' &&
         std::ranges::all_of(text.substr(1, text.size() - 2),
                             [](char c) { return c > 0x20 && c < 0x7F && c != '"'; });
}

Result<PartState> ParsePartState(std::string_view text) {
  const Json json = TRY(Json::Parse(text));
  JsonFields fields(json, "the state of a download");
  TRY(fields.Format("bantam-part", 1));
  PartState state;
  state.url = TRY(fields.Text("url"));
  state.etag = TRY(fields.TextOr("etag", ""));
  if (!IsStrongEtag(state.etag)) state.etag.clear();
  state.bytes = TRY(fields.Size("bytes"));
  state.model = TRY(fields.TextOr("model", ""));
  TRY(fields.NothingElse());
  return state;
}

std::string PartStateText(const PartState& state) {
  Json json = Json::MakeObject();
  json.Set("format", Json::String("bantam-part"));
  json.Set("version", Json::Int(1));
  json.Set("url", Json::String(state.url));
  json.Set("etag", Json::String(state.etag));
  json.Set("bytes", Json::Int(static_cast<int64_t>(state.bytes)));
  json.Set("model", Json::String(state.model));
  return json.Dump(2) + "\n";
}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      state_(std::move(other.state_)),
      bytes_(other.bytes_),
      sha256_(other.sha256_) {}

PartFile::~PartFile() {
  if (fd_ >= 0) close(fd_);
}

Result<PartFile> PartFile::Open(const std::string& path, const std::function<bool()>& cancelled) {
  const std::string bytes_path = BytesPath(path);
  const int fd = open(bytes_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd < 0) return SystemError("cannot open", bytes_path);
  PartFile part(path, fd);
  const auto text = ReadSmallFile(StatePath(path));
  auto state = text ? ParsePartState(*text) : Fail(ErrorCode::kNotFound, "");
  if (state) {
    part.state_ = *std::move(state);
    TRY(part.ReadBack(cancelled));
  } else {
    TRY(part.Restart());
  }
  return part;
}

Result<void> PartFile::ReadBack(const std::function<bool()>& cancelled) {
  const auto count = [this](uint64_t n) { bytes_ += n; };
  return HashRest(fd_, BytesPath(path_), sha256_, count, cancelled);
}

Result<void> PartFile::SetState(PartState state) {
  TRY(WriteFileAtomically(StatePath(path_), PartStateText(state), true));
  state_ = std::move(state);
  return {};
}

Result<void> PartFile::Append(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("cannot write", BytesPath(path_));
    const auto written = static_cast<size_t>(n);
    sha256_.Update(bytes.first(written));
    bytes_ += written;
    bytes = bytes.subspan(written);
  }
  return {};
}

Result<void> PartFile::Restart() {
  if (ftruncate(fd_, 0) != 0 || lseek(fd_, 0, SEEK_SET) != 0) {
    return SystemError("cannot empty", BytesPath(path_));
  }
  bytes_ = 0;
  sha256_ = Sha256();
  state_ = PartState();
  return {};
}

std::string PartFile::Digest() const {
  Sha256 copy = sha256_;
  return HexText(copy.Finish());
}

Result<void> PartFile::Commit(const std::string& target) {
  const std::string bytes_path = BytesPath(path_);
  if (fsync(fd_) != 0) return SystemError("cannot write", bytes_path);
  // Blobs do not change any more; who writes into one by mistake is told.
  struct stat info{};
  if (fstat(fd_, &info) == 0) (void)fchmod(fd_, info.st_mode & 0555);
  if (rename(bytes_path.c_str(), target.c_str()) != 0) return SystemError("cannot make", target);
  SyncDirectoryOf(target);
  (void)unlink(StatePath(path_).c_str());
  return {};
}

void PartFile::Discard() {
  (void)unlink(BytesPath(path_).c_str());
  (void)unlink(StatePath(path_).c_str());
}

}  // namespace bantam::store
