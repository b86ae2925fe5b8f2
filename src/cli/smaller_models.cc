// Sizes are estimates: a file that has been pulled is planned exactly.
#include "cli/smaller_models.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/format_text.h"
#include "cli/model_store.h"
#include "store/catalogue.h"
#include "store/import.h"
#include "store/store.h"

namespace bantam::cli {
namespace {

// What a process takes beside its weights at the least context: code, tokenizer, work space.
constexpr double kBeside = 64 << 20;
// Bytes of a weight in Q4_0: 18 for 32.
constexpr double kQ4_0 = 18.0 / 32;

using Named = std::pair<double, std::string>;  // bytes it would take, and what it is

std::string About(const Named& model) {
  return model.second + " (about " + FormatBytes(static_cast<uint64_t>(model.first)) + ")";
}

// Of keys and values at least, in bytes: 8 bits and some unless the wish says 16.
double CacheBytes(const ModelInfo& info, const MemoryWish& wish) {
  const double each = wish.kv == KvPrecision::k16 ? 2 : 17.5 / 16;
  return 2.0 * each * info.layers * info.kv_heads * info.head_dim * wish.context;
}

// Whether a model of the store is the file or folder at `path`.
bool IsSame(const store::Manifest& manifest, const std::string& stored, const std::string& path) {
  std::error_code ignored;
  return std::filesystem::equivalent(stored, path, ignored) ||
         manifest.source == store::FullPath(path);
}

void AddStored(const Environment& env, const std::string& than, const MemoryWish& wish,
               std::vector<Named>& models) {
  const auto store = store::Store::Find(env.variable);
  if (!store) return;
  std::vector<std::string> warnings;
  const auto list = store->List(warnings);
  if (!list) return;
  for (const store::Manifest& manifest : *list) {
    const auto path = store->PathOf(manifest);
    if (!path || IsSame(manifest, *path, than)) continue;
    const auto info = env.backend.inspect(*path);
    // Vocabularies are files without a weight.
    if (!info || info->encoder || info->parameters == 0 || info->context_length < wish.context) {
      continue;
    }
    models.emplace_back(static_cast<double>(manifest.bytes()) + kBeside + CacheBytes(*info, wish),
                        manifest.name);
  }
}

void AddCatalogue(std::vector<Named>& models) {
  for (const store::CatalogueModel& model : store::Catalogue::BuiltIn().models()) {
    if (model.quant.empty()) continue;  // encoders, which write no text
    models.emplace_back(static_cast<double>(model.megabytes) * 1e6 + kBeside, model.name);
  }
}

}  // namespace

std::string SmallerModels(const Environment& env, const std::string& model, uint64_t budget,
                          const MemoryWish& wish) {
  const double most = static_cast<double>(budget);
  std::vector<Named> fitting;
  const auto path = ResolveModel(env, model);
  if (path) {
    const auto info = env.backend.inspect(*path);
    const double q4 = info ? static_cast<double>(info->parameters) * kQ4_0 : 0;
    const double beside = info ? kBeside + CacheBytes(*info, wish) : 0;
    if (q4 > 0 && q4 < static_cast<double>(info->file_bytes) * 0.9 && q4 + beside <= most) {
      fitting.emplace_back(q4 + beside, "this model in q4_0");
    }
  }
  std::vector<Named> others;
  AddStored(env, path.value_or(model), wish, others);
  if (wish.context == 0) AddCatalogue(others);
  std::erase_if(others, [&](const Named& one) { return one.first > most || one.second == model; });
  std::ranges::sort(others, std::greater());
  constexpr size_t kShown = 2;
  for (const Named& one : others) {
    const bool known = std::ranges::any_of(
        fitting, [&](const Named& other) { return other.second == one.second; });
    if (!known && fitting.size() <= kShown) fitting.push_back(one);
  }
  std::string text;
  for (const Named& one : fitting) text += (text.empty() ? "" : ", ") + About(one);
  return text.empty() ? text : ". What would fit: " + text;
}

}  // namespace bantam::cli
