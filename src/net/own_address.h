// Own addresses: whether a host, as it is written in a URL, is this machine.
#pragma once

#include <string_view>

namespace bantam::net {

// True of "localhost", loopback addresses, and addresses of this machine's interfaces (without
// zones). No resolver is asked, so that other names are never this machine.
bool IsThisMachine(std::string_view host);

}  // namespace bantam::net
