// Reading and searching of the catalogue.
#include "store/catalogue.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "store/catalogue_text.h"
#include "store/json_fields.h"
#include "store/names.h"
#include "store/quant_name.h"

namespace bantam::store {
namespace {

constexpr uint64_t kMostMegabytes = 1'000'000;

Result<CatalogueSource> ReadSource(const Json& json) {
  JsonFields fields(json, "a source");
  CatalogueSource source;
  const std::string hub = TRY(fields.Text("hub"));
  if (hub == "url") {
    source.hub = Hub::kUrl;
    source.url = TRY(fields.Text("url"));
    if (!source.url.starts_with("https://")) return fields.Bad("url", "an https URL");
  } else if (hub == "huggingface" || hub == "modelscope") {
    source.hub = hub == "huggingface" ? Hub::kHuggingFace : Hub::kModelScope;
    source.repository = TRY(fields.Text("repository"));
    if (!IsRepository(source.repository)) return fields.Bad("repository", "owner/repository");
  } else {
    return fields.Bad("hub", "huggingface, modelscope or url");
  }
  TRY(fields.NothingElse());
  return source;
}

Result<CatalogueFile> ReadFile(const Json& json) {
  JsonFields fields(json, "a file");
  CatalogueFile file;
  file.name = TRY(fields.Text("name"));
  file.sha256 = TRY(fields.Text("sha256"));
  file.revision = TRY(fields.TextOr("revision", ""));
  if (!IsSafeFileName(file.name)) return fields.Bad("name", "a plain file name");
  if (!IsSha256(file.sha256)) return fields.Bad("sha256", "64 hexadecimal digits");
  TRY(fields.NothingElse());
  return file;
}

Result<CatalogueAlias> ReadAlias(const Json& json) {
  JsonFields fields(json, "an alias");
  CatalogueAlias alias;
  alias.name = TRY(fields.Text("name"));
  alias.note = TRY(fields.TextOr("note", ""));
  if (!IsModelName(alias.name)) return fields.Bad("name", "a model's name");
  TRY(fields.NothingElse());
  return alias;
}

Result<CatalogueModel> ReadModel(const Json& json) {
  JsonFields fields(json, "a model");
  CatalogueModel model;
  model.name = TRY(fields.Text("name"));
  if (!IsModelName(model.name)) return fields.Bad("name", "a model's name");
  model.title = TRY(fields.Text("title"));
  model.model = TRY(fields.Text("model"));
  if (!IsRepository(model.model)) return fields.Bad("model", "owner/repository");
  model.licence = TRY(fields.Text("licence"));
  model.architecture = TRY(fields.Text("architecture"));
  model.quant = TRY(fields.Text("quant"));
  if (!model.quant.empty() && !IsQuant(model.quant)) {
    return fields.Bad("quant", "a quantisation such as q4_k_m, or nothing for a folder");
  }
  model.megabytes = TRY(fields.Size("megabytes"));
  if (model.megabytes == 0 || model.megabytes > kMostMegabytes) {
    return fields.Bad("megabytes", "about how large it is, 1 to 1000000");
  }
  for (const Json& item : TRY(fields.ListOr("aliases"))) {
    model.aliases.push_back(TRY(ReadAlias(item)));
  }
  for (const Json& item : TRY(fields.ListOr("sources"))) {
    model.sources.push_back(TRY(ReadSource(item)));
  }
  if (model.sources.empty()) return fields.Bad("sources", "at least one source");
  for (const Json& item : TRY(fields.ListOr("files"))) {
    model.files.push_back(TRY(ReadFile(item)));
  }
  TRY(fields.NothingElse());
  return model;
}

// The names a model goes by, lower case.
std::vector<std::string> NamesOf(const CatalogueModel& model) {
  std::vector<std::string> names{LowerCase(model.name)};
  for (const CatalogueAlias& alias : model.aliases) names.push_back(LowerCase(alias.name));
  return names;
}

std::optional<Catalogue::Match> Exact(const CatalogueModel& model, const std::string& lower) {
  const Catalogue::Match match{.model = &model, .quant = "", .note = "", .repository = ""};
  if (LowerCase(model.name) == lower || LowerCase(model.model) == lower) return match;
  for (const CatalogueAlias& alias : model.aliases) {
    if (LowerCase(alias.name) == lower) {
      Catalogue::Match by_alias = match;
      by_alias.note = alias.note;
      return by_alias;
    }
  }
  const std::string& first = model.sources.front().repository;
  if (LowerCase(first) != lower) return std::nullopt;
  Catalogue::Match by_repository = match;
  by_repository.repository = first;
  return by_repository;
}

}  // namespace

Result<Catalogue> Catalogue::Parse(std::string_view text) {
  const Json json = TRY(Json::Parse(text));
  JsonFields fields(json, "the catalogue");
  TRY(fields.Format("bantam-catalogue", 1));
  Catalogue catalogue;
  std::set<std::string> seen;
  for (const Json& item : TRY(fields.ListOr("models"))) {
    CatalogueModel model = TRY(ReadModel(item));
    for (const std::string& name : NamesOf(model)) {
      if (!seen.insert(name).second) {
        return Fail(ErrorCode::kCorrupt, "the catalogue has the name " + Quote(name) + " twice");
      }
    }
    catalogue.models_.push_back(std::move(model));
  }
  TRY(fields.NothingElse());
  return catalogue;
}

const Catalogue& Catalogue::BuiltIn() {
  static const Catalogue catalogue = [] {
    auto parsed = Parse(kCatalogueText);
    CHECK(parsed.has_value());  // a test reads it, too
    return *std::move(parsed);
  }();
  return catalogue;
}

std::optional<Catalogue::Match> Catalogue::Find(std::string_view name) const {
  const std::string lower = LowerCase(name);
  for (const CatalogueModel& model : models_) {
    if (auto match = Exact(model, lower)) return match;
  }
  // With a quantisation at the end: "qwen2.5:0.5b-q8_0", "owner/repo:q8_0", "…-ud-q4_k_xl".
  for (size_t cut = lower.find_first_of(":-"); cut != std::string::npos;
       cut = lower.find_first_of(":-", cut + 1)) {
    const std::string quant = lower.substr(cut + 1);
    if (!IsQuant(quant)) continue;
    for (const CatalogueModel& model : models_) {
      if (auto match = Exact(model, lower.substr(0, cut))) {
        match->quant = quant;
        return match;
      }
    }
  }
  return std::nullopt;
}

std::vector<std::string> Catalogue::Names() const {
  std::vector<std::string> names;
  for (const CatalogueModel& model : models_) {
    names.push_back(model.name);
    for (const CatalogueAlias& alias : model.aliases) names.push_back(alias.name);
  }
  return names;
}

}  // namespace bantam::store
