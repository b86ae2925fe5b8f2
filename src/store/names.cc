// Rules for names.
#include "store/names.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/quote.h"

namespace bantam::store {
namespace {

constexpr size_t kMaxNameBytes = 160;
constexpr size_t kMaxFileBytes = 200;
constexpr size_t kMaxPartBytes = 96;

// Letters, digits, '.', '_', '-'; not beginning with '.' or '-'.
bool IsPart(std::string_view part) {
  return !part.empty() && part.size() <= kMaxPartBytes && part[0] != '.' && part[0] != '-' &&
         std::ranges::all_of(part, [](char c) {
           return IsAsciiAlphanumeric(c) || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace

bool IsModelName(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  const size_t colon = name.find(':');
  if (colon != std::string_view::npos && !IsPart(name.substr(colon + 1))) return false;
  const std::string_view base = name.substr(0, colon);
  const size_t slash = base.find('/');
  if (slash == std::string_view::npos) return IsPart(base);
  return IsPart(base.substr(0, slash)) && IsPart(base.substr(slash + 1));
}

std::unexpected<Error> NotAModelName(std::string_view name) {
  return Fail(ErrorCode::kInvalidArgument,
              Quote(name) +
                  " is no name for a model; names look like qwen2.5:0.5b or "
                  "owner/model:q4_k_m (letters, digits, '.', '_' and '-')");
}

bool LooksLikePath(std::string_view text) {
  if (text.empty() || text.find("://") != std::string_view::npos) return false;
  if (text[0] == '/' || text[0] == '.' || text[0] == '~') return true;
  return LowerCase(text).ends_with(".gguf") && text.find(':') == std::string_view::npos;
}

Result<void> CheckNewName(std::string_view name) {
  if (!IsModelName(name)) return NotAModelName(name);
  if (!LooksLikePath(name)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              Quote(name) + " is no name for a model: commands would take it for a file's path");
}

std::string FileNameOf(std::string_view model_name) {
  std::string out;
  for (const char c : LowerCase(model_name)) {
    if (c == '/') {
      out += "%2f";
    } else if (c == ':') {
      out += "%3a";
    } else {
      out += c;
    }
  }
  return out;
}

bool IsSafeFileName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxFileBytes && IsAsciiAlphanumeric(name[0]) &&
         std::ranges::all_of(name, [](char c) {
           return IsAsciiAlphanumeric(c) ||
                  std::string_view("._+-=").find(c) != std::string_view::npos;
         });
}

bool IsPoolingConfig(std::string_view path) {
  constexpr std::string_view kRest = "_Pooling/config.json";
  if (!path.ends_with(kRest)) return false;
  path.remove_suffix(kRest.size());
  return (path.size() == 1 || path.size() == 2) &&
         std::ranges::all_of(path, [](char c) { return c >= '0' && c <= '9'; });
}

bool IsFolderFileName(std::string_view path) {
  return IsSafeFileName(path) || IsPoolingConfig(path);
}

bool IsSha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool IsRepository(std::string_view text) {
  return IsModelName(text) && text.find(':') == std::string_view::npos &&
         text.find('/') != std::string_view::npos;
}

}  // namespace bantam::store
