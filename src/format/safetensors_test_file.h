// SafetensorsTestFile: writes small safetensors files for tests, right or wrong as asked.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace bantam {

class SafetensorsTestFile {
 public:
  // A tensor whose data follows those before it.
  SafetensorsTestFile& Tensor(std::string_view name, std::string_view type, std::string_view shape,
                              const std::string& bytes) {
    return TensorAt(name, type, shape, data_.size(), data_.size() + bytes.size()).Data(bytes);
  }
  // A description alone, with any offsets.
  SafetensorsTestFile& TensorAt(std::string_view name, std::string_view type,
                                std::string_view shape, uint64_t begin, uint64_t end) {
    return Member("\"" + std::string(name) + R"(":{"dtype":")" + std::string(type) +
                  R"(","shape":)" + std::string(shape) + R"(,"data_offsets":[)" +
                  std::to_string(begin) + "," + std::to_string(end) + "]}");
  }
  SafetensorsTestFile& Member(const std::string& text) {
    members_ += (members_.empty() ? "" : ",") + text;
    return *this;
  }
  SafetensorsTestFile& Data(const std::string& bytes) {
    data_ += bytes;
    return *this;
  }

  std::string Header() const { return "{" + members_ + "}"; }
  std::string Bytes() const { return WithHeader(Header()); }
  // The same data behind another header.
  std::string WithHeader(const std::string& header) const {
    const uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes + header + data_;
  }

 private:
  std::string members_;
  std::string data_;
};

}  // namespace bantam
