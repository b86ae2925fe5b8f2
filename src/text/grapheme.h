// Grapheme clusters: what readers see as one character (UAX #29, extended clusters of
// Unicode 16.0).
#pragma once

#include <cstddef>
#include <string_view>

namespace bantam {

// The end of the cluster that begins at `pos`, inside valid UTF-8. Regional indicators stand alone,
// and Indic conjuncts end at their virama. Linear in the cluster.
size_t GraphemeEnd(std::string_view text, size_t pos);

}  // namespace bantam
