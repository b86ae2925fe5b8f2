// The chat page as an HTTP server gives it: gzip where the client takes it, ETags, a strict policy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/exchange.h"
#include "server/pages.h"
#include "server/static_pages.h"

namespace bantam::server {

struct PageReply {
  int status = 200;  // or 304
  std::vector<HttpHeader> headers;
  std::string_view body;  // lasts as long as the page's bytes
};

// True if a client with this Accept-Encoding (RFC 9110, 12.5.3) takes gzip; without the header
// false.
bool TakesGzip(std::string_view accept_encoding);

// What a GET or HEAD of `page` with these headers is answered.
PageReply ReplyWithPage(const Page& page, const HttpRequest& request);

// The pages of `pages` by their paths, GET and HEAD only; "/" only for clients that accept
// text/html, since others expect what Ollama says there. `pages` must outlive the result.
std::shared_ptr<StaticPages> MakeStaticPages(std::span<const Page> pages = Pages());

}  // namespace bantam::server
