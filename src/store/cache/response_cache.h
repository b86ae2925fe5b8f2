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
#include "store/cache/cached_reply.h"
#include "store/cache/embedder.h"
#include "store/cache/faq_file.h"

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

struct CacheStats {
  int64_t replies = 0;
  int64_t faq_answers = 0;
  int64_t faq_questions = 0;
  int64_t tenants = 0;  // that have replies
  int64_t bytes = 0;    // of replies and questions
  int64_t file_bytes = 0;
  int64_t oldest_s = 0;      // of replies; 0: none
  int64_t hits_ever = 0;     // of what is in the file
  int64_t with_vectors = 0;  // questions that have one
  // Since Open.
  int64_t hits[4] = {};  // by CacheMatch
  int64_t misses = 0;
  int64_t stored = 0;
  int64_t evicted = 0;
  int64_t dropped = 0;   // too large, or too many waiting
  int64_t failures = 0;  // of reading or writing the file
  std::string last_failure;
};

struct ClearRequest {
  bool replies = true;
  bool faq = false;
  std::optional<std::string> tenant = std::nullopt;  // unset: every tenant's
  int64_t older_than_s = 0;                          // replies only; 0: all
};

// Thread-safe. Nothing here throws or aborts on a bad file or disk: a look-up that fails is a miss,
// a reply that cannot be written is dropped, and both are counted.
class ResponseCache {
 public:
  // Opens or makes the file. Fails with kResourceExhausted if another process has it, kUnsupported
  // in a build without SQLite, kIo, kInvalidArgument for what is no regular file. Reads the whole
  // file once to check it.
  static Result<std::unique_ptr<ResponseCache>> Open(const std::string& path,
                                                     const CacheOptions& options);

  // Writes what waits.
  virtual ~ResponseCache() = default;

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

  // Adds answers, all or none; a question that is there already gets the new answer. `replace`:
  // the tenant's others go. `tenant`: whose requests they answer; "": everybody's. Fails if they
  // would fill more than half of max_bytes.
  virtual Result<void> ImportFaq(const std::vector<FaqItem>& items, std::string_view tenant,
                                 bool replace) = 0;

  virtual Result<CacheStats> Stats() = 0;
  // How many replies and answers went.
  virtual Result<int64_t> Clear(const ClearRequest& request) = 0;

  // Everything, an object each: {"kind": "reply", "questions": [...], "text": …, …}; FAQ answers
  // are as their file's lines, with "kind": "faq". Blocks writing meanwhile. Stops at the first
  // error of `take`.
  virtual Result<void> Export(const std::function<Result<void>(const Json&)>& take) = 0;
};

// Stats as /metrics and `bantam cache stats --json` show them.
Json StatsJson(const CacheStats& stats);

}  // namespace bantam::store
