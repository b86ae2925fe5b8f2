// Fuzzes the fields of requests: whatever JSON a client sends, each reader takes it or names what
// is wrong with which field.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/json.h"
#include "server/api/end_fields.h"
#include "server/api/fields.h"
#include "server/api/lora_fields.h"
#include "server/api/messages.h"
#include "server/api/parameters.h"
#include "server/api/reasoning.h"
#include "server/api/sampling_fields.h"
#include "server/api/shape_fields.h"
#include "server/api/tools.h"
#include "server/ollama/modelfile.h"
#include "server/ollama/options.h"

namespace {

using bantam::Json;
namespace server = bantam::server;

// An error that a client can do something with.
template <typename T>
bool Sound(const bantam::Result<T>& result) {
  if (result) return true;
  CHECK(result.error().code == bantam::ErrorCode::kInvalidArgument);
  CHECK(result.error().message.find(": ") != std::string::npos);
  return false;
}

void CheckChat(const server::Fields& fields) {
  if (const Json* list = fields.Get("messages")) {
    auto messages = server::ReadMessages(*list);
    if (Sound(messages)) {
      for (const Json& message : messages->list.items()) {
        CHECK(message.Find("role")->is_string() && message.Find("content")->is_string());
      }
      messages->TakeBegunReply();
    }
  }
  const auto tools = server::ReadTools(fields);
  if (Sound(tools)) {
    CHECK(tools->names.size() == tools->list.items().size());
    for (const std::string& name : tools->names) CHECK(tools->Find(name) != nullptr);
    for (const std::string& name : tools->only) CHECK(tools->Find(name) != nullptr);
    CHECK(tools->choice != server::Tools::Choice::kNamed || tools->only.size() == 1);
    server::DescribeTools(*tools);
  }
  const auto variables = server::ReadTemplateVariables(fields);
  if (Sound(variables)) CHECK(variables->is_null() || variables->is_object());
}

void CheckOptions(const server::Fields& fields) {
  server::ReplyOptions options = server::OllamaDefaults();
  int context = 0;
  Sound(server::ReadSamplingFields(fields, options.sampling));
  Sound(server::ReadParameters(fields, options, context));
  Sound(server::ReadLora(fields, options));
  Sound(server::ReadEndFields(fields, options));
  Sound(server::ReadShapeFields(fields));
  Sound(server::ReadFormat(fields));
  Sound(server::ReadKeepAlive(fields));
  Sound(server::ReadRecipe(fields));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto body = server::ParseBody({reinterpret_cast<const char*>(data), size});
  if (!body) {
    CHECK(body.error().code == bantam::ErrorCode::kInvalidArgument);
    return 0;
  }
  CheckChat(server::Fields(*body));
  CheckOptions(server::Fields(*body));
  return 0;
}
