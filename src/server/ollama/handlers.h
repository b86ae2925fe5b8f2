// Handlers of the paths that Ollama's clients use.
#pragma once

#include <memory>

#include "server/api/call.h"
#include "server/service.h"

namespace bantam::server {

void GetRoot(Server& server, const std::shared_ptr<Call>& call);
void GetApiVersion(Server& server, const std::shared_ptr<Call>& call);
void GetTags(Server& server, const std::shared_ptr<Call>& call);
void GetPs(Server& server, const std::shared_ptr<Call>& call);
void PostChat(Server& server, const std::shared_ptr<Call>& call);
void PostGenerate(Server& server, const std::shared_ptr<Call>& call);
void PostShow(Server& server, const std::shared_ptr<Call>& call);
void PostPull(Server& server, const std::shared_ptr<Call>& call);
void HeadBlob(Server& server, const std::shared_ptr<Call>& call);
void PostBlob(Server& server, const std::shared_ptr<Call>& call);
void PostCreate(Server& server, const std::shared_ptr<Call>& call);
void PostCopy(Server& server, const std::shared_ptr<Call>& call);
void DeleteModel(Server& server, const std::shared_ptr<Call>& call);
void PostEmbed(Server& server, const std::shared_ptr<Call>& call);
void PostOldEmbeddings(Server& server, const std::shared_ptr<Call>& call);

}  // namespace bantam::server
