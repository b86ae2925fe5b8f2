// TLS by OpenSSL.
#include "server/http/tls.h"

#ifdef BANTAM_TLS

#include <sys/socket.h>

#include <algorithm>
#include <climits>

#include "base/check.h"
#include "base/quote.h"
#include "server/http/openssl_api.h"

namespace bantam::server {
namespace {

class TlsStream final : public Stream {
 public:
  TlsStream(const OpensslApi& api, SSL* session, int fd) : api_(api), session_(session), fd_(fd) {}
  ~TlsStream() override { api_.session_free(session_); }

  StreamResult Handshake() override {
    api_.clear_errors();
    return Came(api_.do_handshake(session_));
  }

  StreamResult Read(std::span<char> buffer) override {
    api_.clear_errors();
    return Came(api_.read(session_, buffer.data(), Length(buffer.size())));
  }

  StreamResult Write(std::string_view bytes) override {
    api_.clear_errors();
    return Came(api_.write(session_, bytes.data(), Length(bytes.size())));
  }

  void Finish() override {
    api_.clear_errors();
    if (!broken_) api_.shutdown(session_);
    shutdown(fd_, SHUT_WR);
  }

 private:
  static int Length(size_t bytes) { return static_cast<int>(std::min<size_t>(bytes, INT_MAX)); }

  StreamResult Came(int count) {
    if (count > 0) return {StreamResult::kDone, static_cast<size_t>(count)};
    switch (api_.get_error(session_, count)) {
      case SSL_ERROR_WANT_READ: return {StreamResult::kWantRead, 0};
      case SSL_ERROR_WANT_WRITE: return {StreamResult::kWantWrite, 0};
      case SSL_ERROR_ZERO_RETURN: return {StreamResult::kEnd, 0};
      default: broken_ = true; return {StreamResult::kBroken, 0};
    }
  }

  const OpensslApi& api_;
  SSL* const session_;
  const int fd_;
  bool broken_ = false;
};

class OpensslTls final : public Tls {
 public:
  OpensslTls(const OpensslApi& api, SSL_CTX* context) : api_(api), context_(context) {}
  ~OpensslTls() override { api_.context_free(context_); }

  Result<std::unique_ptr<Stream>> Accept(int fd) override {
    SSL* session = api_.session_new(context_);
    if (session == nullptr || api_.set_fd(session, fd) != 1) {
      api_.session_free(session);
      return Fail(ErrorCode::kResourceExhausted, "OpenSSL cannot make a session");
    }
    api_.set_accept_state(session);
    return std::make_unique<TlsStream>(api_, session, fd);
  }

  Result<void> Use(const std::string& certificate_file, const std::string& key_file) {
    // Nobody may be asked for a password: the key's is not to be had.
    api_.context_set_password(context_, [](char*, int, int, void*) { return 0; });
    api_.context_control(context_, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    // Partial writes from memory that may move; buffers only while they are needed (an idle
    // connection would hold 34 KiB).
    api_.context_control(context_, SSL_CTRL_MODE,
                         SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                             SSL_MODE_RELEASE_BUFFERS,
                         nullptr);
    // No renegotiation, which lets a client make the server work; an end without close_notify is
    // an end (many clients leave so; HTTP has its own framing).
    api_.context_set_options(context_, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE);
    api_.clear_errors();
    if (api_.context_use_chain(context_, certificate_file.c_str()) != 1) {
      return Unusable("certificate", certificate_file);
    }
    // After the certificate, which it must belong to.
    if (api_.context_use_key(context_, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      return Unusable("key", key_file);
    }
    return {};
  }

 private:
  Result<void> Unusable(const char* what, const std::string& file) {
    char reason[160] = "unknown";
    api_.error_text(api_.next_error(), reason, sizeof reason);
    return Fail(ErrorCode::kInvalidArgument, std::string("the TLS ") + what + " " + Quote(file) +
                                                 " cannot be used (expected PEM, a key without "
                                                 "a password): " +
                                                 reason);
  }

  const OpensslApi& api_;
  SSL_CTX* const context_;
};

}  // namespace

Result<std::unique_ptr<Tls>> Tls::Load(const std::string& certificate_file,
                                       const std::string& key_file) {
  const OpensslApi* api = TRY(LoadOpenssl());
  SSL_CTX* context = api->context_new(api->server_method());
  if (context == nullptr) return Fail(ErrorCode::kUnsupported, "OpenSSL could not be started");
  auto tls = std::make_unique<OpensslTls>(*api, context);
  TRY(tls->Use(certificate_file, key_file));
  return tls;
}

}  // namespace bantam::server

#else

namespace bantam::server {

Result<std::unique_ptr<Tls>> Tls::Load(const std::string&, const std::string&) {
  return Fail(ErrorCode::kUnsupported, "this program was built without TLS");
}

}  // namespace bantam::server

#endif  // BANTAM_TLS
