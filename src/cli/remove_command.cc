// bantam rm and bantam cp: names in the store.
#include <string>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/format_text.h"
#include "cli/model_store.h"
#include "store/catalogue.h"
#include "store/upkeep.h"

namespace bantam::cli {
namespace {

// The name under which the store has what was meant.
Result<std::string> StoredName(const store::Store& store, const std::string& text) {
  const auto manifest = TRY(store::FindStored(store, text, store::Catalogue::BuiltIn()));
  if (manifest) return manifest->name;
  return Fail(ErrorCode::kNotFound,
              "there is no model '" + store::ShownReference(text) + "' in the store");
}

}  // namespace

Result<int> RemoveCommand(const Environment& env, std::span<const std::string> args) {
  std::vector<std::string> names;
  bool unfinished = false;
  ArgParser parser("rm", "remove models from the store");
  parser.AddRepeatedPositional("NAME", "the models to remove", AppendString(names));
  parser.AddFlag(
      "--unfinished",
      "remove parts of downloads and uploads that nobody works on, and\nfiles no model has",
      [&] { unfinished = true; });
  parser.AddExample("bantam rm qwen2.5:0.5b");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (names.empty() && !unfinished) {
    return Fail(ErrorCode::kInvalidArgument, "which model? 'bantam list' lists those there are");
  }
  const store::Store store = TRY(store::Store::Find(env.variable));
  for (const std::string& text : names) {
    // A manifest that cannot be read has no name but the one that was given.
    const auto name = StoredName(store, text);
    if (!name && (name.error().code == ErrorCode::kNotFound ||
                  name.error().code == ErrorCode::kInvalidArgument)) {
      return std::unexpected(name.error());
    }
    const uint64_t freed = TRY(store.Remove(name ? *name : text));
    env.err.WriteUntrusted("bantam: removed " + (name ? *name : text) + ", " + FormatBytes(freed) +
                           " freed\n");
  }
  if (unfinished) {
    const store::Leftovers removed = TRY(store::RemoveLeftovers(store));
    env.err.Write("bantam: removed " + std::to_string(removed.count) + " unfinished file(s), " +
                  FormatBytes(removed.bytes) + " freed\n");
    if (removed.kept > 0) {
      env.err.Write("bantam: " + std::to_string(removed.kept) +
                    " file(s) no model has yet stay: a pull or import is under way\n");
    }
  }
  return 0;
}

Result<int> CopyCommand(const Environment& env, std::span<const std::string> args) {
  std::string from;
  std::string to;
  ArgParser parser("cp", "give a model a second name");
  parser.AddPositional("FROM", "a model in the store", true, StoreString(from));
  parser.AddPositional("TO", "its second name; no file is copied", true, StoreString(to));
  parser.AddExample("bantam cp qwen2.5:0.5b assistant");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  const store::Store store = TRY(store::Store::Find(env.variable));
  const std::string name = TRY(StoredName(store, from));
  if (!TRY(store.Copy(name, to))) env.err.WriteUntrusted("bantam: " + to + " is here already\n");
  return 0;
}

}  // namespace bantam::cli
