// RedirectRules: which addresses a request may reach after a redirect.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "net/address.h"
#include "net/url.h"

namespace bantam::net {

// The first URL is the user's own and may lie anywhere. Later ones must be public, of the same
// kind as the first, or on a host that the user named.
class RedirectRules {
 public:
  explicit RedirectRules(std::vector<std::string> trusted_hosts)
      : trusted_hosts_(std::move(trusted_hosts)) {}

  // Whether a URL may be asked for, after what it says alone. Fails with kCorrupt, naming it.
  Result<void> CheckUrl(const Url& url) const;
  // Whether its host may have an address of this kind.
  bool Allows(const Url& url, AddressKind kind) const;

  // The first answer came from this kind of address; what follows are redirects.
  void SetFirst(AddressKind kind) { first_ = kind; }
  bool first() const { return !first_; }

 private:
  std::vector<std::string> trusted_hosts_;
  std::optional<AddressKind> first_;
};

}  // namespace bantam::net
