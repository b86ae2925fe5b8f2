// CurlApi: the functions of the system's libcurl, taken from it when they are first needed.
//
// The program stays self-contained (a libcurl linked statically lacks the system's certificates
// and fixes; linked dynamically it would cost every start its twenty libraries): whoever never
// pulls a model needs no libcurl at all.
#pragma once

#ifdef BANTAM_NETWORK

#include <curl/curl.h>

#include "bantam/result.h"

namespace bantam::net {

struct CurlApi {
  CURL* (*easy_init)();
  CURLcode (*easy_setopt)(CURL*, CURLoption, ...);
  CURLcode (*easy_perform)(CURL*);
  CURLcode (*easy_getinfo)(CURL*, CURLINFO, ...);
  void (*easy_cleanup)(CURL*);
  curl_slist* (*slist_append)(curl_slist*, const char*);
  void (*slist_free_all)(curl_slist*);
};

// Loads libcurl once; it is never unloaded. Fails with kUnsupported if there is none, or one
// older than 7.85 (2022). Thread-safe.
Result<const CurlApi*> LoadCurl();

}  // namespace bantam::net

#endif  // BANTAM_NETWORK
