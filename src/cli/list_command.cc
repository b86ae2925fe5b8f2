// bantam list: what the store has, or what has a short name.
#include <algorithm>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/format_text.h"
#include "cli/interrupt.h"
#include "cli/model_store.h"
#include "cli/progress_bar.h"
#include "store/catalogue.h"
#include "store/upkeep.h"

namespace bantam::cli {
namespace {

std::string Day(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  char text[16] = "";
  if (gmtime_r(&time, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d", &parts);
  return text;
}

Json ModelJson(const store::Store& store, const store::Manifest& model) {
  const auto path = store.PathOf(model);
  Json json = Json::MakeObject();
  json.Set("name", Json::String(model.name));
  json.Set("bytes", Json::Int(static_cast<int64_t>(model.bytes())));
  json.Set("path", path ? Json::String(*path) : Json());
  // Of several files none stands for the model.
  json.Set("sha256", model.files.size() == 1 ? Json::String(model.files[0].sha256) : Json());
  json.Set("checksum", Json::String(model.published ? "published" : "computed"));
  json.Set("source", Json::String(model.source));
  json.Set("licence", model.licence.empty() ? Json() : Json::String(model.licence));
  json.Set("added", Json::Int(model.added_s));
  return json;
}

void WriteTable(const Environment& env, const std::vector<store::Manifest>& models) {
  size_t width = 4;
  for (const store::Manifest& model : models) width = std::max(width, model.name.size());
  std::string out;
  if (!models.empty())
    out = PadRight("name", width) + PadLeft("size", 12) + "  added       licence\n";
  for (const store::Manifest& model : models) {
    out += PadRight(model.name, width) + PadLeft(FormatBytes(model.bytes()), 12) + "  " +
           PadRight(Day(model.added_s), 12) + model.licence + "\n";
  }
  env.out.WriteUntrusted(out);
}

void WriteAvailable(const Environment& env, bool as_json) {
  Json list = Json::MakeArray();
  std::string out;
  for (const store::CatalogueModel& model : store::Catalogue::BuiltIn().models()) {
    Json json = Json::MakeObject();
    json.Set("name", Json::String(model.name));
    json.Set("title", Json::String(model.title));
    json.Set("model", Json::String(model.model));
    json.Set("quant", Json::String(model.quant));
    json.Set("megabytes", Json::Int(static_cast<int64_t>(model.megabytes)));
    json.Set("licence", Json::String(model.licence));
    list.Append(std::move(json));
    out += PadRight(model.name, 22) + PadRight(model.title, 32) + PadRight(model.quant, 8) +
           PadLeft(FormatBytes(model.megabytes * 1'000'000), 10) + "  " + model.licence + "\n";
  }
  env.out.Write(as_json ? list.Dump(2) + "\n" : out);
}

Result<int> Verify(const Environment& env, const store::Store& store,
                   const std::vector<store::Manifest>& models) {
  InstallInterruptHandler();
  uint64_t total = 0;
  for (const store::Manifest& model : models) total += model.bytes();
  uint64_t before = 0;
  int wrong = 0;
  for (const store::Manifest& model : models) {
    ProgressBar bar(env.err, "Reading " + model.name, "bytes");
    const auto checked = store::Verify(
        store, model,
        [&](uint64_t done) {
          bar.Update(static_cast<double>(before + done), static_cast<double>(total));
        },
        Interrupted);
    bar.Clear();
    if (!checked && checked.error().code == ErrorCode::kCancelled) {
      return std::unexpected(checked.error());
    }
    if (!checked) ++wrong;
    env.out.WriteUntrusted(model.name + ": " + (checked ? "good" : checked.error().message) + "\n");
    env.out.Flush();
    before += model.bytes();
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace

Result<int> ListCommand(const Environment& env, std::span<const std::string> args) {
  bool as_json = false;
  bool available = false;
  bool verify = false;
  ArgParser parser("list", "the models that are kept");
  parser.AddFlag("--available", "the models that have short names instead",
                 [&] { available = true; });
  parser.AddFlag("--verify", "read every file and compare its SHA-256", [&] { verify = true; });
  parser.AddFlag("--json", "as a JSON array, with paths and checksums", [&] { as_json = true; });
  parser.AddExample("bantam list");
  parser.AddExample("bantam list --available");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (available) {
    WriteAvailable(env, as_json);
    return 0;
  }
  const store::Store store = TRY(store::Store::Find(env.variable));
  std::vector<std::string> warnings;
  const std::vector<store::Manifest> models = TRY(store.List(warnings));
  for (const std::string& warning : warnings) env.err.WriteUntrusted("bantam: " + warning + "\n");
  if (verify) return Verify(env, store, models);
  if (as_json) {
    Json list = Json::MakeArray();
    for (const store::Manifest& model : models) list.Append(ModelJson(store, model));
    env.out.Write(list.Dump(2) + "\n");
    return 0;
  }
  WriteTable(env, models);
  if (models.empty()) env.err.Write("bantam: none yet; 'bantam list --available' lists some\n");
  const store::Leftovers left = store::FindLeftovers(store);
  if (left.count > 0) {
    env.err.Write("bantam: and " + std::to_string(left.count) + " unfinished file(s), " +
                  FormatBytes(left.bytes) +
                  ": pulling again goes on with them, 'bantam rm "
                  "--unfinished' removes them\n");
  }
  return 0;
}

}  // namespace bantam::cli
