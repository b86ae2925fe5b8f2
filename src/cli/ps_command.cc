// bantam ps: which programs use a model now.
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/json.h"
#include "base/small_file.h"
#include "cli/commands.h"
#include "cli/format_text.h"
#include "cli/input.h"
#include "cli/model_store.h"

namespace bantam::cli {
namespace {

struct Process {
  int pid = 0;
  std::string command;  // "run"
  std::set<std::string> models;
  uint64_t resident_bytes = 0;
};

// Paths of blobs → names of the models that have them.
std::map<std::string, std::string> NamesOfBlobs(const Environment& env) {
  std::map<std::string, std::string> names;
  const auto store = store::Store::Find(env.variable);
  if (!store) return names;
  std::vector<std::string> warnings;
  const auto models = store->List(warnings);
  if (!models) return names;
  for (const store::Manifest& model : *models) {
    for (const store::StoredFile& file : model.files) {
      std::error_code ignored;
      const auto path = std::filesystem::canonical(store->BlobPath(file.sha256), ignored);
      if (!ignored) names.try_emplace(path.string(), model.name);
    }
  }
  return names;
}

// The files a process has mapped that are models: of the store, or by their name.
std::set<std::string> MappedModels(const std::string& directory,
                                   const std::map<std::string, std::string>& names) {
  constexpr size_t kMaxMaps = size_t{8} << 20;
  std::set<std::string> models;
  const auto maps = ReadTextFile(directory + "/maps", kMaxMaps);
  if (!maps) return models;
  std::string_view rest = *maps;
  while (!rest.empty()) {
    const std::string_view line = NextLine(rest);
    const size_t slash = line.find('/');
    if (slash == std::string_view::npos) continue;
    const std::string path(line.substr(slash));
    const auto stored = names.find(path);
    if (stored != names.end()) models.insert(stored->second);
    if (stored == names.end() && (path.ends_with(".gguf") || path.ends_with(".safetensors"))) {
      models.insert(path);
    }
  }
  return models;
}

std::vector<Process> FindProcesses(const Environment& env) {
  std::vector<Process> found;
  const auto names = NamesOfBlobs(env);
  std::error_code error;
  std::filesystem::directory_iterator entry("/proc", error);
  const std::filesystem::directory_iterator end;
  for (; !error && entry != end; entry.increment(error)) {
    const std::string directory = entry->path().string();
    const std::string number = entry->path().filename().string();
    Process process;
    const auto [stop, bad] =
        std::from_chars(number.data(), number.data() + number.size(), process.pid);
    if (bad != std::errc() || stop != number.data() + number.size() || process.pid == getpid()) {
      continue;
    }
    std::error_code hidden;
    const auto program = std::filesystem::read_symlink(directory + "/exe", hidden);
    if (hidden || !program.filename().string().starts_with("bantam")) continue;
    process.models = MappedModels(directory, names);
    if (process.models.empty()) continue;
    const std::string line = ReadSmallFile(directory + "/cmdline").value_or("");
    const size_t first = line.find('\0');
    if (first != std::string::npos) process.command = line.c_str() + first + 1;
    const std::string statm = ReadSmallFile(directory + "/statm").value_or("");
    const size_t blank = std::min(statm.find(' '), statm.size());
    process.resident_bytes = ParseLeadingUint(std::string_view(statm).substr(blank)).value_or(0) *
                             static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    found.push_back(std::move(process));
  }
  std::ranges::sort(found, {}, &Process::pid);
  return found;
}

}  // namespace

Result<int> PsCommand(const Environment& env, std::span<const std::string> args) {
  bool as_json = false;
  ArgParser parser("ps", "the programs that use a model now");
  parser.AddFlag("--json", "as a JSON array", [&] { as_json = true; });
  parser.AddExample("bantam ps");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  Json list = Json::MakeArray();
  std::string out;
  for (const Process& process : FindProcesses(env)) {
    for (const std::string& model : process.models) {
      out += PadLeft(std::to_string(process.pid), 8) + "  " + PadRight(process.command, 10) +
             PadLeft(FormatBytes(process.resident_bytes), 12) + "  " + model + "\n";
      Json json = Json::MakeObject();
      json.Set("pid", Json::Int(process.pid));
      json.Set("command", Json::String(process.command));
      json.Set("resident_bytes", Json::Int(static_cast<int64_t>(process.resident_bytes)));
      json.Set("model", Json::String(model));
      list.Append(std::move(json));
    }
  }
  if (as_json) {
    env.out.Write(list.Dump(2) + "\n");
    return 0;
  }
  if (!out.empty()) out = "     pid  command        memory  model\n" + out;
  env.out.WriteUntrusted(out);
  env.err.Write(
      std::string("bantam: ") +
      (out.empty() ? "no program of yours uses a model now" : "these programs use a model now") +
      "\n");
  return 0;
}

}  // namespace bantam::cli
