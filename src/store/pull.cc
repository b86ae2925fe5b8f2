// Places in order, files in order, and the manifest at the end.
#include "store/pull.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/quote.h"
#include "store/download.h"
#include "store/hub.h"
#include "store/names.h"
#include "store/quant_name.h"
#include "store/staged_files.h"
#include "store/upkeep.h"

namespace bantam::store {
namespace {

Result<int> StallSeconds(const Variables& variable) {
  return static_cast<int>(TRY(SecondsIn(variable, "BANTAM_STALL_SECONDS", 1, 3600, 60)));
}

bool SameRepository(const std::string& a, const std::string& b) {
  return LowerCase(a) == LowerCase(b);
}

// What the store is to have, as far as it is known before the files come.
Manifest Wanted(const RemoteModel& model, const std::string& name) {
  Manifest manifest;
  manifest.name = name;
  manifest.folder = model.folder;
  manifest.source = WithoutQuery(model.files[0].url);
  manifest.origin = model.origin;
  manifest.licence = model.licence;
  manifest.added_s = UnixSeconds();
  for (const RemoteFile& file : model.files) {
    manifest.files.push_back(
        {.name = file.name, .sha256 = file.sha256, .bytes = file.bytes.value_or(0)});
  }
  return manifest;
}

// Whether a model came from one of the repositories where one of the catalogue lies.
bool CameFromSources(const Manifest& manifest, const CatalogueModel& model) {
  return std::ranges::any_of(model.sources, [&](const CatalogueSource& source) {
    const std::string place = "/" + LowerCase(source.repository) + "/resolve/";
    return source.hub != Hub::kUrl && LowerCase(manifest.source).contains(place);
  });
}

class Puller {
 public:
  Puller(const Store& store, const Reference& reference, const PullOptions& options, int stall_s)
      : store_(store),
        reference_(reference),
        options_(options),
        stall_s_(stall_s),
        client_(MakeOptions()) {}

  Result<Pulled> Run();

 private:
  net::HttpOptions MakeOptions() const;
  Result<Pulled> FromPlace(const Place& place);
  Result<Pulled> Bring(const RemoteModel& model, Manifest wanted);
  Result<void> CheckUpdate(const Manifest& manifest) const;
  std::optional<StoredFile> SameSource(const Manifest& wanted, const std::string& file) const;
  Store::MayReplace MayReplace(const Manifest& wanted) const;
  void Note(const std::string& text) const {
    if (options_.events.on_note) options_.events.on_note(text);
  }

  const Store& store_;
  const Reference& reference_;
  const PullOptions& options_;
  int stall_s_;
  net::HttpClient client_;
};

net::HttpOptions Puller::MakeOptions() const {
  net::HttpOptions http;
  http.variable = options_.variable;
  http.user_agent = options_.user_agent;
  http.trusted_hosts = TrustedHosts(options_.variable);
  http.cancelled = options_.events.cancelled;
  http.stall_s = stall_s_;
  http.connect_s = std::min(15, http.stall_s);
  return http;
}

// The file of that name, if a model of the wanted name and source is here already.
std::optional<StoredFile> Puller::SameSource(const Manifest& wanted,
                                             const std::string& file) const {
  const auto manifest = store_.Peek(wanted.name);
  if (!manifest || manifest->source != wanted.source || !store_.PathOf(*manifest)) {
    return std::nullopt;
  }
  const auto found = std::ranges::find(manifest->files, file, &StoredFile::name);
  return found == manifest->files.end() ? std::nullopt : std::optional(*found);
}

// A short name means one model of the catalogue, wherever it lies.
Store::MayReplace Puller::MayReplace(const Manifest& wanted) const {
  const bool by_short_name = reference_.model != nullptr && options_.name.empty();
  return [this, wanted, by_short_name](const Manifest& stored) {
    return options_.replace || (by_short_name && CameFromSources(stored, *reference_.model)) ||
           IsSameModel(stored, wanted);
  };
}

// A place may have been damaged, or have something else now: what runs stays until more is known.
Result<void> Puller::CheckUpdate(const Manifest& manifest) const {
  const auto before = store_.Peek(manifest.name);
  if (!before || !options_.check || HasSameFiles(*before, manifest)) return {};
  const auto path = store_.PathOf(*before);
  if (!path || !options_.check(*path)) return {};
  const auto good = CheckStaged(store_, manifest, options_.check);
  if (good) return {};
  TRY(store_.Discard(manifest.files));
  return Fail(good.error().code,
              manifest.source + " has changed, and what it is now cannot be run: " +
                  good.error().message + "; '" + manifest.name + "' stays as it was");
}

Result<Pulled> Puller::Bring(const RemoteModel& model, Manifest wanted) {
  Pulled pulled{.manifest = std::move(wanted)};
  Manifest& manifest = pulled.manifest;
  const std::string& name = manifest.name;
  manifest.files.clear();
  DownloadOptions download;
  download.token = model.token;
  download.model = name;
  download.first_wait_s = TRY(FirstWait(options_.variable));
  download.already = [&](const RemoteFile& file) { return SameSource(manifest, file.name); };
  const auto needed = [&](const RemoteFile& file) {
    const bool here = file.bytes && IsWhole(store_, file.sha256, file.bytes, nullptr);
    return here ? 0 : file.bytes.value_or(0);
  };
  for (const RemoteFile& file : model.files) {
    download.bytes_after += file.bytes.value_or(0);
    download.bytes_needed_after += needed(file);
  }
  bool fetched = false;
  bool published = true;
  for (const RemoteFile& file : model.files) {
    download.bytes_after -= file.bytes.value_or(0);
    download.bytes_needed_after -= std::min(download.bytes_needed_after, needed(file));
    PullEvents events = options_.events;
    events.on_progress = [&](uint64_t done, uint64_t total) {
      fetched = true;
      if (options_.events.on_progress) options_.events.on_progress(done, total);
    };
    manifest.files.push_back(TRY(Download(store_, client_, file, download, events)));
    download.bytes_before += manifest.files.back().bytes;
    published = published && !file.sha256.empty();
  }
  manifest.published = published;
  pulled.was_there = !fetched;
  if (pulled.was_there) {
    const auto before = store_.Peek(name);
    if (before && before->files == manifest.files && store_.PathOf(*before)) {
      manifest.added_s = before->added_s;
      manifest.published = before->published;
      if (manifest == *before) return pulled;
    }
  }
  TRY(CheckUpdate(manifest));
  if (!TRY(store_.Add(manifest, MayReplace(manifest)))) {
    return Fail(ErrorCode::kIo, "another process removed a file of '" + name + "' meanwhile");
  }
  return pulled;
}

Result<Pulled> Puller::FromPlace(const Place& place) {
  RemoteModel model = TRY(Locate(reference_, place, client_, options_.variable, options_.events));
  if (!options_.sha256.empty()) {
    if (model.files.size() != 1) {
      return Fail(ErrorCode::kInvalidArgument, "--sha256 is for models of one file; this one has " +
                                                   std::to_string(model.files.size()));
    }
    if (!model.files[0].sha256.empty() && model.files[0].sha256 != options_.sha256) {
      return Fail(ErrorCode::kCorrupt,
                  "the hub says the SHA-256 is " + model.files[0].sha256 + ", --sha256 another");
    }
    model.files[0].sha256 = options_.sha256;
  }
  Reference named = reference_;
  if (named.model == nullptr && !model.repository.empty()) named.repository = model.repository;
  const std::string name = options_.name.empty() ? named.StoreName(model.quant) : options_.name;
  const Manifest wanted = Wanted(model, name);
  TRY(store_.CheckName(wanted, MayReplace(wanted)));
  return Bring(model, wanted);
}

Result<Pulled> Puller::Run() {
  const std::vector<Place> places = TRY(PlacesFor(reference_, options_.variable));
  if (places.empty()) {
    return Fail(ErrorCode::kNotFound, "no place is known for it while HF_ENDPOINT names a hub");
  }
  // Also finds out whether the store can be written, before anybody is asked.
  const FileLock adding = TRY(store_.LockAdding(options_.events.cancelled));
  std::string errors;
  for (size_t i = 0; i < places.size(); ++i) {
    auto pulled = FromPlace(places[i]);
    if (pulled) return pulled;
    const Error& error = pulled.error();
    // What lies with this machine or its user is no better elsewhere.
    const bool final =
        error.code == ErrorCode::kCancelled || error.code == ErrorCode::kResourceExhausted ||
        error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kUnsupported;
    if (final || places.size() == 1) return pulled;
    errors += "\n  " + error.message;
    if (i + 1 < places.size()) Note(error.message + "; trying " + places[i + 1].Describe());
    if (i + 1 == places.size()) return Fail(error.code, "no place has it:" + errors);
  }
  return Fail(ErrorCode::kInternal, "no place was tried");
}

// Whether a model is from where a link leads: of a file there, that file and no other.
bool CameFrom(const Manifest& manifest, const Reference& link) {
  if (link.hub == Hub::kUrl) return manifest.source == WithoutQuery(link.url);
  if (!manifest.origin) return false;
  const Origin& origin = *manifest.origin;
  if (link.model != nullptr) {
    return std::ranges::any_of(link.model->sources, [&](const CatalogueSource& source) {
      const bool named =
          link.repository.empty() || SameRepository(link.repository, source.repository);
      return named && source.hub == origin.hub &&
             SameRepository(source.repository, origin.repository);
    });
  }
  if (origin.hub != link.hub) return false;
  const bool same = SameRepository(origin.repository, link.repository);
  if (link.file.empty()) {
    return same || SameRepository(origin.repository, link.repository + "-GGUF");
  }
  return same && origin.path == link.file &&
         (origin.revision == link.revision || origin.commit == link.revision);
}

// The quantisation that a stored name ends with, if it is of the repository (lower case), of its
// conversion, or of the short name (lower case; empty if there is none).
std::optional<std::string> QuantIn(const std::string& stored, const std::string& repository,
                                   const std::string& short_name) {
  const std::string name = LowerCase(stored);
  for (const std::string& base : {repository, repository + "-gguf"}) {
    if (name == base) return "";
    if (name.starts_with(base + ":")) return name.substr(base.size() + 1);
  }
  if (short_name.empty() || !name.starts_with(short_name)) return std::nullopt;
  const std::string rest = name.substr(short_name.size());
  if (rest.empty()) return "";
  return rest[0] == '-' && IsQuant(rest.substr(1)) ? std::optional(rest.substr(1)) : std::nullopt;
}

// Whether a model is of a reference's repository, and what was asked for of it: a quantisation, or
// a file by its name.
bool IsOf(const Reference& reference, const Manifest& manifest) {
  const CatalogueModel* model = reference.model;
  const std::string& repository =
      reference.repository.empty() && model != nullptr ? model->model : reference.repository;
  const std::string short_name = model != nullptr ? LowerCase(model->name) : "";
  const auto quant = QuantIn(manifest.name, LowerCase(repository), short_name);
  if (!quant) return false;
  const std::string wanted = LowerCase(reference.quant);
  const std::string file = LowerCase(manifest.files[0].name);
  return wanted.empty() || *quant == wanted || file == wanted || file == wanted + ".gguf";
}

// Of several models of a repository the one that a pull without a quantisation takes, if it is
// there. A repository with GGUF files of its own goes before its conversion.
std::optional<Manifest> UsualOf(const Reference& reference, const std::vector<Manifest>& found) {
  const auto is_own = [&](const Manifest& manifest) {
    return manifest.origin && SameRepository(manifest.origin->repository, reference.repository);
  };
  const bool own = std::ranges::any_of(found, is_own);
  std::optional<Manifest> usual;
  for (const Manifest& manifest : found) {
    if (!manifest.origin || (own && !is_own(manifest))) continue;
    const Origin& origin = *manifest.origin;
    const bool taken =
        reference.model != nullptr ? QuantOf(origin.path) == reference.model->quant : origin.usual;
    if (!taken) continue;
    if (usual) return std::nullopt;
    usual = manifest;
  }
  return usual;
}

}  // namespace

Result<Pulled> Pull(const Store& store, const Reference& reference, const PullOptions& options) {
  PullOptions hiding = options;
  hiding.sha256 = LowerCase(options.sha256);
  if (!hiding.sha256.empty() && !IsSha256(hiding.sha256)) {
    return Fail(ErrorCode::kInvalidArgument,
                "--sha256: expected 64 hexadecimal digits, got " + Quote(options.sha256));
  }
  // Servers may send the token back in whatever they say.
  const std::string token = HubToken(options.variable).value_or("");
  if (options.events.on_note) {
    hiding.events.on_note = [&](const std::string& text) {
      options.events.on_note(net::HideToken(text, token));
    };
  }
  const int stall_s = TRY(StallSeconds(options.variable));
  auto pulled = Puller(store, reference, hiding, stall_s).Run();
  if (pulled) return pulled;
  return Fail(pulled.error().code, net::HideToken(std::move(pulled.error().message), token));
}

Result<std::optional<Manifest>> FindStored(const Store& store, std::string_view text,
                                           const Catalogue& catalogue) {
  if (IsModelName(text)) {
    if (auto manifest = TRY(store.Get(text))) return manifest;
  }
  const auto reference = ParseReference(text, catalogue);
  if (!reference) return std::nullopt;
  const auto is_from = [&](const Manifest& manifest) {
    return !reference->link || CameFrom(manifest, *reference);
  };
  auto named = TRY(store.Get(reference->StoreName(reference->quant)));
  if (named && is_from(*named)) return named;
  const bool short_name = reference->model != nullptr && text.find('/') == std::string_view::npos;
  if (short_name) return std::nullopt;
  const bool file = reference->hub == Hub::kUrl || !reference->file.empty();
  // The file's model, whatever its name, or what there is of the repository or of its conversion.
  std::vector<std::string> warnings;
  std::vector<Manifest> found;
  for (Manifest& manifest : TRY(store.List(warnings))) {
    if (!is_from(manifest)) continue;
    if (file || IsOf(*reference, manifest)) found.push_back(std::move(manifest));
  }
  if (found.empty()) return std::nullopt;
  if (found.size() == 1) return found[0];
  if (!file && reference->quant.empty()) {
    if (auto usual = UsualOf(*reference, found)) return usual;
  }
  std::string names;
  for (const Manifest& manifest : found) names += (names.empty() ? "" : ", ") + manifest.name;
  return Fail(ErrorCode::kInvalidArgument, "say which one: " + names);
}

}  // namespace bantam::store
