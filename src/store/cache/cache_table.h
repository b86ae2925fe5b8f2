// CacheTable: the rows of the response cache, by prepared statements.
#pragma once

#ifdef BANTAM_SQLITE

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "base/sha256.h"
#include "store/cache/cached_reply.h"
#include "store/cache/sqlite.h"

namespace bantam::store {

enum class EntryKind : uint8_t { kReply = 0, kFaq = 1 };

struct Entry {
  int64_t id = 0;
  EntryKind kind = EntryKind::kReply;
  Sha256::Digest tenant{};
  Sha256::Digest key{};
  CachedReply reply;
  int64_t created_s = 0;
  int64_t used = 0;
  int64_t hits = 0;
};

// A question of a context, to be compared; `text` and `vector` hold during the call alone.
struct KnownQuestion {
  int64_t entry;
  std::string_view text;
  std::string_view encoder;         // whose vector it is; empty: none yet
  std::span<const uint8_t> vector;  // float32, as in this machine's memory
};

struct FoundQuestion {
  int64_t entry = 0;
  std::string text;
};

// Rows whose sum is wrong count as absent and are forgotten by the next Tidy. Not thread-safe.
class CacheTable {
 public:
  static Result<std::unique_ptr<CacheTable>> Make(Connection& connection);

  Result<std::optional<Entry>> FindKey(const Sha256::Digest& key);
  Result<std::optional<Entry>> FindId(int64_t id);
  // The newest question with that form.
  Result<std::optional<FoundQuestion>> FindForm(const Sha256::Digest& context,
                                                const Sha256::Digest& form);
  // Those of the same content (ContentHash), newest first, until `take` says false.
  Result<void> Scan(const Sha256::Digest& context, const Sha256::Digest& content,
                    const std::function<bool(const KnownQuestion&)>& take);

  // Inside a transaction. Add replaces an entry with the same key; `bytes`: of the entry and its
  // questions. The result is its id.
  Result<int64_t> Add(const Entry& entry, int64_t bytes);
  Result<void> AddQuestion(int64_t entry, const Sha256::Digest& context, const Sha256::Digest& form,
                           const Sha256::Digest& content, std::string_view text);
  Result<void> RemoveQuestions(const Sha256::Digest& context, const Sha256::Digest& form);
  Result<void> Remove(int64_t id);
  Result<void> Touch(int64_t id, int64_t used, int64_t hits);
  // FAQ answers that no question leads to.
  Result<void> RemoveUnasked();
  Result<int64_t> RemoveWhere(std::string_view condition);

  // Ids and bytes of replies, those used least recently first.
  Result<std::vector<std::pair<int64_t, int64_t>>> LeastUsed(int most);
  Result<int64_t> TotalBytes();
  Result<int64_t> LargestUsed();

  struct Unembedded {
    int64_t id;
    int64_t entry;
    int64_t vector_bytes;  // of another encoder's vector
    std::string text;
  };
  // Those with ids above `after` that have no vector of this encoder, in the order of ids.
  Result<std::vector<Unembedded>> WithoutVector(std::string_view encoder, int64_t after, int most);
  Result<void> SetVector(const Unembedded& question, std::string_view encoder,
                         std::span<const uint8_t> vector);

  // Those with ids above `after`, in the order of ids, until `take` says false. Gives the last id
  // then, 0 at the end.
  Result<int64_t> ForEach(
      int64_t after,
      const std::function<Result<bool>(const Entry&, const std::vector<std::string>&)>& take);

 private:
  explicit CacheTable(Connection& connection) : connection_(connection) {}
  Result<std::optional<Entry>> Read(Statement& statement);

  Connection& connection_;
  Statement find_key_, find_id_, find_form_, scan_;
  Statement add_, add_question_, remove_, remove_questions_, drop_questions_, touch_;
  Statement least_used_, without_vector_, set_vector_, grow_, questions_of_;
};

// What they count towards CacheOptions::max_bytes.
int64_t ReplyBytes(const CachedReply& reply);
int64_t QuestionBytes(std::string_view question);  // without a vector

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
