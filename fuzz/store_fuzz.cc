// Fuzzes what the store reads: catalogues, manifests, states of downloads, and hubs' listings. The
// first byte says which. What is accepted keeps the rules that keep files inside the store.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "store/catalogue.h"
#include "store/hub_listing.h"
#include "store/manifest.h"
#include "store/names.h"
#include "store/part_file.h"
#include "store/quant_name.h"

namespace {

using namespace bantam::store;

void CheckListing(const bantam::Result<HubListing>& listing) {
  if (!listing) return;
  std::vector<std::string> paths;
  for (const HubFile& file : listing->files) {
    CHECK(file.path.find("../") != 0 && file.path.find("/../") == std::string::npos);
    CHECK(!file.path.starts_with('/') && file.path.find('\0') == std::string::npos);
    CHECK(file.sha256.empty() || IsSha256(file.sha256));
    paths.push_back(file.path);
  }
  for (const char* wanted : {"", "q4_k_m"}) {
    const auto chosen = ChooseGguf(paths, wanted);
    CHECK(!chosen || !chosen->empty());
  }
}

void CheckManifest(std::string_view text) {
  const auto manifest = ParseManifest(text);
  if (!manifest) return;
  CHECK(IsModelName(manifest->name) && !manifest->files.empty());
  for (const StoredFile& file : manifest->files) {
    CHECK(IsFolderFileName(file.name) && IsSha256(file.sha256));
    CHECK(manifest->folder || IsSafeFileName(file.name));
  }
  const std::string again = ManifestText(*manifest);
  const auto read = ParseManifest(again);
  CHECK(read && ManifestText(*read) == again);
}

void CheckCatalogue(std::string_view text) {
  const auto catalogue = Catalogue::Parse(text);
  if (!catalogue) return;
  for (const std::string& name : catalogue->Names()) CHECK(catalogue->Find(name).has_value());
}

void CheckState(std::string_view text) {
  const auto state = ParsePartState(text);
  if (!state) return;
  const std::string again = PartStateText(*state);
  const auto read = ParsePartState(again);
  CHECK(read && PartStateText(*read) == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'c': CheckCatalogue(text); break;
    case 'm': CheckManifest(text); break;
    case 'p': CheckState(text); break;
    case 'h': CheckListing(ParseHuggingFaceListing(text)); break;
    case 's': CheckListing(ParseModelScopeListing(text)); break;
    default: break;
  }
  return 0;
}
