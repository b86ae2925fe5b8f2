// Reading and writing of manifests.
#include "store/manifest.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/checked.h"
#include "base/json.h"
#include "store/json_fields.h"
#include "store/names.h"
#include "store/part_file.h"

namespace bantam::store {
namespace {

constexpr size_t kMaxFiles = 1024;

Result<StoredFile> ReadFile(const Json& json) {
  JsonFields fields(json, "a file of the manifest");
  StoredFile file;
  file.name = TRY(fields.Text("name"));
  if (!IsFolderFileName(file.name)) return fields.Bad("name", "a plain file name");
  file.sha256 = TRY(fields.Text("sha256"));
  if (!IsSha256(file.sha256)) return fields.Bad("sha256", "64 hexadecimal digits");
  file.bytes = TRY(fields.Size("bytes"));
  file.etag = TRY(fields.TextOr("etag", ""));
  if (!IsStrongEtag(file.etag)) file.etag.clear();
  TRY(fields.NothingElse());
  return file;
}

constexpr const char* kHuggingFace = "huggingface";
constexpr const char* kModelScope = "modelscope";

Result<Origin> ReadOrigin(const Json& json) {
  JsonFields fields(json, "the origin of the manifest");
  Origin origin;
  const std::string hub = TRY(fields.Text("hub"));
  if (hub != kHuggingFace && hub != kModelScope) {
    return fields.Bad("hub", "huggingface or modelscope");
  }
  origin.hub = hub == kModelScope ? Hub::kModelScope : Hub::kHuggingFace;
  origin.repository = TRY(fields.Text("repository"));
  origin.path = TRY(fields.Text("path"));
  origin.revision = TRY(fields.Text("revision"));
  origin.commit = TRY(fields.TextOr("commit", ""));
  origin.usual = TRY(fields.TextOr("choice", "")) == "usual";
  TRY(fields.NothingElse());
  return origin;
}

Json OriginJson(const Origin& origin) {
  Json json = Json::MakeObject();
  json.Set("hub", Json::String(origin.hub == Hub::kModelScope ? kModelScope : kHuggingFace));
  json.Set("repository", Json::String(origin.repository));
  json.Set("path", Json::String(origin.path));
  json.Set("revision", Json::String(origin.revision));
  json.Set("commit", Json::String(origin.commit));
  json.Set("choice", Json::String(origin.usual ? "usual" : "named"));
  return json;
}

}  // namespace

uint64_t Manifest::bytes() const {
  uint64_t sum = 0;
  for (const StoredFile& file : files) sum = CheckedAdd(sum, file.bytes).value_or(UINT64_MAX);
  return sum;
}

bool HasSameFiles(const Manifest& a, const Manifest& b) {
  const bool folder = a.folder || b.folder;
  return a.folder == b.folder &&
         std::ranges::equal(a.files, b.files, [&](const StoredFile& x, const StoredFile& y) {
           const bool known = !x.sha256.empty() && !y.sha256.empty();
           return (!folder || x.name == y.name) &&
                  (known ? x.sha256 == y.sha256 : x.bytes == y.bytes);
         });
}

bool IsSameModel(const Manifest& a, const Manifest& b) {
  const bool same_origin = a.origin && b.origin && a.origin->hub == b.origin->hub &&
                           a.origin->path == b.origin->path &&
                           LowerCase(a.origin->repository) == LowerCase(b.origin->repository);
  const bool same_source = !a.source.empty() && a.source == b.source;
  return same_origin || same_source || HasSameFiles(a, b);
}

Result<Manifest> ParseManifest(std::string_view text) {
  const Json json = TRY(Json::Parse(text));
  JsonFields fields(json, "the manifest");
  TRY(fields.Format("bantam-model", 1));
  Manifest manifest;
  manifest.name = TRY(fields.Text("name"));
  if (!IsModelName(manifest.name)) return fields.Bad("name", "a model's name");
  manifest.folder = TRY(fields.TextOr("kind", "gguf")) == "folder";
  manifest.source = TRY(fields.TextOr("source", ""));
  if (const Json* origin = fields.Member("origin")) manifest.origin = TRY(ReadOrigin(*origin));
  manifest.licence = TRY(fields.TextOr("licence", ""));
  manifest.published = TRY(fields.TextOr("checksum", "")) == "published";
  manifest.added_s = TRY(fields.IntOr("added", 0));
  std::set<std::string> names;
  for (const Json& item : TRY(fields.ListOr("files"))) {
    manifest.files.push_back(TRY(ReadFile(item)));
    const std::string& file = manifest.files.back().name;
    const size_t slash = file.find('/');
    if (slash != std::string::npos && !manifest.folder) {
      return fields.Bad("files", "a list of plain file names");
    }
    const bool is_new = names.insert(LowerCase(file)).second;
    // What is a folder is no file.
    if (!is_new || !names.insert(LowerCase(file.substr(0, slash)) + "/").second) {
      return fields.Bad("files", "a list of different names");
    }
  }
  if (manifest.files.empty() || manifest.files.size() > kMaxFiles) {
    return fields.Bad("files", "a list of 1 to 1,024 files");
  }
  TRY(fields.NothingElse());
  return manifest;
}

std::string ManifestText(const Manifest& manifest) {
  Json files = Json::MakeArray();
  for (const StoredFile& file : manifest.files) {
    Json json = Json::MakeObject();
    json.Set("name", Json::String(file.name));
    json.Set("sha256", Json::String(file.sha256));
    json.Set("bytes", Json::Int(static_cast<int64_t>(file.bytes)));
    if (!file.etag.empty()) json.Set("etag", Json::String(file.etag));
    files.Append(std::move(json));
  }
  Json json = Json::MakeObject();
  json.Set("format", Json::String("bantam-model"));
  json.Set("version", Json::Int(1));
  json.Set("name", Json::String(manifest.name));
  json.Set("kind", Json::String(manifest.folder ? "folder" : "gguf"));
  json.Set("files", std::move(files));
  json.Set("source", Json::String(manifest.source));
  if (manifest.origin) json.Set("origin", OriginJson(*manifest.origin));
  json.Set("licence", Json::String(manifest.licence));
  json.Set("checksum", Json::String(manifest.published ? "published" : "computed"));
  json.Set("added", Json::Int(manifest.added_s));
  return json.Dump(2) + "\n";
}

}  // namespace bantam::store
