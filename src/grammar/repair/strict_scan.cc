// The strict reader: a state machine over the text with a stack of brackets.
#include "grammar/repair/strict_scan.h"

#include <algorithm>
#include <utility>

#include "base/hex.h"
#include "base/json_text.h"
#include "base/quote.h"
#include "base/utf8.h"

namespace bantam::grammar {
namespace {

// The text of a valid string literal's inside. Only for keys, to compare them.
std::string Decode(std::string_view inside) {
  std::string out;
  uint32_t high = 0;
  for (size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] != '\\') {
      out += inside[i];
      continue;
    }
    const char c = inside[++i];
    if (c != 'u') {
      constexpr std::string_view kShort = "bfnrt";
      constexpr std::string_view kMeaning = "\b\f\n\r\t";
      const size_t which = kShort.find(c);
      out += which == std::string_view::npos ? c : kMeaning[which];
      continue;
    }
    uint32_t unit = 0;
    for (int k = 0; k < 4; ++k) unit = unit * 16 + static_cast<uint32_t>(HexDigit(inside[++i]));
    if (unit >= 0xD800 && unit < 0xDC00) {
      high = unit;
    } else if (unit >= 0xDC00 && unit < 0xE000) {
      AppendUtf8(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00), out);
    } else {
      AppendUtf8(unit, out);
    }
  }
  return out;
}

}  // namespace

StrictScan::Outcome StrictScan::Run() {
  while (Step()) {
  }
  return outcome_;
}

bool StrictScan::Step() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
    ++at_;
  }
  const bool end = at_ == text_.size();
  switch (state_) {
    case State::kFirstItem:
      if (!end && text_[at_] == ']') return Close(']');
      if (end) return Cut(after_last_, "", "");
      state_ = State::kValue;
      return true;
    case State::kValue:
      if (!end) return ReadValue();
      if (open_.empty()) return Cut(at_, "null", "wrote null for the missing value");
      if (open_.back() == '}') return Cut(at_, "null", "wrote null for the missing value");
      return Cut(after_last_, "", "");  // after a comma
    case State::kFirstKey:
      if (!end && text_[at_] == '}') return Close('}');
      if (end) return Cut(after_last_, "", "");
      return ReadKey();
    case State::kKey:
      if (end) return Cut(after_last_, "", "");
      return ReadKey();
    case State::kColon:
      if (end) return Cut(at_, ":null", "wrote null for the missing value");
      if (text_[at_] != ':') return Expected("':' after the key");
      ++at_;
      state_ = State::kValue;
      return true;
    case State::kAfterValue: return AfterValue();
  }
  return false;
}

bool StrictScan::AfterValue() {
  const bool end = at_ == text_.size();
  if (open_.empty()) {
    if (!end) return Expected("the end of the text after the value");
    outcome_ = Outcome::kValid;
    return false;
  }
  if (end) return Cut(after_last_, "", "");
  const char c = text_[at_];
  if (c == open_.back()) return Close(c);
  if (c != ',') return Expected(open_.back() == ']' ? "',' or ']'" : "',' or '}'");
  ++at_;
  state_ = open_.back() == ']' ? State::kValue : State::kKey;
  return true;
}

bool StrictScan::ReadValue() {
  const char c = text_[at_];
  state_ = State::kAfterValue;
  if (c == '[' || c == '{') return Open(c);
  bool read = false;
  if (c == '"') {
    read = ReadString(false);
  } else if (c == '-' || (c >= '0' && c <= '9')) {
    read = ReadNumber();
  } else if (c == 't') {
    read = ReadWord("true");
  } else if (c == 'f') {
    read = ReadWord("false");
  } else if (c == 'n') {
    read = ReadWord("null");
  } else {
    return Expected(open_.empty() || open_.back() == '}' ? "a value" : "a value or ']'");
  }
  after_last_ = at_;
  return read;
}

bool StrictScan::Open(char bracket) {
  if (open_.size() >= kMaxJsonDepth) {
    Wrong(at_, "more than " + std::to_string(kMaxJsonDepth) + " nested arrays or objects");
    outcome_ = Outcome::kDeep;
    return false;
  }
  open_ += bracket == '[' ? ']' : '}';
  if (bracket == '{') first_keys_.push_back(keys_.size());
  state_ = bracket == '[' ? State::kFirstItem : State::kFirstKey;
  after_last_ = ++at_;
  return true;
}

bool StrictScan::Close(char bracket) {
  open_.pop_back();
  if (bracket == '}') {
    ReportTwins(first_keys_.back());
    keys_.resize(first_keys_.back());
    first_keys_.pop_back();
  }
  after_last_ = ++at_;
  state_ = State::kAfterValue;
  return true;
}

bool StrictScan::ReadKey() {
  if (text_[at_] != '"') {
    return Expected(state_ == State::kFirstKey ? "a key in quotes or '}'" : "a key in quotes");
  }
  const size_t begin = at_ + 1;
  if (!ReadString(true)) return false;
  const std::string_view inside = text_.substr(begin, at_ - 1 - begin);
  const bool escaped = inside.find('\\') != std::string_view::npos;
  keys_.push_back({escaped ? HashOfKey(Decode(inside)) : HashOfKey(inside), begin, at_ - 1});
  state_ = State::kColon;
  return true;
}

bool StrictScan::ReadString(bool key) {
  ++at_;
  while (at_ < text_.size()) {
    const auto byte = static_cast<uint8_t>(text_[at_]);
    if (byte == '"') {
      ++at_;
      return true;
    }
    if (byte == '\\') {
      if (!ReadEscape(key)) return false;
    } else if (byte < 0x20) {
      return Wrong(at_, "a control character inside a string (write it as an escape)");
    } else if (byte < 0x80) {
      ++at_;
    } else {
      const size_t length = Utf8CharLength(text_, at_);
      if (length == 0) {
        if (ScanUtf8(text_.substr(at_)).kind == Utf8Prefix::kIncomplete) {
          return CutString(at_, key);
        }
        return Wrong(at_, "bytes that are not UTF-8");
      }
      at_ += length;
    }
  }
  return CutString(at_, key);
}

bool StrictScan::ReadEscape(bool key) {
  const size_t offset = at_++;
  if (at_ == text_.size()) return CutString(offset, key);
  const char c = text_[at_];
  if (c != 'u') {
    constexpr std::string_view kShort = "\"\\/bfnrt";
    if (kShort.find(c) == std::string_view::npos) {
      return Expected("one of \"\\/bfnrtu after '\\'");
    }
    ++at_;
    return true;
  }
  ++at_;
  uint32_t unit = 0;
  if (!ReadHex4(&unit))
    return at_ < text_.size() ? Expected("four hexadecimal digits after \\u")
                              : CutString(offset, key);
  if (unit >= 0xDC00 && unit < 0xE000) {
    return Wrong(offset, "a low surrogate escape without the high one before it");
  }
  if (unit < 0xD800 || unit >= 0xDC00) return true;
  const std::string_view next = text_.substr(at_, 2);
  if (next == "\\u" || at_ + next.size() == text_.size()) {
    if (next.empty() || next == "\\") return CutString(offset, key);
    if (next == "\\u") {
      at_ += 2;
      uint32_t low = 0;
      if (!ReadHex4(&low)) {
        return at_ < text_.size() ? Expected("four hexadecimal digits after \\u")
                                  : CutString(offset, key);
      }
      if (low >= 0xDC00 && low < 0xE000) return true;
    }
  }
  return Wrong(offset, "a high surrogate escape without the low one after it");
}

bool StrictScan::ReadHex4(uint32_t* value) {
  *value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = at_ < text_.size() ? HexDigit(text_[at_]) : -1;
    if (digit < 0) return false;
    *value = *value * 16 + static_cast<uint32_t>(digit);
    ++at_;
  }
  return true;
}

bool StrictScan::ReadNumber() {
  size_t bad = 0;
  const std::string_view left = text_.substr(at_);
  const size_t length = JsonNumberLength(left, &bad);
  if (length == 0) {
    const size_t begin = at_;
    at_ += bad;
    // All cases that end here lack exactly a digit: "-", "1.", "1e", "1e+".
    if (at_ == text_.size()) return Cut(at_, "0", "finished the number");
    if (bad > 0 && left[bad] >= '0' && left[bad] <= '9') {
      return Wrong(begin, "a number with leading zeros");
    }
    return Expected("a digit");
  }
  at_ += length;
  return true;
}

bool StrictScan::ReadWord(std::string_view word) {
  const std::string_view here = text_.substr(at_, word.size());
  if (here == word) {
    at_ += word.size();
    return true;
  }
  if (word.starts_with(here)) {
    at_ = text_.size();
    return Cut(at_, word.substr(here.size()), "finished the word");
  }
  return Expected("a value");
}

// Sorting by (hash, text) finds equal keys in n log n whatever the keys are.
void StrictScan::ReportTwins(size_t first_key) {
  if (keys_.size() - first_key < 2) return;
  std::sort(keys_.begin() + static_cast<ptrdiff_t>(first_key), keys_.end(),
            [&](const Key& a, const Key& b) {
              if (a.hash != b.hash) return a.hash < b.hash;
              return a.begin < b.begin;
            });
  std::vector<JsonEdit> found;
  for (size_t i = first_key + 1; i < keys_.size(); ++i) {
    if (keys_[i].hash != keys_[i - 1].hash) continue;
    const auto inside = [&](const Key& key) {
      return Decode(text_.substr(key.begin, key.end - key.begin));
    };
    if (inside(keys_[i]) != inside(keys_[i - 1])) continue;
    if (notes_.size() + found.size() >= kMaxJsonEdits) break;
    const std::string key(text_.substr(keys_[i].begin, keys_[i].end - keys_[i].begin));
    found.push_back(
        {keys_[i].begin - 1, "the key " + Quote(key) + " appears a second time in one object"});
  }
  notes_.insert(notes_.end(), found.begin(), found.end());
}

bool StrictScan::Wrong(size_t offset, std::string what) {
  outcome_ = Outcome::kWrong;
  error_ = {offset, std::move(what)};
  return false;
}

bool StrictScan::Expected(std::string_view what) {
  return Wrong(at_, "expected " + std::string(what) + ", found " + DescribeCharacter(text_, at_));
}

bool StrictScan::Cut(size_t keep, std::string_view rest, std::string_view finish) {
  outcome_ = Outcome::kCut;
  keep_ = keep;
  rest_ = rest;
  rest_.append(open_.rbegin(), open_.rend());
  finish_ = finish;
  if (!open_.empty()) {
    finish_ += finish_.empty() ? "closed " : " and closed ";
    finish_ += std::to_string(open_.size());
    finish_ += open_.size() == 1 ? " bracket" : " brackets";
  }
  error_ = {text_.size(), "the text ends in the middle of the document"};
  return false;
}

bool StrictScan::CutString(size_t keep, bool key) {
  return key ? Cut(keep, "\":null", "closed the key, wrote null for its value")
             : Cut(keep, "\"", "closed the string");
}

std::pair<StrictScan, StrictScan::Outcome> ScanBeginning(std::string_view text) {
  StrictScan scan(text);
  const StrictScan::Outcome outcome = scan.Run();
  if (outcome != StrictScan::Outcome::kWrong) return {std::move(scan), outcome};
  const size_t last = text.find_last_not_of(" \n\r\t");
  const size_t line_end = text.find_first_of("\n\r", last == text.npos ? 0 : last + 1);
  if (line_end != text.npos) {
    StrictScan shorter(text.substr(0, line_end));
    if (shorter.Run() == StrictScan::Outcome::kCut) {
      return {std::move(shorter), StrictScan::Outcome::kCut};
    }
  }
  return {std::move(scan), outcome};
}

}  // namespace bantam::grammar
