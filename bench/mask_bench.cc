// How long token masks take: mask_bench MODEL.gguf DRAFT SUITE, where SUITE is a folder of the
// JSON-Schema-Test-Suite (tests/DRAFT/*.json and remotes/) and DRAFT is draft7 or draft2020-12.
//
// Each schema is compiled anew, so that its caches are empty; then its documents are read token by
// token, as the longest match cuts them, and before every token the whole mask is made as requests
// make it. Processor time of the one thread, gates and bounds included. First the core of the
// draft, then its optional formats, which are asserted then.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/token_mask.h"
#include "format/model_file.h"
#include "grammar/mask/mask_cache.h"
#include "grammar/mask/token_trie.h"
#include "grammar/schema/json_schema.h"
#include "text/tokenizer.h"

namespace {

namespace fs = std::filesystem;
using bantam::Json;
using bantam::TokenId;
using bantam::TokenMask;
using namespace bantam::grammar;

constexpr int64_t kNoBudget = int64_t{1} << 30;
constexpr size_t kShown = 10;  // slowest positions

double Microseconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

Json ReadJson(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  auto parsed = Json::Parse(text);
  return parsed ? *std::move(parsed) : Json();
}

std::vector<fs::path> JsonFiles(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The tokens of a vocabulary, found by their bytes.
class Longest {
 public:
  explicit Longest(const TokenTrie& trie) {
    for (TokenId id = 0; id < trie.vocabulary().size(); ++id) {
      if (trie.IsText(id)) tokens_.push_back(trie.vocabulary().bytes[static_cast<size_t>(id)]);
    }
    std::sort(tokens_.begin(), tokens_.end());
    for (const std::string& token : tokens_) longest_ = std::max(longest_, token.size());
  }

  // Bytes of the longest token that the text begins with; 0 if none does.
  size_t Of(std::string_view text) const {
    for (size_t n = std::min(longest_, text.size()); n > 0; --n) {
      if (std::binary_search(tokens_.begin(), tokens_.end(), text.substr(0, n))) return n;
    }
    return 0;
  }

 private:
  std::vector<std::string> tokens_;
  size_t longest_ = 0;
};

struct Timing {
  double us;
  std::string where;
};

class Bench {
 public:
  Bench(const TokenTrie& trie, SchemaOptions options)
      : trie_(trie),
        longest_(trie),
        options_(std::move(options)),
        mask_(trie.vocabulary().size()) {}

  // A schema, and the documents that test it.
  void Read(const std::string& name, const Json& group) {
    const Json* schema = group.Find("schema");
    const Json* tests = group.Find("tests");
    if (schema == nullptr || tests == nullptr) return;
    const double start = Microseconds();
    const auto compiled = JsonSchema::Compile(*schema, options_);
    if (!compiled) return;
    MaskCache cache;
    cache.Fill(trie_, *(*compiled)->NewMatcher(), kNoBudget, mask_);
    first_.push_back({Microseconds() - start, name});
    for (const Json& test : tests->items()) {
      const Json* data = test.Find("data");
      if (data != nullptr) ReadDocument(name, data->Dump(), *(*compiled)->NewMatcher(), cache);
    }
  }

  // All groups of a folder's files, not of folders in it.
  void ReadFolder(const fs::path& folder) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() != ".json") continue;
      const Json groups = ReadJson(entry.path());
      for (const Json& group : groups.items()) Read(entry.path().filename(), group);
    }
  }

  void Print() {
    PrintQuantiles("masks", masks_);
    PrintQuantiles("first mask, compiling included", first_);
    std::printf("slowest:\n");
    for (size_t i = 0; i < std::min(kShown, masks_.size()); ++i) {
      const Timing& timing = masks_[masks_.size() - 1 - i];
      std::printf("%8.1f us  %s\n", timing.us, timing.where.c_str());
    }
  }

 private:
  void ReadDocument(const std::string& name, std::string_view document, Matcher& matcher,
                    MaskCache& cache) {
    for (size_t at = 0;;) {
      const double start = Microseconds();
      cache.Fill(trie_, matcher, kNoBudget, mask_);
      masks_.push_back({Microseconds() - start, name + ' ' + std::string(document.substr(0, at))});
      const size_t n = longest_.Of(document.substr(at));
      if (n == 0) return;
      for (const char c : document.substr(at, n)) {
        if (!matcher.Push(static_cast<uint8_t>(c))) return;
      }
      at += n;
    }
  }

  static void PrintQuantiles(const char* what, std::vector<Timing>& timings) {
    std::sort(timings.begin(), timings.end(),
              [](const Timing& a, const Timing& b) { return a.us < b.us; });
    std::printf("%zu %s:", timings.size(), what);
    for (const auto& [label, permille] :
         {std::pair{"p50", 500}, {"p95", 950}, {"p99", 990}, {"p99.9", 999}}) {
      if (timings.empty()) break;
      std::printf(" %s %.1f", label,
                  timings[timings.size() * static_cast<size_t>(permille) / 1000].us);
    }
    std::printf(" us\n");
  }

  const TokenTrie& trie_;
  const Longest longest_;
  const SchemaOptions options_;
  TokenMask mask_;
  std::vector<Timing> masks_, first_;
};

int Fail(const std::string& message) {
  std::fprintf(stderr, "mask_bench: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return Fail("usage: mask_bench MODEL.gguf draft7|draft2020-12 SUITE");
  auto file = bantam::ModelFile::Open(argv[1]);
  if (!file) return Fail(file.error().message);
  auto tokenizer = bantam::Tokenizer::Create((*file)->metadata());
  if (!tokenizer) return Fail(tokenizer.error().message);
  const TokenTrie trie((*tokenizer)->vocabulary());
  const std::string draft = argv[2];
  const fs::path suite = argv[3];
  const fs::path tests = suite / "tests" / draft;
  if (!fs::is_directory(tests)) return Fail("there is no folder " + tests.string());
  SchemaOptions options;
  options.draft = draft == "draft7" ? Draft::k7 : Draft::k2020;
  for (const fs::path& path : JsonFiles(suite / "remotes")) {
    options.registry["http://localhost:1234/" +
                     fs::relative(path, suite / "remotes").generic_string()] = ReadJson(path);
  }
  for (const bool formats : {false, true}) {
    options.assert_formats = formats;
    Bench bench(trie, options);
    bench.ReadFolder(formats ? tests / "optional/format" : tests);
    std::printf("%s\n", formats ? "formats" : "core");
    bench.Print();
  }
  return 0;
}
