// Tells the service manager that started the program (systemd) how far it is, by the protocol of
// sd_notify(3): a datagram to the socket that $NOTIFY_SOCKET names. No library is needed for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::cli {

// Sends `state`, as in "READY=1" (lines, without a last newline). `socket` is a path or, beginning
// with '@', an abstract name; does nothing without one, which is the case outside of services.
// Never blocks. Fails with kInvalidArgument (no such socket can be) or kIo.
Result<void> TellServiceManager(const std::optional<std::string>& socket, std::string_view state);

}  // namespace bantam::cli
