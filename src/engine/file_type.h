// FileType: the name of a quantisation recipe ("Q4_K_M") from the key general.file_type.
#pragma once

#include <cstdint>
#include <string_view>

namespace bantam {

// Numbers as in llama.cpp's enumeration of file types. Empty for unknown ones.
std::string_view FileTypeName(uint64_t file_type);

}  // namespace bantam
