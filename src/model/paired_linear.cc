// Weights as two matrices of Q8_0, and their products.
#include "model/paired_linear.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/half.h"
#include "kernels/scalar/dequantize.h"

namespace bantam {
namespace {

constexpr DType kPair = DType::kQ8_0;

size_t Aligned(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

// The nearest whole number, ties to even; |x| < 2^22.
float Nearest(float x) {
  constexpr float kMagic = 12582912.0F;  // 1.5 * 2^23
  return (x + kMagic) - kMagic;
}

// The smallest half that is at least x (≥ 0), so that no code leaves its byte.
uint16_t HalfFrom(float x) {
  const uint16_t half = F32ToF16(x);
  return F16ToF32(half) < x ? static_cast<uint16_t>(half + 1) : half;
}

// One group as a block of Q8_0; `x` becomes the rest. False if the scale does not fit a half.
bool TakeGroup(float* x, uint8_t* block) {
  float largest = 0;
  for (int i = 0; i < kGroupColumns; ++i) {
    const float magnitude = __builtin_fabsf(x[i]);
    if (!(magnitude < __builtin_inff())) return false;
    largest = std::max(largest, magnitude);
  }
  const uint16_t half = HalfFrom(largest / 127);
  const float scale = F16ToF32(half);
  if (!(scale < __builtin_inff())) return false;
  std::memcpy(block, &half, sizeof(half));
  const float inverse = scale > 0 ? 1 / scale : 0;
  for (int i = 0; i < kGroupColumns; ++i) {
    const float code = std::clamp(Nearest(x[i] * inverse), -127.0F, 127.0F);
    block[2 + i] = static_cast<uint8_t>(static_cast<int8_t>(code));
    x[i] -= code * scale;
  }
  return true;
}

// The two matrices of a float one, panel by panel.
class PairPacker {
 public:
  PairPacker(const Linear& linear, uint8_t* high, uint8_t* low)
      : linear_(linear), high_(high), low_(low) {}

  // False if some weight does not fit.
  bool PackPanels(int begin, int end) const {
    const DType type = linear_.tensor.type;
    const int columns = linear_.columns;
    const int64_t stored = RowBytes(type, columns);
    const int64_t packed = RowBytes(kPair, columns);
    const size_t panel_bytes = PanelBytes(kPair, columns);
    std::vector<float> row(static_cast<size_t>(columns));
    std::vector<uint8_t> blocks(2 * static_cast<size_t>(kPanelRows * packed));
    for (int panel = begin; panel < end; ++panel) {
      const int rows = std::min(kPanelRows, linear_.rows - panel * kPanelRows);
      uint8_t* rest = blocks.data() + kPanelRows * packed;
      for (int r = 0; r < rows; ++r) {
        const int64_t at = int64_t{panel} * kPanelRows + r;
        DequantizeRow(type, linear_.tensor.data + at * stored, columns, row.data());
        if (!TakeRow(row.data(), blocks.data() + r * packed)) return false;
        if (!TakeRow(row.data(), rest + r * packed)) return false;
      }
      const size_t place = static_cast<size_t>(panel) * panel_bytes;
      ActiveKernels().pack(kPair, blocks.data(), rows, columns, high_ + place);
      ActiveKernels().pack(kPair, rest, rows, columns, low_ + place);
    }
    return true;
  }

 private:
  bool TakeRow(float* row, uint8_t* blocks) const {
    constexpr int kBlockBytes = 2 + kGroupColumns;
    for (int g = 0; g < linear_.columns / kGroupColumns; ++g) {
      if (!TakeGroup(row + g * kGroupColumns, blocks + g * kBlockBytes)) return false;
    }
    return true;
  }

  const Linear& linear_;
  uint8_t* high_;
  uint8_t* low_;
};

void Multiply(const PackedMatrix& weights, const Activations& x, const MatmulJob& like,
              bool accumulate, const float* bias) {
  MatmulJob job = like;
  job.weights = weights;
  job.x = x;
  job.bias = bias;
  job.accumulate = accumulate;
  ActiveKernels().matmul(job);
}

}  // namespace

size_t PairedBytes(const Linear& linear) {
  if (HasCodec(linear.tensor.type)) {
    return Aligned(PackedBytes(linear.tensor.type, linear.rows, linear.columns));
  }
  return 2 * Aligned(PackedBytes(kPair, linear.rows, linear.columns));
}

Result<void> PackPair(const ModelFile& file, ThreadPool& pool, uint8_t* place,
                      PairedLinear& linear) {
  const Linear& plain = linear.plain;
  const DType type = plain.tensor.type;
  std::atomic<bool> fits = true;
  if (HasCodec(type)) {
    const size_t panel_bytes = PanelBytes(type, plain.columns);
    pool.Run([&](ThreadPool::Worker& worker) {
      worker.Share(plain.panels(), 1, [&](int begin, int end) {
        for (int panel = begin; panel < end; ++panel) {
          const int row = panel * kPanelRows;
          ActiveKernels().pack(type, plain.tensor.data + row * RowBytes(type, plain.columns),
                               std::min(kPanelRows, plain.rows - row), plain.columns,
                               place + static_cast<size_t>(panel) * panel_bytes);
        }
      });
    });
    linear.high = {type, plain.rows, plain.columns, place, panel_bytes};
  } else {
    uint8_t* low = place + PairedBytes(plain) / 2;
    const PairPacker packer(plain, place, low);
    pool.Run([&](ThreadPool::Worker& worker) {
      worker.Share(plain.panels(), 1, [&](int begin, int end) {
        if (!packer.PackPanels(begin, end)) fits = false;
      });
    });
    const size_t panel_bytes = PanelBytes(kPair, plain.columns);
    linear.high = {kPair, plain.rows, plain.columns, place, panel_bytes};
    linear.low = {kPair, plain.rows, plain.columns, low, panel_bytes};
  }
  if (!fits) {
    return Fail(ErrorCode::kUnsupported,
                file.path() + ": tensor " + file.NameInFile(plain.tensor.name) +
                    " holds weights that are not finite or beyond 8 million; the exact precision "
                    "takes large ones");
  }
  file.Release(plain.tensor);
  return {};
}

void ApplyPaired(const PairedLinear& linear, const PairedInput& in, int panel_begin, int panel_end,
                 bool accumulate, float* out, int64_t out_stride, const WorkerSpace& space) {
  if (panel_begin == panel_end) return;
  if (!linear.paired()) {
    const LinearInput plain = {in.x, nullptr, in.tokens};
    ApplyLinear(linear.plain, plain, panel_begin, panel_end, accumulate, out, out_stride, space);
    return;
  }
  MatmulJob job;
  job.panel_begin = panel_begin;
  job.panel_end = panel_end;
  job.out = out;
  job.out_stride = out_stride;
  job.scratch = space.matmul;
  const float* bias = linear.plain.bias.empty() ? nullptr : linear.plain.bias.data();
  // Small terms first.
  if (linear.low.data != nullptr) {
    Multiply(linear.low, in.high, job, accumulate, nullptr);
    accumulate = true;
  }
  Multiply(linear.high, in.low, job, accumulate, nullptr);
  Multiply(linear.high, in.high, job, true, bias);
}

}  // namespace bantam
