// JsonReader: the strict RFC 8259 reader behind Json::Parse. It keeps its own stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"

namespace bantam {

class JsonReader {
 public:
  // `text` must outlive the reader.
  explicit JsonReader(std::string_view text) : text_(text) {}

  // Reads the whole text as one value. Call once.
  Result<Json> Read();

 private:
  // A container whose end has not been seen yet.
  struct Open {
    Json value;
    std::string key;                  // of the member being read
    std::vector<size_t> key_offsets;  // [members] where each key stands
    size_t offset;                    // of the opening bracket
  };

  Result<bool> ReadValue(Json* value);  // false: a container was opened instead
  Result<Json> ReadScalar();
  Result<bool> OpenContainer(Json* value);
  Result<bool> CloseOrContinue(Json* value);  // true: *value is now the closed container
  Result<void> ReadKey();
  Result<std::string> ReadString();
  Result<void> ReadEscape(std::string* out);
  Result<uint32_t> ReadHex4();
  Result<void> CheckUnique(const Open& object) const;
  void SkipSpace();
  bool AtEnd() const { return at_ == text_.size(); }

  std::unexpected<Error> Wrong(size_t offset, std::string_view what) const;
  std::unexpected<Error> Expected(size_t offset, std::string_view expected) const;

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Open> open_;
};

}  // namespace bantam
