// Transfer: one request to one URL over libcurl, without redirects.
#pragma once

#ifdef BANTAM_NETWORK

#include <sys/socket.h>

#include <optional>
#include <string>

#include "net/curl_api.h"
#include "net/http_client.h"
#include "net/redirect_rules.h"

namespace bantam::net {

// Use once.
class Transfer {
 public:
  // All must outlive the transfer. `with_token`: whether the request's token goes along.
  Transfer(const CurlApi& curl, const HttpOptions& options, const HttpRequest& request,
           RedirectRules& rules, Url url, bool with_token);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  std::expected<HttpHop, HttpFailure> Run();

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static int OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
  static curl_socket_t OpenSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  template <typename T>
  void Set(CURLoption option, T value);
  void Configure();
  void ConfigureTrust();
  void AddHeader(const std::string& line);
  bool TakeHeader(std::string_view line);
  bool EndOfHeaders();
  bool TakeBody(std::span<const uint8_t> bytes);
  bool Stop(Error error);  // false, for the callbacks
  HttpFailure Failure(CURLcode code) const;

  const CurlApi& curl_;
  const HttpOptions& options_;
  const HttpRequest& request_;
  RedirectRules& rules_;
  HttpHop hop_;
  bool with_token_;
  std::string proxy_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  curl_slist* resolve_ = nullptr;
  CURLcode configured_ = CURLE_OK;
  char detail_[CURL_ERROR_SIZE] = {};
  size_t header_bytes_ = 0;
  uint64_t body_bytes_ = 0;
  bool discarding_ = false;               // the body is no model's
  bool discarded_ = false;                // and was too long to wait for
  std::optional<AddressKind> connected_;  // kind of the last address tried
  std::optional<Error> stopped_;
};

}  // namespace bantam::net

#endif  // BANTAM_NETWORK
