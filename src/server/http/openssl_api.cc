// Finding and loading OpenSSL.
#include "server/http/openssl_api.h"

#ifdef BANTAM_TLS

#include <dlfcn.h>

namespace bantam::server {
namespace {

template <typename Function>
bool Find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

Result<OpensslApi> Load() {
  void* library = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return Fail(ErrorCode::kUnsupported,
                "TLS needs OpenSSL 3: no libssl.so.3 was found (Debian, Ubuntu: apt install "
                "libssl3; Fedora: dnf install openssl-libs)");
  }
  OpensslApi api{};
  if (!Find(library, "TLS_server_method", api.server_method) ||
      !Find(library, "SSL_CTX_new", api.context_new) ||
      !Find(library, "SSL_CTX_free", api.context_free) ||
      !Find(library, "SSL_CTX_ctrl", api.context_control) ||
      !Find(library, "SSL_CTX_set_options", api.context_set_options) ||
      !Find(library, "SSL_CTX_set_default_passwd_cb", api.context_set_password) ||
      !Find(library, "SSL_CTX_use_certificate_chain_file", api.context_use_chain) ||
      !Find(library, "SSL_CTX_use_PrivateKey_file", api.context_use_key) ||
      !Find(library, "SSL_new", api.session_new) || !Find(library, "SSL_free", api.session_free) ||
      !Find(library, "SSL_set_fd", api.set_fd) ||
      !Find(library, "SSL_set_accept_state", api.set_accept_state) ||
      !Find(library, "SSL_do_handshake", api.do_handshake) ||
      !Find(library, "SSL_read", api.read) || !Find(library, "SSL_write", api.write) ||
      !Find(library, "SSL_shutdown", api.shutdown) ||
      !Find(library, "SSL_get_error", api.get_error) ||
      !Find(library, "ERR_clear_error", api.clear_errors) ||
      !Find(library, "ERR_get_error", api.next_error) ||
      !Find(library, "ERR_error_string_n", api.error_text)) {
    return Fail(ErrorCode::kUnsupported, "TLS needs OpenSSL 3: the system's lacks functions");
  }
  return api;
}

}  // namespace

Result<const OpensslApi*> LoadOpenssl() {
  static const Result<OpensslApi> api = Load();
  if (!api) return std::unexpected(api.error());
  return &*api;
}

}  // namespace bantam::server

#endif  // BANTAM_TLS
