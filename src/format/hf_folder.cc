// Names, shapes and conversions of a folder's tensors.
#include "format/hf_folder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "format/float_conversion.h"
#include "format/hf_config.h"
#include "format/hf_sentence.h"
#include "format/hf_shards.h"
#include "format/packed_linear.h"

namespace bantam {
namespace {

constexpr uint64_t kMaxConfigBytes = 4 << 20;
constexpr uint64_t kPieceBytes = 1 << 20;
constexpr std::string_view kHead = "lm_head.weight";
constexpr std::string_view kEmbedding = "model.embed_tokens.weight";
constexpr std::string_view kPositions = "position_embd.weight";
constexpr std::string_view kPackedSuffix = ".qweight";
// Tables that older files carry and no runtime reads.
constexpr std::string_view kUnread = ".rotary_emb.inv_freq";

DType Wanted(FloatType floats, DType stored) {
  switch (floats) {
    case FloatType::kAsStored: return stored;
    case FloatType::kF32: return DType::kF32;
    case FloatType::kF16: return DType::kF16;
    case FloatType::kBF16: return DType::kBF16;
  }
  return stored;
}

// The folder's own name.
std::string NameOf(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.substr(path.rfind('/') + 1);
}

Result<TensorView> ViewOf(const ShardTensor& shard) {
  const SafeTensor& from = shard.tensor;
  const std::optional<DType> type = FloatTypeOf(from.type);
  if (!type) {
    return Fail(ErrorCode::kUnsupported, "tensor " + Quote(from.name) + " has type " +
                                             std::string(bantam::NameOf(from.type)) +
                                             "; this build reads weights in F32, F16 and BF16");
  }
  TensorView view;
  view.type = *type;
  view.n_dims = static_cast<int>(from.shape.size());
  if (from.shape.empty() || from.shape.size() > view.shape.size() || from.size_bytes == 0) {
    return Fail(ErrorCode::kCorrupt, "tensor " + Quote(from.name) + " has " +
                                         std::to_string(from.shape.size()) + " dimensions and " +
                                         std::to_string(from.size_bytes) +
                                         " bytes, expected 1 to 4 dimensions of 1 or more");
  }
  std::copy(from.shape.rbegin(), from.shape.rend(), view.shape.begin());
  view.data = from.data;
  view.size_bytes = from.size_bytes;
  view.file_index = shard.file_index;
  return view;
}

}  // namespace

// Puts the parts of one ModelFile together.
class HfFolderBuilder {
 public:
  HfFolderBuilder(const HfConfig& config, const HfShards& shards, FloatType floats)
      : config_(config), shards_(shards), floats_(floats) {}

  std::vector<TensorView> tensors;
  std::vector<std::pair<size_t, std::function<Result<void>(std::span<uint8_t>)>>> conversions;
  std::vector<std::vector<int32_t>> orders;
  std::vector<HfVector> vectors;  // tensors whose bytes are in no file

  Result<void> Build() {
    const bool skips_head = config_.tied && HeadIsEmbedding();
    for (const ShardTensor& shard : shards_.tensors) {
      const std::string& name = shard.tensor.name;
      if (name.ends_with(kUnread) || IsUnread(*config_.architecture, name)) continue;
      if ((skips_head && name == kHead) || IsUnreadBias(name)) continue;
      if (name.ends_with(kPackedSuffix)) {
        TRY(AddPacked(name.substr(0, name.size() - kPackedSuffix.size())));
      } else if (!BelongsToPacked(name)) {
        TRY(AddFloats(shard));
      }
    }
    return {};
  }

 private:
  const ShardTensor* Find(std::string_view name) const {
    const auto name_of = [](const ShardTensor& one) -> std::string_view { return one.tensor.name; };
    const auto place =
        std::ranges::lower_bound(shards_.tensors, std::string_view(name), {}, name_of);
    return place != shards_.tensors.end() && place->tensor.name == name ? &*place : nullptr;
  }
  const SafeTensor* FindPart(const std::string& module, const char* part) const {
    const ShardTensor* shard = Find(module + part);
    return shard == nullptr ? nullptr : &shard->tensor;
  }

  // Whether it is a bias of a decoder's linear layer that has none, by config.json. Tools that pack
  // weights write such biases as zeros; transformers (5.5) passes over them, whatever they are.
  bool IsUnreadBias(const std::string& name) const {
    if (config_.architecture->encoder || !name.ends_with(".bias")) return false;
    const auto is_part = [&](std::string_view part) { return name.contains(part); };
    constexpr std::array<std::string_view, 3> kLinear = {".self_attn.", ".mlp.", "lm_head."};
    return std::ranges::any_of(kLinear, is_part) && std::ranges::none_of(config_.biases, is_part);
  }

  // Whether a head in the files is the token embedding once more. One with other values counts,
  // whatever config.json says, as in transformers (5.5).
  bool HeadIsEmbedding() const {
    const ShardTensor* head = Find(kHead);
    const ShardTensor* embedding = Find(kEmbedding);
    if (head == nullptr || embedding == nullptr) return head == nullptr;
    return head->tensor.type == embedding->tensor.type &&
           head->tensor.shape == embedding->tensor.shape && HaveSameBytes(*head, *embedding);
  }

  // Reads both a piece at a time, so that no pages stay resident.
  bool HaveSameBytes(const ShardTensor& one, const ShardTensor& other) const {
    const uint64_t size = one.tensor.size_bytes;
    const auto piece = static_cast<size_t>(std::min<uint64_t>(size, kPieceBytes));
    std::vector<uint8_t> a(piece);
    std::vector<uint8_t> b(piece);
    for (uint64_t at = 0; at < size; at += piece) {
      const auto n = static_cast<size_t>(std::min<uint64_t>(piece, size - at));
      ReadPiece(one, at, std::span(a).first(n));
      ReadPiece(other, at, std::span(b).first(n));
      if (!std::equal(a.begin(), a.begin() + static_cast<ptrdiff_t>(n), b.begin())) return false;
    }
    return true;
  }
  void ReadPiece(const ShardTensor& shard, uint64_t at, std::span<uint8_t> out) const {
    const MappedFile& file = shards_.files[static_cast<size_t>(shard.file_index)];
    file.Read(static_cast<size_t>(shard.tensor.data - file.bytes().data()) + at, out);
  }

  // Zero points, scales and groups are read with the codes they belong to.
  bool BelongsToPacked(const std::string& name) const {
    for (const std::string_view part : {".qzeros", ".scales", ".g_idx"}) {
      if (!name.ends_with(part)) continue;
      const std::string module = name.substr(0, name.size() - part.size());
      if (Find(module + std::string(kPackedSuffix)) != nullptr) return true;
    }
    return false;
  }

  // The GGUF name; what the table does not know keeps its own and is refused by name later. Of
  // tensors that share their memory safetensors' save_model keeps the one that is called head.
  std::string Translated(const std::string& name) const {
    const bool is_both = config_.tied && name == kHead && Find(kEmbedding) == nullptr;
    std::string translated =
        GgufName(*config_.architecture, is_both ? std::string(kEmbedding) : name);
    return translated.empty() ? name : translated;
  }

  Result<void> AddFloats(const ShardTensor& shard) {
    TensorView view = TRY(ViewOf(shard));
    view.name_in_file = shard.tensor.name;
    view.name = Translated(view.name_in_file);
    if (view.name == kPositions) SkipFirstRows(view);
    if (config_.architecture->norm_plus_one && view.name.ends_with("norm.weight") &&
        view.n_dims == 1) {
      AddNormPlusOne(view);
      return {};
    }
    const DType wanted = view.n_dims > 1 ? Wanted(floats_, view.type) : view.type;
    if (wanted != view.type) {
      const FloatConversion conversion = {view.type, wanted, view.data,
                                          view.row_length() * view.n_rows()};
      MakeConverted(view, wanted);
      conversions.emplace_back(tensors.size(), [conversion](std::span<uint8_t> out) {
        return ConvertFloats(conversion, out);
      });
    }
    tensors.push_back(std::move(view));
    return {};
  }

  // A table that has no more rows is left as it is: its shape is refused later.
  void SkipFirstRows(TensorView& view) const {
    const auto skipped = static_cast<int64_t>(config_.first_position);
    if (view.n_dims != 2 || view.n_rows() <= skipped) return;
    const int64_t bytes = skipped * RowBytes(view.type, view.row_length());
    view.data += bytes;
    view.size_bytes -= static_cast<uint64_t>(bytes);
    view.shape[1] -= skipped;
  }

  void AddNormPlusOne(const TensorView& view) {
    HfVector norm = {view.name, std::vector<float>(static_cast<size_t>(view.row_length())),
                     view.name_in_file};
    WidenFloats(view.type, view.data, view.row_length(), norm.values.data());
    for (float& value : norm.values) value += 1;
    vectors.push_back(std::move(norm));
  }

  Result<void> AddPacked(const std::string& module) {
    if (config_.quantization.method == HfQuantization::Method::kNone) {
      return Fail(ErrorCode::kCorrupt, "tensor " + Quote(module + std::string(kPackedSuffix)) +
                                           " is packed, but config.json has no "
                                           "quantization_config");
    }
    const PackedTensors parts = {FindPart(module, ".qweight"), FindPart(module, ".qzeros"),
                                 FindPart(module, ".scales"), FindPart(module, ".g_idx")};
    Result<PackedLinear> linear = PackedLinear::Create(config_.quantization, parts);
    if (!linear) {
      return Fail(linear.error().code, "tensor " + Quote(module) + ": " + linear.error().message);
    }
    TensorView view;
    view.name_in_file = module + std::string(kPackedSuffix);
    view.name = Translated(module + ".weight");
    view.n_dims = 2;
    view.shape = {linear->columns(), linear->rows(), 1, 1};
    MakeConverted(view, linear->type());
    if (!linear->column_order().empty()) {
      orders.push_back(linear->column_order());
      view.column_order = orders.back().data();
    }
    conversions.emplace_back(tensors.size(), [linear = *std::move(linear)](std::span<uint8_t> out) {
      return linear.WriteRows(out);
    });
    tensors.push_back(std::move(view));
    return {};
  }

  static void MakeConverted(TensorView& view, DType type) {
    view.type = type;
    view.data = nullptr;
    view.file_index = -1;
    view.size_bytes = static_cast<uint64_t>(RowBytes(type, view.row_length()) * view.n_rows());
  }

  const HfConfig& config_;
  const HfShards& shards_;
  FloatType floats_;
};

namespace {

// Indices of the tensors sorted by name, which must be unique.
Result<std::vector<uint32_t>> IndexByName(const std::vector<TensorView>& tensors) {
  std::vector<uint32_t> index(tensors.size());
  for (size_t i = 0; i < index.size(); ++i) index[i] = static_cast<uint32_t>(i);
  const auto name_of = [&](uint32_t i) -> std::string_view { return tensors[i].name; };
  std::ranges::sort(index, {}, name_of);
  const auto twin = std::ranges::adjacent_find(index, {}, name_of);
  if (twin == index.end()) return index;
  return Fail(ErrorCode::kCorrupt, "tensor " + Quote(tensors[*twin].name_in_file) +
                                       " is there twice, also as " +
                                       Quote(tensors[*(twin + 1)].name_in_file));
}

// A tensor of floats in memory.
TensorView VectorTensor(const HfVector& vector) {
  TensorView view;
  view.name = vector.name;
  view.name_in_file = vector.name_in_file;
  view.shape[0] = static_cast<int64_t>(vector.values.size());
  view.data = reinterpret_cast<const uint8_t*>(vector.values.data());  // stays when it is moved
  view.size_bytes = vector.values.size() * sizeof(float);
  view.file_index = -1;
  return view;
}

// If config.json leaves it open, a missing head means that it is tied.
Result<void> CheckHead(const HfConfig& config, const std::vector<TensorView>& tensors) {
  if (config.tied || !config.tied_given) return {};
  const auto is_head = [](const TensorView& tensor) { return tensor.name == "output.weight"; };
  if (std::ranges::any_of(tensors, is_head)) return {};
  return Fail(ErrorCode::kCorrupt,
              "tensor \"lm_head.weight\" is missing, and key \"tie_word_embeddings\" is false");
}

}  // namespace

Result<std::unique_ptr<ModelFile>> HfFolderReader::Open(const std::string& path, FloatType floats) {
  const Result<std::string> read = ReadFolderText(path, "config.json", kMaxConfigBytes);
  if (!read && read.error().code == ErrorCode::kNotFound) {
    return Fail(ErrorCode::kIo, path +
                                    ": is a directory, expected a file, or a Hugging Face folder "
                                    "with config.json");
  }
  const std::string text = TRY(read);
  Result<HfConfig> config = ReadHfConfig(text);
  if (!config) {
    return Fail(config.error().code, path + "/config.json: " + config.error().message);
  }
  if (config->architecture->encoder) TRY(AddSentenceFiles(path, *config));
  HfShards shards = TRY(OpenHfShards(path));
  HfFolderBuilder builder(*config, shards, floats);
  const auto build = [&]() -> Result<std::vector<uint32_t>> {
    TRY(builder.Build());
    TRY(CheckHead(*config, builder.tensors));
    for (HfVector& vector : config->vectors) builder.vectors.push_back(std::move(vector));
    for (const HfVector& vector : builder.vectors) builder.tensors.push_back(VectorTensor(vector));
    TRY(config->metadata.Add("general.name", NameOf(path)));
    if (!builder.orders.empty()) TRY(config->metadata.Add("bantam.column_orders", true));
    const std::string how = config->quantization.Name();
    if (!how.empty()) TRY(config->metadata.Add("bantam.quantization", how));
    return IndexByName(builder.tensors);
  };
  Result<std::vector<uint32_t>> by_name = build();
  if (!by_name) return Fail(by_name.error().code, path + ": " + by_name.error().message);
  auto model = std::make_unique<ModelFile>();
  model->path_ = path;
  for (HfVector& vector : builder.vectors) model->vectors_.push_back(std::move(vector.values));
  model->files_ = std::move(shards.files);
  model->metadata_ = std::move(config->metadata);
  model->tensors_ = std::move(builder.tensors);
  model->by_name_ = *std::move(by_name);
  model->column_orders_ = std::move(builder.orders);
  for (auto& [tensor, fill] : builder.conversions) {
    model->conversions_.push_back({tensor, std::move(fill)});
  }
  model->name_in_file_ = [row = config->architecture](const std::string& name) {
    return FolderName(*row, name);
  };
  return model;
}

}  // namespace bantam
