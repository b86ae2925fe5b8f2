// bantam import: files of this machine into the store.
#include <string>
#include <utility>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/format_text.h"
#include "cli/interrupt.h"
#include "cli/model_store.h"
#include "cli/progress_bar.h"
#include "store/import.h"

namespace bantam::cli {

Result<int> ImportCommand(const Environment& env, std::span<const std::string> args) {
  std::string path;
  std::string name;
  store::ImportOptions options;
  ArgParser parser("import", "keep a model that is already on this machine");
  parser.AddPositional("PATH", "a GGUF file (all parts of it where it is split) or a folder", true,
                       StoreString(path));
  parser.AddOption("--name", "NAME", "the name to keep it under (the file's own)",
                   StoreString(name));
  parser.AddFlag("--copy",
                 "copy the bytes; without it they are shared with the file where that\ncan be",
                 [&] { options.copy = true; });
  parser.AddExample("bantam import model-q4_k_m.gguf --name mine");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const store::Store store = TRY(store::Store::Find(env.variable));
  const store::ImportPlan plan = TRY(store::PlanImport(path));
  TRY(CheckModel(env, plan.open_path));
  if (name.empty()) name = plan.name;
  const auto before = store.Peek(name);
  InstallInterruptHandler();
  ProgressBar bar(env.err, "Importing " + name, "bytes");
  options.on_progress = [&](uint64_t done, uint64_t total) {
    bar.Update(static_cast<double>(done), static_cast<double>(total));
  };
  options.cancelled = Interrupted;
  options.check = [&](const std::string& staged) { return CheckModel(env, staged); };
  const store::Manifest manifest = TRY(store::Import(store, plan, name, options));
  bar.Clear();
  env.err.WriteUntrusted(manifest == before ? "bantam: " + manifest.name + " is here already\n"
                                            : "bantam: kept as " + manifest.name + " (" +
                                                  FormatBytes(manifest.bytes()) + ")\n");
  return 0;
}

}  // namespace bantam::cli
