// BlobSink: a file on its way from a client to the store, under the SHA-256 it is announced with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "base/atomic_file.h"
#include "base/sha256.h"
#include "server/http/exchange.h"
#include "store/incoming.h"
#include "store/store.h"

namespace bantam::server {

// The digits of "sha256:…" (or "sha256-…") at the end of a path. Fails with kInvalidArgument.
Result<std::string> DigestOf(std::string_view text);

// Nothing is there under the blob's name before it is whole and its digest is right.
class BlobSink : public BodySink {
 public:
  // Fails with kInvalidArgument (no digest), kUnsupported (no store) or kIo. What the store has
  // already is read and forgotten.
  static Result<std::unique_ptr<BlobSink>> Create(const std::optional<store::Store>& store,
                                                  std::string_view path);

  Result<void> Write(std::string_view piece) override;

  // Whether it is new. Fails with kInvalidArgument if the digest is another one.
  Result<bool> Finish();

 private:
  BlobSink(std::string digest, std::string blob)
      : digest_(std::move(digest)), blob_(std::move(blob)) {}

  const std::string digest_;
  const std::string blob_;  // where it goes
  Sha256 hash_;
  std::optional<store::Incoming> place_;  // unset: it is there
  std::string path_;                      // in that place
  std::optional<AtomicFile> file_;
};

}  // namespace bantam::server
