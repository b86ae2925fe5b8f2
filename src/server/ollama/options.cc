// Options and durations.
#include "server/ollama/options.h"

#include <cmath>

#include "base/check.h"
#include "base/parse_double.h"

namespace bantam::server {

ReplyOptions OllamaDefaults() {
  ReplyOptions options;
  options.sampling.temperature = 0.8F;
  options.sampling.top_k = 40;
  options.sampling.top_p = 0.9F;
  options.sampling.min_p = 0;
  options.sampling.repeat_penalty = 1.1F;
  options.sampling.repeat_last_n = 64;
  return options;
}

Result<std::string> ReadModelName(const Fields& fields) {
  auto name = TRY(fields.Text("model"));
  if (!name) name = TRY(fields.Text("name"));
  if (!name || name->empty()) return fields.Bad("model", "must be given");
  return *name;
}

std::optional<double> ParseDuration(std::string_view text) {
  bool negative = false;
  if (text.starts_with('-')) {
    negative = true;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  while (!text.empty()) {
    const size_t n = text.find_first_not_of("0123456789.");
    const auto number = ParseDouble(text.substr(0, n));
    if (!number) return std::nullopt;
    text.remove_prefix(std::min(n, text.size()));
    const size_t end = std::min(text.find_first_of("0123456789."), text.size());
    const std::string_view unit = text.substr(0, end);
    text.remove_prefix(end);
    double scale = 0;
    if (unit.empty() || unit == "s") scale = 1;
    if (unit == "h") scale = 3600;
    if (unit == "m") scale = 60;
    if (unit == "ms") scale = 1e-3;
    if (unit == "us" || unit == "\xC2\xB5s") scale = 1e-6;
    if (unit == "ns") scale = 1e-9;
    if (scale == 0) return std::nullopt;
    seconds += *number * scale;
  }
  return negative ? -seconds : seconds;
}

Result<std::optional<double>> ReadKeepAlive(const Fields& fields) {
  const Json* value = fields.Get("keep_alive");
  if (value == nullptr) return std::nullopt;
  std::optional<double> seconds;
  if (value->is_number()) seconds = value->AsDouble();
  if (value->is_string()) seconds = ParseDuration(value->AsString());
  if (!seconds || !std::isfinite(*seconds)) {
    return fields.Bad("keep_alive",
                      "must be seconds or a duration as \"5m\", not " + Shown(*value));
  }
  return seconds;
}

}  // namespace bantam::server
