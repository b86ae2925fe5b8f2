// CacheKey: what tells one cached reply from another.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.h"

namespace bantam::store {

struct CacheKey {
  Sha256::Digest tenant{};   // who may see the reply
  Sha256::Digest exact{};    // tenant, model, prompt and every parameter
  Sha256::Digest context{};  // the same without the prompt: questions are compared within it
};

// Collects named fields and makes a key of them. A field is hashed with its name and the lengths of
// both, so no two lists of fields read alike; the order they are given in does not matter. A name
// may be given once. Whatever shapes a reply must be a field: what is missing here would have a
// request answered with another one's reply. Not thread-safe.
class CacheKeyBuilder {
 public:
  // `tenant`: who asks ("" where there is but one); only its hash is kept. `model`: what tells the
  // model, its adapters and how it computes from every other (a SHA-256 of the file and options).
  CacheKeyBuilder(std::string_view tenant, std::string_view model);

  CacheKeyBuilder& Add(std::string_view name, std::string_view value);
  CacheKeyBuilder& Add(std::string_view name, const char* value) {
    return Add(name, std::string_view(value));
  }
  CacheKeyBuilder& Add(std::string_view name, bool value);
  CacheKeyBuilder& Add(std::string_view name, int value) { return Add(name, int64_t{value}); }
  CacheKeyBuilder& Add(std::string_view name, int64_t value);
  CacheKeyBuilder& Add(std::string_view name, uint64_t value);
  CacheKeyBuilder& Add(std::string_view name, double value);  // by its bits; -0 is 0
  CacheKeyBuilder& Add(std::string_view name, std::span<const int32_t> values);
  CacheKeyBuilder& Add(std::string_view name, std::span<const std::string> values);

  // A part of the prompt that is, or holds, the question: left out of `context`.
  CacheKeyBuilder& AddPrompt(std::string_view name, std::string_view value);
  CacheKeyBuilder& AddPrompt(std::string_view name, std::span<const int32_t> token_ids);

  CacheKey Finish() const;

 private:
  struct Field {
    std::string name;
    std::string value;  // with a letter for its type before it
    bool prompt;
  };

  CacheKeyBuilder& AddField(std::string_view name, std::string value, bool prompt);

  std::string tenant_;
  std::vector<Field> fields_;
};

// The hash of a tenant's name that keys and entries have.
Sha256::Digest TenantHash(std::string_view tenant);

}  // namespace bantam::store
