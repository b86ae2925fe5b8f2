// AdapterFile: a low-rank adapter (LoRA) on disk, as pairs of small matrices.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/mapped_file.h"
#include "base/metadata.h"
#include "format/model_file.h"
#include "format/peft_config.h"
#include "format/safetensors.h"

namespace bantam {

// What an adapter adds to one matrix of the model: scale · B A, where B A has that matrix's shape.
// Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (ICLR 2022).
struct AdapterPair {
  std::string target;        // the matrix, as GGUF files name it: "blk.0.attn_q.weight"
  std::string name_in_file;  // what the adapter's own file calls it, for messages
  TensorView a;              // [rank][columns of the matrix]
  TensorView b;              // [rows of the matrix][rank]
  float scale = 1;           // alpha / rank, or what the file says instead
};

// The pairs of a GGUF adapter's tensors (NAME.lora_a, NAME.lora_b), or of a PEFT folder's
// (base_model.model.MODULE.lora_A.weight), sorted by target. The two matrices of a pair are of one
// rank and two dimensions, and those of a folder are what its configuration says. Fail as
// AdapterFile::Open.
// Sources: the keys and names that ggml's and PEFT's writers use.
Result<std::vector<AdapterPair>> PairsOfGguf(const Metadata& metadata,
                                             std::span<const TensorView> tensors,
                                             std::string_view architecture);
Result<std::vector<AdapterPair>> PairsOfPeft(const PeftConfig& config,
                                             std::span<const SafeTensor> tensors,
                                             std::string_view architecture);

// Immutable; the views of its pairs are valid while it lives.
class AdapterFile {
 public:
  // Opens a GGUF adapter (general.type "adapter", adapter.type "lora") or a PEFT folder
  // (adapter_config.json and adapter_model.safetensors) for models of `architecture`. kUnsupported
  // for what changes more of a model than the products of two matrices (DoRA, biases, modules saved
  // whole, embeddings), belongs to another architecture or contradicts adapter_config.json,
  // kCorrupt for broken files; the message names the file and the key or tensor.
  static Result<std::unique_ptr<AdapterFile>> Open(const std::string& path,
                                                   std::string_view architecture);

  const std::string& path() const { return path_; }
  const std::vector<AdapterPair>& pairs() const { return pairs_; }
  // Whether it is a PEFT folder: there the rows of queries and keys are in another order for some
  // architectures (the halves of a rotated pair are half a head apart).
  bool is_folder() const { return gguf_ == nullptr; }

 private:
  std::string path_;
  std::unique_ptr<ModelFile> gguf_;  // one of the two holds the bytes
  MappedFile safetensors_;
  std::vector<AdapterPair> pairs_;
};

}  // namespace bantam
