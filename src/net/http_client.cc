// Following redirects.
#include "net/http_client.h"

#include <optional>
#include <utility>

#include "net/redirect_rules.h"
#include "net/transfer.h"

namespace bantam::net {

const std::string* HttpHop::Find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string ShownUrl(const Url& url) {
  const size_t query = url.path.find('?');
  constexpr size_t kShown = 200;
  std::string path = url.path.substr(0, query);
  if (path.size() > kShown) path = path.substr(0, kShown) + "…";
  return url.Origin() + path + (query == std::string::npos ? "" : "?…");
}

bool MayCarryToken(const Url& url) {
  return url.secure || KindOfHost(url.host).value_or(AddressKind::kPublic) != AddressKind::kPublic;
}

std::string HideToken(std::string text, std::string_view token) {
  constexpr std::string_view kHidden = "***";
  if (token.empty()) return text;
  for (size_t at = 0; (at = text.find(token, at)) != std::string::npos; at += kHidden.size()) {
    text.replace(at, token.size(), kHidden);
  }
  return text;
}

#ifdef BANTAM_NETWORK

namespace {

constexpr size_t kMaxRedirects = 10;

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::unexpected<HttpFailure> Refuse(const Url& url, const std::string& why) {
  return std::unexpected(HttpFailure{{ErrorCode::kCorrupt, ShownUrl(url) + ": " + why}, false});
}

}  // namespace

HttpResult HttpClient::Get(const HttpRequest& request) const {
  auto curl = LoadCurl();
  if (!curl) return std::unexpected(HttpFailure{std::move(curl).error(), false});
  auto parsed = Url::Parse(request.url);
  if (!parsed) return std::unexpected(HttpFailure{std::move(parsed).error(), false});
  const std::string first_origin = parsed->Origin();
  Url url = *std::move(parsed);
  RedirectRules rules(options_.trusted_hosts);
  HttpAnswer answer;
  while (true) {
    const bool with_token =
        !request.token.empty() && url.Origin() == first_origin && MayCarryToken(url);
    auto hop = Transfer(**curl, options_, request, rules, url, with_token).Run();
    if (!hop) return std::unexpected(std::move(hop).error());
    hop->error_body = HideToken(std::move(hop->error_body), request.token);
    answer.hops.push_back(*std::move(hop));
    const HttpHop& last = answer.last();
    if (!IsRedirect(last.status) || request.post) return answer;
    const std::string* location = last.Find("location");
    if (location == nullptr) return Refuse(url, "a redirect that does not say where to");
    if (answer.hops.size() > kMaxRedirects) {
      return Refuse(url, "more than " + std::to_string(kMaxRedirects) + " redirects");
    }
    if (!request.token.empty() && location->contains(request.token)) {
      return Refuse(url, "sends the token back in a redirect, to …***…: refused");
    }
    auto next = url.Resolve(*location);
    if (!next) return Refuse(url, "redirects to where it cannot: " + next.error().message);
    if (url.secure && !next->secure) {
      return Refuse(url, "redirects from https to " + ShownUrl(*next) + ", which is refused");
    }
    auto allowed = rules.CheckUrl(*next);
    if (!allowed) return std::unexpected(HttpFailure{std::move(allowed).error(), false});
    url = *std::move(next);
  }
}

#else

HttpResult HttpClient::Get(const HttpRequest&) const {
  return std::unexpected(HttpFailure{
      {ErrorCode::kUnsupported,
       "this program was built without network; fetch the file with another tool and use "
       "'bantam import FILE'"},
      false});
}

#endif  // BANTAM_NETWORK

}  // namespace bantam::net
