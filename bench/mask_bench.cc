// How long masks take on a real vocabulary: mask_bench MODEL.gguf [DOCUMENT.json …].
//
// Reads each document (a built-in one without any) token by token as the longest match cuts it, and
// fills the mask at every token's start with JsonTestMatcher; then prints what kinds of position
// take, and all of them. One thread.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/token_mask.h"
#include "format/model_file.h"
#include "grammar/constraint.h"
#include "grammar/mask/json_test_matcher.h"
#include "grammar/mask/mask_builder.h"
#include "grammar/mask/token_trie.h"
#include "text/vocabulary_loader.h"

namespace {

using bantam::TokenId;
using bantam::TokenMask;
using bantam::grammar::FillMask;
using bantam::grammar::JsonTestMatcher;
using bantam::grammar::PlainText;
using bantam::grammar::TokenTrie;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kDocument = R"({
  "name": "Köln \u00e9 \"quoted\" text, with some words in it",
  "tags": ["a", "two words", "日本語のテキスト", "x\\y\n"],
  "price": -12.5e+3, "count": 1200, "ok": true, "none": null,
  "nested": {"list": [1, 2, 3, {"deep": [[], {}, false]}], "empty": ""}
})";

double Microseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::micro>(Clock::now() - since).count();
}

// The longest text token that `text` begins with.
TokenId Longest(const TokenTrie& trie, std::string_view text) {
  TokenId best = -1;
  size_t size = 0;
  for (TokenId id = 0; id < trie.vocabulary().size(); ++id) {
    const std::string& bytes = trie.vocabulary().bytes[static_cast<size_t>(id)];
    if (bytes.size() > size && trie.IsText(id) && text.starts_with(bytes)) {
      best = id;
      size = bytes.size();
    }
  }
  return best;
}

// Tells documents' positions apart by the byte before and what the matcher says.
const char* Kind(const JsonTestMatcher& matcher, std::string_view read) {
  if (matcher.plain_text() == PlainText::kUniform) return "string";
  if (read.empty()) return "start";
  return std::string_view("{[:,").find(read.back()) != std::string_view::npos ? "value or key"
                                                                              : "other";
}

struct Timing {
  double fast;   // far from the budget
  double tight;  // the smallest budget that allows what is there
};

class Bench {
 public:
  explicit Bench(const TokenTrie& trie) : trie_(trie), mask_(trie.vocabulary().size()) {}

  void Read(std::string_view document) {
    JsonTestMatcher matcher;
    for (size_t at = 0; at < document.size();) {
      const double fast = Time(matcher, INT64_MAX);
      const double tight = Time(matcher, matcher.FinishBytes());
      times_[Kind(matcher, document.substr(0, at))].push_back({fast, tight});
      times_["all"].push_back({fast, tight});
      const TokenId id = Longest(trie_, document.substr(at));
      const std::string& bytes = trie_.vocabulary().bytes[static_cast<size_t>(id)];
      for (const char c : bytes) {
        if (!matcher.Push(static_cast<uint8_t>(c))) return;
      }
      at += bytes.size();
    }
  }

  void Print() {
    std::printf("%-14s %9s %23s %23s\n", "position", "count", "p50 p99 max, us", "near the budget");
    for (auto& [kind, times] : times_) {
      std::printf("%-14s %9zu", kind.c_str(), times.size());
      for (const auto member : {&Timing::fast, &Timing::tight}) {
        std::vector<double> sorted;
        for (const Timing& time : times) sorted.push_back(time.*member);
        std::sort(sorted.begin(), sorted.end());
        std::printf(" %7.1f %7.1f %7.1f", sorted[sorted.size() / 2],
                    sorted[sorted.size() * 99 / 100], sorted.back());
      }
      std::printf("\n");
    }
  }

 private:
  // The median of several.
  double Time(JsonTestMatcher& matcher, int64_t finish_bytes_max) {
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) {
      const auto start = Clock::now();
      FillMask(trie_, matcher, finish_bytes_max, mask_);
      times.push_back(Microseconds(start));
    }
    std::nth_element(times.begin(), times.begin() + 4, times.end());
    return times[4];
  }

  const TokenTrie& trie_;
  TokenMask mask_;
  std::map<std::string, std::vector<Timing>> times_;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "mask_bench: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return Fail("usage: mask_bench MODEL.gguf [DOCUMENT.json …]");
  auto file = bantam::ModelFile::Open(argv[1]);
  if (!file) return Fail(file.error().message);
  auto loaded = bantam::LoadVocabulary((*file)->metadata(), false);
  if (!loaded) return Fail(loaded.error().message);
  const auto start = Clock::now();
  const TokenTrie trie(loaded->vocabulary);
  std::printf("%d tokens: %.1f ms, %.1f MB; nodes: %zu, rest %zu, exits %zu, tails %zu\n",
              loaded->vocabulary.size(), Microseconds(start) / 1e3,
              static_cast<double>(trie.memory_bytes()) / 1e6, trie.all().nodes().size(),
              trie.rest().nodes().size(), trie.exits().nodes().size(), trie.tails().nodes().size());
  Bench bench(trie);
  if (argc == 2) bench.Read(kDocument);
  for (int i = 2; i < argc; ++i) {
    std::ifstream stream(argv[i], std::ios::binary);
    if (!stream) return Fail(std::string("cannot read ") + argv[i]);
    bench.Read(std::string(std::istreambuf_iterator<char>(stream), {}));
  }
  bench.Print();
  return 0;
}
