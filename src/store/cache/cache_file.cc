// Opening, checking and setting aside.
#include "store/cache/cache_file.h"

#ifdef BANTAM_SQLITE

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "base/atomic_file.h"
#include "base/check.h"
#include "store/system_error.h"

namespace bantam::store {
namespace {

constexpr int64_t kApplicationId = 0x42743163;  // "Bt1c"
// To be raised when QuestionForm, TraitsOf or a hash changes: what is in old files is not found
// then.
constexpr int64_t kVersion = 3;
constexpr int kMostAside = 100;

// `sum` guards a row's content against what quick_check cannot see. An entry of kind 0 is a reply,
// of kind 1 an FAQ answer; `used` orders entries by their last use.
constexpr const char* kSchema =
    "CREATE TABLE entries(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, tenant BLOB NOT NULL,"
    " key BLOB NOT NULL UNIQUE, text TEXT NOT NULL, tokens BLOB NOT NULL, finish TEXT NOT NULL,"
    " stop TEXT NOT NULL, prompt_tokens INTEGER NOT NULL, generated_tokens INTEGER NOT NULL,"
    " logprobs TEXT NOT NULL, extra TEXT NOT NULL, bytes INTEGER NOT NULL,"
    " created_s INTEGER NOT NULL, used INTEGER NOT NULL, hits INTEGER NOT NULL, sum BLOB NOT NULL);"
    "CREATE INDEX entries_used ON entries(kind, used, bytes);"
    "CREATE TABLE questions(id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, context BLOB NOT NULL,"
    " form BLOB NOT NULL, content BLOB NOT NULL, text TEXT NOT NULL, encoder BLOB NOT NULL, vector "
    "BLOB NOT NULL);"
    "CREATE INDEX questions_context ON questions(context, form);"
    "CREATE INDEX questions_content ON questions(context, content);"
    "CREATE INDEX questions_entry ON questions(entry);";

constexpr const char* kListSchema =
    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"
    " ORDER BY name)";

Result<void> Prepare(Connection& connection) {
  TRY(connection.Execute("PRAGMA locking_mode=EXCLUSIVE"));
  TRY(connection.Execute("PRAGMA mmap_size=0"));
  TRY(connection.Execute("PRAGMA cell_size_check=ON"));
  TRY(connection.Execute("PRAGMA cache_size=-8192"));  // KiB
  TRY(connection.Execute("PRAGMA temp_store=MEMORY"));
  const std::string mode = TRY(connection.Text("PRAGMA journal_mode=TRUNCATE"));
  if (mode != "truncate") return Fail(ErrorCode::kCorrupt, "its journal mode cannot be set");
  // A power cut may cost the last replies; what it could damage beyond is found when it is opened.
  return connection.Execute("PRAGMA synchronous=NORMAL");
}

Result<void> Create(Connection& connection) {
  Transaction transaction = TRY(Transaction::Begin(connection));
  TRY(connection.Execute(kSchema));
  TRY(connection.Execute(("PRAGMA application_id=" + std::to_string(kApplicationId)).c_str()));
  TRY(connection.Execute(("PRAGMA user_version=" + std::to_string(kVersion)).c_str()));
  return transaction.Commit();
}

// What the schema reads like in a file of this version.
Result<std::string> ExpectedSchema() {
  const auto memory = TRY(Connection::Open(":memory:"));
  TRY(memory->Execute(kSchema));
  return memory->Text(kListSchema);
}

Result<void> Check(Connection& connection) {
  const int64_t id = TRY(connection.Number("PRAGMA application_id"));
  const int64_t version = TRY(connection.Number("PRAGMA user_version"));
  if (id != kApplicationId) {
    return Fail(ErrorCode::kCorrupt, "it is a database, but no response cache");
  }
  if (version != kVersion) {
    return Fail(ErrorCode::kCorrupt, "it has version " + std::to_string(version) + ", expected " +
                                         std::to_string(kVersion));
  }
  if (TRY(connection.Text(kListSchema)) != TRY(ExpectedSchema())) {
    return Fail(ErrorCode::kCorrupt,
                "its tables are not those of version " + std::to_string(kVersion));
  }
  const std::string verdict = TRY(connection.Text("PRAGMA quick_check(1)"));
  if (verdict != "ok") return Fail(ErrorCode::kCorrupt, verdict);
  return {};
}

// Nothing where there is no file.
Result<std::optional<struct stat>> Look(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) == 0) {
    if (!S_ISREG(info.st_mode)) {
      return Fail(ErrorCode::kInvalidArgument, "'" + path + "' is no regular file");
    }
    return std::optional(info);
  }
  if (errno == ENOENT) return std::nullopt;
  return IoError("cannot open", path);
}

// Renames the file and its journal; the new name.
Result<std::string> SetAside(const std::string& path) {
  std::string aside;
  for (int i = 1; i <= kMostAside; ++i) {
    aside = path + ".damaged-" + std::to_string(i);
    if (access(aside.c_str(), F_OK) != 0) break;
  }
  if (std::rename(path.c_str(), aside.c_str()) != 0) return IoError("cannot rename", path);
  // The journal of the old file would be rolled back into the new one.
  const std::string journal = path + "-journal";
  if (std::rename(journal.c_str(), (aside + "-journal").c_str()) != 0 && errno != ENOENT) {
    return IoError("cannot rename", journal);
  }
  // Never made here, but found beside databases of others.
  for (const char* suffix : {"-wal", "-shm"}) {
    const auto ignored = std::rename((path + suffix).c_str(), (aside + suffix).c_str());
    (void)ignored;
  }
  SyncDirectoryOf(path);
  return aside;
}

}  // namespace

Result<CacheFile> CacheFile::Open(const std::string& path, bool make) {
  const auto before = TRY(Look(path));
  if (!before && !make) return Fail(ErrorCode::kNotFound, "there is no '" + path + "'");
  auto lock = TRY(FileLock::Try(path + ".lock"));
  if (!lock) {
    return Fail(ErrorCode::kResourceExhausted,
                "'" + path +
                    "' is in use by another process (a running server?); a response cache "
                    "serves one at a time");
  }
  CacheFile file(path, *std::move(lock));
  TRY(file.lock_.Note(""));
  auto connected = file.Connect();
  if (!connected && connected.error().code == ErrorCode::kCorrupt) {
    const std::string why = connected.error().message;
    connected = file.Rebuild(why);
  }
  if (!connected) return std::unexpected(connected.error());
  return file;
}

Result<void> CacheFile::Connect() {
  const auto before = TRY(Look(path_));
  connection_ = TRY(Connection::Open(path_));
  // Before anything else: it brings an open transaction of a process that died to its end.
  const int64_t tables = TRY(connection_->Number("SELECT count(*) FROM sqlite_schema"));
  const bool is_new = !before || before->st_size == 0;
  if (is_new && tables == 0) {
    TRY(Prepare(*connection_));
    TRY(Create(*connection_));
    SyncDirectoryOf(path_);
    return {};
  }
  // A process that died while it made the file leaves an empty one.
  const bool empty = tables == 0 && TRY(connection_->Number("PRAGMA application_id")) == 0 &&
                     TRY(connection_->Number("PRAGMA page_count")) == 0;
  if (empty) {
    TRY(Prepare(*connection_));
    return Create(*connection_);
  }
  TRY(Check(*connection_));
  return Prepare(*connection_);
}

std::string CacheFile::HolderOf(const std::string& path) {
  return FileLock::NoteOf(path + ".lock");
}

bool CacheFile::IsSound() const {
  return connection_ != nullptr && Check(*connection_).has_value();
}

Result<void> CacheFile::Rebuild(const std::string& why) {
  connection_.reset();
  const std::string aside = TRY(SetAside(path_));
  note_ = "the response cache '" + path_ + "' could not be used (" + why + "); it is now '" +
          aside + "', and a new one is begun";
  return Connect();
}

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
