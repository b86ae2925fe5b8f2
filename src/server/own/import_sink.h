// ImportSink: a model's file on its way from a client into the store.
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "bantam/result.h"
#include "server/http/exchange.h"
#include "store/incoming.h"
#include "store/store.h"

namespace bantam::server {

inline constexpr uint64_t kMaxImportBytes = uint64_t{64} << 30;

// Writes to a place of its own in the store, which goes when this does.
class ImportSink : public BodySink {
 public:
  // `name`: the file's, ending in ".gguf". Fails with kInvalidArgument, kUnsupported (no store) or
  // kIo.
  static Result<std::unique_ptr<ImportSink>> Create(const std::optional<store::Store>& store,
                                                    std::string_view name);
  // Fails with kInvalidArgument for what does not begin as a GGUF file does.
  Result<void> Write(std::string_view piece) override;

  // After the last piece: only then the file at `path` has all of them.
  Result<void> Close();
  // Brings the closed file into the store. Gives the model's name.
  Result<std::string> Finish(const store::Store& store);

  const std::string& path() const { return path_; }
  const std::string& directory() const { return place_.directory(); }

 private:
  ImportSink(store::Incoming place, std::string path)
      : place_(std::move(place)), path_(std::move(path)), file_(path_, std::ios::binary) {}

  const store::Incoming place_;
  const std::string path_;
  std::ofstream file_;
  std::string magic_;  // the first bytes, until there are enough
};

}  // namespace bantam::server
