// ResponseCache: replies that were given before, and answers of an FAQ, kept in one SQLite file.
//
// The file has a rollback journal and one connection; it survives the death of the process at any
// moment. One process has it at a time (a lock file beside it, PATH.lock). A file that is damaged,
// or is no cache of this version, is renamed to PATH.damaged-N, and a new one begun.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"
#include "store/cache/cache_contents.h"
#include "store/cache/cached_reply.h"
#include "store/cache/embedder.h"

namespace bantam::store {

struct CacheOptions {
  bool make = true;                              // a file that is not there; else kNotFound
  uint64_t max_bytes = uint64_t{256} << 20;      // of replies and questions; the file has some more
  uint64_t max_reply_bytes = uint64_t{1} << 20;  // larger ones are not kept
  int64_t ttl_s = 0;                   // replies older than this are not given; 0: for ever
  bool normalize = false;              // match questions by QuestionForm too
  std::shared_ptr<Embedder> embedder;  // set: match questions by similarity too
  float min_similarity = 0.80F;        // … from this QuestionScore on
  bool lexical = false;                // similarity by words alone where there is no vector
  size_t max_waiting = 1024;           // replies not written yet; more are dropped
  std::function<int64_t()> now_s;      // unset: UnixSeconds
};

// Thread-safe. Nothing here throws or aborts on a bad file or disk: a look-up that fails is a miss,
// a reply that cannot be written is dropped, and both are counted.
class ResponseCache : public CacheContents {
 public:
  // Opens or makes the file. Fails with kResourceExhausted if another process has it, kUnsupported
  // in a build without SQLite, kIo, kInvalidArgument for what is no regular file. Reads the whole
  // file once to check it.
  static Result<std::unique_ptr<ResponseCache>> Open(const std::string& path,
                                                     const CacheOptions& options);

  // Writes what waits.
  ~ResponseCache() override = default;

  // What the user should be told of the file ("… was damaged (…) and is now …"); empty: nothing.
  virtual std::string note() const = 0;

  // An answer, if there is one. Exact matches take tens of microseconds (longer while a transaction
  // is written: do not call it where nothing may wait). Similar ones take as long as the embedder
  // and a scan of the context's questions. A hit writes nothing at once.
  virtual std::optional<CacheHit> Find(const CacheQuery& query) = 0;

  // Keeps a reply; returns at once, a thread of the cache's own writes it. It can be found at once.
  // The caller decides what may be kept (complete replies; of sampled ones only seeded).
  virtual void Put(const CacheQuery& query, CachedReply reply) = 0;

  // Waits until all that was put is in the file, with its vectors. Fails as the writing did.
  virtual Result<void> Flush() = 0;

  // As Export, but beginning after the entry `after` (0: with the first) and until `take` says
  // false. Gives the last entry taken, or 0 if there are no more.
  virtual Result<int64_t> ExportPage(int64_t after,
                                     const std::function<Result<bool>(const Json&)>& take) = 0;

  // Says beside the file where the server is that has it, for HolderOf. Until it is closed.
  virtual Result<void> Announce(const std::string& url) = 0;

  // What was announced by the process that has the file; empty if nothing was.
  static std::string HolderOf(const std::string& path);
};

}  // namespace bantam::store
