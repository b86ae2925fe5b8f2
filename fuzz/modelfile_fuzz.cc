// Fuzzes Modelfiles: their reader, and that what is written of one is read as the same again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "server/ollama/modelfile.h"

namespace {

namespace server = bantam::server;

void CheckModelfile(std::string_view text) {
  const auto recipe = server::ParseModelfile(text);
  if (!recipe) {
    CHECK(recipe.error().code == bantam::ErrorCode::kInvalidArgument);
    CHECK(!recipe.error().message.empty());
    return;
  }
  CHECK(recipe->parameters.is_object() && recipe->messages.is_array());
  const server::Recipe twice = server::OnTopOf(*recipe, *recipe);
  CHECK(twice.parameters.Dump() == recipe->parameters.Dump());
  server::ModelEntry entry;
  entry.path = "model.gguf";
  entry.has_recipe = true;
  entry.recipe = *recipe;
  CHECK(server::ModelfileText(entry).find("FROM") != std::string::npos);
  server::ParametersText(recipe->parameters);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CheckModelfile({reinterpret_cast<const char*>(data), size});
  return 0;
}
