// ServeOptions: the options of `bantam serve`, in its own spelling and in vLLM's and llama.cpp's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "cli/arg_parser.h"
#include "cli/engine_setup.h"
#include "cli/environment.h"
#include "server/host/model_host.h"
#include "server/http/http_server.h"
#include "server/service.h"

namespace bantam::cli {

struct ServeOptions {
  EngineSetup setup;
  bool given_context = false;
  bool given_keep_alive = false;
  std::vector<std::string> names;     // --served-model-name
  std::vector<std::string> encoders;  // --encoder
  bool suggested = true;              // what models' makers say about sampling counts
  int parallel = 8;
  int kv_tokens = 0;
  server::HostOptions host;
  server::HttpOptions http;
  server::ServiceOptions service;
  bool log_requests = true;
  std::string cache_path;  // empty: replies are not kept
  store::CacheOptions cache;
  std::string cache_encoder;  // a model; empty: no similarity
};

void DeclareServe(ArgParser& parser, ServeOptions& options);

}  // namespace bantam::cli
