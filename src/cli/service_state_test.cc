// Tests of what the service manager is told.
#include "cli/service_state.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "base/test_directory.h"

namespace bantam::cli {
namespace {

// A service manager's end of the socket.
class Listener {
 public:
  explicit Listener(const std::string& name) : file_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    bound_ = bind(file_, reinterpret_cast<const sockaddr*>(&address), length) == 0;
  }
  ~Listener() { close(file_); }

  bool bound() const { return bound_; }
  std::string Received() {
    char text[100];
    const ssize_t n = recv(file_, text, sizeof text, MSG_DONTWAIT);
    return n < 0 ? "nothing" : std::string(text, static_cast<size_t>(n));
  }

 private:
  int file_;
  bool bound_ = false;
};

TEST(ServiceState, ReachesAPath) {
  const TestDirectory directory;
  const std::string path = directory.File("notify");
  Listener manager(path);
  ASSERT_TRUE(manager.bound());
  EXPECT_TRUE(TellServiceManager(path, "READY=1\nSTATUS=listening"));
  EXPECT_EQ(manager.Received(), "READY=1\nSTATUS=listening");
}

TEST(ServiceState, ReachesAnAbstractName) {
  const std::string name = "@bantam-test-" + std::to_string(getpid());
  Listener manager(name);
  ASSERT_TRUE(manager.bound());
  EXPECT_TRUE(TellServiceManager(name, "STOPPING=1"));
  EXPECT_EQ(manager.Received(), "STOPPING=1");
}

TEST(ServiceState, DoesNothingOutsideOfServices) {
  EXPECT_TRUE(TellServiceManager(std::nullopt, "READY=1"));
  EXPECT_TRUE(TellServiceManager("", "READY=1"));
}

TEST(ServiceState, SaysWhatIsWrong) {
  for (const std::string& name : {std::string("vsock:2:1"), "/" + std::string(200, 'x'),
                                  std::string("@"), std::string("/")}) {
    const auto told = TellServiceManager(name, "READY=1");
    ASSERT_FALSE(told) << name;
    EXPECT_EQ(told.error().code, ErrorCode::kInvalidArgument) << name;
  }
  const auto told = TellServiceManager("/nowhere/notify", "READY=1");
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace bantam::cli
