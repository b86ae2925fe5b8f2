// The store as the commands see it: from what a person wrote to a path that can be opened.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "cli/environment.h"
#include "store/manifest.h"
#include "store/patience.h"
#include "store/pull.h"
#include "store/store.h"

namespace bantam::cli {

// The path of a model: `text` itself if there is such a file or folder or it looks like a path,
// else that of the model the store has under this name. Fails with kNotFound, saying which command
// fetches it or what was perhaps meant.
Result<std::string> ResolveModel(const Environment& env, const std::string& text);

// The same, but offers to pull what is missing if there is somebody to ask.
Result<std::string> ResolveOrPull(const Environment& env, const std::string& text);

// Pulls with a progress bar and notes on env.err. Ctrl-C stops it, and what has come is kept.
Result<store::Pulled> PullModel(const Environment& env, const store::Store& store,
                                const store::Reference& reference, store::PullOptions options);

// Whether files are a model that this program can open: with weights, whose tensors are looked at,
// and a vocabulary.
Result<void> CheckModel(const Environment& env, const std::string& path);

// A name for people who misspelt one: of the store or the catalogue; empty if none is close.
std::string SuggestModel(const store::Store& store, std::string_view text);

// What a person wrote as a reference; errors suggest names.
Result<store::Reference> ReadReference(const store::Store& store, const std::string& text);

}  // namespace bantam::cli
