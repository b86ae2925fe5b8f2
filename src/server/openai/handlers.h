// Handlers of the paths that OpenAI's clients use, and of those of the server itself.
#pragma once

#include <memory>

#include "server/api/call.h"
#include "server/service.h"

namespace bantam::server {

void PostChatCompletions(Server& server, const std::shared_ptr<Call>& call);
void PostCompletions(Server& server, const std::shared_ptr<Call>& call);
void PostResponses(Server& server, const std::shared_ptr<Call>& call);
void PostEmbeddings(Server& server, const std::shared_ptr<Call>& call);
void GetModels(Server& server, const std::shared_ptr<Call>& call);
void GetModel(Server& server, const std::shared_ptr<Call>& call);
void PostTokenize(Server& server, const std::shared_ptr<Call>& call);
void PostDetokenize(Server& server, const std::shared_ptr<Call>& call);
void GetLoraAdapters(Server& server, const std::shared_ptr<Call>& call);
void PostLoraAdapters(Server& server, const std::shared_ptr<Call>& call);
void GetTokenizerInfo(Server& server, const std::shared_ptr<Call>& call);

// Proves a decode on a loaded model.
void GetHealth(Server& server, const std::shared_ptr<Call>& call);
void GetVersion(Server& server, const std::shared_ptr<Call>& call);
void GetMetrics(Server& server, const std::shared_ptr<Call>& call);

}  // namespace bantam::server
