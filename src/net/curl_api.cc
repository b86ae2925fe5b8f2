// Finding and loading libcurl.
#include "net/curl_api.h"

#ifdef BANTAM_NETWORK

#include <dlfcn.h>

#include <string>

namespace bantam::net {
namespace {

constexpr unsigned kOldest = 0x075500;  // CURLOPT_PROTOCOLS_STR

std::unexpected<Error> Unusable(const std::string& why) {
  return Fail(ErrorCode::kUnsupported,
              "downloads need libcurl 7.85 or newer: " + why +
                  " (Debian, Ubuntu: apt install libcurl4; Fedora: dnf install libcurl)");
}

template <typename Function>
bool Find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

Result<CurlApi> Load() {
  void* library = nullptr;
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
  }
  if (library == nullptr) return Unusable("no libcurl.so.4 was found");
  CurlApi api{};
  curl_version_info_data* (*version_info)(CURLversion) = nullptr;
  CURLcode (*global_init)(long) = nullptr;
  if (!Find(library, "curl_easy_init", api.easy_init) ||
      !Find(library, "curl_easy_setopt", api.easy_setopt) ||
      !Find(library, "curl_easy_perform", api.easy_perform) ||
      !Find(library, "curl_easy_getinfo", api.easy_getinfo) ||
      !Find(library, "curl_easy_cleanup", api.easy_cleanup) ||
      !Find(library, "curl_slist_append", api.slist_append) ||
      !Find(library, "curl_slist_free_all", api.slist_free_all) ||
      !Find(library, "curl_version_info", version_info) ||
      !Find(library, "curl_global_init", global_init)) {
    return Unusable("the system's lacks functions");
  }
  const curl_version_info_data* info = version_info(CURLVERSION_NOW);
  if (info->version_num < kOldest) return Unusable("the system's is " + std::string(info->version));
  if ((info->features & CURL_VERSION_SSL) == 0) return Unusable("the system's has no TLS");
  if (global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return Unusable("it could not be started");
  return api;
}

}  // namespace

Result<const CurlApi*> LoadCurl() {
  static const Result<CurlApi> api = Load();
  if (!api) return std::unexpected(api.error());
  return &*api;
}

}  // namespace bantam::net

#endif  // BANTAM_NETWORK
