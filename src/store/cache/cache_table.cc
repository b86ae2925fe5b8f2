// Statements of the cache, and the sum that guards each row.
#include "store/cache/cache_table.h"

#ifdef BANTAM_SQLITE

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace bantam::store {
namespace {

constexpr int64_t kRowBytes = 300;  // of an entry's numbers, hashes and index entries
constexpr int64_t kQuestionBytes = 150;
constexpr const char* kEntry =
    "SELECT id, kind, tenant, key, text, tokens, finish, stop, prompt_tokens, generated_tokens,"
    " logprobs, extra, created_s, used, hits, sum FROM entries ";

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

std::span<const uint8_t> Bytes(const std::vector<int32_t>& ids) {
  return {reinterpret_cast<const uint8_t*>(ids.data()), ids.size() * sizeof(int32_t)};
}

Sha256::Digest SumOf(const Entry& entry) {
  Sha256 hash;
  const auto add = [&hash](std::span<const uint8_t> bytes) {
    const uint64_t size = bytes.size();
    hash.Update({reinterpret_cast<const uint8_t*>(&size), sizeof size});
    hash.Update(bytes);
  };
  const CachedReply& reply = entry.reply;
  const int64_t numbers[] = {static_cast<int64_t>(entry.kind), reply.prompt_tokens,
                             reply.generated_tokens, entry.created_s};
  add({reinterpret_cast<const uint8_t*>(numbers), sizeof numbers});
  add(entry.tenant);
  add(entry.key);
  add(Bytes(reply.text));
  add(Bytes(reply.tokens));
  for (const std::string* text :
       {&reply.finish_reason, &reply.stop_string, &reply.logprobs_json, &reply.extra_json}) {
    add(Bytes(*text));
  }
  return hash.Finish();
}

bool ReadDigest(std::span<const uint8_t> blob, Sha256::Digest& digest) {
  if (blob.size() != digest.size()) return false;
  std::ranges::copy(blob, digest.begin());
  return true;
}

}  // namespace

int64_t ReplyBytes(const CachedReply& reply) {
  return kRowBytes + static_cast<int64_t>(reply.text.size() + Bytes(reply.tokens).size() +
                                          reply.finish_reason.size() + reply.stop_string.size() +
                                          reply.logprobs_json.size() + reply.extra_json.size());
}

int64_t QuestionBytes(std::string_view question) {
  return kQuestionBytes + static_cast<int64_t>(question.size());
}

Result<std::unique_ptr<CacheTable>> CacheTable::Make(Connection& connection) {
  std::unique_ptr<CacheTable> table(new CacheTable(connection));
  const std::string entry = kEntry;
  const struct {
    Statement& statement;
    std::string sql;
  } kStatements[] = {
      {table->find_key_, entry + "WHERE key = ?"},
      {table->find_id_, entry + "WHERE id = ?"},
      {table->find_form_,
       "SELECT entry, text FROM questions WHERE context = ? AND form = ? ORDER BY id DESC LIMIT 1"},
      {table->scan_,
       "SELECT entry, text, encoder, vector FROM questions WHERE context = ? AND content = ?"
       " ORDER BY id DESC"},
      {table->add_,
       "INSERT INTO entries(kind, tenant, key, text, tokens, finish, stop, prompt_tokens,"
       " generated_tokens, logprobs, extra, created_s, used, hits, sum, bytes)"
       " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {table->add_question_,
       "INSERT INTO questions(entry, context, form, content, text, encoder, vector)"
       " VALUES(?, ?, ?, ?, ?, x'', x'')"},
      {table->remove_, "DELETE FROM entries WHERE id = ?"},
      {table->remove_questions_, "DELETE FROM questions WHERE context = ? AND form = ?"},
      {table->drop_questions_, "DELETE FROM questions WHERE entry = ?"},
      {table->touch_, "UPDATE entries SET used = max(used, ?), hits = hits + ? WHERE id = ?"},
      {table->least_used_, "SELECT id, bytes FROM entries WHERE kind = 0 ORDER BY used LIMIT ?"},
      {table->without_vector_,
       "SELECT id, entry, length(vector), text FROM questions WHERE id > ? AND encoder <> ?"
       " ORDER BY id LIMIT ?"},
      {table->set_vector_, "UPDATE questions SET encoder = ?, vector = ? WHERE id = ?"},
      {table->grow_, "UPDATE entries SET bytes = bytes + ? WHERE id = ?"},
      {table->questions_of_, "SELECT text FROM questions WHERE entry = ? ORDER BY id"},
  };
  for (const auto& [statement, sql] : kStatements) statement = TRY(connection.Prepare(sql));
  return table;
}

Result<std::optional<Entry>> CacheTable::Read(Statement& statement) {
  Entry entry;
  entry.id = statement.Int(0);
  entry.kind = static_cast<EntryKind>(statement.Int(1));
  Sha256::Digest sum{};
  const auto tokens = statement.Blob(5);
  if (!ReadDigest(statement.Blob(2), entry.tenant) || !ReadDigest(statement.Blob(3), entry.key) ||
      !ReadDigest(statement.Blob(15), sum) || tokens.size() % sizeof(int32_t) != 0) {
    return std::nullopt;
  }
  CachedReply& reply = entry.reply;
  reply.text = statement.Text(4);
  reply.tokens.resize(tokens.size() / sizeof(int32_t));
  if (!tokens.empty()) std::memcpy(reply.tokens.data(), tokens.data(), tokens.size());
  reply.finish_reason = statement.Text(6);
  reply.stop_string = statement.Text(7);
  reply.prompt_tokens = static_cast<int>(statement.Int(8));
  reply.generated_tokens = static_cast<int>(statement.Int(9));
  reply.logprobs_json = statement.Text(10);
  reply.extra_json = statement.Text(11);
  entry.created_s = statement.Int(12);
  entry.used = statement.Int(13);
  entry.hits = statement.Int(14);
  if (SumOf(entry) != sum) return std::nullopt;
  return entry;
}

Result<std::optional<Entry>> CacheTable::FindKey(const Sha256::Digest& key) {
  const ResetLater reset(find_key_);
  if (!TRY(find_key_.BindBlob(1, key).Step())) return std::nullopt;
  return Read(find_key_);
}

Result<std::optional<Entry>> CacheTable::FindId(int64_t id) {
  const ResetLater reset(find_id_);
  if (!TRY(find_id_.Bind(1, id).Step())) return std::nullopt;
  return Read(find_id_);
}

Result<std::optional<FoundQuestion>> CacheTable::FindForm(const Sha256::Digest& context,
                                                          const Sha256::Digest& form) {
  const ResetLater reset(find_form_);
  if (!TRY(find_form_.BindBlob(1, context).BindBlob(2, form).Step())) return std::nullopt;
  return FoundQuestion{.entry = find_form_.Int(0), .text = std::string(find_form_.Text(1))};
}

Result<void> CacheTable::Scan(const Sha256::Digest& context, const Sha256::Digest& content,
                              const std::function<bool(const KnownQuestion&)>& take) {
  const ResetLater reset(scan_);
  scan_.BindBlob(1, context).BindBlob(2, content);
  while (TRY(scan_.Step())) {
    const KnownQuestion question = {.entry = scan_.Int(0),
                                    .text = scan_.Text(1),
                                    .encoder = scan_.Text(2),
                                    .vector = scan_.Blob(3)};
    if (!take(question)) break;
  }
  return {};
}

Result<int64_t> CacheTable::Add(const Entry& entry, int64_t bytes) {
  find_key_.BindBlob(1, entry.key);
  const auto found = find_key_.Step();
  const int64_t old = found.value_or(false) ? find_key_.Int(0) : 0;
  find_key_.Reset();
  if (!found) return std::unexpected(found.error());
  if (old != 0) TRY(Remove(old));
  const CachedReply& reply = entry.reply;
  add_.Bind(1, static_cast<int64_t>(entry.kind))
      .BindBlob(2, entry.tenant)
      .BindBlob(3, entry.key)
      .Bind(4, reply.text)
      .BindBlob(5, Bytes(reply.tokens))
      .Bind(6, reply.finish_reason)
      .Bind(7, reply.stop_string)
      .Bind(8, int64_t{reply.prompt_tokens})
      .Bind(9, int64_t{reply.generated_tokens})
      .Bind(10, reply.logprobs_json)
      .Bind(11, reply.extra_json)
      .Bind(12, entry.created_s)
      .Bind(13, entry.used)
      .Bind(14, entry.hits)
      .BindBlob(15, SumOf(entry))
      .Bind(16, bytes);
  TRY(add_.Run());
  return connection_.last_row_id();
}

Result<void> CacheTable::AddQuestion(int64_t entry, const Sha256::Digest& context,
                                     const Sha256::Digest& form, const Sha256::Digest& content,
                                     std::string_view text) {
  add_question_.Bind(1, entry).BindBlob(2, context).BindBlob(3, form).BindBlob(4, content);
  return add_question_.Bind(5, text).Run();
}

Result<void> CacheTable::RemoveQuestions(const Sha256::Digest& context,
                                         const Sha256::Digest& form) {
  return remove_questions_.BindBlob(1, context).BindBlob(2, form).Run();
}

Result<void> CacheTable::Remove(int64_t id) {
  TRY(drop_questions_.Bind(1, id).Run());
  return remove_.Bind(1, id).Run();
}

Result<void> CacheTable::Touch(int64_t id, int64_t used, int64_t hits) {
  return touch_.Bind(1, used).Bind(2, hits).Bind(3, id).Run();
}

Result<void> CacheTable::RemoveUnasked() {
  return connection_.Execute(
      "DELETE FROM entries WHERE kind = 1 AND id NOT IN (SELECT entry FROM questions)");
}

Result<int64_t> CacheTable::RemoveWhere(std::string_view condition) {
  const std::string where(condition);
  TRY(connection_.Execute(
      ("DELETE FROM questions WHERE entry IN (SELECT id FROM entries WHERE " + where + ")")
          .c_str()));
  TRY(connection_.Execute(("DELETE FROM entries WHERE " + where).c_str()));
  return int64_t{connection_.changes()};
}

Result<std::vector<std::pair<int64_t, int64_t>>> CacheTable::LeastUsed(int most) {
  const ResetLater reset(least_used_);
  least_used_.Bind(1, int64_t{most});
  std::vector<std::pair<int64_t, int64_t>> replies;
  while (TRY(least_used_.Step())) replies.emplace_back(least_used_.Int(0), least_used_.Int(1));
  return replies;
}

Result<int64_t> CacheTable::TotalBytes() {
  return connection_.Number("SELECT sum(bytes) FROM entries");
}

Result<int64_t> CacheTable::LargestUsed() {
  return connection_.Number("SELECT max(used) FROM entries");
}

Result<std::vector<CacheTable::Unembedded>> CacheTable::WithoutVector(std::string_view encoder,
                                                                      int64_t after, int most) {
  const ResetLater reset(without_vector_);
  without_vector_.Bind(1, after).BindBlob(2, Bytes(encoder)).Bind(3, int64_t{most});
  std::vector<Unembedded> questions;
  while (TRY(without_vector_.Step())) {
    questions.push_back({.id = without_vector_.Int(0),
                         .entry = without_vector_.Int(1),
                         .vector_bytes = without_vector_.Int(2),
                         .text = std::string(without_vector_.Text(3))});
  }
  return questions;
}

Result<void> CacheTable::SetVector(const Unembedded& question, std::string_view encoder,
                                   std::span<const uint8_t> vector) {
  const auto more = static_cast<int64_t>(vector.size()) - question.vector_bytes;
  TRY(set_vector_.BindBlob(1, Bytes(encoder)).BindBlob(2, vector).Bind(3, question.id).Run());
  return grow_.Bind(1, more).Bind(2, question.entry).Run();
}

Result<int64_t> CacheTable::ForEach(
    int64_t after,
    const std::function<Result<bool>(const Entry&, const std::vector<std::string>&)>& take) {
  Statement all = TRY(connection_.Prepare(std::string(kEntry) + "WHERE id > ? ORDER BY id"));
  all.Bind(1, after);
  while (TRY(all.Step())) {
    const std::optional<Entry> entry = TRY(Read(all));
    if (!entry) continue;
    std::vector<std::string> questions;
    const ResetLater reset(questions_of_);
    questions_of_.Bind(1, entry->id);
    while (TRY(questions_of_.Step())) questions.emplace_back(questions_of_.Text(0));
    if (!TRY(take(*entry, questions))) return entry->id;
  }
  return int64_t{0};
}

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
