// Strict readers of the values people give on the command line and to /set.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/model.h"
#include "bantam/result.h"

namespace bantam::cli {

// All fail with kInvalidArgument, saying what was expected and what was found.
Result<int> ParseInt(std::string_view text, int min = std::numeric_limits<int>::min(),
                     int max = std::numeric_limits<int>::max());
Result<uint64_t> ParseUint64(std::string_view text);
Result<float> ParseFloat(std::string_view text);
Result<bool> ParseOnOff(std::string_view text);  // on/off, true/false, yes/no, 1/0
Result<Precision> ParsePrecision(std::string_view text);
// Bits, or the name of a type of llama.cpp's that has as many: 8 and q8_0, 16 and f16.
Result<KvPrecision> ParseKvPrecision(std::string_view text);
Result<WeightLayout> ParseWeightLayout(std::string_view text);
Result<FloatType> ParseFloatType(std::string_view text);  // as vLLM spells it
// "PATH" or "PATH:SCALE".
Result<AdapterSource> ParseAdapter(std::string_view text);
// "512" or "128,512": each at least `min`.
Result<std::vector<int>> ParseIntList(std::string_view text, int min);
// Token ids separated by spaces, commas or newlines, or a JSON array of them, or an object with
// such an array under "tokens".
Result<std::vector<TokenId>> ParseTokenIds(std::string_view text);

const char* PrecisionName(Precision precision);

}  // namespace bantam::cli
