// Places, listings and their files.
#include "store/hub.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/parse_double.h"
#include "base/quote.h"
#include "net/url.h"
#include "store/folder_files.h"
#include "store/hub_listing.h"
#include "store/names.h"
#include "store/quant_name.h"

namespace bantam::store {
namespace {

constexpr uint64_t kMaxListingBytes = uint64_t{16} << 20;
constexpr int kListingSeconds = 120;
constexpr const char* kHuggingFace = "https://huggingface.co";
constexpr const char* kMirror = "https://hf-mirror.com";
constexpr const char* kModelScope = "https://modelscope.cn";

std::string Endpoint(const Variables& variable) {
  std::string endpoint = variable("HF_ENDPOINT").value_or("");
  while (endpoint.ends_with('/')) endpoint.pop_back();
  return endpoint;
}

// The body of a small document.
Result<std::string> GetDocument(const std::string& url, const std::string& token,
                                const net::HttpClient& client, const Variables& variable,
                                const PullEvents& events) {
  Patience patience(TRY(FirstWait(variable)), events);
  while (true) {
    std::string body;
    net::HttpRequest request;
    request.url = url;
    request.token = token;
    request.max_bytes = kMaxListingBytes;
    request.total_s = kListingSeconds;
    request.on_body = [&body](std::span<const uint8_t> bytes) -> Result<void> {
      body.append(bytes.begin(), bytes.end());
      return {};
    };
    const net::HttpResult answer = client.Get(request);
    if (!answer) {
      TRY(patience.AfterFailure(answer.error()));
      continue;
    }
    if (answer->status() >= 200 && answer->status() < 300) {
      return net::HideToken(std::move(body), token);  // nothing of it gets into messages or names
    }
    const Error error = StatusError(answer->last(), !token.empty());
    if (!IsTransientStatus(answer->status())) return std::unexpected(error);
    TRY(patience.AfterStatus(answer->last(), error));
  }
}

// The revision that was asked for.
std::string RevisionOf(const Reference& reference, const Place& place) {
  if (!reference.revision.empty()) return reference.revision;
  return place.hub == Hub::kModelScope ? "master" : "main";
}

std::string ListingUrl(const Reference& reference, const Place& place,
                       const std::string& repository) {
  const std::string path = net::EncodePath(repository);
  if (place.hub == Hub::kModelScope) {
    return place.endpoint + "/api/v1/models/" + path +
           "/repo/files?Revision=" + net::EncodePath(RevisionOf(reference, place)) +
           "&Recursive=true";
  }
  return place.endpoint + "/api/models/" + path + "/revision/" +
         net::EncodePath(RevisionOf(reference, place)) + "?blobs=true";
}

std::string FileUrl(const Place& place, const std::string& repository, const std::string& revision,
                    const std::string& path) {
  const std::string models = place.hub == Hub::kModelScope ? "/models/" : "/";
  return place.endpoint + models + net::EncodePath(repository) + "/resolve/" +
         net::EncodePath(revision) + "/" + net::EncodePath(path);
}

Result<RemoteModel> Take(const std::vector<std::string>& paths, const HubListing& listing,
                         const Place& place, const std::string& repository,
                         const std::string& revision, bool folder) {
  RemoteModel model;
  model.folder = folder;
  const std::string& commit = listing.revision.empty() ? revision : listing.revision;
  // One that was renamed is kept under the name that people know, and will ask for.
  const bool renamed = LowerCase(listing.repository) != LowerCase(repository);
  model.repository = renamed ? repository : listing.repository;
  model.licence = listing.licence;
  for (const std::string& path : paths) {
    const auto file = std::ranges::find(listing.files, path, &HubFile::path);
    CHECK(file != listing.files.end());
    const std::string name(folder ? std::string_view(path) : BaseName(path));
    if (!IsFolderFileName(name)) {
      return Fail(ErrorCode::kUnsupported,
                  "the file name " + Quote(name) + " holds characters that are not kept");
    }
    model.files.push_back({.name = name,
                           .url = FileUrl(place, model.repository, commit, path),
                           .bytes = file->bytes,
                           .sha256 = file->sha256,
                           .fixed = !listing.revision.empty()});
  }
  model.quant = QuantOf(paths.front());
  model.origin = Origin{.hub = place.hub,
                        .repository = model.repository,
                        .path = paths.front(),
                        .revision = revision,
                        .commit = listing.revision,
                        .usual = false};
  return model;
}

// What the catalogue has pinned needs no listing.
std::optional<RemoteModel> Pinned(const Reference& reference, const Place& place) {
  if (reference.model == nullptr || place.hub == Hub::kUrl) return std::nullopt;
  const std::string& quant = reference.quant.empty() ? reference.model->quant : reference.quant;
  for (const CatalogueFile& file : reference.model->files) {
    if (QuantOf(file.name) != quant) continue;
    const bool hugging_face = place.hub == Hub::kHuggingFace && !file.revision.empty();
    const std::string revision = hugging_face ? file.revision : RevisionOf(reference, place);
    RemoteModel model;
    model.files.push_back({.name = file.name,
                           .url = FileUrl(place, place.repository, revision, file.name),
                           .bytes = std::nullopt,
                           .sha256 = file.sha256});
    model.repository = place.repository;
    model.origin = Origin{.hub = place.hub,
                          .repository = place.repository,
                          .path = file.name,
                          .revision = revision,
                          .commit = hugging_face ? revision : "",
                          .usual = quant == reference.model->quant};
    model.licence = reference.model->licence;
    model.quant = quant;
    return model;
  }
  return std::nullopt;
}

Result<HubListing> List(const Reference& reference, const Place& place,
                        const std::string& repository, const std::string& token,
                        const net::HttpClient& client, const Variables& variable,
                        const PullEvents& events) {
  const std::string url = ListingUrl(reference, place, repository);
  const std::string text = TRY(GetDocument(url, token, client, variable, events));
  auto listing =
      place.hub == Hub::kModelScope ? ParseModelScopeListing(text) : ParseHuggingFaceListing(text);
  if (!listing) return Fail(listing.error().code, url + ": " + listing.error().message);
  return listing;
}

Result<RemoteModel> FromListing(const Reference& reference, const HubListing& listing,
                                const Place& place, const std::string& repository) {
  std::vector<std::string> all;
  std::vector<std::string> paths;
  for (const HubFile& file : listing.files) {
    all.push_back(file.path);
    if (reference.file.empty() || file.path == reference.file) paths.push_back(file.path);
  }
  const std::string revision = RevisionOf(reference, place);
  std::string wanted = reference.file.empty() ? reference.quant : "";
  if (wanted.empty() && reference.model != nullptr) wanted = reference.model->quant;
  auto chosen = ChooseGguf(paths, wanted);
  if (chosen) {
    RemoteModel model = TRY(Take(*chosen, listing, place, repository, revision, false));
    const auto usual = ChooseGguf(all, "");
    model.origin->usual = usual && *usual == *chosen;
    return model;
  }
  std::vector<std::string> folder = FolderFiles(paths);
  const bool has_gguf = std::ranges::any_of(
      paths, [](const std::string& path) { return LowerCase(path).ends_with(".gguf"); });
  const std::string why = has_gguf || !folder.empty() ? "" : WhyNoFolder(paths);
  if (!why.empty()) return Fail(ErrorCode::kUnsupported, place.Describe() + ": " + why);
  if (has_gguf || folder.empty() || !wanted.empty()) {
    return Fail(chosen.error().code, place.Describe() + ": " + chosen.error().message);
  }
  std::erase_if(folder, [&](const std::string& path) {
    const auto file = std::ranges::find(listing.files, path, &HubFile::path);
    return file->bytes == 0 && MayBeEmpty(path);
  });
  if (auto whole = CheckParts(folder); !whole) {
    return Fail(whole.error().code, place.Describe() + ": " + whole.error().message);
  }
  return Take(folder, listing, place, repository, revision, true);
}

}  // namespace

std::string WithoutQuery(const std::string& url) {
  return url.substr(0, url.find('?'));
}

std::string Place::Describe() const {
  std::string host = endpoint.substr(endpoint.find("//") + 2);
  return url.empty() ? host + "/" + repository : WithoutQuery(url);
}

Result<double> SecondsIn(const Variables& variable, const char* name, int least, int most,
                         int otherwise) {
  const std::string text = variable(name).value_or("");
  if (text.empty()) return otherwise;
  const auto seconds = ParseDouble(text);
  if (seconds && *seconds >= least && *seconds <= most) return *seconds;
  return Fail(ErrorCode::kInvalidArgument, std::string(name) + " is " + Quote(text) +
                                               ", expected seconds from " + std::to_string(least) +
                                               " to " + std::to_string(most));
}

Result<double> FirstWait(const Variables& variable) {
  return SecondsIn(variable, "BANTAM_RETRY_SECONDS", 0, 60, 1);
}

Result<std::string> HubToken(const Variables& variable) {
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    const auto token = variable(name);
    if (!token || token->empty()) continue;
    const bool plain = std::ranges::all_of(*token, [](char c) { return c > 0x20 && c < 0x7F; });
    if (!plain) {
      return Fail(ErrorCode::kInvalidArgument,
                  std::string(name) + " holds blanks or other characters no token has");
    }
    return *token;
  }
  return std::string();
}

std::vector<std::string> TrustedHosts(const Variables& variable) {
  const auto url = net::Url::Parse(Endpoint(variable));
  return url ? std::vector{url->host} : std::vector<std::string>();
}

Result<std::vector<Place>> PlacesFor(const Reference& reference, const Variables& variable) {
  const std::string named = Endpoint(variable);
  if (!named.empty()) {
    const auto url = net::Url::Parse(named);
    if (!url) return Fail(ErrorCode::kInvalidArgument, "HF_ENDPOINT: " + url.error().message);
    if (named.find_first_of("?#") != std::string::npos) {
      return Fail(ErrorCode::kInvalidArgument,
                  "HF_ENDPOINT: " + Quote(net::WithoutSecrets(named)) +
                      " has a query or fragment, which no hub's address has");
    }
  }
  std::vector<Place> places;
  const auto add = [&](Hub hub, const std::string& repository) {
    if (hub == Hub::kModelScope) {
      places.push_back({.hub = hub, .endpoint = kModelScope, .repository = repository, .url = ""});
      return;
    }
    places.push_back({.hub = hub,
                      .endpoint = named.empty() ? kHuggingFace : named,
                      .repository = repository,
                      .url = "",
                      .with_token = true});
    if (!named.empty()) return;
    places.push_back({.hub = hub, .endpoint = kMirror, .repository = repository, .url = ""});
  };
  if (reference.hub == Hub::kUrl) {
    places.push_back({.hub = Hub::kUrl, .endpoint = "", .repository = "", .url = reference.url});
  } else if (reference.model == nullptr) {
    add(reference.hub, reference.repository);
  } else {
    for (const CatalogueSource& source : reference.model->sources) {
      if (source.hub == Hub::kUrl) {
        places.push_back({.hub = Hub::kUrl, .endpoint = "", .repository = "", .url = source.url});
      } else if ((source.hub == Hub::kHuggingFace || named.empty()) &&
                 (reference.repository.empty() ||
                  LowerCase(source.repository) == LowerCase(reference.repository))) {
        add(source.hub, source.repository);
      }
    }
  }
  return places;
}

Error StatusError(const net::HttpHop& answer, bool had_token) {
  const std::string where = net::ShownUrl(answer.url) + ": ";
  const std::string* message = answer.Find("x-error-message");
  const std::string said = message != nullptr ? ": " + Quote(*message, 200) : "";
  const std::string status = std::to_string(answer.status);
  if (answer.status == 401 || answer.status == 403) {
    return {ErrorCode::kNotFound,
            where + "the server answers " + status + said +
                (had_token ? "; the token does not open it, or it does not exist"
                           : "; it does not exist, or it is private or gated: accept its terms on "
                             "the hub's page and set HF_TOKEN")};
  }
  if (answer.status == 404 || answer.status == 410) {
    return {ErrorCode::kNotFound, where + "not found (" + status + ")" + said};
  }
  if (answer.status == 429) {
    return {ErrorCode::kIo, where + "the server has had too many requests (429)"};
  }
  return {ErrorCode::kIo, where + "the server answers " + status + said};
}

Result<RemoteModel> Locate(const Reference& reference, const Place& place,
                           const net::HttpClient& client, const Variables& variable,
                           const PullEvents& events) {
  if (place.hub == Hub::kUrl) {
    RemoteModel model;
    const std::string path = place.url.substr(0, place.url.find('?'));
    const std::string name = reference.file.empty() ? std::string(BaseName(path)) : reference.file;
    model.files.push_back({.name = name, .url = place.url, .bytes = std::nullopt, .sha256 = ""});
    model.quant = QuantOf(name);
    return model;
  }
  const std::string token = place.with_token ? TRY(HubToken(variable)) : "";
  if (auto pinned = Pinned(reference, place)) {
    pinned->token = token;
    return *std::move(pinned);
  }
  auto listing = List(reference, place, place.repository, token, client, variable, events);
  auto model = listing ? FromListing(reference, *listing, place, place.repository)
                       : std::unexpected(listing.error());
  const bool other = reference.model == nullptr && reference.file.empty() &&
                     !LowerCase(place.repository).ends_with("-gguf");
  if (other && (model ? model->folder
                      : model.error().code == ErrorCode::kNotFound ||
                            model.error().code == ErrorCode::kUnsupported)) {
    const std::string converted = place.repository + "-GGUF";
    auto second = List(reference, place, converted, token, client, variable, events);
    if (second) {
      auto found = FromListing(reference, *second, place, converted);
      if (found) model = std::move(found);
    }
  }
  if (model) model->token = token;
  return model;
}

}  // namespace bantam::store
