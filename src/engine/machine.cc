// Asks kernels and base; times memory and the matrix kernel.
#include "engine/machine.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "base/cpu_info.h"
#include "base/memory_info.h"
#include "base/page_memory.h"
#include "base/small_file.h"
#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace bantam {
namespace {

constexpr size_t kReadBytes = size_t{256} << 20;  // beyond the caches of small machines
constexpr int kRepetitions = 5;

// Fastest and slowest of some runs, in seconds.
struct Times {
  double best = 1e9;
  double worst = 0;

  template <typename Work>
  void Add(const Work& work) {
    const double start = MonotonicSeconds();
    work();
    const double time = std::max(MonotonicSeconds() - start, 1e-9);
    best = std::min(best, time);
    worst = std::max(worst, time);
  }
};

// The exclusive or of all words: four chains, so that only memory is waited for.
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

Result<Times> TimeReading(ThreadPool& pool) {
  PageMemory memory = TRY(PageMemory::Allocate(kReadBytes, true, "measuring the memory"));
  std::memset(memory.data(), 1, kReadBytes);
  constexpr int kPieces = 1024;
  constexpr size_t kPiece = kReadBytes / kPieces;
  std::vector<uint64_t> sums(kPieces);
  Times times;
  for (int i = 0; i < kRepetitions; ++i) {
    times.Add([&] {
      pool.Run([&](ThreadPool::Worker& worker) {
        worker.Share(kPieces, 1, [&](int begin, int end) {
          for (int p = begin; p < end; ++p) {
            const auto at = static_cast<size_t>(p);
            sums[at] = ReadAll(memory.data() + at * kPiece, kPiece);
          }
        });
      });
    });
  }
  return times;
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
    job.weights = {DType::kQ8_0, kSize, kSize, weights.data(), PanelBytes(DType::kQ8_0, kSize)};
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

// Several products a repetition, so that each takes some milliseconds.
Times TimeProducts(ThreadPool& pool, Product& product, int n_products) {
  Times times;
  for (int i = 0; i < kRepetitions; ++i) {
    times.Add([&] {
      for (int n = 0; n < n_products; ++n) {
        pool.Run([&](ThreadPool::Worker& worker) { product.Run(worker); });
      }
    });
  }
  return times;
}

}  // namespace

std::string KernelName() {
  return std::string(ActiveKernels().name);
}

uint64_t PeakProcessMemory() {
  return PeakResidentBytes();
}

std::string ChosenWord(const std::string& text) {
  const size_t open = text.find('[');
  const size_t close = text.find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return "";
  return text.substr(open + 1, close - open - 1);
}

MachineInfo ReadMachine() {
  const CpuInfo cpu = ReadCpuInfo();
  MachineInfo info;
  info.isa = KernelName();
  for (const Kernels* table : RunnableKernels()) info.isas.emplace_back(table->name);
  info.cpus = cpu.usable;
  info.fast_cpus = cpu.performance;
  info.cpu_quota = cpu.quota;
  info.threads = cpu.threads();
  info.memory_available = AvailableMemoryBytes().value_or(0);
  info.huge_pages =
      ChosenWord(ReadSmallFile("/sys/kernel/mm/transparent_hugepage/enabled").value_or(""));
  return info;
}

Result<MachineSpeed> MeasureSpeed(int threads) {
  ThreadPool pool(threads);
  const Times reading = TRY(TimeReading(pool));
  constexpr double kRepetition_s = 0.05;
  Product product = TRY(Product::Create(threads));
  const double one = TimeProducts(pool, product, 1).best;
  const int n_products = static_cast<int>(std::clamp(kRepetition_s / one, 1.0, 1000.0));
  const Times products = TimeProducts(pool, product, n_products);
  MachineSpeed speed;
  speed.read_bytes_per_s = static_cast<double>(kReadBytes) / reading.best;
  speed.int8_products_per_s = Product::kProducts * n_products / products.best;
  speed.steadiness = products.best / products.worst;
  return speed;
}

}  // namespace bantam
