// Reads .ref files. They are our own and small: checks are there to fail clearly, not for safety.
#include "reference_logits.h"

#include <cstring>
#include <fstream>
#include <iterator>

namespace bantam {
namespace {

// Takes little-endian 32-bit words off a byte string; `ok` turns false past the end.
class Words {
 public:
  explicit Words(std::string bytes) : bytes_(std::move(bytes)) {}

  uint32_t Next() {
    uint32_t word = 0;
    Copy(&word, 1);
    return word;
  }

  template <typename T>
  std::vector<T> Array(size_t n) {
    static_assert(sizeof(T) == sizeof(uint32_t));
    std::vector<T> values(n * sizeof(T) <= bytes_.size() ? n : 0);
    Copy(values.data(), n);
    return values;
  }

  bool ok() const { return ok_; }
  bool AtEnd() const { return at_ == bytes_.size(); }

 private:
  void Copy(void* to, size_t words) {
    if (words * 4 > bytes_.size() - at_) {
      ok_ = false;
      return;
    }
    std::memcpy(to, bytes_.data() + at_, words * 4);
    at_ += words * 4;
  }

  std::string bytes_;
  size_t at_ = 0;
  bool ok_ = true;
};

constexpr uint32_t kMagic = 0x46455242;  // "BREF"

}  // namespace

Result<ReferenceLogits> ReadReferenceLogits(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(ErrorCode::kIo, path + ": cannot be opened");
  Words words(std::string(std::istreambuf_iterator<char>(file), {}));
  if (words.Next() != kMagic || words.Next() != 1) {
    return Fail(ErrorCode::kCorrupt, path + ": not a reference file of version 1");
  }
  ReferenceLogits reference;
  reference.vocabulary_size = static_cast<int>(words.Next());
  const uint32_t n_sequences = words.Next();
  for (uint32_t i = 0; i < n_sequences && words.ok(); ++i) {
    ReferenceSequence sequence;
    sequence.tokens = words.Array<int32_t>(words.Next());
    sequence.positions = words.Array<int>(words.Next());
    sequence.logits = words.Array<float>(sequence.positions.size() *
                                         static_cast<size_t>(reference.vocabulary_size));
    reference.sequences.push_back(std::move(sequence));
  }
  if (!words.ok() || !words.AtEnd() || reference.sequences.empty()) {
    return Fail(ErrorCode::kCorrupt, path + ": shorter or longer than its header says");
  }
  return reference;
}

}  // namespace bantam
