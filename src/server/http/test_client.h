// TestClient: a socket that sends any bytes and reads answers. For tests only.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.h"

namespace bantam::server {

struct TestAnswer {
  int status = 0;                              // 0: none came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // without the frames of chunks
  bool whole = false;
};

// Blocking; a read that nothing comes to for about 30 s ends as if the server had hung up. It is
// counted in seconds of waiting, so that a machine that sleeps does not count.
class TestClient {
 public:
  explicit TestClient(uint16_t port, int receive_buffer = 0)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const timeval second{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~TestClient() { Close(); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  // False once the server has hung up.
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  void Finish() { shutdown(fd_, SHUT_WR); }

  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  void Reset() {
    const linger at_once{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    Close();
  }

  // Everything up to the end of the connection.
  std::string ReadToEnd() {
    while (Receive()) {
    }
    return std::exchange(buffer_, {});
  }

  // Everything up to and with `mark`; what came if it did not come.
  std::string ReadUntil(std::string_view mark) {
    size_t at = buffer_.find(mark);
    while (at == std::string::npos && Receive()) at = buffer_.find(mark);
    return Take(at == std::string::npos ? buffer_.size() : at + mark.size());
  }

  TestAnswer ReadAnswer(bool head_only = false) {
    TestAnswer answer;
    std::string head = ReadUntil("\r\n\r\n");
    if (!head.starts_with("HTTP/1.1 ") || head.size() < 13) return answer;
    answer.status = (head[9] - '0') * 100 + (head[10] - '0') * 10 + (head[11] - '0');
    size_t line = head.find("\r\n") + 2;
    while (line < head.size() - 2) {
      const size_t end = head.find("\r\n", line);
      const size_t colon = head.find(": ", line);
      answer.headers[LowerCase(head.substr(line, colon - line))] =
          head.substr(colon + 2, end - colon - 2);
      line = end + 2;
    }
    if (head_only || answer.status < 200 || answer.status == 204 || answer.status == 304) {
      answer.whole = true;
    } else if (answer.headers.contains("content-length")) {
      ReadExactly(std::stoul(answer.headers["content-length"]), answer);
    } else if (answer.headers.contains("transfer-encoding")) {
      ReadChunks(answer);
    } else {
      answer.body = ReadToEnd();
      answer.whole = true;
    }
    return answer;
  }

  TestAnswer Get(std::string_view path) {
    Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return ReadAnswer();
  }

 private:
  bool Receive() {
    char bytes[16 * 1024];
    ssize_t count = recv(fd_, bytes, sizeof bytes, 0);
    for (int i = 0; i < 30 && count < 0 && (errno == EAGAIN || errno == EINTR); ++i) {
      if (errno == EINTR) --i;  // the process was stopped and goes on
      count = recv(fd_, bytes, sizeof bytes, 0);
    }
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(count));
    return true;
  }

  std::string Take(size_t bytes) {
    std::string taken = buffer_.substr(0, bytes);
    buffer_.erase(0, bytes);
    return taken;
  }

  void ReadExactly(size_t bytes, TestAnswer& answer) {
    while (buffer_.size() < bytes && Receive()) {
    }
    answer.whole = buffer_.size() >= bytes;
    answer.body += Take(std::min(bytes, buffer_.size()));
  }

  void ReadChunks(TestAnswer& answer) {
    for (;;) {
      answer.whole = false;
      const std::string line = ReadUntil("\r\n");
      if (!line.ends_with("\r\n")) return;
      const size_t size = std::stoul(line, nullptr, 16);
      ReadExactly(size, answer);
      if (!answer.whole || ReadUntil("\r\n") != "\r\n") {
        answer.whole = false;
        return;
      }
      if (size == 0) return;
    }
  }

  int fd_;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace bantam::server
