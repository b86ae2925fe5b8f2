// HEAD and POST /api/blobs/sha256:…: whether a file is there, and files to make models of.
#include "server/ollama/blob_sink.h"

#include <sys/stat.h>

#include <cstdio>
#include <utility>

#include "base/check.h"
#include "base/hex.h"
#include "base/quote.h"
#include "server/ollama/handlers.h"
#include "store/names.h"

namespace bantam::server {
namespace {

bool IsThere(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

Result<std::string> DigestOf(std::string_view text) {
  const std::string_view name = text.substr(text.rfind('/') + 1);
  if (name.starts_with("sha256:") || name.starts_with("sha256-")) {
    std::string digits(name.substr(7));
    if (store::IsSha256(digits)) return digits;
  }
  return Fail(ErrorCode::kInvalidArgument,
              "digest: must be sha256: and 64 lower-case hexadecimal digits, not " + Quote(name));
}

Result<std::unique_ptr<BlobSink>> BlobSink::Create(const std::optional<store::Store>& store,
                                                   std::string_view path) {
  if (!store) return Fail(ErrorCode::kUnsupported, "this server has no store for models");
  std::string digest = TRY(DigestOf(path));
  TRY(store->Prepare());
  std::string blob = store->BlobPath(digest);
  std::unique_ptr<BlobSink> sink(new BlobSink(std::move(digest), std::move(blob)));
  if (IsThere(sink->blob_)) return sink;
  sink->place_.emplace(TRY(store::Incoming::Create(*store)));
  sink->path_ = sink->place_->directory() + "/blob";
  sink->file_.emplace(TRY(AtomicFile::Create(sink->path_, true)));
  return sink;
}

Result<void> BlobSink::Write(std::string_view piece) {
  if (!file_) return {};
  hash_.Update({reinterpret_cast<const uint8_t*>(piece.data()), piece.size()});
  return file_->Write(piece);
}

Result<bool> BlobSink::Finish() {
  if (!file_) return false;
  const std::string got = HexText(hash_.Finish());
  if (got != digest_) {
    return Fail(ErrorCode::kInvalidArgument,
                "digest: the file has the SHA-256 " + got + ", not " + digest_);
  }
  TRY(file_->Commit());
  if (std::rename(path_.c_str(), blob_.c_str()) != 0) {
    return Fail(ErrorCode::kIo, "the file cannot be put into the store");
  }
  SyncDirectoryOf(blob_);
  return true;
}

void HeadBlob(Server& server, const std::shared_ptr<Call>& call) {
  const auto digest = DigestOf(call->request().path);
  if (!digest) return call->ReplyError(digest.error());
  const auto& store = server.library.store();
  if (store && IsThere(store->BlobPath(*digest))) return call->Reply(200, "text/plain", "");
  call->ReplyError({ErrorCode::kNotFound, "there is no file sha256:" + *digest});
}

void PostBlob(Server& server, const std::shared_ptr<Call>& call) {
  (void)server;
  const auto keep = [&]() -> Result<bool> {
    auto* sink = dynamic_cast<BlobSink*>(call->sink());
    if (sink == nullptr) return Fail(ErrorCode::kInternal, "the file went nowhere");
    return sink->Finish();
  };
  const auto kept = keep();
  if (!kept) return call->ReplyError(kept.error());
  call->Reply(*kept ? 201 : 200, "text/plain", "");
}

}  // namespace bantam::server
