// Requests → pages: paths, content negotiation, caching, and the page's security headers.
#include "server/embedded_pages.h"

#include <charconv>

#include "base/ascii.h"

namespace bantam::server {
namespace {

// Nothing inline, nothing from elsewhere, no strings that become code or markup: what a model
// writes can only ever be text. The page keeps to it (tests in web/e2e run under this policy).
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

std::string_view Trim(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the part before `separator` off the front of `text`.
std::string_view TakePart(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return Trim(part);
}

// The weight in ";q=0.5"; 1 without one, 0 if it cannot be read.
double Weight(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view part = TakePart(parameters, ';');
    if (!part.starts_with("q=") && !part.starts_with("Q=")) continue;
    part.remove_prefix(2);
    double q = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), q);
    return error == std::errc() && end == part.data() + part.size() ? q : 0;
  }
  return 1;
}

// True if `etag` is in a list of If-None-Match; weak comparison (RFC 9110, 13.1.2).
bool IsListed(std::string_view etag, std::string_view list) {
  while (!list.empty()) {
    std::string_view entry = TakePart(list, ',');
    if (entry == "*") return true;
    if (entry.starts_with("W/")) entry.remove_prefix(2);
    if (entry == etag) return true;
  }
  return false;
}

class PagesByPath final : public StaticPages {
 public:
  explicit PagesByPath(std::span<const Page> pages) : pages_(pages) {}

  bool Has(const HttpRequest& head) const override { return Find(head) != nullptr; }

  void Answer(Exchange& exchange) const override {
    const Page* page = Find(exchange.request());
    if (page == nullptr) return exchange.Reply(404, {}, "");
    PageReply reply = ReplyWithPage(*page, exchange.request());
    exchange.Reply(reply.status, std::move(reply.headers), std::string(reply.body));
  }

 private:
  const Page* Find(const HttpRequest& request) const {
    if (request.method != "GET" && request.method != "HEAD") return nullptr;
    if (request.path == "/" &&
        request.Header("accept").find("text/html") == std::string_view::npos) {
      return nullptr;
    }
    for (const Page& page : pages_) {
      if (page.path == request.path) return &page;
    }
    return nullptr;
  }

  const std::span<const Page> pages_;
};

}  // namespace

bool TakesGzip(std::string_view accept_encoding) {
  bool takes_any = false;
  while (!accept_encoding.empty()) {
    std::string_view rest = TakePart(accept_encoding, ',');
    const std::string coding = LowerCase(TakePart(rest, ';'));
    const bool taken = Weight(rest) > 0;
    if (coding == "gzip" || coding == "x-gzip") return taken;
    if (coding == "*") takes_any = taken;
  }
  return takes_any;
}

PageReply ReplyWithPage(const Page& page, const HttpRequest& request) {
  const bool gzip = !page.bytes_gzip.empty() && TakesGzip(request.Header("accept-encoding"));
  // Two representations have two tags; one of either means that the client has this content.
  const std::string plain_tag = '"' + std::string(page.etag) + '"';
  const std::string gzip_tag = '"' + std::string(page.etag) + "-gzip\"";
  PageReply reply;
  reply.headers = {
      {"ETag", gzip ? gzip_tag : plain_tag},
      {"Vary", page.path == "/" ? "Accept, Accept-Encoding" : "Accept-Encoding"},
      {"Cache-Control", page.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Content-Security-Policy", std::string(kPolicy)},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  const std::string_view known = request.Header("if-none-match");
  if (IsListed(plain_tag, known) || IsListed(gzip_tag, known)) {
    reply.status = 304;
    return reply;
  }
  reply.headers.push_back({"Content-Type", std::string(page.content_type)});
  if (gzip) reply.headers.push_back({"Content-Encoding", "gzip"});
  reply.body = gzip ? page.bytes_gzip : page.bytes;
  return reply;
}

std::shared_ptr<StaticPages> MakeStaticPages(std::span<const Page> pages) {
  return std::make_shared<PagesByPath>(pages);
}

}  // namespace bantam::server
