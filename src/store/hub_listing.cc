// Reading what hubs list.
#include "store/hub_listing.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "store/names.h"

namespace bantam::store {
namespace {

constexpr size_t kMaxFiles = 50000;
constexpr size_t kMaxPathBytes = 1024;

std::string TextOf(const Json& object, const char* key) {
  const Json* value = object.Find(key);
  return value != nullptr && value->is_string() ? value->AsString() : "";
}

std::optional<uint64_t> SizeOf(const Json& object, const char* key) {
  const Json* value = object.Find(key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const auto number = value->AsInt();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

Result<void> CheckPath(const std::string& path) {
  const auto bad = [&](const char* why) {
    return Fail(ErrorCode::kCorrupt,
                "the hub lists a file named " + Quote(path) + ", which " + why + "; refused");
  };
  if (path.empty() || path.size() > kMaxPathBytes) return bad("is no length for a path");
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '\\') return bad("holds characters no path needs");
  }
  size_t start = 0;
  while (start <= path.size()) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string_view part = std::string_view(path).substr(start, end - start);
    if (part.empty() || part == "." || part == "..") return bad("leads out of its folder");
    start = end + 1;
  }
  return {};
}

Result<void> Append(HubFile file, HubListing& listing) {
  TRY(CheckPath(file.path));
  if (listing.files.size() >= kMaxFiles) {
    return Fail(ErrorCode::kCorrupt, "the hub lists more than 50,000 files");
  }
  file.sha256 = LowerCase(file.sha256);
  if (!IsSha256(file.sha256)) file.sha256.clear();
  listing.files.push_back(std::move(file));
  return {};
}

// One of "siblings" ("rfilename", "lfs.sha256") or of a tree ("path", "type", "lfs.oid").
Result<void> ReadHuggingFaceFile(const Json& json, HubListing& listing) {
  if (!json.is_object()) return Fail(ErrorCode::kCorrupt, "the hub lists a file that is no object");
  if (const std::string type = TextOf(json, "type"); !type.empty() && type != "file") return {};
  HubFile file;
  file.path = TextOf(json, json.Find("rfilename") != nullptr ? "rfilename" : "path");
  file.bytes = SizeOf(json, "size");
  if (const Json* lfs = json.Find("lfs"); lfs != nullptr && lfs->is_object()) {
    file.sha256 = TextOf(*lfs, lfs->Find("sha256") != nullptr ? "sha256" : "oid");
    if (const auto bytes = SizeOf(*lfs, "size")) file.bytes = bytes;
  }
  return Append(std::move(file), listing);
}

std::string LicenceOf(const Json& model) {
  if (const Json* card = model.Find("cardData"); card != nullptr && card->is_object()) {
    const std::string licence = TextOf(*card, "license");
    if (licence == "other" && !TextOf(*card, "license_name").empty()) {
      return TextOf(*card, "license_name");
    }
    if (!licence.empty()) return licence;
  }
  return "";
}

}  // namespace

Result<HubListing> ParseHuggingFaceListing(std::string_view text) {
  const Json json = TRY(Json::Parse(text));
  HubListing listing;
  const Json* files = &json;
  if (json.is_object()) {
    listing.repository = TextOf(json, "id");
    if (!IsRepository(listing.repository)) listing.repository.clear();
    listing.revision = TextOf(json, "sha");
    if (!std::ranges::all_of(listing.revision, [](char c) {
          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        })) {
      listing.revision.clear();
    }
    listing.licence = LicenceOf(json);
    files = json.Find("siblings");
  }
  if (files == nullptr || !files->is_array()) {
    return Fail(ErrorCode::kCorrupt, "the hub's answer lists no files");
  }
  for (const Json& file : files->items()) TRY(ReadHuggingFaceFile(file, listing));
  return listing;
}

Result<HubListing> ParseModelScopeListing(std::string_view text) {
  const Json json = TRY(Json::Parse(text));
  const Json* data = json.Find("Data");
  const Json* files = data != nullptr ? data->Find("Files") : nullptr;
  if (files == nullptr || !files->is_array()) {
    const std::string message = TextOf(json, "Message");
    return Fail(ErrorCode::kCorrupt,
                "the hub's answer lists no files" + (message.empty() ? "" : ": " + Quote(message)));
  }
  HubListing listing;
  for (const Json& item : files->items()) {
    if (!item.is_object()) {
      return Fail(ErrorCode::kCorrupt, "the hub lists a file that is no object");
    }
    if (TextOf(item, "Type") == "tree") continue;
    TRY(Append({.path = TextOf(item, "Path"),
                .bytes = SizeOf(item, "Size"),
                .sha256 = TextOf(item, "Sha256")},
               listing));
  }
  return listing;
}

}  // namespace bantam::store
