// Tls: the server's certificate and key, and streams that are encrypted with them.
#pragma once

#include <memory>
#include <string>

#include "bantam/result.h"
#include "server/http/stream.h"

namespace bantam::server {

// Makes encrypted streams (TLS 1.2 and 1.3). Used on one thread, which must block SIGPIPE: OpenSSL
// writes to sockets without saying that it wants none.
class Tls {
 public:
  virtual ~Tls() = default;
  virtual Result<std::unique_ptr<Stream>> Accept(int fd) = 0;

  // PEM files: the certificate with its chain, and its key without a password. Errors name the
  // file. kUnsupported in builds without TLS and on systems without OpenSSL.
  static Result<std::unique_ptr<Tls>> Load(const std::string& certificate_file,
                                           const std::string& key_file);
};

}  // namespace bantam::server
