// Resolving names, offering to pull, pulling.
#include "cli/model_store.h"

#include <sys/stat.h>

#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/check.h"
#include "cli/format_text.h"
#include "cli/interrupt.h"
#include "cli/progress_bar.h"
#include "cli/suggest.h"
#include "store/catalogue.h"
#include "store/import.h"
#include "store/names.h"

namespace bantam::cli {
namespace {

bool Exists(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0;
}

void Note(const Environment& env, const std::string& text) {
  env.err.WriteUntrusted("bantam: " + text + "\n");
  env.err.Flush();
}

// Nothing: the store has none of that name.
Result<std::optional<std::string>> StoredPath(const store::Store& store, const std::string& text) {
  const auto manifest = TRY(store::FindStored(store, text, store::Catalogue::BuiltIn()));
  if (!manifest) return std::nullopt;
  return TRY(store.PathOf(*manifest));
}

std::string Checksum(const store::Manifest& manifest) {
  if (manifest.published) return "SHA-256 as published";
  if (manifest.files.size() > 1) return "of some files no SHA-256 is published";
  return "no SHA-256 is published; it is " + manifest.files[0].sha256;
}

Result<bool> Ask(const Environment& env, const std::string& question) {
  env.err.WriteUntrusted(question + " [Y/n] ");
  env.err.Flush();
  const std::string answer = LowerCase(TRY(env.in.ReadLine()));
  return answer.empty() || answer == "y" || answer == "yes";
}

}  // namespace

Result<void> CheckModel(const Environment& env, const std::string& path) {
  const ModelInfo info = TRY(env.backend.inspect(path));
  TRY(store::RequireWeights(path, info.parameters));
  return env.backend.check(path, {});
}

std::string SuggestModel(const store::Store& store, std::string_view text) {
  std::vector<std::string> names = store::Catalogue::BuiltIn().Names();
  std::vector<std::string> warnings;
  if (const auto models = store.List(warnings)) {
    for (const store::Manifest& model : *models) names.push_back(model.name);
  }
  return Closest(LowerCase(text), names);
}

Result<store::Reference> ReadReference(const store::Store& store, const std::string& text) {
  auto reference = store::ParseReference(text, store::Catalogue::BuiltIn());
  if (reference || reference.error().code != ErrorCode::kNotFound) return reference;
  const std::string closest = SuggestModel(store, text);
  return Fail(ErrorCode::kNotFound,
              reference.error().message +
                  (closest.empty() ? "; 'bantam list --available' lists those that have one"
                                   : "; did you mean '" + closest + "'?"));
}

Result<std::string> ResolveModel(const Environment& env, const std::string& text) {
  if (Exists(text) || store::LooksLikePath(text)) return text;
  const store::Store store = TRY(store::Store::Find(env.variable));
  if (auto path = TRY(StoredPath(store, text))) return *std::move(path);
  const auto reference = ReadReference(store, text);
  const std::string shown = store::ShownReference(text);
  if (reference) {
    return Fail(ErrorCode::kNotFound,
                "'" + shown + "' is not in the store; 'bantam pull " + shown + "' fetches it");
  }
  return Fail(reference.error().code,
              "there is no file and no model '" + shown + "': " + reference.error().message);
}

Result<std::string> ResolveOrPull(const Environment& env, const std::string& text) {
  auto path = ResolveModel(env, text);
  if (path || path.error().code != ErrorCode::kNotFound) return path;
  if (!env.in.is_terminal() || !env.err.is_terminal()) return path;
  const auto store = store::Store::Find(env.variable);
  if (!store) return path;
  const auto reference = ReadReference(*store, text);
  if (!reference) return path;
  const std::string what =
      reference->model != nullptr ? " (" + reference->model->title + ")" : std::string();
  const std::string shown = store::ShownReference(text);
  if (!TRY(Ask(env, "'" + shown + "'" + what + " is not here yet. Pull it now?"))) return path;
  store::PullOptions options;
  const store::Pulled pulled = TRY(PullModel(env, *store, *reference, std::move(options)));
  return store->PathOf(pulled.manifest);
}

Result<store::Pulled> PullModel(const Environment& env, const store::Store& store,
                                const store::Reference& reference, store::PullOptions options) {
  InstallInterruptHandler();
  ClearInterrupt();
  if (!reference.note.empty()) Note(env, reference.note);
  const std::string label =
      "Pulling " + (options.name.empty() ? reference.StoreName(reference.quant) : options.name);
  ProgressBar bar(env.err, label, "bytes");
  options.variable = env.variable;
  options.events.on_progress = [&](uint64_t done, uint64_t total) {
    bar.Update(static_cast<double>(done), static_cast<double>(total));
  };
  options.events.on_note = [&](const std::string& text) {
    bar.Clear();
    Note(env, text);
  };
  options.events.cancelled = Interrupted;
  options.check = [&](const std::string& path) { return CheckModel(env, path); };
  auto pulled = store::Pull(store, reference, options);
  bar.Clear();
  if (!pulled && pulled.error().code == ErrorCode::kCancelled) {
    ClearInterrupt();
    return Fail(ErrorCode::kCancelled,
                "stopped; what has come is kept, and the same command goes on from there");
  }
  if (!pulled) return pulled;
  const store::Manifest& manifest = pulled->manifest;
  Note(env, pulled->was_there ? manifest.name + " is here already"
                              : "pulled " + manifest.name + " (" + FormatBytes(manifest.bytes()) +
                                    ", " + Checksum(manifest) + ")");
  return pulled;
}

}  // namespace bantam::cli
