// bantam pull: fetches models into the store.
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "cli/commands.h"
#include "cli/model_store.h"

namespace bantam::cli {

Result<int> PullCommand(const Environment& env, std::span<const std::string> args) {
  std::vector<std::string> models;
  store::PullOptions options;
  ArgParser parser("pull", "fetch a model and keep it");
  parser.AddRepeatedPositional("MODEL",
                               "a name such as qwen2.5:0.5b, OWNER/REPOSITORY[:QUANT], or the URL\n"
                               "of a GGUF file",
                               AppendString(models));
  parser.AddOption("--name", "NAME", "the name to keep it under", StoreString(options.name));
  parser.AddOption("--sha256", "HEX", "the checksum its file must have",
                   StoreString(options.sha256));
  parser.AddExample("bantam pull qwen2.5:0.5b");
  parser.AddExample("bantam pull Qwen/Qwen2.5-0.5B-Instruct:q8_0");
  parser.AddExample("bantam pull hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4_K_M");
  parser.AddExample("bantam pull https://example.com/model-q4_k_m.gguf --name mine");
  if (!TRY(ParseArguments(env, parser, args))) return 0;
  if (models.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "which model? 'bantam list --available' lists those with short names");
  }
  if (models.size() > 1 && (!options.name.empty() || !options.sha256.empty())) {
    return Fail(ErrorCode::kInvalidArgument, "--name and --sha256 are for one model at a time");
  }
  const store::Store store = TRY(store::Store::Find(env.variable));
  for (const std::string& model : models) {
    const store::Reference reference = TRY(ReadReference(store, model));
    const store::Pulled pulled = TRY(PullModel(env, store, reference, options));
    const std::string path = TRY(store.PathOf(pulled.manifest));
    const auto good = CheckModel(env, path);
    if (!good) {
      env.err.WriteUntrusted(
          "bantam: it is kept, but this program cannot run it: " + good.error().message + "\n");
    }
  }
  return 0;
}

}  // namespace bantam::cli
