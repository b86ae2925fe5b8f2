// The table of reply parameters.
#include "cli/parameters.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "cli/format_text.h"
#include "cli/suggest.h"
#include "cli/values.h"

namespace bantam::cli {
namespace {

template <float SamplingParams::* member>
Result<void> SetFloat(ReplySettings& settings, std::string_view text) {
  settings.sampling.*member = TRY(ParseFloat(text));
  return {};
}

template <float SamplingParams::* member>
std::string GetFloat(const ReplySettings& settings) {
  return FormatFloat(settings.sampling.*member);
}

template <int SamplingParams::* member>
Result<void> SetInt(ReplySettings& settings, std::string_view text) {
  settings.sampling.*member = TRY(ParseInt(text));
  return {};
}

template <int SamplingParams::* member>
std::string GetInt(const ReplySettings& settings) {
  return std::to_string(settings.sampling.*member);
}

Result<void> SetSeed(ReplySettings& settings, std::string_view text) {
  if (text == "-1" || text == "random") {  // llama.cpp's way to say: any
    settings.sampling.seed.reset();
  } else {
    settings.sampling.seed = TRY(ParseUint64(text));
  }
  return {};
}

std::string GetSeed(const ReplySettings& settings) {
  const auto& seed = settings.sampling.seed;
  return seed ? std::to_string(*seed) : "random";
}

Result<void> SetMaxTokens(ReplySettings& settings, std::string_view text) {
  settings.max_tokens = TRY(ParseInt(text, -1));
  return {};
}

constexpr std::pair<std::string_view, TrimMode> kTrimModes[] = {
    {"oldest", TrimMode::kOldest}, {"relevant", TrimMode::kRelevant}, {"error", TrimMode::kError}};

Result<void> SetTrim(ReplySettings& settings, std::string_view text) {
  for (const auto& [name, mode] : kTrimModes) {
    if (text != name) continue;
    settings.trim = mode;
    return {};
  }
  return Fail(ErrorCode::kInvalidArgument, "expected oldest, relevant or error");
}

std::string GetTrim(const ReplySettings& settings) {
  for (const auto& [name, mode] : kTrimModes) {
    if (settings.trim == mode) return std::string(name);
  }
  return "";
}

Result<void> AddStop(ReplySettings& settings, std::string_view text) {
  if (text.empty()) return Fail(ErrorCode::kInvalidArgument, "a stop string must not be empty");
  settings.stop.emplace_back(text);
  return {};
}

std::string GetStop(const ReplySettings& settings) {
  std::string out;
  for (const std::string& stop : settings.stop) out += (out.empty() ? "" : " ") + JsonQuote(stop);
  return out.empty() ? "none" : out;
}

// ID=BIAS, or llama.cpp's ID+BIAS and ID-BIAS. `-inf` or `false` forbids the token.
Result<void> AddLogitBias(ReplySettings& settings, std::string_view text) {
  const size_t sign = text.find_first_of("=+-");
  if (sign == std::string_view::npos || sign == 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "expected ID=BIAS (15043=-1.5), got '" + std::string(text) + "'");
  }
  const int id = TRY(ParseInt(text.substr(0, sign), 0));
  const std::string_view value = text.substr(sign + (text[sign] == '=' ? 1 : 0));
  const float bias =
      value == "false" ? -std::numeric_limits<float>::infinity() : TRY(ParseFloat(value));
  auto& biases = settings.sampling.logit_bias;
  std::erase_if(biases, [id](const auto& entry) { return entry.first == id; });
  biases.emplace_back(id, bias);
  return {};
}

std::string GetLogitBias(const ReplySettings& settings) {
  std::string out;
  for (const auto& [id, bias] : settings.sampling.logit_bias) {
    const std::string value =
        bias < std::numeric_limits<float>::lowest() ? "-inf" : FormatFloat(bias);
    out += (out.empty() ? "" : " ") + std::to_string(id) + "=" + value;
  }
  return out.empty() ? "none" : out;
}

Result<void> SetLanguage(ReplySettings& settings, std::string_view text) {
  settings.language = TRY(ParseLanguage(text));
  return {};
}

std::string GetLanguage(const ReplySettings& settings) {
  return settings.language == nullptr ? "any" : std::string(settings.language->code);
}

using S = SamplingParams;

constexpr Parameter kParameters[] = {
    {"temperature", "--temperature,--temp", "temp", "T", "0: always the likeliest token", false,
     SetFloat<&S::temperature>, GetFloat<&S::temperature>, nullptr},
    {"top-k", "--top-k", "", "K", "choose among the K likeliest tokens; 0: off", false,
     SetInt<&S::top_k>, GetInt<&S::top_k>, nullptr},
    {"top-p", "--top-p", "", "P", "… among the likeliest that make up P; 1: off", false,
     SetFloat<&S::top_p>, GetFloat<&S::top_p>, nullptr},
    {"min-p", "--min-p", "", "P", "… at least P times as likely as the best; 0: off", false,
     SetFloat<&S::min_p>, GetFloat<&S::min_p>, nullptr},
    {"typical-p", "--typical-p,--typical", "typical", "P", "locally typical sampling; 1: off",
     false, SetFloat<&S::typical_p>, GetFloat<&S::typical_p>, nullptr},
    {"repeat-penalty", "--repeat-penalty", "", "X", "divide what was said before by X; 1: off",
     false, SetFloat<&S::repeat_penalty>, GetFloat<&S::repeat_penalty>, nullptr},
    {"presence-penalty", "--presence-penalty", "", "X", "subtract X if said before; 0: off", false,
     SetFloat<&S::presence_penalty>, GetFloat<&S::presence_penalty>, nullptr},
    {"frequency-penalty", "--frequency-penalty", "", "X",
     "subtract X for each time said before; 0: off", false, SetFloat<&S::frequency_penalty>,
     GetFloat<&S::frequency_penalty>, nullptr},
    {"repeat-last-n", "--repeat-last-n", "", "N", "tokens the penalties look back on; -1: all",
     false, SetInt<&S::repeat_last_n>, GetInt<&S::repeat_last_n>, nullptr},
    {"logit-bias", "--logit-bias", "", "ID=BIAS",
     "make a token likelier or, with -inf, impossible (repeatable)", true, AddLogitBias,
     GetLogitBias, [](ReplySettings& settings) { settings.sampling.logit_bias.clear(); }},
    {"seed", "--seed,-s", "", "N", "same seed, same answer; -1: a new one each time", false,
     SetSeed, GetSeed, nullptr},
    {"max-tokens", "--max-tokens,-n,--n-predict", "n-predict num-predict", "N",
     "longest reply; -1: until the context is full", false, SetMaxTokens,
     [](const ReplySettings& settings) { return std::to_string(settings.max_tokens); }, nullptr},
    {"trim", "--trim", "", "oldest|relevant|error",
     "what a chat longer than the context loses: its oldest turns, what\n"
     "has least to do with the question, or nothing",
     false, SetTrim, GetTrim, nullptr},
    {"reply-language", "--reply-language", "", "CODE",
     "with letters of this language only: zh, en, …", false, SetLanguage, GetLanguage, nullptr},
    {"stop", "--stop,-r", "", "TEXT", "end the reply before TEXT (repeatable)", true, AddStop,
     GetStop, [](ReplySettings& settings) { settings.stop.clear(); }},
};

// "top_k": "top-k"
std::string Dashed(std::string_view name) {
  std::string dashed(name);
  std::ranges::replace(dashed, '_', '-');
  return dashed;
}

bool AmongNames(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    const size_t space = std::min(names.find(' '), names.size());
    if (names.substr(0, space) == name) return true;
    names.remove_prefix(std::min(space + 1, names.size()));
  }
  return false;
}

}  // namespace

Result<const Language*> ParseLanguage(std::string_view text) {
  if (text == "any") return nullptr;
  if (const Language* language = FindLanguage(text)) return language;
  std::string codes;
  for (const Language& language : Languages()) codes += " " + std::string(language.code);
  return Fail(ErrorCode::kInvalidArgument,
              "expected any or one of" + codes + ", got '" + std::string(text) + "'");
}

std::span<const Parameter> Parameters() {
  return kParameters;
}

const Parameter* FindParameter(std::string_view name) {
  const std::string dashed = Dashed(name);
  for (const Parameter& parameter : kParameters) {
    if (dashed == parameter.name || AmongNames(parameter.other_names, dashed)) return &parameter;
  }
  return nullptr;
}

void AddParameterOptions(ArgParser& parser, ReplySettings& settings) {
  for (const Parameter& parameter : kParameters) {
    std::string help = parameter.help;
    if (!parameter.repeats) help += " (default " + parameter.get(ReplySettings()) + ")";
    parser.AddOption(parameter.option_names, parameter.value_name, std::move(help),
                     [&parameter, &settings](std::string_view value) -> Result<void> {
                       settings.given.emplace_back(parameter.name);
                       return parameter.set(settings, value);
                     });
  }
  parser.AddFlag("--ignore-end,--ignore-eos", "go on past the model's end of text",
                 [&settings] { settings.ignore_end = true; });
}

void ApplySuggested(SuggestedSampling suggested, ReplySettings& settings) {
  const auto drop_given = [&settings](const char* name, auto& value) {
    if (std::ranges::find(settings.given, Dashed(name)) != settings.given.end()) value.reset();
  };
  SuggestedSampling::Each(drop_given, suggested);
  Apply(suggested, settings.sampling);
}

std::string DescribeSuggested(const SuggestedSampling& suggested) {
  std::string out;
  const auto add = [&out](const char* name, const auto& value) {
    if (!value) return;
    out += (out.empty() ? "" : ", ") + Dashed(name) + " " + FormatFloat(static_cast<float>(*value));
  };
  SuggestedSampling::Each(add, suggested);
  return out;
}

void AddGenerationConfigOption(ArgParser& parser, bool& suggested) {
  parser.AddOption("--generation-config", "auto|none",
                   "auto: what the model's makers suggest (generation_config.json or the\n"
                   "GGUF file's keys) stands where nothing is said (auto)",
                   [&suggested](std::string_view value) -> Result<void> {
                     if (value != "auto" && value != "none" && value != "vllm") {
                       return Fail(ErrorCode::kInvalidArgument,
                                   "expected auto or none, got '" + std::string(value) + "'");
                     }
                     suggested = value == "auto";
                     return {};
                   });
}

Result<ReplySettings> WithParameter(const ReplySettings& settings, std::string_view name,
                                    std::string_view value, const Validator& validate) {
  const Parameter* parameter = FindParameter(name);
  if (parameter == nullptr) {
    std::vector<std::string> names;
    for (const Parameter& known : kParameters) names.emplace_back(known.name);
    const std::string closest = Closest(name, names);
    return Fail(ErrorCode::kInvalidArgument,
                "there is no parameter '" + std::string(name) + "'" +
                    (closest.empty() ? "" : "; did you mean '" + closest + "'?"));
  }
  ReplySettings changed = settings;
  std::vector<std::string> words = SplitWords(value);
  if (parameter->repeats) {
    parameter->clear(changed);
    if (words.size() == 1 && (words[0] == "none" || words[0] == "off")) words.clear();
  } else if (words.size() != 1) {
    return Fail(ErrorCode::kInvalidArgument, std::string(parameter->name) + " takes one value");
  }
  for (const std::string& word : words) {
    auto set = parameter->set(changed, word);
    if (!set) {
      return Fail(set.error().code, std::string(parameter->name) + ": " + set.error().message);
    }
  }
  TRY(validate(changed.sampling));
  return changed;
}

std::string DescribeParameters(const ReplySettings& settings) {
  std::string out;
  for (const Parameter& parameter : kParameters) {
    out += "  " + PadRight(parameter.name, 19) + parameter.get(settings) + "\n";
  }
  return out;
}

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == ' ' || text[at] == '\t' || text[at] == '\n') {
      ++at;
      continue;
    }
    std::string word;
    bool quoted = false;
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (c == '"') {
        quoted = !quoted;
      } else if (quoted && c == '\\' && at + 1 < text.size() &&
                 (text[at + 1] == '"' || text[at + 1] == '\\')) {
        word.push_back(text[++at]);
      } else if (!quoted && (c == ' ' || c == '\t' || c == '\n')) {
        break;
      } else {
        word.push_back(c);
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace bantam::cli
