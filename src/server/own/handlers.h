// Handlers of the paths that are this server's own.
#pragma once

#include <memory>

#include "server/api/call.h"
#include "server/service.h"

namespace bantam::server {

void PostImport(Server& server, const std::shared_ptr<Call>& call);

// The response cache's administration.
void GetCache(Server& server, const std::shared_ptr<Call>& call);
void GetCacheExport(Server& server, const std::shared_ptr<Call>& call);
void PostCacheImport(Server& server, const std::shared_ptr<Call>& call);
void PostCacheClear(Server& server, const std::shared_ptr<Call>& call);

}  // namespace bantam::server
