// Routes: every path the server answers, and who may ask for it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "server/api/call.h"
#include "server/service.h"

namespace bantam::server {

using Handler = void (*)(Server& server, const std::shared_ptr<Call>& call);

enum class Access : uint8_t {
  kOpen,   // anybody: says nothing about models, starts nothing
  kKey,    // needs the key, where the server has one
  kStore,  // and where it has none, no proxy: changes the models there are
  kFile,   // and where it has none, this machine: takes files
  kKept,   // and where it has several, this machine too: shows or changes what all share
};

// What answering takes.
enum class Work : uint8_t {
  kQuick,  // of what is known
  kModel,  // a model, which may have to be loaded first
  kFiles,  // reading or writing large files: done by threads of its own
};

struct Route {
  const char* method;  // "GET" answers HEAD too
  const char* path;    // "/v1/models/*": anything after the last '/'
  Access access;
  Work work;
  Flavour flavour;
  Handler handler;
};

std::span<const Route> Routes();

struct RouteMatch {
  const Route* route = nullptr;
  bool path_known = false;  // with another method
  std::string allowed;      // methods, if so
  Flavour flavour = Flavour::kOpenAi;
};
RouteMatch FindRoute(std::string_view method, std::string_view path);

}  // namespace bantam::server
