// Finds an adapter's place in the model, and lays its numbers out.
#include "model/adapter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/hash64.h"
#include "base/quote.h"
#include "base/sha256.h"
#include "kernels/scalar/dequantize.h"
#include "model/architectures.h"

namespace bantam {
namespace {

constexpr int kRankMultiple = 16;

// Rows of a matrix in the file that one part of a layer consists of.
struct Place {
  int layer;
  LayerPart part;
  int first_row;
};

// Where each matrix of the file goes: several parts, if it is all of them stacked.
using PlaceMap = std::map<std::string, std::vector<Place>>;

PlaceMap PlacesOf(const Weights& weights) {
  PlaceMap places;
  for (int layer = 0; layer < weights.config().n_layers; ++layer) {
    std::map<std::string, int> used;
    for (int i = 0; i < kLayerParts; ++i) {
      const auto part = static_cast<LayerPart>(i);
      const Linear& linear = PartOf(weights.layers()[static_cast<size_t>(layer)], part);
      if (linear.rows == 0) continue;
      int& first_row = used[linear.tensor.name];
      places[linear.tensor.name].push_back({layer, part, first_row});
      first_row += linear.rows;
    }
  }
  return places;
}

// Types that kernels do not multiply as floats become float32.
DType KeptType(DType type) {
  const bool kept = type == DType::kF32 || type == DType::kF16 || type == DType::kBF16;
  return kept ? type : DType::kF32;
}

int PaddedRank(const AdapterPair& pair) {
  const auto rank = static_cast<int>(pair.a.n_rows());
  return (rank + kRankMultiple - 1) / kRankMultiple * kRankMultiple;
}

// Copies rows of a tensor, widened with zeros to `columns`.
class RowCopier {
 public:
  RowCopier(const TensorView& from, int n_rows, int columns)
      : from_(from), columns_(columns), row_(static_cast<size_t>(from.row_length())) {
    out_.type = KeptType(from.type);
    out_.bytes.resize(static_cast<size_t>(n_rows * RowBytes(out_.type, columns)));
  }

  // False if a number is not finite.
  bool Copy(int64_t from_row, int64_t to_row) {
    const int64_t n = from_.row_length();
    const uint8_t* source = from_.data + from_row * RowBytes(from_.type, n);
    DequantizeRow(from_.type, source, n, row_.data());
    const bool finite = std::ranges::all_of(row_, [](float x) { return __builtin_isfinite(x); });
    const void* bytes = out_.type == from_.type ? static_cast<const void*>(source) : row_.data();
    std::memcpy(out_.bytes.data() + to_row * RowBytes(out_.type, columns_), bytes,
                static_cast<size_t>(RowBytes(out_.type, n)));
    return finite;
  }
  FloatRows Take() { return std::move(out_); }

 private:
  const TensorView& from_;
  int columns_;
  std::vector<float> row_;
  FloatRows out_;
};

// Which row of a head's, as one order of a rotated pair's halves stores them, is row i of the
// other.
int RowInOtherOrder(int i, int head_dim, bool to_halves) {
  const int half = head_dim / 2;
  const int in_head = i % head_dim;
  const int moved =
      to_halves ? in_head % half * 2 + in_head / half : in_head % 2 * half + in_head / 2;
  return i - in_head + moved;
}

class AdapterBinder {
 public:
  AdapterBinder(bool from_folder, const Weights& weights)
      : weights_(weights), config_(weights.config()) {
    const RopeStyle of_file =
        from_folder ? RopeStyle::kNeoX : FindArchitecture(config_.architecture)->rope_style;
    reordered_ = of_file != config_.rope_style;
  }

  Result<LowRank> Bind(const AdapterPair& pair, const Place& place) const {
    const Linear& linear = PartOf(weights_.layers()[static_cast<size_t>(place.layer)], place.part);
    LowRank low;
    const auto rank = static_cast<int>(pair.a.n_rows());
    low.rank = PaddedRank(pair);
    low.columns = linear.columns;
    low.scale = pair.scale;
    RowCopier a(pair.a, low.rank, linear.columns);
    bool finite = true;
    for (int row = 0; row < rank; ++row) finite &= a.Copy(row, row);
    RowCopier b(pair.b, linear.rows, low.rank);
    for (int row = 0; row < linear.rows; ++row) {
      finite &= b.Copy(place.first_row + RowInFile(place.part, row), row);
    }
    if (!finite)
      return Fail(ErrorCode::kCorrupt, Named(pair) + " holds a number that is not finite");
    low.a = a.Take();
    low.b = b.Take();
    return low;
  }

  Result<std::vector<Place>> Find(const AdapterPair& pair, const PlaceMap& places) const {
    const auto found = places.find(pair.target);
    if (found == places.end()) {
      return Fail(ErrorCode::kUnsupported, Named(pair) +
                                               ": the model's layers have no such matrix "
                                               "(embeddings, norms and heads cannot be adapted)");
    }
    TRY(CheckShape(pair, found->second));
    return found->second;
  }

 private:
  // Shapes against those of the whole matrix.
  Result<void> CheckShape(const AdapterPair& pair, const std::vector<Place>& places) const {
    int rows = 0;
    int columns = 0;
    for (const Place& place : places) {
      const Linear& linear =
          PartOf(weights_.layers()[static_cast<size_t>(place.layer)], place.part);
      rows += linear.rows;
      columns = linear.columns;
    }
    if (pair.a.row_length() == columns && pair.b.n_rows() == rows) return {};
    return Fail(ErrorCode::kCorrupt, Named(pair) + " is for " + std::to_string(pair.b.n_rows()) +
                                         " rows of " + std::to_string(pair.a.row_length()) +
                                         ", but the model's matrix has " + std::to_string(rows) +
                                         " rows of " + std::to_string(columns));
  }

  static std::string Named(const AdapterPair& pair) {
    return "adapter of " + Quote(pair.name_in_file);
  }

  int RowInFile(LayerPart part, int row) const {
    if (!reordered_ || (part != LayerPart::kQuery && part != LayerPart::kKey)) return row;
    return RowInOtherOrder(row, config_.head_dim, config_.rope_style == RopeStyle::kNeoX);
  }

  const Weights& weights_;
  const ModelConfig& config_;
  bool reordered_;
};

}  // namespace

const Linear& PartOf(const Layer& layer, LayerPart part) {
  const std::array<const Linear*, kLayerParts> parts = {
      &layer.query, &layer.key, &layer.value, &layer.attention_output,
      &layer.gate,  &layer.up,  &layer.down};
  return *parts[static_cast<size_t>(part)];
}

Result<std::unique_ptr<Adapter>> Adapter::Bind(std::span<const AdapterPair> pairs, bool from_folder,
                                               const Weights& weights) {
  auto adapter = std::make_unique<Adapter>();
  adapter->parts_.resize(static_cast<size_t>(weights.config().n_layers) * kLayerParts);
  const auto places = PlacesOf(weights);
  const AdapterBinder binder(from_folder, weights);
  for (const AdapterPair& pair : pairs) {
    for (const Place& place : TRY(binder.Find(pair, places))) {
      LowRank& low = adapter->parts_[static_cast<size_t>(place.layer * kLayerParts +
                                                         static_cast<int>(place.part))];
      low = TRY(binder.Bind(pair, place));
      adapter->rank_ = std::max(adapter->rank_, low.rank);
    }
  }
  return adapter;
}

Result<Adapter::Size> Adapter::Measure(std::span<const AdapterPair> pairs, const Weights& weights) {
  Size size;
  const auto places = PlacesOf(weights);
  const AdapterBinder binder(true, weights);
  for (const AdapterPair& pair : pairs) {
    for (const Place& place : TRY(binder.Find(pair, places))) {
      const Linear& linear = PartOf(weights.layers()[static_cast<size_t>(place.layer)], place.part);
      const int rank = PaddedRank(pair);
      size.rank = std::max(size.rank, rank);
      size.bytes += static_cast<uint64_t>(rank * RowBytes(KeptType(pair.a.type), linear.columns));
      size.bytes += static_cast<uint64_t>(linear.rows * RowBytes(KeptType(pair.b.type), rank));
    }
  }
  return size;
}

std::string Adapter::ContentHash() const {
  std::array<Hash64, 2> hashes = {Hash64(0), Hash64(1)};
  const auto add = [&](std::span<const uint8_t> bytes) {
    for (Hash64& hash : hashes) hash.Update(bytes);
  };
  for (const LowRank& low : parts_) {
    const std::array<int32_t, 5> form = {low.rank, low.columns, static_cast<int32_t>(low.a.type),
                                         static_cast<int32_t>(low.b.type),
                                         std::bit_cast<int32_t>(low.scale)};
    add({reinterpret_cast<const uint8_t*>(form.data()), sizeof form});
    add(low.a.bytes);
    add(low.b.bytes);
  }
  const std::array<uint64_t, 2> digests = {hashes[0].Digest(), hashes[1].Digest()};
  return HexText({reinterpret_cast<const uint8_t*>(digests.data()), sizeof digests});
}

uint64_t Adapter::bytes() const {
  uint64_t bytes = 0;
  for (const LowRank& low : parts_) bytes += low.a.bytes.size() + low.b.bytes.size();
  return bytes;
}

}  // namespace bantam
