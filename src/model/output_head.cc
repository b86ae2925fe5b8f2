// The product with the vocabulary matrix, in one or two stages.
#include "model/output_head.h"

#include <algorithm>
#include <array>
#include <cmath>
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

// Euclidean norm of a group of activations as the kernels see them.
double NormOfGroup(const Activations& x, int g) {
  int32_t squares = 0;
  for (int i = 0; i < kGroupColumns; ++i) {
    squares += x.codes[g * kGroupColumns + i] * x.codes[g * kGroupColumns + i];
  }
  return x.scales[g] * __builtin_sqrt(squares);
}

}  // namespace

void OutputHead::Bound(const Team& team) {
  const auto panels = static_cast<size_t>(head_.panels());
  const auto groups = static_cast<size_t>(head_.columns / kGroupColumns);
  group_errors_.resize(panels * kPanelRows * groups);
  error_units_.resize(panels * kPanelRows);
  panel_error_.resize(panels);
  panel_max_.resize(panels);
  is_promising_.resize(panels);
  group_norms_.resize(groups);
  promising_.reserve(panels);
  best_.reserve(kMaxTop * kPanelRows);
  team.Run([&](ThreadPool::Worker& worker) {
    worker.Share(head_.panels(), 1, [&](int begin, int end) {
      for (int p = begin; p < end; ++p) BoundPanel(p);
    });
  });
  const auto finite = [](float error) { return error < kLargest; };
  broken_ = !std::ranges::all_of(panel_error_, finite);
}

uint64_t OutputHead::BoundBytes(int rows, int columns) {
  const auto panels = static_cast<uint64_t>((rows + kPanelRows - 1) / kPanelRows);
  const auto groups = static_cast<uint64_t>(columns / kGroupColumns);
  constexpr uint64_t kOfPanel = 2 * sizeof(float) + sizeof(uint8_t) + sizeof(int);
  return panels * (kPanelRows * (groups + sizeof(float)) + kOfPanel);
}

int OutputHead::RowsOf(int panel) const {
  return std::min(kPanelRows, head_.rows - panel * kPanelRows);
}

// By Cauchy and Schwarz the nibbles of a group that the sketch leaves out come to at most
// d ‖low‖ · ‖x‖, of a group's d, low and x. Its rounding and the exact product's add, for u = 2^-24
// and n groups, at most (3 n + 8) u times Σ |terms| (two of them where multiply-add is not fused),
// and a group's are at most 136 √32 d ‖x‖ (codes are at most 128, 7.5 more for the offset). As d is
// 0 or at least 2^-24, nothing here is subnormal.
void OutputHead::BoundPanel(int panel) {
  constexpr float kAbove = 1 + 1e-4F;  // more than the roundings of the bound itself
  const int n_groups = head_.columns / kGroupColumns;
  const auto [blocks, low] = head_.packed.panel(panel);
  const float rounding = static_cast<float>(4 * n_groups + 16) * 0x1p-24F * 800;
  const auto at = static_cast<size_t>(panel);
  uint8_t* units = group_errors_.data() + at * kPanelRows * static_cast<size_t>(n_groups);
  std::vector<float> errors(static_cast<size_t>(n_groups));
  float& of_panel = panel_error_[at];
  of_panel = 0;
  for (int row = 0; row < RowsOf(panel); ++row) {
    for (int g = 0; g < n_groups; ++g) {
      uint16_t half;
      std::memcpy(&half, blocks + int64_t{g} * kBlockBytes + row * 2, sizeof(half));
      uint32_t distances = 0;
      for (int v = 0; v < 4; ++v) {
        const uint8_t* four = low + g * 256 + v * 64 + row * 4;
        for (int i = 0; i < 4; ++i) distances += kDistances[four[i]];
      }
      const float norm = __builtin_sqrtf(static_cast<float>(distances)) / 2;
      errors[static_cast<size_t>(g)] = std::fabs(F16ToF32(half)) * (norm + rounding) * kAbove;
    }
    float squares = 0;
    float largest = 0;
    for (const float error : errors) {
      squares += error * error;
      largest = std::max(largest, error);
    }
    const float of_row = __builtin_sqrtf(squares) * kAbove;
    if (of_row > of_panel || std::isnan(of_row)) of_panel = of_row;
    const float unit = largest / 254;
    error_units_[at * kPanelRows + static_cast<size_t>(row)] = unit * kAbove;
    const float inverse = largest > 0 ? 1 / unit : 0;
    for (int g = 0; g < n_groups; ++g) {
      const float whole = errors[static_cast<size_t>(g)] * inverse + 1;  // rounded up
      units[g * kPanelRows + row] = static_cast<uint8_t>(whole < 255 ? whole : 255);
    }
  }
}

bool OutputHead::CanSketch(int n, int top, const Team& team) {
  if (soft_cap_ > 0) return false;  // capped scores cannot be compared with what is not
  if (n != 1 || top <= 0 || top > kMaxTop || top >= head_.panels()) return false;
  if (!head_.is_packed() || head_.packed.type != DType::kQ8_0 || !head_.bias.empty()) return false;
  if (head_.tensor.column_order != nullptr || head_.columns > kMaxColumns) return false;
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
  worker.ShareThen(
      head_.panels(), 1, [&](int begin, int end) { Sketch(in, begin, end, logits, space); },
      [&] {
        MeasureInput(*in.codes);
        ChoosePromising(top);
      });
  worker.ShareThen(
      static_cast<int>(promising_.size()), 1,
      [&](int begin, int end) {
        for (int i = begin; i < end; ++i) {
          Exact(in, promising_[static_cast<size_t>(i)], logits, space);
        }
      },
      [&] { least_ = LeastOfBest(top, logits); });
  worker.Share(head_.panels(), 1, [&](int begin, int end) {
    for (int p = begin; p < end; ++p) {
      if (is_promising_[static_cast<size_t>(p)] != 0) continue;
      if (MayReach(p, logits + p * kPanelRows)) {
        Exact(in, p, logits, space);
      } else {
        std::fill_n(logits + p * kPanelRows, RowsOf(p), kMinusInfinity);
      }
    }
  });
}

void OutputHead::MeasureInput(const Activations& x) {
  double squares = 0;
  for (int g = 0; g < x.groups(); ++g) {
    const double norm = NormOfGroup(x, g);
    squares += norm * norm;
    group_norms_[static_cast<size_t>(g)] = static_cast<float>(norm * (1 + 1e-6));
  }
  input_norm_ = __builtin_sqrt(squares);
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
    std::fill(is_promising_.begin(), is_promising_.end(), uint8_t{1});
    return;
  }
  const auto sketch = [this](int p) { return panel_max_[static_cast<size_t>(p)]; };
  std::partial_sort(
      promising_.begin(), promising_.begin() + top, promising_.end(),
      [&](int a, int b) { return sketch(a) != sketch(b) ? sketch(a) > sketch(b) : a < b; });
  promising_.resize(static_cast<size_t>(top));
  std::fill(is_promising_.begin(), is_promising_.end(), uint8_t{0});
  for (const int p : promising_) is_promising_[static_cast<size_t>(p)] = 1;
}

// The top-th best of the promising panels' scores.
double OutputHead::LeastOfBest(int top, const float* logits) {
  if (promising_.size() == panel_max_.size()) return 0;  // nothing is left to compare
  best_.clear();
  for (const int p : promising_) {
    best_.insert(best_.end(), logits + p * kPanelRows, logits + p * kPanelRows + RowsOf(p));
  }
  std::nth_element(best_.begin(), best_.begin() + (top - 1), best_.end(), std::greater<>());
  return best_[static_cast<size_t>(top - 1)];
}

// Whether a row of the panel may reach the best, first by one bound for all, then by its groups.
bool OutputHead::MayReach(int panel, const float* sketch) const {
  const auto at = static_cast<size_t>(panel);
  if (!(double{panel_max_[at]} + double{panel_error_[at]} * input_norm_ >= least_)) return false;
  const size_t n_groups = group_norms_.size();
  const uint8_t* errors = group_errors_.data() + at * kPanelRows * n_groups;
  float sums[kPanelRows] = {};
  for (size_t g = 0; g < n_groups; ++g) {
    for (size_t row = 0; row < kPanelRows; ++row) {
      sums[row] += static_cast<float>(errors[g * kPanelRows + row]) * group_norms_[g];
    }
  }
  constexpr int kMostTerms = kMaxColumns / kGroupColumns + 2;
  constexpr double kSumRounding = 1 + kMostTerms * 0x1p-24;
  for (int row = 0; row < RowsOf(panel); ++row) {
    const double unit = error_units_[at * kPanelRows + static_cast<size_t>(row)];
    if (sketch[row] + unit * sums[row] * kSumRounding >= least_) return true;
  }
  return false;
}

}  // namespace bantam
