// Connection and Statement: SQLite as values and Results.
#pragma once

#ifdef BANTAM_SQLITE

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::store {

// Errors: kCorrupt where the file is damaged or no database, kResourceExhausted where the disk is
// full, else kIo. Not thread-safe.
class Connection;

// A prepared statement. Bind from 1, read columns from 0, Reset before the next use.
class Statement {
 public:
  Statement() = default;
  Statement& Bind(int index, int64_t value);
  Statement& Bind(int index, std::string_view text);
  Statement& BindBlob(int index, std::span<const uint8_t> bytes);
  // Whether there is a row.
  Result<bool> Step();
  // Step and Reset, for statements that give no rows.
  Result<void> Run();
  void Reset();

  bool IsNull(int column) const;
  int64_t Int(int column) const;
  // Both hold until the next Step or Reset.
  std::string_view Text(int column) const;
  std::span<const uint8_t> Blob(int column) const;

 private:
  friend class Connection;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  const Connection* connection_ = nullptr;
};

// Resets a statement when a function is left early.
class ResetLater {
 public:
  explicit ResetLater(Statement& statement) : statement_(statement) {}
  ~ResetLater() { statement_.Reset(); }
  ResetLater(const ResetLater&) = delete;
  ResetLater& operator=(const ResetLater&) = delete;

 private:
  Statement& statement_;
};

class Connection {
 public:
  // Makes the file if there is none. Its address is known to statements: not to be moved.
  static Result<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> Execute(const char* sql);
  Result<Statement> Prepare(std::string_view sql) const;
  // The first column of the first row.
  Result<int64_t> Number(std::string_view sql) const;
  Result<std::string> Text(std::string_view sql) const;
  int64_t last_row_id() const { return sqlite3_last_insert_rowid(database_); }
  int changes() const { return sqlite3_changes(database_); }
  bool in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }
  std::unexpected<Error> Failed(int code) const;

 private:
  Connection(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}

  std::string path_;
  sqlite3* database_;
};

// Begins at once; rolls back unless committed.
class Transaction {
 public:
  static Result<Transaction> Begin(Connection& connection);
  Transaction(Transaction&& other) noexcept : connection_(other.connection_) {
    other.connection_ = nullptr;
  }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> Commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
