// StrictScan: reads a text as JSON (RFC 8259) without building values, and knows at its end what
// would finish it. `check` and `complete` are its outcomes; `repair` begins and ends with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bantam/json_repair.h"

namespace bantam::grammar {

// Stricter than the RFC in one point: an escape must stand for a character (no lone surrogates).
// Linear time; memory is a byte per level and 24 bytes per key of the objects that are open.
class StrictScan {
 public:
  enum class Outcome : uint8_t {
    kValid,
    kCut,    // the text is the beginning of a document: see keep() and rest()
    kWrong,  // see error()
    kDeep,   // nested deeper than kMaxJsonDepth: see error()
  };

  // `text` must outlive the scan.
  explicit StrictScan(std::string_view text) : text_(text) {}

  // Call once.
  Outcome Run();

  const JsonEdit& error() const { return error_; }               // also what is missing, if kCut
  const std::vector<JsonEdit>& notes() const { return notes_; }  // keys that appear twice

  // For kCut: text[0, keep) + rest is valid, and `finish` says in words what was done.
  size_t keep() const { return keep_; }
  const std::string& rest() const { return rest_; }
  const std::string& finish() const { return finish_; }

 private:
  enum class State : uint8_t { kValue, kFirstItem, kFirstKey, kKey, kColon, kAfterValue };
  // Key strings of the objects that are open, innermost last.
  struct Key {
    uint64_t hash;
    size_t begin, end;  // in the text, without the quotes
  };

  bool Step();  // false: over, see outcome_
  bool ReadValue();
  bool Open(char bracket);
  bool Close(char bracket);
  bool AfterValue();
  bool ReadKey();
  bool ReadString(bool key);
  bool ReadEscape(bool key);
  bool ReadHex4(uint32_t* value);
  bool ReadNumber();
  bool ReadWord(std::string_view word);
  void ReportTwins(size_t first_key);
  bool Wrong(size_t offset, std::string what);
  bool Expected(std::string_view what);
  // The text ended at a place where `rest` (and the open brackets) would follow text[0, keep).
  bool Cut(size_t keep, std::string_view rest, std::string_view finish);
  bool CutString(size_t keep, bool key);

  std::string_view text_;
  size_t at_ = 0;
  State state_ = State::kValue;
  std::string open_;                // closing brackets that are due, innermost last
  std::vector<size_t> first_keys_;  // [open objects] where their keys begin in keys_
  std::vector<Key> keys_;
  size_t after_last_ = 0;  // offset after the last complete value or opening bracket
  Outcome outcome_ = Outcome::kValid;
  JsonEdit error_;
  std::vector<JsonEdit> notes_;
  size_t keep_ = 0;
  std::string rest_;
  std::string finish_;
};

// Reads the beginning of a document: if the text is none, the same without the line end in which it
// may end, as those have that a program wrote into a file. `text` must outlive the scan.
std::pair<StrictScan, StrictScan::Outcome> ScanBeginning(std::string_view text);

}  // namespace bantam::grammar
