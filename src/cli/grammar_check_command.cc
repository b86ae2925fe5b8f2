// bantam grammar check: which texts have a shape, and where the others lose it.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/engine_setup.h"
#include "cli/format_text.h"
#include "cli/grammar_commands.h"
#include "cli/mask_stats.h"

namespace bantam::cli {
namespace {

struct CheckOptions {
  ShapeOptions shape;
  std::string model_path;
  bool mask_stats = false;
  bool json_lines = false;
};

void Declare(ArgParser& parser, CheckOptions& options) {
  parser.AddSection("The shape (one of them)");
  AddShapeOptions(parser, options.shape);
  options.shape.spec.plain_numbers = false;
  options.shape.spec.listed_members = false;
  AddCopyFromOption(parser, options.shape);
  parser.AddSection("The texts");
  parser.AddFlag("--json-lines",
                 "each line is a JSON string that holds the text, which\n"
                 "then may have newlines",
                 [&options] { options.json_lines = true; });
  parser.AddSection("Masks");
  parser.AddOption("--model", "FILE", "GGUF file whose tokens --mask-stats is about",
                   StoreString(options.model_path));
  parser.AddFlag("--mask-stats",
                 "microseconds of each token's mask, caches empty at the\n"
                 "beginning of each text, and the bytes of the shortest\n"
                 "completion there; a summary in the last line",
                 [&options] { options.mask_stats = true; });
  parser.AddExample("bantam grammar check --json-schema person.json < documents.jsonl");
  parser.AddExample("bantam grammar check --regex '[0-9]{3}-[0-9]{4}' < numbers.txt");
  parser.AddExample("bantam grammar check --grammar list.gbnf --json-lines < texts.jsonl");
  parser.AddExample(
      "bantam grammar check --json --model model.gguf --mask-stats < documents.jsonl");
}

constexpr std::string_view kJsonSpace = " \t\r\n";
constexpr std::string_view kLimit =
    "what comes there cannot be decided within the limits of matching";

// The part of a line's answer that says whether the text has the shape; it begins at byte `begin`
// of the line.
std::string Verdict(ShapeReader& reader, std::string_view text, size_t begin) {
  size_t offset = 0;
  while (offset < text.size() && reader.Push(static_cast<uint8_t>(text[offset]))) ++offset;
  if (offset == text.size() && reader.Accepting()) return "{\"accepted\":true";
  std::string out =
      "{\"accepted\":false,\"offset\":" + std::to_string(begin + offset) + ",\"expected\":[";
  const bool limited = reader.Limited();  // of the byte that was just refused
  bool first = true;
  for (const std::string& expected : reader.Expected()) {
    out += (std::exchange(first, false) ? "" : ",") + JsonQuote(expected);
  }
  out += "]";
  if (limited) out += ",\"limit\":" + JsonQuote(kLimit);
  return out;
}

template <typename T>
std::string Join(const std::vector<T>& numbers, std::string (*format)(T)) {
  std::string out = "[";
  for (const T number : numbers) out += (out.size() > 1 ? "," : "") + format(number);
  return out + "]";
}

class Checker {
 public:
  Checker(const Environment& env, std::shared_ptr<const Shape> shape, std::optional<ShapeSpec> spec,
          std::shared_ptr<const Model> model)
      : env_(env), shape_(std::move(shape)), spec_(std::move(spec)), model_(std::move(model)) {}

  Result<void> Check(std::string_view text) {
    // White space around a JSON document is no part of it.
    const ShapeSpec::Kind kind = shape_->kind();
    const bool json = kind == ShapeSpec::Kind::kJson || kind == ShapeSpec::Kind::kJsonSchema;
    const size_t begin = json ? std::min(text.find_first_not_of(kJsonSpace), text.size()) : 0;
    if (json) text = text.substr(0, std::max(text.find_last_not_of(kJsonSpace) + 1, begin));
    text.remove_prefix(begin);
    std::string line = Verdict(*env_.backend.start_reader(shape_), text, begin);
    if (model_ != nullptr && spec_) line += TRY(Measure(*spec_, text));
    env_.out.Write(line + "}\n");
    return {};
  }

  std::string Summary() const {
    return "{\"masks\":" + std::to_string(mask_us_.size()) +
           ",\"mask_us\":" + QuantilesJson(mask_us_) +
           ",\"first_mask_us\":" + QuantilesJson(first_us_) +
           ",\"compile_us\":" + QuantilesJson(compile_us_) + "}\n";
  }

 private:
  // Compiles the shape anew, so that its caches are empty.
  Result<std::string> Measure(const ShapeSpec& spec, std::string_view text) {
    const double start = ThreadMicroseconds();
    auto fresh = TRY(env_.backend.compile_shape(spec));
    const double compile_us = ThreadMicroseconds() - start;
    const MaskTrace trace = TRY(TraceMasks(env_, std::move(fresh), model_, text));
    compile_us_.push_back(compile_us);
    first_us_.push_back(trace.mask_us.front());
    mask_us_.insert(mask_us_.end(), trace.mask_us.begin(), trace.mask_us.end());
    return ",\"by_masks\":" + std::string(trace.accepted ? "true" : "false") +
           ",\"compile_us\":" + Number(compile_us) +
           ",\"mask_us\":" + Join<double>(trace.mask_us, Number) + ",\"completion_bytes\":" +
           Join<uint32_t>(trace.completion_bytes, [](uint32_t n) { return std::to_string(n); });
  }

  static std::string Number(double us) { return FormatFixed(us, 3); }

  const Environment& env_;
  std::shared_ptr<const Shape> shape_;
  std::optional<ShapeSpec> spec_;
  std::shared_ptr<const Model> model_;  // null: no measurements
  std::vector<double> mask_us_;
  std::vector<double> first_us_;
  std::vector<double> compile_us_;
};

Result<std::string> TextOf(std::string_view line, bool json, size_t number) {
  if (!json) return std::string(line);
  const Result<Json> value = Json::Parse(line);
  if (value && value->is_string()) return value->AsString();
  return Fail(ErrorCode::kInvalidArgument, "line " + std::to_string(number) +
                                               ": expected a JSON string" +
                                               (value ? "" : ": " + value.error().message));
}

Result<void> CheckLines(const Environment& env, const CheckOptions& options, Checker& checker) {
  const std::string input = TRY(env.in.ReadAll());
  std::string_view rest = input;
  for (size_t number = 1; !rest.empty() && env.out.ok(); ++number) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string text = TRY(TextOf(rest.substr(0, end), options.json_lines, number));
    TRY(checker.Check(text));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

}  // namespace

Result<int> GrammarCheckCommand(const Environment& env, std::span<const std::string> args) {
  CheckOptions options;
  ArgParser parser("grammar check", "which lines of standard input have a shape");
  Declare(parser, options);
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (options.mask_stats != !options.model_path.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "--mask-stats and --model FILE go together");
  }
  auto shape = TRY(RequireShape(env, options.shape));
  std::optional<ShapeSpec> spec = TRY(ReadShapeSpec(options.shape));
  std::shared_ptr<const Model> model;
  if (options.mask_stats) {
    model = TRY(LoadVocabulary(env, options.model_path));
    // What is made once for a model is no part of the figures.
    TRY(env.backend.start_writer(shape, model, 1 << 30));
  }
  Checker checker(env, std::move(shape), std::move(spec), std::move(model));
  TRY(CheckLines(env, options, checker));
  if (options.mask_stats) env.out.Write(checker.Summary());
  return 0;
}

}  // namespace bantam::cli
