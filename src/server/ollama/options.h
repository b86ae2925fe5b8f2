// Options: how Ollama's clients say which model is meant, how it replies and how long it stays.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "base/json.h"
#include "server/api/fields.h"
#include "server/api/reply.h"

namespace bantam::server {

// Ollama's own defaults.
ReplyOptions OllamaDefaults();

// "model", or "name" as older clients say. Fails if neither is given.
Result<std::string> ReadModelName(const Fields& fields);

// `keep_alive`: seconds, or a duration ("5m", "1h30m", "-1"); nothing if not given. Negative: for
// ever.
Result<std::optional<double>> ReadKeepAlive(const Fields& fields);

// "1h30m", "300ms", "-1", "10": seconds. Nothing if it is no duration.
std::optional<double> ParseDuration(std::string_view text);

}  // namespace bantam::server
