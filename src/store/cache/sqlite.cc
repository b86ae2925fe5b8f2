// Calls of SQLite's C interface (https://sqlite.org/c3ref/intro.html).
#include "store/cache/sqlite.h"

#ifdef BANTAM_SQLITE

#include "base/check.h"

namespace bantam::store {

Statement& Statement::Bind(int index, int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
  return *this;
}

Statement& Statement::Bind(int index, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();  // a null pointer would be NULL
  sqlite3_bind_text64(statement_.get(), index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::BindBlob(int index, std::span<const uint8_t> bytes) {
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  sqlite3_bind_blob64(statement_.get(), index, data, bytes.size(), SQLITE_TRANSIENT);
  return *this;
}

Result<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->Failed(code);
}

Result<void> Statement::Run() {
  const auto stepped = Step();
  Reset();
  if (!stepped) return std::unexpected(stepped.error());
  return {};
}

void Statement::Reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::Text(int column) const {
  const auto bytes = Blob(column);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const uint8_t> Statement::Blob(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr || size <= 0) return {};
  return {static_cast<const uint8_t*>(data), static_cast<size_t>(size)};
}

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(path, database));
  if (database == nullptr) return Fail(ErrorCode::kResourceExhausted, "no memory for SQLite");
  if (code != SQLITE_OK) return connection->Failed(code);
  sqlite3_extended_result_codes(database, 1);
  // A damaged or prepared file shall do no more than give wrong rows, which are checked.
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  return connection;
}

Connection::~Connection() {
  sqlite3_close_v2(database_);
}

std::unexpected<Error> Connection::Failed(int code) const {
  ErrorCode kind = ErrorCode::kIo;
  switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: kind = ErrorCode::kCorrupt; break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fail(ErrorCode::kResourceExhausted, "'" + path_ + "' is in use by another process");
    case SQLITE_FULL:
    case SQLITE_NOMEM: kind = ErrorCode::kResourceExhausted; break;
    default: break;
  }
  return Fail(kind, "'" + path_ + "': " + sqlite3_errmsg(database_));
}

Result<void> Connection::Execute(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Failed(code);
  return {};
}

Result<Statement> Connection::Prepare(std::string_view sql) const {
  Statement statement;
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (code != SQLITE_OK) return Failed(code);
  statement.statement_.reset(prepared);
  statement.connection_ = this;
  return statement;
}

Result<int64_t> Connection::Number(std::string_view sql) const {
  Statement statement = TRY(Prepare(sql));
  if (!TRY(statement.Step())) return int64_t{0};
  return statement.Int(0);
}

Result<std::string> Connection::Text(std::string_view sql) const {
  Statement statement = TRY(Prepare(sql));
  if (!TRY(statement.Step())) return std::string();
  return std::string(statement.Text(0));
}

Result<Transaction> Transaction::Begin(Connection& connection) {
  TRY(connection.Execute("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  // SQLite itself rolls back after some errors.
  if (connection_ == nullptr || !connection_->in_transaction()) return;
  const auto ignored = connection_->Execute("ROLLBACK");
  (void)ignored;
}

Result<void> Transaction::Commit() {
  return connection_->Execute("COMMIT");
}

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
