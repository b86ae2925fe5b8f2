// Fuzzes files of kept keys and values: any bytes give an error, or tokens and blocks that fill
// them.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "engine/prefix_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  const auto file = bantam::PrefixFile::Parse(bytes, "fuzz");
  if (!file) {
    CHECK(file.error().message.starts_with("fuzz: "));
    return 0;
  }
  CHECK(!file->tokens().empty() && file->tokens().size() % 64 == 0);
  const int n_blocks = static_cast<int>(file->tokens().size() / 64);
  CHECK(file->Block(0).data() > data);
  CHECK(file->Block(n_blocks - 1).data() + file->block_bytes() + 8 == data + size);
  (void)file->IsWhole();
  return 0;
}
