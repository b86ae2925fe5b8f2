// Names of GGUF files.
#include "store/quant_name.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/ascii.h"
#include "base/check.h"
#include "base/quote.h"
#include "store/names.h"

namespace bantam::store {
namespace {

// What most people want first: the balance of size and fidelity that hubs recommend.
constexpr std::string_view kPreferred[] = {"q4_k_m", "q4_0",   "q4_k_s", "q4",   "q5_k_m", "q4_1",
                                           "iq4_nl", "iq4_xs", "q8_0",   "q6_k", "q5_k_s", "q5_0",
                                           "q5_1",   "q3_k_m", "fp16",   "f16",  "bf16",   "f32"};
constexpr size_t kMaxParts = 512;

bool IsGguf(std::string_view path) {
  const std::string name = LowerCase(BaseName(path));
  return name.ends_with(".gguf") && !name.starts_with("mmproj") &&
         name.find("imatrix") == std::string::npos;
}

struct Split {
  std::string prefix;  // of the path
  size_t number;       // from 1
  size_t count;
};

// "…-00002-of-00003" (without ".gguf").
std::optional<Split> SplitOf(std::string_view stem) {
  constexpr std::string_view kPattern = "-#####-of-#####";
  if (stem.size() <= kPattern.size()) return std::nullopt;
  const std::string_view tail = stem.substr(stem.size() - kPattern.size());
  size_t numbers[2] = {0, 0};
  for (size_t i = 0; i < kPattern.size(); ++i) {
    if (kPattern[i] != '#') {
      if (tail[i] != kPattern[i]) return std::nullopt;
    } else if (tail[i] >= '0' && tail[i] <= '9') {
      size_t& number = numbers[i > 6 ? 1 : 0];
      number = number * 10 + static_cast<size_t>(tail[i] - '0');
    } else {
      return std::nullopt;
    }
  }
  return Split{std::string(stem.substr(0, stem.size() - kPattern.size())), numbers[0], numbers[1]};
}

std::string_view Stem(std::string_view path) {
  return path.substr(0, path.size() - std::string_view(".gguf").size());
}

// One model of the listing: its parts by number.
struct Candidate {
  size_t count = 1;
  std::map<size_t, std::string> parts;
  std::string quant;
};

std::map<std::string, Candidate> Candidates(std::span<const std::string> paths) {
  std::map<std::string, Candidate> found;
  for (const std::string& path : paths) {
    if (!IsGguf(path)) continue;
    const auto split = SplitOf(Stem(path));
    Candidate& candidate = found[split ? split->prefix : std::string(Stem(path))];
    candidate.count = split ? split->count : 1;
    candidate.parts[split ? split->number : 1] = path;
    candidate.quant = QuantOf(path);
  }
  return found;
}

std::string Listing(const std::map<std::string, Candidate>& candidates) {
  constexpr size_t kShown = 40;
  std::set<std::string> quants;
  for (const auto& [stem, candidate] : candidates) {
    quants.insert(candidate.quant.empty() ? std::string(BaseName(stem)) + ".gguf"
                                          : candidate.quant);
  }
  std::string out;
  size_t shown = 0;
  for (const std::string& quant : quants) {
    if (++shown > kShown) return out + ", …";
    out += (out.empty() ? "" : ", ") + quant;
  }
  return out;
}

Result<std::vector<std::string>> PartsOf(const Candidate& candidate, std::string_view stem) {
  std::vector<std::string> paths;
  if (candidate.count == 0 || candidate.count > kMaxParts) {
    return Fail(ErrorCode::kCorrupt, Quote(BaseName(stem)) + " is said to have " +
                                         std::to_string(candidate.count) + " parts");
  }
  for (size_t number = 1; number <= candidate.count; ++number) {
    const auto part = candidate.parts.find(number);
    if (part == candidate.parts.end()) {
      return Fail(ErrorCode::kCorrupt, Quote(BaseName(stem)) + " lacks part " +
                                           std::to_string(number) + " of " +
                                           std::to_string(candidate.count));
    }
    paths.push_back(part->second);
  }
  return paths;
}

}  // namespace

std::string_view BaseName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool IsQuant(std::string_view word) {
  const std::string lower = LowerCase(word);
  std::string_view text = lower;
  if (text == "f16" || text == "fp16" || text == "bf16" || text == "f32" || text == "fp32") {
    return true;
  }
  if (text.starts_with("ud-")) text.remove_prefix(3);
  if (text.starts_with("mxfp")) return text == "mxfp4";
  if (text.starts_with('i') || text.starts_with('t')) text.remove_prefix(1);
  if (text.size() < 2 || text[0] != 'q' || text[1] < '1' || text[1] > '8') return false;
  text.remove_prefix(2);
  return text.empty() || (text[0] == '_' && std::ranges::all_of(text, [](char c) {
                            return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                          }));
}

std::string QuantOf(std::string_view path) {
  const std::string name = LowerCase(BaseName(path));
  std::string_view stem = name;
  if (stem.ends_with(".gguf")) stem = Stem(stem);
  std::string prefix;
  if (auto split = SplitOf(stem)) {
    prefix = std::move(split->prefix);
    stem = prefix;
  }
  const size_t cut = stem.find_last_of("-.");
  if (cut == std::string_view::npos) return IsQuant(stem) ? std::string(stem) : "";
  const std::string_view last = stem.substr(cut + 1);
  if (!IsQuant(last)) return "";
  const bool dynamic = stem.substr(0, cut).ends_with("-ud");
  return (dynamic ? "ud-" : "") + std::string(last);
}

Result<std::vector<std::string>> ChooseGguf(std::span<const std::string> paths,
                                            std::string_view wanted) {
  const auto candidates = Candidates(paths);
  if (candidates.empty()) return Fail(ErrorCode::kNotFound, "there is no GGUF file");
  const std::string lower = LowerCase(wanted);
  const auto is_wanted = [&](const std::string& stem, const Candidate& candidate) {
    return candidate.quant == lower || LowerCase(BaseName(stem)) + ".gguf" == lower ||
           std::ranges::any_of(candidate.parts, [&](const auto& part) {
             return LowerCase(BaseName(part.second)) == lower;
           });
  };
  if (!wanted.empty()) {
    for (const auto& [stem, candidate] : candidates) {
      if (is_wanted(stem, candidate)) return PartsOf(candidate, stem);
    }
    return Fail(ErrorCode::kNotFound,
                "there is no " + Quote(wanted) + "; there are " + Listing(candidates));
  }
  for (const std::string_view quant : kPreferred) {
    for (const auto& [stem, candidate] : candidates) {
      if (candidate.quant == quant) return PartsOf(candidate, stem);
    }
  }
  if (candidates.size() == 1) return PartsOf(candidates.begin()->second, candidates.begin()->first);
  return Fail(ErrorCode::kNotFound,
              "say which one, as in NAME:QUANT; there are " + Listing(candidates));
}

Result<void> CheckParts(std::span<const std::string> paths) {
  std::map<std::string, Candidate> found;
  for (const std::string& path : paths) {
    const auto split = SplitOf(std::string_view(path).substr(0, path.rfind('.')));
    if (!split) continue;
    Candidate& candidate = found[split->prefix];
    candidate.count = split->count;
    candidate.parts[split->number] = path;
  }
  for (const auto& [prefix, candidate] : found) (void)TRY(PartsOf(candidate, prefix));
  return {};
}

}  // namespace bantam::store
