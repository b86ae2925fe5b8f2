// Pull: from what a person wrote to a model in the store.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"
#include "store/catalogue.h"
#include "store/manifest.h"
#include "store/patience.h"
#include "store/reference.h"
#include "store/store.h"

namespace bantam::store {

struct PullOptions {
  std::string name;      // in the store; empty: the reference's own
  bool replace = false;  // another model that has the name
  std::string sha256;    // that the (one) file must have; empty: what its publisher says;
                         // in any letter case
  // Whether files can be run, by the path of the first or of their folder. What cannot does not
  // take the place of what can; without such a place it is kept.
  std::function<Result<void>(const std::string& path)> check;
  Variables variable;  // HF_ENDPOINT, HF_TOKEN, proxies, …
  std::string user_agent = "bantam";
  PullEvents events;
};

struct Pulled {
  Manifest manifest;
  bool was_there = false;  // nothing had to be fetched
};

// Looks in the reference's places one after the other until one has the model; notes say why one
// had not. Fails with the last place's error, or with all of them where there were several.
Result<Pulled> Pull(const Store& store, const Reference& reference, const PullOptions& options);

// The manifest of what `text` names, if it is in the store: a name in it, or anything
// ParseReference understands; of a repository also what its conversion ("-GGUF") gave. A link finds
// only what came from there: a file's that file, in the revision it names. A repository without a
// quantisation is the one that Pull takes if that is there, else the only one; several:
// kInvalidArgument, listing them.
Result<std::optional<Manifest>> FindStored(const Store& store, std::string_view text,
                                           const Catalogue& catalogue);

}  // namespace bantam::store
