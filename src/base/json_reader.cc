// The JSON reader: one pass, an explicit stack, no recursion.
#include "base/json_reader.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/hex.h"
#include "base/json_text.h"
#include "base/utf8.h"

namespace bantam {

std::unexpected<Error> JsonReader::Wrong(size_t offset, std::string_view what) const {
  size_t line = 1;
  size_t column = 1;
  for (size_t i = 0; i < offset; ++i) {
    if (text_[i] == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<uint8_t>(text_[i]) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return Fail(ErrorCode::kCorrupt, "JSON: " + std::string(what) + " at byte " +
                                       std::to_string(offset) + " (line " + std::to_string(line) +
                                       ", column " + std::to_string(column) + ")");
}

std::unexpected<Error> JsonReader::Expected(size_t offset, std::string_view expected) const {
  return Wrong(offset,
               "expected " + std::string(expected) + ", found " + DescribeCharacter(text_, offset));
}

void JsonReader::SkipSpace() {
  while (!AtEnd()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

Result<Json> JsonReader::Read() {
  for (;;) {
    Json value;
    const bool complete = TRY(ReadValue(&value));
    if (!complete) continue;
    for (;;) {  // hand the value to the container around it, which may end with it
      if (open_.empty()) {
        SkipSpace();
        if (!AtEnd()) return Expected(at_, "the end of the text after the value");
        return value;
      }
      Open& top = open_.back();
      if (top.value.kind_ == Json::Kind::kArray) {
        top.value.items_.push_back(std::move(value));
      } else {
        top.value.members_.emplace_back(std::move(top.key), std::move(value));
      }
      const bool closed = TRY(CloseOrContinue(&value));
      if (!closed) break;
    }
  }
}

Result<bool> JsonReader::ReadValue(Json* value) {
  SkipSpace();
  if (!AtEnd() && (text_[at_] == '[' || text_[at_] == '{')) return OpenContainer(value);
  *value = TRY(ReadScalar());
  return true;
}

Result<Json> JsonReader::ReadScalar() {
  if (AtEnd()) return Expected(at_, "a value");
  const char c = text_[at_];
  if (c == '"') return Json::String(TRY(ReadString()));
  if (c == '-' || (c >= '0' && c <= '9')) {
    size_t bad = 0;
    const std::string_view rest = text_.substr(at_);
    const size_t length = JsonNumberLength(rest, &bad);
    if (length == 0) {
      const bool zero = bad > 0 && rest[bad - 1] == '0' && bad < rest.size() && rest[bad] >= '0' &&
                        rest[bad] <= '9';
      if (zero) return Wrong(at_ + bad, "a number with leading zeros");
      return Expected(at_ + bad, "a digit");
    }
    Json number;
    number.kind_ = Json::Kind::kNumber;
    number.text_ = rest.substr(0, length);
    at_ += length;
    return number;
  }
  const auto take = [this](std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  };
  if (take("null")) return Json();
  if (take("true")) return Json::Bool(true);
  if (take("false")) return Json::Bool(false);
  return Expected(at_, "a value");
}

Result<bool> JsonReader::OpenContainer(Json* value) {
  const bool array = text_[at_] == '[';
  if (open_.size() >= Json::kMaxDepth) {
    return Wrong(at_, "more than " + std::to_string(Json::kMaxDepth) + " nested arrays or objects");
  }
  const size_t offset = at_++;
  SkipSpace();
  if (!AtEnd() && text_[at_] == (array ? ']' : '}')) {
    ++at_;
    *value = array ? Json::MakeArray() : Json::MakeObject();
    return true;
  }
  open_.push_back({array ? Json::MakeArray() : Json::MakeObject(), {}, {}, offset});
  if (array) {
    if (AtEnd()) return Expected(at_, "a value or ']'");
  } else {
    if (AtEnd() || text_[at_] != '"') return Expected(at_, "a key in quotes or '}'");
    TRY(ReadKey());
  }
  return false;
}

Result<bool> JsonReader::CloseOrContinue(Json* value) {
  Open& top = open_.back();
  const bool array = top.value.kind_ == Json::Kind::kArray;
  SkipSpace();
  const char c = AtEnd() ? '\0' : text_[at_];
  if (c == ',') {
    ++at_;
    if (array) return false;
    SkipSpace();
    if (AtEnd() || text_[at_] != '"') return Expected(at_, "a key in quotes");
    TRY(ReadKey());
    return false;
  }
  if (c != (array ? ']' : '}')) return Expected(at_, array ? "',' or ']'" : "',' or '}'");
  ++at_;
  if (!array) TRY(CheckUnique(top));
  *value = std::move(top.value);
  open_.pop_back();
  return true;
}

Result<void> JsonReader::ReadKey() {
  const size_t offset = at_;
  std::string key = TRY(ReadString());
  SkipSpace();
  if (AtEnd() || text_[at_] != ':') return Expected(at_, "':' after the key");
  ++at_;
  open_.back().key = std::move(key);
  open_.back().key_offsets.push_back(offset);
  return {};
}

// Sorting by (hash, text) finds equal keys in n log n whatever the keys are; no seed is needed
// against crafted collisions.
Result<void> JsonReader::CheckUnique(const Open& object) const {
  const Json::Object& members = object.value.members_;
  if (members.size() < 2) return {};
  std::vector<std::pair<uint64_t, size_t>> order;
  order.reserve(members.size());
  for (size_t i = 0; i < members.size(); ++i) order.emplace_back(HashOfKey(members[i].first), i);
  std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    const int compared = members[a.second].first.compare(members[b.second].first);
    return compared != 0 ? compared < 0 : a.second < b.second;
  });
  size_t second = SIZE_MAX;  // the first member whose key was there already
  for (size_t i = 1; i < order.size(); ++i) {
    if (order[i].first == order[i - 1].first &&
        members[order[i].second].first == members[order[i - 1].second].first) {
      second = std::min(second, order[i].second);
    }
  }
  if (second == SIZE_MAX) return {};
  std::string key = JsonQuote(members[second].first.substr(0, 80));
  return Wrong(object.key_offsets[second], "the key " + key + " appears twice in one object");
}

Result<std::string> JsonReader::ReadString() {
  const size_t opening = at_++;
  std::string out;
  size_t begin = at_;  // of the run not yet copied
  while (!AtEnd()) {
    const auto byte = static_cast<uint8_t>(text_[at_]);
    if (byte == '"') {
      out.append(text_.substr(begin, at_ - begin));
      ++at_;
      return out;
    }
    if (byte == '\\') {
      out.append(text_.substr(begin, at_ - begin));
      TRY(ReadEscape(&out));
      begin = at_;
    } else if (byte < 0x20) {
      return Wrong(at_, "a control character inside a string (write it as an escape)");
    } else if (byte < 0x80) {
      ++at_;
    } else {
      const size_t length = Utf8CharLength(text_, at_);
      if (length == 0) return Wrong(at_, "invalid UTF-8");
      at_ += length;
    }
  }
  return Wrong(opening, "a string without its closing '\"'");
}

Result<void> JsonReader::ReadEscape(std::string* out) {
  const size_t offset = at_++;
  const char c = AtEnd() ? '\0' : text_[at_];
  constexpr std::string_view kShort = "\"\\/bfnrt";
  constexpr std::string_view kMeaning = "\"\\/\b\f\n\r\t";
  if (const size_t i = kShort.find(c); !AtEnd() && i != std::string_view::npos) {
    out->push_back(kMeaning[i]);
    ++at_;
    return {};
  }
  if (c != 'u') return Expected(at_, "one of \"\\/bfnrtu after '\\'");
  ++at_;
  uint32_t code_point = TRY(ReadHex4());
  if (code_point >= 0xDC00 && code_point < 0xE000) {
    return Wrong(offset, "a low surrogate without the high one before it");
  }
  if (code_point >= 0xD800 && code_point < 0xDC00) {
    uint32_t low = 0;
    if (text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      low = TRY(ReadHex4());
    }
    if (low < 0xDC00 || low >= 0xE000) {
      return Wrong(offset, "a high surrogate without the low one after it");
    }
    code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(code_point, *out);
  return {};
}

Result<uint32_t> JsonReader::ReadHex4() {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = AtEnd() ? -1 : HexDigit(text_[at_]);
    if (digit < 0) return Expected(at_, "four hexadecimal digits after \\u");
    value = value * 16 + static_cast<uint32_t>(digit);
    ++at_;
  }
  return value;
}

Result<Json> Json::Parse(std::string_view text) {
  return JsonReader(text).Read();
}

}  // namespace bantam
