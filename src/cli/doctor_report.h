// DoctorReport: what `bantam doctor` found, and how it is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bantam/machine.h"
#include "bantam/model.h"
#include "bantam/result.h"

namespace bantam::cli {

// What a model needs and reaches. Bounds follow from the machine's rates; 0: none can be given.
struct ModelFindings {
  std::string name;
  int context = 0;                  // tokens that `memory_needed` is for
  uint64_t memory_needed = 0;       // bytes
  uint64_t file_bytes = 0;          // of all its files
  uint64_t bytes_per_token = 0;     // of weights, read for each token of a reply
  uint64_t kv_bytes_per_token = 0;  // read again for each token before it
  double products_per_token = 0;    // multiply-adds of a prompt's token with quantised weights
  double prefill_tokens_per_s = 0;
  double decode_tokens_per_s = 0;
  double prefill_bound = 0;  // tokens a second
  double decode_bound = 0;
};

struct DoctorReport {
  MachineInfo machine;
  MachineSpeed speed;
  int threads = 0;                        // that memory was read with
  int prefill_threads = 0;                // and products computed with
  std::optional<Result<DiskSpeed>> disk;  // with a model only
  std::optional<ModelFindings> model;
};

// Multiply-adds with quantised weights for each token of a prompt: every matrix of the layers. (The
// output head is computed for the last token only, the embedding looked up.)
double ProductsPerToken(const ModelInfo& info);

// What to change, in whole sentences; empty if nothing is wrong.
std::vector<std::string> DoctorAdvice(const DoctorReport& report);

std::string DoctorText(const DoctorReport& report);
std::string DoctorJson(const DoctorReport& report);

}  // namespace bantam::cli
