// The product with the vocabulary matrix, in one or two stages.
#include "model/output_head.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <span>

#include "base/half.h"

namespace bantam {
namespace {

constexpr float kMinusInfinity = -__builtin_inff();
// Errors and input norms below this keep every score finite: a row is at most 10^6 its error.
constexpr float kLargest = 1e15F;
constexpr int kBlockBytes = LayoutOf(DType::kQ8_0).block_bytes();

// Of a byte of two low nibbles: the sum of (2 l - 15)^2, four times their squared distance from
// 7.5, which the sketch takes for each.
constexpr std::array<uint16_t, 256> kDistances = [] {
  std::array<uint16_t, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    const int low = 2 * (byte & 15) - 15;
    const int high = 2 * (byte >> 4) - 15;
    table[static_cast<size_t>(byte)] = static_cast<uint16_t>(low * low + high * high);
  }
  return table;
}();

// Euclidean norm of the activations as the kernels see them.
double NormOf(const Activations& x) {
  double sum = 0;
  for (int g = 0; g < x.groups(); ++g) {
    int32_t squares = 0;
    for (int i = 0; i < kGroupColumns; ++i) {
      squares += x.codes[g * kGroupColumns + i] * x.codes[g * kGroupColumns + i];
    }
    sum += double{x.scales[g]} * x.scales[g] * squares;
  }
  return __builtin_sqrt(sum);
}

}  // namespace

void OutputHead::Bound(const Team& team) {
  const auto panels = static_cast<size_t>(head_.panels());
  row_error_.resize(static_cast<size_t>(head_.rows));
  panel_error_.resize(panels);
  panel_max_.resize(panels);
  exact_.resize(panels);
  promising_.reserve(panels);
  survivors_.reserve(panels);
  best_.reserve(kMaxTop * kPanelRows);
  team.Run([&](ThreadPool::Worker& worker) {
    worker.Share(head_.panels(), 1, [&](int begin, int end) {
      for (int p = begin; p < end; ++p) BoundPanel(p);
    });
  });
  const auto finite = [](float error) { return error < kLargest; };
  broken_ = !std::ranges::all_of(row_error_, finite);
}

int OutputHead::RowsOf(int panel) const {
  return std::min(kPanelRows, head_.rows - panel * kPanelRows);
}

// By Cauchy and Schwarz the nibbles that the sketch leaves out come to at most ‖low‖ · ‖x‖. Its
// rounding and the exact product's add, for u = 2^-24 and n groups, at most (3 n + 8) u times
// Σ |terms| (two of them where multiply-add is not fused), and Σ |terms| ≤ 136 √32 ‖d‖ ‖x‖ (codes
// are at most 128, 7.5 more for the offset).
void OutputHead::BoundPanel(int panel) {
  const int n_groups = head_.columns / kGroupColumns;
  const uint8_t* data = head_.packed.data + static_cast<size_t>(panel) * head_.packed.panel_bytes;
  const uint8_t* low = data + int64_t{n_groups} * kBlockBytes;
  float& largest = panel_error_[static_cast<size_t>(panel)];
  largest = 0;
  for (int row = 0; row < RowsOf(panel); ++row) {
    double distances = 0;
    double scales = 0;
    for (int g = 0; g < n_groups; ++g) {
      uint16_t half;
      std::memcpy(&half, data + int64_t{g} * kBlockBytes + row * 2, sizeof(half));
      const double d = F16ToF32(half);
      uint32_t sum = 0;
      for (int v = 0; v < 4; ++v) {
        const uint8_t* four = low + g * 256 + v * 64 + row * 4;
        for (int i = 0; i < 4; ++i) sum += kDistances[four[i]];
      }
      distances += d * d * sum;
      scales += d * d;
    }
    constexpr double kUnit = 0x1p-24;
    const double rounding = (4 * n_groups + 16) * kUnit * 800;
    const double error = __builtin_sqrt(distances / 4) + rounding * __builtin_sqrt(scales);
    const auto above = static_cast<float>(error * (1 + 1e-6));
    row_error_[static_cast<size_t>(panel * kPanelRows + row)] = above;
    largest = std::max(largest, above);
  }
}

bool OutputHead::CanSketch(int n, int top, const Team& team) {
  if (soft_cap_ > 0) return false;  // capped scores cannot be compared with what is not
  if (n != 1 || top <= 0 || top > kMaxTop || top >= head_.panels()) return false;
  if (!head_.is_packed() || head_.packed.type != DType::kQ8_0 || !head_.bias.empty()) return false;
  if (head_.tensor.column_order != nullptr) return false;
  if (panel_error_.empty()) Bound(team);
  return !broken_;
}

void OutputHead::Logits(const float* hidden, int n, int top, float* logits, const Team& team,
                        const Workspace& space) {
  const LinearInput in = {hidden, &space.normed_codes, n};
  const bool sketch = CanSketch(n, top, team);
  team.Run([&](ThreadPool::Worker& worker) {
    const WorkerSpace& own = space.workers[static_cast<size_t>(worker.index())];
    Quantize(worker, hidden, n, space);
    if (sketch) return TopLogits(worker, in, top, logits, own);
    worker.Share(head_.panels(), 1,
                 [&](int begin, int end) { Score(in, begin, end, logits, own); });
  });
}

void OutputHead::Score(const LinearInput& in, int begin, int end, float* logits,
                       const WorkerSpace& space) const {
  float* first = logits + begin * kPanelRows;
  ApplyLinear(head_, in, begin, end, false, first, head_.rows, space);
  if (soft_cap_ <= 0) return;
  const int rows = std::min(end * kPanelRows, head_.rows) - begin * kPanelRows;
  for (int t = 0; t < in.tokens; ++t) {
    ActiveKernels().soft_cap(first + int64_t{t} * head_.rows, rows, soft_cap_);
  }
}

void OutputHead::Quantize(ThreadPool::Worker& worker, const float* hidden, int n,
                          const Workspace& space) {
  if (!head_.quantised) return;
  worker.Share(n, 1, [&](int begin, int end) {
    ActiveKernels().quantize(RowsToQuantize(hidden, space.normed_codes, begin, end));
  });
}

bool OutputHead::MaskedLogits(const float* hidden, const TokenMask& mask, float* logits,
                              const Team& team, const Workspace& space) {
  constexpr int kFewerThan = 4;  // as fast as the sketch of all rows is half the matrix
  constexpr int kPanelsOfWord = TokenMask::kWordBits / kPanelRows;
  masked_.clear();
  const std::span<const uint64_t> words = mask.words();
  for (int p = 0; p < head_.panels(); ++p) {
    const uint64_t word = words[static_cast<size_t>(p / kPanelsOfWord)];
    if ((word >> p % kPanelsOfWord * kPanelRows & 0xFFFF) != 0) masked_.push_back(p);
  }
  if (masked_.size() * kFewerThan > static_cast<size_t>(head_.panels())) return false;
  std::fill_n(logits, head_.rows, kMinusInfinity);
  if (masked_.empty()) return true;
  const LinearInput in = {hidden, &space.normed_codes, 1};
  team.Run([&](ThreadPool::Worker& worker) {
    const WorkerSpace& own = space.workers[static_cast<size_t>(worker.index())];
    Quantize(worker, hidden, 1, space);
    worker.Share(static_cast<int>(masked_.size()), 1, [&](int begin, int end) {
      for (int i = begin; i < end; ++i) Exact(in, masked_[static_cast<size_t>(i)], logits, own);
    });
  });
  return true;
}

void OutputHead::TopLogits(ThreadPool::Worker& worker, const LinearInput& in, int top,
                           float* logits, const WorkerSpace& space) {
  const auto score = [&](const std::vector<int>& panels) {
    if (panels.empty()) return;
    worker.Share(static_cast<int>(panels.size()), 1, [&](int begin, int end) {
      for (int i = begin; i < end; ++i) Exact(in, panels[static_cast<size_t>(i)], logits, space);
    });
  };
  worker.ShareThen(
      head_.panels(), 1, [&](int begin, int end) { Sketch(in, begin, end, logits, space); },
      [&] {
        input_norm_ = NormOf(*in.codes);
        ChoosePromising(top);
      });
  score(promising_);
  worker.ShareThen(1, 1, [](int, int) {}, [&] { ChooseSurvivors(top, logits); });
  worker.Share(head_.panels(), 1, [&](int begin, int end) {
    for (int p = begin; p < end; ++p) {
      if (exact_[static_cast<size_t>(p)] == 0) {
        std::fill_n(logits + p * kPanelRows, RowsOf(p), kMinusInfinity);
      }
    }
  });
  score(survivors_);
}

void OutputHead::Sketch(const LinearInput& in, int begin, int end, float* logits,
                        const WorkerSpace& space) {
  MatmulJob job;
  job.weights = head_.packed;
  job.x = *in.codes;
  job.panel_begin = begin;
  job.panel_end = end;
  job.high_plane_only = true;
  job.out = logits + begin * kPanelRows;
  job.out_stride = head_.rows;
  job.scratch = space.matmul;
  ActiveKernels().matmul(job);
  for (int p = begin; p < end; ++p) {
    const float* rows = logits + p * kPanelRows;
    panel_max_[static_cast<size_t>(p)] = *std::max_element(rows, rows + RowsOf(p));
  }
}

void OutputHead::Exact(const LinearInput& in, int panel, float* logits,
                       const WorkerSpace& space) const {
  Score(in, panel, panel + 1, logits, space);
}

// The `top` panels whose sketches are largest: that many different rows at least.
void OutputHead::ChoosePromising(int top) {
  promising_.resize(panel_max_.size());
  for (size_t p = 0; p < promising_.size(); ++p) promising_[p] = static_cast<int>(p);
  if (!(input_norm_ < kLargest)) {  // infinite, or not a number: nothing can be compared
    std::fill(exact_.begin(), exact_.end(), uint8_t{1});
    return;
  }
  const auto sketch = [this](int p) { return panel_max_[static_cast<size_t>(p)]; };
  std::partial_sort(
      promising_.begin(), promising_.begin() + top, promising_.end(),
      [&](int a, int b) { return sketch(a) != sketch(b) ? sketch(a) > sketch(b) : a < b; });
  promising_.resize(static_cast<size_t>(top));
  std::fill(exact_.begin(), exact_.end(), uint8_t{0});
  for (const int p : promising_) exact_[static_cast<size_t>(p)] = 1;
}

// Whatever may reach the top-th best of the scores known so far.
void OutputHead::ChooseSurvivors(int top, const float* logits) {
  survivors_.clear();
  if (promising_.size() == panel_max_.size()) return;
  best_.clear();
  for (const int p : promising_) {
    best_.insert(best_.end(), logits + p * kPanelRows, logits + p * kPanelRows + RowsOf(p));
  }
  std::nth_element(best_.begin(), best_.begin() + (top - 1), best_.end(), std::greater<>());
  const double least = best_[static_cast<size_t>(top - 1)];
  const auto may_reach = [&](float sketch, float error) {
    return double{sketch} + double{error} * input_norm_ >= least;
  };
  for (int p = 0; p < head_.panels(); ++p) {
    const auto at = static_cast<size_t>(p);
    if (exact_[at] != 0 || !may_reach(panel_max_[at], panel_error_[at])) continue;
    for (int row = p * kPanelRows; row < p * kPanelRows + RowsOf(p); ++row) {
      if (!may_reach(logits[row], row_error_[static_cast<size_t>(row)])) continue;
      exact_[at] = 1;
      survivors_.push_back(p);
      break;
    }
  }
}

}  // namespace bantam
