// Hub: asks a model hub which files a repository has, and where they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "store/catalogue.h"
#include "store/manifest.h"
#include "store/patience.h"
#include "store/reference.h"
#include "store/store.h"

namespace bantam::store {

// A file to download.
struct RemoteFile {
  std::string name;  // a plain file name, or that of a file of a folder (IsFolderFileName)
  std::string url;
  std::optional<uint64_t> bytes;
  std::string sha256;  // empty if nobody publishes it
  bool fixed = false;  // the URL names a commit: its bytes never change
};

// A URL without its query, which may hold secrets and changes while the file stays the same.
std::string WithoutQuery(const std::string& url);

// All of a model, at one place.
struct RemoteModel {
  std::vector<RemoteFile> files;
  std::string token;             // for the files' origin
  std::string repository;        // in the hub's own letter case; empty for a URL
  std::optional<Origin> origin;  // of the first file; nothing for a URL
  std::string licence;
  std::string quant;
  bool folder = false;  // a folder as Hugging Face publishes models: config.json, safetensors, …
};

// A place where a model may be: its name for people, and where to ask.
struct Place {
  Hub hub = Hub::kHuggingFace;
  std::string endpoint;    // "https://huggingface.co", without '/' at its end
  std::string repository;  // or
  std::string url;
  bool with_token = false;

  std::string Describe() const;  // "huggingface.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF"
};

// HF_TOKEN, else HUGGING_FACE_HUB_TOKEN; empty if neither is set. Fails with kInvalidArgument for
// what is no token.
Result<std::string> HubToken(const Variables& variable);

// The hosts of HF_ENDPOINT, if it is set: redirects may lead there.
std::vector<std::string> TrustedHosts(const Variables& variable);

// Where to look for what is referred to, in order. HF_ENDPOINT replaces Hugging Face and its
// mirror, and ModelScope too: who names a hub means that hub. Fails with kInvalidArgument for an
// HF_ENDPOINT that is no URL.
Result<std::vector<Place>> PlacesFor(const Reference& reference, const Variables& variable);

// The files to fetch from a place. Without GGUF files in a repository, that of the same name with
// "-GGUF" is asked, and then the repository taken as a folder of safetensors. Asks the network.
Result<RemoteModel> Locate(const Reference& reference, const Place& place,
                           const net::HttpClient& client, const Variables& variable,
                           const PullEvents& events);

// The error for a status other than 2xx. `place` and `url` are for its message.
Error StatusError(const net::HttpHop& answer, bool had_token);

// The seconds that a variable of the environment names, or else `otherwise`. Fails with
// kInvalidArgument, naming it, for what is no number from `least` to `most`.
Result<double> SecondsIn(const Variables& variable, const char* name, int least, int most,
                         int otherwise);

// The first wait between tries, from BANTAM_RETRY_SECONDS.
Result<double> FirstWait(const Variables& variable);

}  // namespace bantam::store
