// Canonical bytes of fields, and their SHA-256.
#include "store/cache/cache_key.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace bantam::store {
namespace {

std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

void AppendNumber(uint64_t value, std::string& out) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>((value >> shift) & 0xFF);
}

std::string Number(char type, uint64_t value) {
  std::string out(1, type);
  AppendNumber(value, out);
  return out;
}

std::string Ids(std::span<const int32_t> values) {
  std::string out = "t";
  out.reserve(1 + values.size() * 4);
  for (const int32_t value : values) {
    const auto bits = static_cast<uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((bits >> shift) & 0xFF);
  }
  return out;
}

void Update(Sha256& hash, std::string_view text) {
  std::string length;
  AppendNumber(text.size(), length);
  hash.Update(Bytes(length));
  hash.Update(Bytes(text));
}

}  // namespace

CacheKeyBuilder::CacheKeyBuilder(std::string_view tenant, std::string_view model)
    : tenant_(tenant) {
  Add("model", model);
}

CacheKeyBuilder& CacheKeyBuilder::AddField(std::string_view name, std::string value, bool prompt) {
  fields_.push_back({std::string(name), std::move(value), prompt});
  return *this;
}

CacheKeyBuilder& CacheKeyBuilder::Add(std::string_view name, std::string_view value) {
  return AddField(name, "s" + std::string(value), false);
}

CacheKeyBuilder& CacheKeyBuilder::Add(std::string_view name, bool value) {
  return AddField(name, value ? "b1" : "b0", false);
}

CacheKeyBuilder& CacheKeyBuilder::Add(std::string_view name, int64_t value) {
  return AddField(name, Number('i', static_cast<uint64_t>(value)), false);
}

CacheKeyBuilder& CacheKeyBuilder::Add(std::string_view name, uint64_t value) {
  return AddField(name, Number('u', value), false);
}

CacheKeyBuilder& CacheKeyBuilder::Add(std::string_view name, double value) {
  return AddField(name, Number('d', std::bit_cast<uint64_t>(value == 0 ? 0.0 : value)), false);
}

CacheKeyBuilder& CacheKeyBuilder::Add(std::string_view name, std::span<const int32_t> values) {
  return AddField(name, Ids(values), false);
}

CacheKeyBuilder& CacheKeyBuilder::Add(std::string_view name, std::span<const std::string> values) {
  std::string out = "l";
  for (const std::string& value : values) {
    AppendNumber(value.size(), out);
    out += value;
  }
  return AddField(name, std::move(out), false);
}

CacheKeyBuilder& CacheKeyBuilder::AddPrompt(std::string_view name, std::string_view value) {
  return AddField(name, "s" + std::string(value), true);
}

CacheKeyBuilder& CacheKeyBuilder::AddPrompt(std::string_view name,
                                            std::span<const int32_t> token_ids) {
  return AddField(name, Ids(token_ids), true);
}

CacheKey CacheKeyBuilder::Finish() const {
  std::vector<const Field*> sorted;
  sorted.reserve(fields_.size());
  for (const Field& field : fields_) sorted.push_back(&field);
  std::ranges::sort(sorted, {},
                    [](const Field* field) -> const std::string& { return field->name; });
  for (size_t i = 1; i < sorted.size(); ++i) CHECK(sorted[i - 1]->name != sorted[i]->name);
  CacheKey key;
  key.tenant = TenantHash(tenant_);
  Sha256 exact;
  Sha256 context;
  Update(exact, "bantam reply 1");
  Update(context, "bantam context 1");
  exact.Update(key.tenant);
  context.Update(key.tenant);
  for (const Field* field : sorted) {
    Update(exact, field->name);
    Update(exact, field->value);
    if (field->prompt) continue;
    Update(context, field->name);
    Update(context, field->value);
  }
  key.exact = exact.Finish();
  key.context = context.Finish();
  return key;
}

Sha256::Digest TenantHash(std::string_view tenant) {
  Sha256 hash;
  Update(hash, "bantam tenant 1");
  Update(hash, tenant);
  return hash.Finish();
}

}  // namespace bantam::store
