// SplitPassages: a text in pieces that can be kept or left out by themselves.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace bantam {

// Bytes [begin, end) of a text; what lies between two passages is white space.
struct Passage {
  size_t begin = 0;
  size_t end = 0;
};

// Paragraphs (between empty lines); longer ones in lines, and these in sentences, so that none is
// much longer than `most` bytes if it can be helped; short neighbours of one paragraph stay
// together. In order, none empty. `text` must be valid UTF-8. Linear.
std::vector<Passage> SplitPassages(std::string_view text, size_t most = 480);

}  // namespace bantam
