// The public functions of bantam/encoder.h.
#include "bantam/encoder.h"

#include "engine/loaded_encoder.h"

namespace bantam {

Result<std::shared_ptr<Encoder>> Encoder::Load(const std::string& path,
                                               const EncoderOptions& options) {
  return LoadedEncoder::Load(path, options);
}

}  // namespace bantam
