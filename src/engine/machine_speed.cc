// Times reading memory and the matrix kernel, and watches whether the speed lasts.
#include "engine/machine_speed.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/cgroup.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/memory_info.h"
#include "base/page_memory.h"
#include "base/thread_pool.h"
#include "engine/open_model.h"
#include "kernels/kernels.h"

namespace bantam {
namespace {

// What is read: beyond the caches of large machines, where there is plenty of memory, or of small
// ones.
constexpr size_t kMuchBytes = size_t{1} << 30;
constexpr size_t kLittleBytes = size_t{256} << 20;
constexpr size_t kPlenty = 4;  // times as much is to be free
constexpr int kRepetitions = 5;
constexpr double kSlice_s = 0.005;  // of equal work: enough for the clock, too short for a pause
constexpr double kProducts_s = 1.5;

template <typename Work>
double SecondsOf(const Work& work) {
  const double start = MonotonicSeconds();
  work();
  return std::max(MonotonicSeconds() - start, 1e-9);
}

// The exclusive or of all words: four chains, so that only memory is waited for. (Loads of 64 bytes
// read no faster; measured with AVX-512.)
uint64_t ReadAll(const uint8_t* data, size_t bytes) {
  uint64_t chains[4] = {0, 0, 0, 0};
  for (size_t at = 0; at + 32 <= bytes; at += 32) {
    uint64_t words[4];
    std::memcpy(words, data + at, sizeof(words));
    __builtin_prefetch(data + at + 16384, 0, 2);
    for (int i = 0; i < 4; ++i) chains[i] ^= words[i];
  }
  return chains[0] ^ chains[1] ^ chains[2] ^ chains[3];
}

class PageReader : public MemoryReader {
 public:
  PageReader(PageMemory memory, int threads)
      : memory_(std::move(memory)), pool_(threads), sums_(kPieces) {}

  double Read() override {
    const size_t piece = memory_.size() / kPieces;
    const double seconds = SecondsOf([&] {
      pool_.Run([&](ThreadPool::Worker& worker) {
        worker.Share(kPieces, 1, [&](int begin, int end) {
          for (int p = begin; p < end; ++p) {
            const auto at = static_cast<size_t>(p);
            sums_[at] = ReadAll(memory_.data() + at * piece, piece);
          }
        });
      });
    });
    return static_cast<double>(piece * kPieces) / seconds;
  }

 private:
  static constexpr int kPieces = 1024;
  PageMemory memory_;
  ThreadPool pool_;
  std::vector<uint64_t> sums_;
};

// Bytes a second of the fastest of some readings.
Result<double> RateOfReading(int threads) {
  const std::unique_ptr<MemoryReader> reader = TRY(CreateMemoryReader(threads));
  double best = 0;
  for (int i = 0; i < kRepetitions; ++i) best = std::max(best, reader->Read());
  return best;
}

// A product like those of a small model's prompt: 1,024 rows and columns of Q8_0, 256 tokens.
struct Product {
  static constexpr int kSize = 1024;
  static constexpr int kTokens = 256;
  static constexpr double kProducts = double{kSize} * kSize * kTokens;

  static Result<Product> Create(int threads) {
    const size_t scratch = static_cast<size_t>(threads) * ScratchBytes();
    const char* what = "measuring products";
    return Product{TRY(PageMemory::Allocate(PackedBytes(DType::kQ8_0, kSize, kSize), false, what)),
                   TRY(PageMemory::Allocate(ActivationBytes(kSize, kTokens), false, what)),
                   TRY(PageMemory::Allocate(size_t{kSize} * kTokens * sizeof(float), false, what)),
                   TRY(PageMemory::Allocate(scratch, false, what))};
  }

  static size_t ScratchBytes() { return (MatmulScratchBytes(kSize) + 63) / 64 * 64; }

  void Run(ThreadPool::Worker& worker) {
    MatmulJob job;
    job.weights = PackedMatrixAt(DType::kQ8_0, kSize, kSize, weights.data());
    job.x = LayOutActivations(codes.data(), kSize, kTokens);
    job.out_stride = kSize;
    job.scratch = scratch.data() + static_cast<size_t>(worker.index()) * ScratchBytes();
    worker.Share(job.weights.panels(), 1, [&](int begin, int end) {
      job.panel_begin = begin;
      job.panel_end = end;
      job.out = reinterpret_cast<float*>(out.data()) + begin * kPanelRows;
      ActiveKernels().matmul(job);
    });
  }

  PageMemory weights;  // zeros, as all of them: the arithmetic takes no less time
  PageMemory codes;
  PageMemory out;  // floats
  PageMemory scratch;
};

// Multiply-adds a second of equal slices of work, one after the other for kProducts_s.
Result<std::vector<double>> RatesOfProducts(int threads) {
  ThreadPool pool(threads);
  Product product = TRY(Product::Create(threads));
  const auto multiply = [&](int n_products) {
    return SecondsOf([&] {
      for (int n = 0; n < n_products; ++n) {
        pool.Run([&](ThreadPool::Worker& worker) { product.Run(worker); });
      }
    });
  };
  double one = multiply(1);  // the first meets cold pages
  for (int i = 0; i < kRepetitions; ++i) one = std::min(one, multiply(1));
  const int n_products = static_cast<int>(std::clamp(kSlice_s / one, 1.0, 1000.0));
  std::vector<double> rates;
  for (double left = kProducts_s; left > 0 || rates.size() < 10;) {
    const double seconds = multiply(n_products);
    rates.push_back(Product::kProducts * n_products / seconds);
    left -= seconds;
  }
  return rates;
}

}  // namespace

Steadiness SteadinessOf(std::span<const double> rates) {
  constexpr size_t kParts = 10;
  std::vector<double> medians;
  for (size_t part = 0; part < kParts; ++part) {
    const size_t begin = rates.size() * part / kParts;
    const size_t end = rates.size() * (part + 1) / kParts;
    std::vector<double> some(rates.begin() + static_cast<ptrdiff_t>(begin),
                             rates.begin() + static_cast<ptrdiff_t>(end));
    if (some.empty()) continue;
    const auto middle = some.begin() + static_cast<ptrdiff_t>(some.size() / 2);
    std::ranges::nth_element(some, middle);
    medians.push_back(*middle);
  }
  if (medians.empty()) return {};
  const auto [slowest, fastest] = std::ranges::minmax(medians);
  return {slowest / fastest, medians.back() / medians.front()};
}

Result<std::unique_ptr<MemoryReader>> CreateMemoryReader(int threads) {
  TRY(CheckThreads("threads", threads));
  const size_t bytes =
      AvailableMemoryBytes().value_or(0) >= kPlenty * kMuchBytes ? kMuchBytes : kLittleBytes;
  PageMemory memory = TRY(PageMemory::Allocate(bytes, true, "measuring the memory"));
  std::memset(memory.data(), 1, bytes);
  return std::make_unique<PageReader>(std::move(memory), threads);
}

Result<MachineSpeed> MeasureSpeed(int threads, int prefill_threads) {
  TRY(CheckThreads("prefill threads", prefill_threads));
  MachineSpeed speed;
  speed.read_bytes_per_s = TRY(RateOfReading(threads));
  const CpuThrottling before = ReadCpuThrottling();
  const std::vector<double> rates = TRY(RatesOfProducts(prefill_threads));
  const CpuThrottling after = ReadCpuThrottling();
  speed.int8_products_per_s = *std::ranges::max_element(rates);
  const Steadiness steadiness = SteadinessOf(rates);
  speed.steadiness = steadiness.slowest;
  speed.last_over_first = steadiness.last_over_first;
  speed.throttled_s = std::max(0.0, after.seconds - before.seconds);
  return speed;
}

}  // namespace bantam
