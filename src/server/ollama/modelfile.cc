// Reading and writing recipes.
#include "server/ollama/modelfile.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/json_text.h"
#include "base/quote.h"
#include "server/api/messages.h"
#include "server/api/parameters.h"
#include "server/ollama/blob_sink.h"

namespace bantam::server {
namespace {

Result<void> CheckRecipe(Recipe& recipe) {
  // Ollama's own notation: the model's template says the same, in Jinja.
  if (IsGoTemplate(recipe.chat_template)) recipe.chat_template.clear();
  ReplyOptions options;
  int context = 0;
  TRY(ReadParameters(Fields(recipe.parameters, "parameters."), options, context));
  if (!recipe.messages.items().empty()) TRY(ReadMessages(recipe.messages));
  return {};
}

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // False at the end. Blank lines and comments are skipped.
  bool Next() {
    while (!rest_.empty()) {
      ++number_;
      const size_t end = std::min(rest_.find('\n'), rest_.size());
      std::string_view line = rest_.substr(0, end);
      const size_t begin = std::min(line.find_first_not_of(" \t\r"), line.size());
      if (begin < line.size() && line[begin] != '#') {
        rest_.remove_prefix(begin);
        return true;
      }
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
    }
    return false;
  }

  // The next word of this line.
  std::string_view Word() {
    const size_t end = std::min(rest_.find_first_of(" \t\r\n"), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
    return word;
  }

  // The rest of the line, or what stands in quotes and may go on over lines.
  Result<std::string> Value() {
    for (const std::string_view quotes : {"\"\"\"", "\""}) {
      if (!rest_.starts_with(quotes)) continue;
      const size_t end = rest_.find(quotes, quotes.size());
      if (end == std::string_view::npos) {
        return Fail(ErrorCode::kInvalidArgument,
                    "modelfile: line " + std::to_string(number_) + ": the quotes are not closed");
      }
      std::string value(rest_.substr(quotes.size(), end - quotes.size()));
      number_ += static_cast<int>(std::ranges::count(value, '\n'));
      rest_.remove_prefix(end + quotes.size());
      SkipLine();
      if (quotes.size() == 3 && value.starts_with('\n')) value.erase(0, 1);
      return value;
    }
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string value(rest_.substr(0, end));
    SkipLine();
    value.erase(std::min(value.find_last_not_of(" \t\r") + 1, value.size()));
    return value;
  }

  int number() const { return number_; }

 private:
  void SkipLine() { rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size() - 1) + 1); }

  std::string_view rest_;
  int number_ = 0;
};

// A number, true or false where it is one, else a string.
Json ParameterValue(const std::string& text) {
  size_t bad = 0;
  if (!text.empty() && JsonNumberLength(text, &bad) == text.size()) return Json::NumberText(text);
  if (text == "true" || text == "false") return Json::Bool(text == "true");
  return Json::String(text);
}

void AddParameter(const std::string& name, const std::string& value, Json& parameters) {
  if (name != "stop") return parameters.Set(name, ParameterValue(value));
  Json stops = Json::MakeArray();
  if (const Json* known = parameters.Find("stop")) stops = *known;
  stops.Append(Json::String(value));
  parameters.Set("stop", std::move(stops));
}

}  // namespace

bool IsGoTemplate(std::string_view text) {
  constexpr std::string_view kSigns[] = {"{{ .",    "{{.",       "{{- .",     "{{ if ",
                                         "{{- if ", "{{ range ", "{{- range "};
  return std::ranges::any_of(kSigns, [&](std::string_view sign) { return text.contains(sign); });
}

Result<Recipe> ParseModelfile(std::string_view text) {
  Recipe recipe;
  Lines lines(text);
  while (lines.Next()) {
    const int line = lines.number();
    const std::string command = LowerCase(lines.Word());
    if (command == "from") {
      recipe.from = TRY(lines.Value());
    } else if (command == "system") {
      recipe.system = TRY(lines.Value());
    } else if (command == "template") {
      recipe.chat_template = TRY(lines.Value());
    } else if (command == "license") {
      recipe.license = TRY(lines.Value());
    } else if (command == "parameter") {
      const std::string name(lines.Word());
      AddParameter(name, TRY(lines.Value()), recipe.parameters);
    } else if (command == "message") {
      const std::string role(lines.Word());
      recipe.messages.Append(MessageJson(role, TRY(lines.Value())));
    } else {
      return Fail(ErrorCode::kInvalidArgument, "modelfile: line " + std::to_string(line) + ": " +
                                                   Quote(command) +
                                                   " is not supported (FROM, PARAMETER, SYSTEM, "
                                                   "TEMPLATE, MESSAGE, LICENSE are)");
    }
  }
  return recipe;
}

Result<Recipe> ReadRecipe(const Fields& fields, bool may_lack_from) {
  const Json* draft = TRY(fields.Object("draft_files"));
  if (draft != nullptr && !draft->members().empty()) {
    return fields.Bad("draft_files", "is not supported");
  }
  for (const char* name : {"quantize", "draft_quantize"}) {
    if (!TRY(fields.Text(name)).value_or("").empty()) {
      return fields.Bad(name, "is not supported: upload a file that is quantised");
    }
  }
  Recipe recipe;
  if (const auto text = TRY(fields.Text("modelfile"))) recipe = TRY(ParseModelfile(*text));
  if (const auto from = TRY(fields.Text("from"))) recipe.from = *from;
  if (const auto system = TRY(fields.Text("system"))) recipe.system = *system;
  if (const auto text = TRY(fields.Text("template"))) recipe.chat_template = *text;
  if (const Json* parameters = TRY(fields.Object("parameters"))) recipe.parameters = *parameters;
  if (const Json* messages = TRY(fields.Array("messages"))) recipe.messages = *messages;
  for (const std::string& text : TRY(fields.Texts("license"))) {
    recipe.license += (recipe.license.empty() ? "" : "\n") + text;
  }
  if (recipe.from.empty() && !may_lack_from) {
    return BadField("from", "must name the model to start from");
  }
  TRY(CheckRecipe(recipe));
  return recipe;
}

Result<std::vector<store::GivenFile>> ReadGivenFiles(const Fields& fields, const char* name) {
  constexpr size_t kMaxFiles = 1024;
  std::vector<store::GivenFile> files;
  const Json* object = TRY(fields.Object(name));
  if (object == nullptr) return files;
  if (object->members().size() > kMaxFiles) return fields.Bad(name, "has more than 1,024 files");
  for (const auto& [file, digest] : object->members()) {
    if (!digest.is_string()) {
      return fields.Bad(name, "must be names with digests, not " + Shown(digest));
    }
    auto digits = DigestOf(digest.AsString());
    if (!digits) return fields.Bad(name, digits.error().message);
    files.push_back({file, *std::move(digits)});
  }
  return files;
}

std::string ModelfileText(const ModelEntry& entry) {
  const Recipe& recipe = entry.recipe;
  std::string text = "FROM " + (entry.has_recipe ? recipe.from : entry.name) + "\n";
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text += std::string(name) + " \"\"\"" + value + "\"\"\"\n";
  };
  add("TEMPLATE", recipe.chat_template);
  add("SYSTEM", recipe.system);
  for (const auto& [key, value] : recipe.parameters.members()) {
    if (!value.is_array()) {
      text +=
          "PARAMETER " + key + " " + (value.is_string() ? value.AsString() : value.Dump()) + "\n";
      continue;
    }
    for (const Json& item : value.items()) text += "PARAMETER " + key + " " + item.Dump() + "\n";
  }
  for (const Json& message : recipe.messages.items()) {
    const Json* role = message.Find("role");
    const Json* content = message.Find("content");
    if (role == nullptr || content == nullptr || !role->is_string() || !content->is_string()) {
      continue;
    }
    text += "MESSAGE " + role->AsString() + " \"\"\"" + content->AsString() + "\"\"\"\n";
  }
  add("LICENSE", recipe.license);
  return text;
}

std::string ParametersText(const Json& parameters) {
  std::string text;
  const auto add = [&text](const std::string& key, const Json& value) {
    text += (text.empty() ? "" : "\n") + key +
            std::string(key.size() < 30 ? 31 - key.size() : 1, ' ') + value.Dump();
  };
  for (const auto& [key, value] : parameters.members()) {
    if (!value.is_array()) {
      add(key, value);
      continue;
    }
    for (const Json& item : value.items()) add(key, item);
  }
  return text;
}

}  // namespace bantam::server
