// The rules for redirects.
#include "net/redirect_rules.h"

#include <algorithm>

#include "net/http_client.h"

namespace bantam::net {

bool RedirectRules::Allows(const Url& url, AddressKind kind) const {
  if (!first_ || kind == AddressKind::kPublic || kind == first_) return true;
  return std::ranges::find(trusted_hosts_, url.host) != trusted_hosts_.end();
}

Result<void> RedirectRules::CheckUrl(const Url& url) const {
  const auto kind = KindOfHost(url.host);
  if (!kind || Allows(url, *kind)) return {};
  return Fail(ErrorCode::kCorrupt, "the server redirects to the " +
                                       std::string(AddressKindName(*kind)) + " address " +
                                       ShownUrl(url) + ", which is refused");
}

}  // namespace bantam::net
