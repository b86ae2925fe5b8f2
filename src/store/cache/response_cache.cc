// Look-ups, and the thread that writes.
#include "store/cache/response_cache.h"

#include "store/cache/question_form.h"

#ifdef BANTAM_SQLITE

#include <sys/stat.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "store/cache/cache_file.h"
#include "store/cache/cache_table.h"
#include "store/cache/question_traits.h"
#include "store/cache/similar_questions.h"

namespace bantam::store {
namespace {

using Digest = Sha256::Digest;

// Hits that are not written down yet wait so long; replies a little, so that more share a
// transaction.
constexpr auto kTouchDelay = std::chrono::seconds(5);
constexpr auto kBatchDelay = std::chrono::milliseconds(20);
constexpr int kEvictionStep = 64;
constexpr int kEmbeddingStep = 16;

Digest HashOf(std::string_view label, std::span<const uint8_t> more, std::string_view text) {
  Sha256 hash;
  hash.Update({reinterpret_cast<const uint8_t*>(label.data()), label.size()});
  hash.Update(more);
  hash.Update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  return hash.Finish();
}

Digest FormHash(std::string_view form) {
  return HashOf("form", {}, form);
}

Digest FaqContext(const Digest& tenant) {
  return HashOf("bantam faq 1", tenant, "");
}

std::string HexLiteral(const Digest& digest) {
  return "x'" + HexText(digest) + "'";
}

struct Waiting {
  Entry entry;
  Digest context;
  std::string question;
  std::string form;
};

struct Uses {
  int64_t used = 0;
  int64_t hits = 0;
};

class SqliteCache : public ResponseCache {
 public:
  SqliteCache(CacheFile file, CacheOptions options)
      : file_(std::move(file)), options_(std::move(options)), note_(file_.note()) {
    if (!options_.now_s) options_.now_s = UnixSeconds;
  }
  ~SqliteCache() override;
  SqliteCache(const SqliteCache&) = delete;
  SqliteCache& operator=(const SqliteCache&) = delete;

  Result<void> Start();

  std::string note() const override {
    const std::scoped_lock lock(queue_mutex_);
    return note_;
  }
  std::optional<CacheHit> Find(const CacheQuery& query) override;
  void Put(const CacheQuery& query, CachedReply reply) override;
  Result<void> Flush() override;
  Result<void> ImportFaq(const std::vector<FaqItem>& items, std::string_view tenant,
                         bool replace) override;
  Result<CacheStats> Stats() override;
  Result<int64_t> Clear(const ClearRequest& request) override;
  Result<void> Export(const std::function<Result<void>(const Json&)>& take) override;
  Result<int64_t> ExportPage(int64_t after,
                             const std::function<Result<bool>(const Json&)>& take) override;
  Result<void> Announce(const std::string& url) override {
    const std::scoped_lock lock(table_mutex_);
    return file_.Announce(url);
  }

 private:
  // Of a look-up; `table_mutex_` is held.
  std::optional<CacheHit> FindWaiting(const CacheQuery& query);
  Result<std::optional<CacheHit>> FindInFile(const CacheQuery& query, const std::string& form);
  Result<std::optional<CacheHit>> FindFaq(const CacheQuery& query, const Digest& form);
  Result<std::optional<CacheHit>> FindSimilar(const CacheQuery& query,
                                              const std::optional<std::vector<float>>& vector);
  Result<std::optional<CacheHit>> Take(const CacheQuery& query, Entry entry, CacheMatch match,
                                       float similarity, std::string question);
  bool LooksAlike(const CacheQuery& query) const;

  // Of the writing thread.
  void Write();
  Result<void> WriteBatch(const std::deque<std::shared_ptr<Waiting>>& batch,
                          const std::map<int64_t, Uses>& uses);
  Result<void> AddWaiting(const Waiting& waiting);
  Result<void> Evict();
  Result<void> EmbedMissing();

  Result<void> AddFaqItem(const FaqItem& item, const Digest& tenant, const Digest& context);
  // Counts a failure; a damaged file is set aside.
  void Failed(const Error& error);
  bool IsExpired(int64_t created_s) const {
    return options_.ttl_s > 0 && options_.now_s() - created_s >= options_.ttl_s;
  }

  CacheFile file_;
  CacheOptions options_;

  std::mutex table_mutex_;  // file_, table_, total_bytes_, n_faq_
  std::unique_ptr<CacheTable> table_;
  int64_t total_bytes_ = 0;
  int64_t n_faq_ = 0;
  int64_t last_expiry_s_ = 0;

  std::mutex embedder_mutex_;

  mutable std::mutex queue_mutex_;  // below; never held while table_mutex_ is being taken
  std::condition_variable wake_;
  std::condition_variable written_;
  std::deque<std::shared_ptr<Waiting>> queue_;
  std::map<Digest, std::shared_ptr<const Waiting>> waiting_;  // queued or being written
  std::map<int64_t, Uses> uses_;  // hits that are not written down yet, by entry
  int64_t next_used_ = 1;
  std::string note_;
  CacheStats counts_;
  uint64_t flush_wanted_ = 0;  // passes of the writing thread, counted
  uint64_t flush_done_ = 0;
  bool embed_ = false;  // there are questions without vectors
  bool stop_ = false;
  Result<void> last_write_;
  std::thread writer_;
};

Result<void> SqliteCache::Start() {
  table_ = TRY(CacheTable::Make(file_.connection()));
  total_bytes_ = TRY(table_->TotalBytes());
  next_used_ = TRY(table_->LargestUsed()) + 1;
  n_faq_ = TRY(file_.connection().Number("SELECT count(*) FROM entries WHERE kind = 1"));
  embed_ = options_.embedder != nullptr;
  writer_ = std::thread([this] { Write(); });
  return {};
}

SqliteCache::~SqliteCache() {
  {
    const std::scoped_lock lock(queue_mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (writer_.joinable()) writer_.join();
}

bool SqliteCache::LooksAlike(const CacheQuery& query) const {
  return !query.question.empty() && query.question.size() <= kMaxQuestionBytes &&
         (options_.normalize || options_.embedder || options_.lexical || query.faq);
}

std::optional<CacheHit> SqliteCache::Find(const CacheQuery& query) {
  const bool alike = LooksAlike(query);
  const std::string form = alike ? QuestionForm(query.question) : "";
  std::optional<CacheHit> hit;
  std::optional<Error> error;
  bool any = query.replies;
  {
    const std::scoped_lock lock(table_mutex_);
    any = any || (query.faq && n_faq_ > 0);
    auto found = FindInFile(query, form);
    if (found) hit = std::move(*found);
    if (!found) error = found.error();
  }
  if (!hit && any && !form.empty() && (options_.embedder || options_.lexical)) {
    std::optional<std::vector<float>> vector;
    if (options_.embedder) {
      const std::scoped_lock lock(embedder_mutex_);
      auto embedded = options_.embedder->Embed(query.question);
      if (embedded) vector = std::move(*embedded);
      if (!embedded) error = embedded.error();
    }
    const std::scoped_lock lock(table_mutex_);
    auto found = FindSimilar(query, vector);
    if (found) hit = std::move(*found);
    if (!found) error = found.error();
  }
  if (error) Failed(*error);
  const std::scoped_lock lock(queue_mutex_);
  if (hit) {
    ++counts_.hits[static_cast<size_t>(hit->match)];
  } else if (query.replies) {
    ++counts_.misses;
  }
  return hit;
}

std::optional<CacheHit> SqliteCache::FindWaiting(const CacheQuery& query) {
  const std::scoped_lock lock(queue_mutex_);
  const auto found = waiting_.find(query.key.exact);
  if (found == waiting_.end()) return std::nullopt;
  CacheHit hit;
  hit.reply = found->second->entry.reply;
  hit.created_s = found->second->entry.created_s;
  hit.age_s = std::max<int64_t>(0, options_.now_s() - hit.created_s);
  return hit;
}

Result<std::optional<CacheHit>> SqliteCache::FindInFile(const CacheQuery& query,
                                                        const std::string& form) {
  if (!table_) return std::nullopt;
  const Digest form_hash = FormHash(form);
  // What somebody wrote on purpose comes before what a model said once.
  if (query.faq && n_faq_ > 0 && !form.empty()) {
    auto hit = TRY(FindFaq(query, form_hash));
    if (hit) return hit;
  }
  if (!query.replies) return std::nullopt;
  if (auto hit = FindWaiting(query)) return hit;
  if (auto entry = TRY(table_->FindKey(query.key.exact))) {
    auto hit = TRY(Take(query, *std::move(entry), CacheMatch::kExact, 1, ""));
    if (hit) return hit;
  }
  if (!options_.normalize || form.empty()) return std::nullopt;
  const auto question = TRY(table_->FindForm(query.key.context, form_hash));
  if (!question) return std::nullopt;
  auto entry = TRY(table_->FindId(question->entry));
  if (!entry) return std::nullopt;
  return Take(query, *std::move(entry), CacheMatch::kNormalized, 1, question->text);
}

Result<std::optional<CacheHit>> SqliteCache::FindFaq(const CacheQuery& query, const Digest& form) {
  for (const Digest& tenant : {query.key.tenant, TenantHash("")}) {
    const auto question = TRY(table_->FindForm(FaqContext(tenant), form));
    if (!question) continue;
    auto entry = TRY(table_->FindId(question->entry));
    if (!entry) continue;
    auto hit = TRY(Take(query, *std::move(entry), CacheMatch::kFaq, 1, question->text));
    if (hit) return hit;
  }
  return std::nullopt;
}

Result<std::optional<CacheHit>> SqliteCache::FindSimilar(
    const CacheQuery& query, const std::optional<std::vector<float>>& vector) {
  if (!table_) return std::nullopt;
  std::vector<std::pair<Digest, CacheMatch>> contexts;
  if (query.faq && n_faq_ > 0) {
    contexts.emplace_back(FaqContext(query.key.tenant), CacheMatch::kFaq);
    if (query.key.tenant != TenantHash("")) {
      contexts.emplace_back(FaqContext(TenantHash("")), CacheMatch::kFaq);
    }
  }
  if (query.replies) contexts.emplace_back(query.key.context, CacheMatch::kSimilar);
  const std::string encoder = vector ? options_.embedder->id() : "";
  for (const auto& [context, match] : contexts) {
    SimilarQuestions similar(query.question, vector, encoder, options_.min_similarity,
                             options_.lexical);
    TRY(table_->Scan(context, similar.content(),
                     [&similar](const KnownQuestion& known) { return similar.Compare(known); }));
    const auto& best = similar.best();
    if (!best) continue;
    auto entry = TRY(table_->FindId(best->entry));
    if (!entry) continue;
    auto hit = TRY(Take(query, *std::move(entry), match, best->score, best->text));
    if (hit) return hit;
  }
  return std::nullopt;
}

Result<std::optional<CacheHit>> SqliteCache::Take(const CacheQuery& query, Entry entry,
                                                  CacheMatch match, float similarity,
                                                  std::string question) {
  const bool faq = entry.kind == EntryKind::kFaq;
  // Keys hold the tenant already; a reply to another one would be the worst of all failures.
  if (entry.tenant != query.key.tenant && !(faq && entry.tenant == TenantHash(""))) {
    return std::nullopt;
  }
  if (!faq && IsExpired(entry.created_s)) return std::nullopt;
  if (faq && query.faq_fits && !query.faq_fits(entry.reply.text)) return std::nullopt;
  CacheHit hit;
  hit.match = match;
  hit.similarity = similarity;
  hit.matched_question = std::move(question);
  hit.created_s = entry.created_s;
  hit.age_s = std::max<int64_t>(0, options_.now_s() - entry.created_s);
  hit.reply = std::move(entry.reply);
  const std::scoped_lock lock(queue_mutex_);
  Uses& uses = uses_[entry.id];
  uses.used = next_used_++;
  ++uses.hits;
  return hit;
}

void SqliteCache::Put(const CacheQuery& query, CachedReply reply) {
  auto waiting = std::make_shared<Waiting>();
  waiting->entry.tenant = query.key.tenant;
  waiting->entry.key = query.key.exact;
  waiting->entry.reply = std::move(reply);
  waiting->entry.created_s = options_.now_s();
  waiting->context = query.key.context;
  if (query.question.size() <= kMaxQuestionBytes) {
    waiting->form = QuestionForm(query.question);
    if (!waiting->form.empty()) waiting->question = query.question;
  }
  const auto bytes = static_cast<uint64_t>(ReplyBytes(waiting->entry.reply));
  const std::scoped_lock lock(queue_mutex_);
  if (queue_.size() >= options_.max_waiting || bytes > options_.max_reply_bytes ||
      bytes > options_.max_bytes / 2) {
    ++counts_.dropped;
    return;
  }
  waiting_[query.key.exact] = waiting;
  queue_.push_back(std::move(waiting));
  wake_.notify_all();
}

Result<void> SqliteCache::Flush() {
  std::unique_lock lock(queue_mutex_);
  const uint64_t until = ++flush_wanted_;
  wake_.notify_all();
  written_.wait(lock, [&] { return flush_done_ >= until; });
  return last_write_;
}

void SqliteCache::Write() {
  std::unique_lock lock(queue_mutex_);
  while (true) {
    const auto in_haste = [this] { return stop_ || flush_wanted_ > flush_done_; };
    wake_.wait_for(lock, kTouchDelay, [&] { return in_haste() || embed_ || !queue_.empty(); });
    wake_.wait_for(lock, kBatchDelay, in_haste);
    const auto batch = std::exchange(queue_, {});
    const auto uses = std::exchange(uses_, {});
    const bool embed = options_.embedder && (std::exchange(embed_, false) || !batch.empty());
    const uint64_t flush = flush_wanted_;
    const bool last = stop_;
    lock.unlock();
    Result<void> result;
    if (!batch.empty() || !uses.empty()) {
      const std::scoped_lock table_lock(table_mutex_);
      result = WriteBatch(batch, uses);
    }
    const bool written = result.has_value();
    if (result && embed && !last) result = EmbedMissing();
    if (!result) Failed(result.error());
    lock.lock();
    (written ? counts_.stored : counts_.dropped) += static_cast<int64_t>(batch.size());
    last_write_ = result;
    for (const auto& done : batch) {
      const auto place = waiting_.find(done->entry.key);
      if (place != waiting_.end() && place->second == done) waiting_.erase(place);
    }
    flush_done_ = flush;
    written_.notify_all();
    if (last && queue_.empty()) return;
  }
}

Result<void> SqliteCache::WriteBatch(const std::deque<std::shared_ptr<Waiting>>& batch,
                                     const std::map<int64_t, Uses>& uses) {
  if (!table_) return Fail(ErrorCode::kIo, "the file of the response cache is gone");
  const int64_t before = total_bytes_;
  Transaction transaction = TRY(Transaction::Begin(file_.connection()));
  Result<void> result;
  for (const auto& [id, use] : uses) {
    if (result) result = table_->Touch(id, use.used, use.hits);
  }
  for (const auto& waiting : batch) {
    if (result) result = AddWaiting(*waiting);
  }
  const int64_t now = options_.now_s();
  if (result && options_.ttl_s > 0 && now - last_expiry_s_ >= options_.ttl_s / 10) {
    last_expiry_s_ = now;
    const int64_t oldest = now - options_.ttl_s;
    const auto removed = table_->RemoveWhere("kind = 0 AND created_s <= " + std::to_string(oldest));
    if (!removed) result = std::unexpected(removed.error());
  }
  if (result) result = Evict();
  if (result) result = transaction.Commit();
  if (!result) total_bytes_ = before;
  return result;
}

Result<void> SqliteCache::AddWaiting(const Waiting& waiting) {
  Entry entry = waiting.entry;
  {
    const std::scoped_lock lock(queue_mutex_);
    entry.used = next_used_++;
  }
  int64_t bytes = ReplyBytes(entry.reply);
  if (!waiting.question.empty()) bytes += QuestionBytes(waiting.question);
  const int64_t id = TRY(table_->Add(entry, bytes));
  total_bytes_ += bytes;
  if (waiting.question.empty()) return {};
  return table_->AddQuestion(id, waiting.context, FormHash(waiting.form),
                             ContentHash(TraitsOf(waiting.question)), waiting.question);
}

Result<void> SqliteCache::Evict() {
  const auto most = static_cast<int64_t>(options_.max_bytes);
  if (total_bytes_ <= most) return {};
  total_bytes_ = TRY(table_->TotalBytes());  // replaced entries were counted twice
  if (total_bytes_ <= most) return {};
  // Some more than need be, so that the next replies find room.
  const int64_t enough = most - most / 20;
  while (total_bytes_ > enough) {
    const auto replies = TRY(table_->LeastUsed(kEvictionStep));
    if (replies.empty()) break;
    for (const auto& [id, bytes] : replies) {
      if (total_bytes_ <= enough) break;
      TRY(table_->Remove(id));
      total_bytes_ -= bytes;
      const std::scoped_lock lock(queue_mutex_);
      ++counts_.evicted;
    }
  }
  return {};
}

Result<void> SqliteCache::EmbedMissing() {
  const std::string encoder = options_.embedder->id();
  int64_t after = 0;
  while (true) {
    std::vector<CacheTable::Unembedded> questions;
    {
      const std::scoped_lock lock(table_mutex_);
      if (!table_) return {};
      questions = TRY(table_->WithoutVector(encoder, after, kEmbeddingStep));
    }
    if (questions.empty()) return {};
    after = questions.back().id;
    std::vector<std::vector<float>> vectors;
    for (const auto& question : questions) {
      const std::scoped_lock lock(embedder_mutex_);
      vectors.push_back(TRY(options_.embedder->Embed(question.text)));
    }
    const std::scoped_lock lock(table_mutex_);
    Transaction transaction = TRY(Transaction::Begin(file_.connection()));
    for (size_t i = 0; i < questions.size(); ++i) {
      const std::span<const float> vector = vectors[i];
      TRY(table_->SetVector(
          questions[i], encoder,
          {reinterpret_cast<const uint8_t*>(vector.data()), vector.size_bytes()}));
      total_bytes_ += static_cast<int64_t>(vector.size_bytes()) - questions[i].vector_bytes;
    }
    TRY(transaction.Commit());
    const std::scoped_lock queue_lock(queue_mutex_);
    if (stop_) return {};
  }
}

void SqliteCache::Failed(const Error& error) {
  std::string note;
  if (error.code == ErrorCode::kCorrupt) {
    const std::scoped_lock lock(table_mutex_);
    if (table_ && !file_.IsSound()) {  // another thread may have been here before
      table_.reset();
      total_bytes_ = 0;
      n_faq_ = 0;
      if (file_.Rebuild(error.message)) {
        auto table = CacheTable::Make(file_.connection());
        if (table) table_ = std::move(*table);
      }
      note = file_.note();
    }
  }
  const std::scoped_lock lock(queue_mutex_);
  ++counts_.failures;
  counts_.last_failure = error.message;
  if (!note.empty()) note_ = note;
}

Result<void> SqliteCache::AddFaqItem(const FaqItem& item, const Digest& tenant,
                                     const Digest& context) {
  Entry entry;
  entry.kind = EntryKind::kFaq;
  entry.tenant = tenant;
  entry.key = HashOf("bantam faq entry 1", tenant, QuestionForm(item.questions.front()));
  entry.reply.text = item.answer;
  entry.reply.finish_reason = "stop";
  entry.created_s = options_.now_s();
  int64_t bytes = ReplyBytes(entry.reply);
  std::map<std::string, const std::string*> forms;
  for (const std::string& question : item.questions) {
    if (forms.try_emplace(QuestionForm(question), &question).second) {
      bytes += QuestionBytes(question);
    }
  }
  const int64_t id = TRY(table_->Add(entry, bytes));
  for (const std::string& question : item.questions) {
    const std::string form = QuestionForm(question);
    if (forms[form] != &question) continue;
    TRY(table_->RemoveQuestions(context, FormHash(form)));
    TRY(table_->AddQuestion(id, context, FormHash(form), ContentHash(TraitsOf(question)),
                            question));
  }
  return {};
}

Result<void> SqliteCache::ImportFaq(const std::vector<FaqItem>& items, std::string_view tenant,
                                    bool replace) {
  const Digest owner = TenantHash(tenant);
  const Digest context = FaqContext(owner);
  {
    const std::scoped_lock lock(table_mutex_);
    if (!table_) return Fail(ErrorCode::kIo, "the file of the response cache is gone");
    Transaction transaction = TRY(Transaction::Begin(file_.connection()));
    if (replace) (void)TRY(table_->RemoveWhere("kind = 1 AND tenant = " + HexLiteral(owner)));
    for (const FaqItem& item : items) TRY(AddFaqItem(item, owner, context));
    TRY(table_->RemoveUnasked());
    Connection& connection = file_.connection();
    const int64_t bytes = TRY(connection.Number("SELECT sum(bytes) FROM entries WHERE kind = 1"));
    if (static_cast<uint64_t>(bytes) > options_.max_bytes / 2) {
      return Fail(ErrorCode::kResourceExhausted,
                  "the FAQ needs " + std::to_string(bytes) + " bytes, more than half of the " +
                      std::to_string(options_.max_bytes) + " that the cache may have");
    }
    const int64_t n_faq = TRY(connection.Number("SELECT count(*) FROM entries WHERE kind = 1"));
    const int64_t total = TRY(table_->TotalBytes());
    TRY(transaction.Commit());
    n_faq_ = n_faq;
    total_bytes_ = total;
  }
  const std::scoped_lock lock(queue_mutex_);
  embed_ = options_.embedder != nullptr;
  wake_.notify_all();
  return {};
}

Result<CacheStats> SqliteCache::Stats() {
  TRY(Flush());
  const std::scoped_lock lock(table_mutex_);
  if (!table_) return Fail(ErrorCode::kIo, "the file of the response cache is gone");
  Connection& file = file_.connection();
  CacheStats stats;
  {
    const std::scoped_lock queue_lock(queue_mutex_);
    stats = counts_;
  }
  const struct {
    int64_t& number;
    const char* sql;
  } kNumbers[] = {
      {stats.replies, "SELECT count(*) FROM entries WHERE kind = 0"},
      {stats.faq_answers, "SELECT count(*) FROM entries WHERE kind = 1"},
      {stats.faq_questions,
       "SELECT count(*) FROM questions JOIN entries ON entries.id = entry WHERE kind = 1"},
      {stats.tenants, "SELECT count(DISTINCT tenant) FROM entries WHERE kind = 0"},
      {stats.bytes, "SELECT sum(bytes) FROM entries"},
      {stats.oldest_s, "SELECT min(created_s) FROM entries WHERE kind = 0"},
      {stats.hits_ever, "SELECT sum(hits) FROM entries"},
      {stats.with_vectors, "SELECT count(*) FROM questions WHERE length(vector) > 0"},
  };
  for (const auto& [number, sql] : kNumbers) number = TRY(file.Number(sql));
  struct stat info{};
  if (stat(file_.path().c_str(), &info) == 0) stats.file_bytes = info.st_size;
  return stats;
}

Result<int64_t> SqliteCache::Clear(const ClearRequest& request) {
  TRY(Flush());
  std::string kinds;
  if (request.replies) {
    kinds = "kind = 0";
    if (request.older_than_s > 0) {
      const int64_t before = options_.now_s() - request.older_than_s;
      kinds = "(kind = 0 AND created_s <= " + std::to_string(before) + ")";
    }
  }
  if (request.faq) kinds += kinds.empty() ? "kind = 1" : " OR kind = 1";
  if (kinds.empty()) return int64_t{0};
  std::string where = "(" + kinds + ")";
  if (request.tenant) where += " AND tenant = " + HexLiteral(TenantHash(*request.tenant));
  const std::scoped_lock lock(table_mutex_);
  if (!table_) return Fail(ErrorCode::kIo, "the file of the response cache is gone");
  Connection& file = file_.connection();
  int64_t removed = 0;
  {
    Transaction transaction = TRY(Transaction::Begin(file));
    removed = TRY(table_->RemoveWhere(where));
    TRY(transaction.Commit());
  }
  n_faq_ = TRY(file.Number("SELECT count(*) FROM entries WHERE kind = 1"));
  total_bytes_ = TRY(table_->TotalBytes());
  TRY(file.Execute("VACUUM"));  // what was asked to go shall not stay on the disk
  return removed;
}

Json ExportedEntry(const Entry& entry, const std::vector<std::string>& questions) {
  const CachedReply& reply = entry.reply;
  Json json = Json::MakeObject();
  Json others = Json::MakeArray();
  for (size_t i = 1; i < questions.size(); ++i) others.Append(Json::String(questions[i]));
  json.Set("kind", Json::String(entry.kind == EntryKind::kFaq ? "faq" : "reply"));
  json.Set("question", questions.empty() ? Json() : Json::String(questions[0]));
  json.Set("answer", Json::String(reply.text));
  if (questions.size() > 1) json.Set("also", std::move(others));
  json.Set("created", Json::Int(entry.created_s));
  json.Set("hits", Json::Int(entry.hits));
  if (entry.kind == EntryKind::kReply) {
    json.Set("key", Json::String(HexText(entry.key)));
    json.Set("finish_reason", Json::String(reply.finish_reason));
    json.Set("prompt_tokens", Json::Int(reply.prompt_tokens));
    json.Set("generated_tokens", Json::Int(reply.generated_tokens));
  }
  return json;
}

Result<void> SqliteCache::Export(const std::function<Result<void>(const Json&)>& take) {
  const auto all = [&take](const Json& json) -> Result<bool> {
    TRY(take(json));
    return true;
  };
  (void)TRY(ExportPage(0, all));
  return {};
}

Result<int64_t> SqliteCache::ExportPage(int64_t after,
                                        const std::function<Result<bool>(const Json&)>& take) {
  TRY(Flush());
  const std::scoped_lock lock(table_mutex_);
  if (!table_) return Fail(ErrorCode::kIo, "the file of the response cache is gone");
  return table_->ForEach(after,
                         [&take](const Entry& entry, const std::vector<std::string>& questions) {
                           return take(ExportedEntry(entry, questions));
                         });
}

}  // namespace

Result<std::unique_ptr<ResponseCache>> ResponseCache::Open(const std::string& path,
                                                           const CacheOptions& options) {
  CacheFile file = TRY(CacheFile::Open(path, options.make));
  auto cache = std::make_unique<SqliteCache>(std::move(file), options);
  TRY(cache->Start());
  return cache;
}

std::string ResponseCache::HolderOf(const std::string& path) {
  return CacheFile::HolderOf(path);
}

}  // namespace bantam::store

#else

namespace bantam::store {

Result<std::unique_ptr<ResponseCache>> ResponseCache::Open(const std::string& path,
                                                           const CacheOptions&) {
  return Fail(ErrorCode::kUnsupported,
              "cannot open '" + path + "': this program was built without SQLite");
}

std::string ResponseCache::HolderOf(const std::string&) {
  return {};
}

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
