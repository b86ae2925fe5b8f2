// Locks, ranges, checks: the way of one file.
#include "store/download.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/quote.h"
#include "base/sha256.h"
#include "base/small_file.h"
#include "store/disk_space.h"
#include "store/file_lock.h"
#include "store/names.h"
#include "store/part_file.h"
#include "store/upkeep.h"

namespace bantam::store {
namespace {

constexpr uint64_t kMaxFileBytes = uint64_t{256} << 30;
constexpr uint64_t kProgressBytes = uint64_t{1} << 20;  // that count as progress between failures

std::optional<uint64_t> SizeOf(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return static_cast<uint64_t>(info.st_size);
}

std::string KeyOf(const RemoteFile& file) {
  if (!file.sha256.empty()) return "sha256-" + file.sha256;
  Sha256 hash;
  const std::string url = WithoutQuery(file.url);
  hash.Update({reinterpret_cast<const uint8_t*>(url.data()), url.size()});
  return "url-" + HexText(hash.Finish());
}

// "bytes 5-9/10" → 5, 10.
struct ContentRange {
  uint64_t from;
  uint64_t total;
};
std::optional<ContentRange> ParseContentRange(std::string_view text) {
  if (!LowerCase(text.substr(0, 6)).starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const size_t dash = text.find('-');
  const size_t slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos) return std::nullopt;
  const auto from = ParseLeadingUint(text);
  const auto last = ParseLeadingUint(text.substr(dash + 1));
  const auto total = ParseLeadingUint(text.substr(slash + 1));
  if (!from || !last || !total || *last + 1 != *total || *from > *last) return std::nullopt;
  return ContentRange{*from, *total};
}

std::string StrongEtag(const net::HttpHop& answer) {
  const std::string* etag = answer.Find("etag");
  return etag != nullptr && IsStrongEtag(*etag) ? *etag : "";
}

class Downloader {
 public:
  Downloader(const Store& store, const net::HttpClient& client, const RemoteFile& file,
             const DownloadOptions& options, const PullEvents& events)
      : store_(store),
        client_(client),
        file_(file),
        options_(options),
        events_(events),
        path_(store.PartPath(KeyOf(file))),
        source_(WithoutQuery(file.url)),
        patience_(options.first_wait_s, events) {}

  Result<StoredFile> Run();

 private:
  std::optional<StoredFile> Present();
  void RemoveLock() const { (void)unlink(PartFile::LockPath(path_).c_str()); }
  Result<FileLock> Acquire();
  Result<void> Fetch(PartFile& part);
  Result<void> Try(PartFile& part);
  Result<void> TakeAnswer(PartFile& part, const net::HttpHop& answer);
  Result<void> TakeBytes(PartFile& part, std::span<const uint8_t> bytes);
  bool MayContinue(const PartFile& part) const;
  bool IsSame(const PartFile& part, const std::string& etag) const;
  Result<void> CheckSize(const net::HttpHop& answer, uint64_t total) const;
  void Tell(uint64_t done);
  void NoteStart(const PartFile& part, const net::HttpHop& answer);
  void Note(const std::string& text) const {
    if (events_.on_note) events_.on_note(text);
  }
  std::unexpected<Error> Wrong(const std::string& why) const {
    return Fail(ErrorCode::kCorrupt, source_ + ": " + why);
  }

  // During a request: the client says where.
  static std::unexpected<Error> BadAnswer(const std::string& why) {
    return Fail(ErrorCode::kCorrupt, why);
  }

  const Store& store_;
  const net::HttpClient& client_;
  const RemoteFile& file_;
  const DownloadOptions& options_;
  const PullEvents& events_;
  std::string path_;    // of the part
  std::string source_;  // the URL, for states and messages
  Patience patience_;
  uint64_t total_ = 0;  // of the file, once known
  // A server that cannot go on where we are is asked for all; what is here stays until that comes.
  bool restart_ = false;     // it has just said so
  bool from_start_ = false;  // all is asked for
  bool tainted_ = false;     // it sent bytes and then proved wrong: they are not kept
  uint64_t appended_ = 0;    // bytes of the last request
  uint64_t furthest_ = 0;    // byte of the file that last counted as progress
  int restarts_ = 0;
  bool noted_ = false;
  std::optional<StoredFile> own_;  // as the model has it; by now it may be another
  bool unchanged_ = false;         // it is not, the server says
};

std::optional<StoredFile> Downloader::Present() {
  if (options_.already) own_ = options_.already(file_);
  if (file_.sha256.empty()) {
    const bool same = own_ && file_.fixed && own_->bytes == file_.bytes.value_or(own_->bytes);
    return same ? own_ : std::nullopt;
  }
  // A file that was damaged may have its size. What is not the model's own is read, as is what has
  // no size to compare.
  const auto bytes = own_ && own_->sha256 == file_.sha256 ? file_.bytes : std::nullopt;
  if (!IsWhole(store_, file_.sha256, bytes, events_.cancelled)) return std::nullopt;
  const auto size = SizeOf(store_.BlobPath(file_.sha256));
  if (!size) return std::nullopt;
  return StoredFile{.name = file_.name, .sha256 = file_.sha256, .bytes = *size};
}

void Downloader::Tell(uint64_t done) {
  if (!events_.on_progress) return;
  events_.on_progress(options_.bytes_before + done,
                      options_.bytes_before + total_ + options_.bytes_after);
}

void Downloader::NoteStart(const PartFile& part, const net::HttpHop& answer) {
  if (std::exchange(noted_, true)) return;
  const auto size = [](uint64_t bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " bytes";
    if (bytes < 1000000) return std::to_string((bytes + 999) / 1000) + " kB";
    return std::to_string((bytes + 999999) / 1000000) + " MB";
  };
  Note("fetching " + file_.name + " (" + size(total_) + ") from " + answer.url.host +
       (part.bytes() > 0 ? ", " + size(part.bytes()) + " are here already" : ""));
}

// The lock of this file; while another process has it, its progress is shown.
Result<FileLock> Downloader::Acquire() {
  const std::string lock_path = PartFile::LockPath(path_);
  bool told = false;
  while (true) {
    if (auto lock = TRY(FileLock::Try(lock_path))) return *std::move(lock);
    if (!std::exchange(told, true)) {
      Note("another process is fetching " + file_.name + "; waiting for it");
    }
    if (const auto text = ReadSmallFile(PartFile::StatePath(path_))) {
      if (const auto state = ParsePartState(*text); state && state->bytes > 0) {
        total_ = state->bytes;
        Tell(std::min(SizeOf(PartFile::BytesPath(path_)).value_or(0), total_));
      }
    }
    if (events_.cancelled && events_.cancelled()) return Fail(ErrorCode::kCancelled, "stopped");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

Result<void> Downloader::CheckSize(const net::HttpHop& answer, uint64_t total) const {
  if (file_.bytes && total != *file_.bytes) {
    return BadAnswer("the server's file has " + std::to_string(total) +
                     " bytes, the hub's listing says " + std::to_string(*file_.bytes));
  }
  const std::string* type = answer.Find("content-type");
  if (type != nullptr && LowerCase(*type).starts_with("text/html")) {
    return BadAnswer("the server sends a web page in place of the file");
  }
  if (total == 0 || total > kMaxFileBytes) {
    return BadAnswer("a file of " + std::to_string(total) + " bytes is no model");
  }
  return {};
}

// Without a checksum only the server's ETag says that it is still the same file.
bool Downloader::MayContinue(const PartFile& part) const {
  if (!file_.sha256.empty()) return true;
  return part.state().url == source_ && !part.state().etag.empty();
}

// Whether an answer with this strong ETag, if it has one, goes on with the file of the part.
bool Downloader::IsSame(const PartFile& part, const std::string& etag) const {
  if (file_.sha256.empty()) return MayContinue(part) && etag == part.state().etag;
  return part.state().url != source_ || part.state().etag.empty() || etag.empty() ||
         etag == part.state().etag;
}

Result<void> Downloader::TakeAnswer(PartFile& part, const net::HttpHop& answer) {
  if (answer.status == 206) {
    if (part.bytes() == 0) {
      return BadAnswer("the server sends a part of the file, but all of it was asked for");
    }
    const std::string* header = answer.Find("content-range");
    const auto range = header != nullptr ? ParseContentRange(*header) : std::nullopt;
    if (!range || range->from != part.bytes() || range->total != part.state().bytes ||
        !IsSame(part, StrongEtag(answer))) {
      restart_ = true;
      return BadAnswer("the server's file has changed, or it goes on at the wrong place");
    }
    total_ = range->total;
    TRY(CheckSize(answer, total_));
    TRY(CheckDiskSpace(store_.root(), file_.name,
                       total_ - part.bytes() + options_.bytes_needed_after));
    NoteStart(part, answer);
    return {};
  }
  if (answer.status != 200) {
    return BadAnswer("the server answers " + std::to_string(answer.status) +
                     ", expected 200 or 206");
  }
  uint64_t total = file_.bytes.value_or(0);
  if (const std::string* header = answer.Find("content-length")) {
    total = ParseLeadingUint(*header).value_or(0);
  } else if (!file_.bytes) {
    return BadAnswer("the server does not say how long the file is");
  }
  TRY(CheckSize(answer, total));
  if (part.bytes() > 0) Note("the server cannot go on where the download stopped; from the start");
  TRY(part.Restart());
  total_ = total;
  TRY(CheckDiskSpace(store_.root(), file_.name, total_ + options_.bytes_needed_after));
  NoteStart(part, answer);
  from_start_ = false;
  return part.SetState(
      {.url = source_, .etag = StrongEtag(answer), .bytes = total_, .model = options_.model});
}

Result<void> Downloader::TakeBytes(PartFile& part, std::span<const uint8_t> bytes) {
  if (bytes.size() > total_ - part.bytes()) {
    return BadAnswer("the server sends more than the file's " + std::to_string(total_) + " bytes");
  }
  if (part.bytes() == 0 && LowerCase(file_.name).ends_with(".gguf")) {
    constexpr std::string_view kMagic = "GGUF";
    const std::string_view start(reinterpret_cast<const char*>(bytes.data()),
                                 std::min(bytes.size(), kMagic.size()));
    if (!kMagic.starts_with(start)) {
      std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return BadAnswer("no GGUF file: it begins with " +
                       Quote(net::HideToken(std::move(text), options_.token), 16));
    }
  }
  appended_ += bytes.size();
  TRY(part.Append(bytes));
  Tell(part.bytes());
  return {};
}

// One request. Success: the part is complete, or what the model has is still the same.
Result<void> Downloader::Try(PartFile& part) {
  const uint64_t before = part.bytes();
  net::HttpRequest request;
  request.url = file_.url;
  request.token = options_.token;
  request.from = from_start_ ? 0 : before;
  if (part.state().url == source_) request.if_range = part.state().etag;
  if (before == 0 && own_ && file_.sha256.empty()) request.if_none_match = own_->etag;
  request.max_bytes = kMaxFileBytes;
  request.on_answer = [&](const net::HttpHop& answer) { return TakeAnswer(part, answer); };
  request.on_body = [&](std::span<const uint8_t> bytes) { return TakeBytes(part, bytes); };
  restart_ = false;
  appended_ = 0;
  const net::HttpResult answer = client_.Get(request);
  // Not the bytes that come once more after a new start: it could go on like that for ever.
  if (appended_ > 0 && part.bytes() >= furthest_ + kProgressBytes) {
    furthest_ = part.bytes();
    patience_.Progress();
  }
  if (answer && answer->status() == 304 && !request.if_none_match.empty()) {
    unchanged_ = true;
    return {};
  }
  if (answer && answer->status() == 416 && before > 0) restart_ = true;
  if (restart_) {
    if (++restarts_ > 2) return Wrong("the server's file keeps changing");
    if (!std::exchange(from_start_, true)) {
      Note("the server's file has changed since the download stopped; from the start");
    }
    return {};
  }
  if (!answer && answer.error().error.code == ErrorCode::kCorrupt) tainted_ = appended_ > 0;
  if (!answer) return patience_.AfterFailure(answer.error());
  if (answer->status() >= 200 && answer->status() < 300) {
    if (total_ > 0 && part.bytes() == total_) return {};
    return patience_.AfterFailure(
        {{ErrorCode::kIo, file_.name + ": the connection ended before the file"}, true});
  }
  const Error error = StatusError(answer->last(), !options_.token.empty());
  if (!IsTransientStatus(answer->status())) return std::unexpected(error);
  return patience_.AfterStatus(answer->last(), error);
}

Result<void> Downloader::Fetch(PartFile& part) {
  total_ = part.state().bytes;
  if (part.bytes() > total_ || (part.bytes() > 0 && !MayContinue(part)) ||
      (file_.bytes && part.bytes() > 0 && total_ != *file_.bytes)) {
    TRY(part.Restart());
    total_ = 0;
  }
  furthest_ = part.bytes();
  while (!unchanged_ && (total_ == 0 || part.bytes() < total_)) {
    if (part.bytes() > 0 && !MayContinue(part)) {
      TRY(part.Restart());
      total_ = 0;
    }
    TRY(Try(part));
  }
  return {};
}

Result<StoredFile> Downloader::Run() {
  TRY(store_.Prepare());
  if (!file_.sha256.empty()) {
    if (auto present = Present()) return *present;
  }
  const FileLock lock = TRY(Acquire());
  if (auto present = Present()) {
    RemoveLock();
    return *present;
  }
  PartFile part = TRY(PartFile::Open(path_, events_.cancelled));
  bool resumed = part.bytes() > 0;
  while (true) {
    auto fetched = Fetch(part);
    if (!fetched) {
      if (tainted_ || part.bytes() == 0) part.Discard();
      return std::unexpected(std::move(fetched).error());
    }
    if (unchanged_) {
      part.Discard();
      RemoveLock();
      return *own_;
    }
    const std::string digest = part.Digest();
    if (file_.sha256.empty() || digest == file_.sha256) {
      const std::string etag = file_.sha256.empty() ? part.state().etag : "";
      TRY(part.Commit(store_.BlobPath(digest)));
      RemoveLock();
      return StoredFile{.name = file_.name, .sha256 = digest, .bytes = total_, .etag = etag};
    }
    if (!std::exchange(resumed, false)) {
      part.Discard();
      RemoveLock();
      return Wrong("the SHA-256 is " + digest + ", expected " + file_.sha256 +
                   "; the file was thrown away");
    }
    Note("the parts do not fit together; once more from the start");
    TRY(part.Restart());
  }
}

}  // namespace

Result<StoredFile> Download(const Store& store, const net::HttpClient& client,
                            const RemoteFile& file, const DownloadOptions& options,
                            const PullEvents& events) {
  return Downloader(store, client, file, options, events).Run();
}

}  // namespace bantam::store
