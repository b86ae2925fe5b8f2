// OpensslApi: the functions of the system's OpenSSL, taken from it when TLS is first asked for.
//
// As with libcurl: the program stays self-contained, and gets the system's security fixes.
#pragma once

#ifdef BANTAM_TLS

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "bantam/result.h"

namespace bantam::server {

struct OpensslApi {
  decltype(&TLS_server_method) server_method;
  decltype(&SSL_CTX_new) context_new;
  decltype(&SSL_CTX_free) context_free;
  decltype(&SSL_CTX_ctrl) context_control;
  decltype(&SSL_CTX_set_options) context_set_options;
  decltype(&SSL_CTX_set_default_passwd_cb) context_set_password;
  decltype(&SSL_CTX_use_certificate_chain_file) context_use_chain;
  decltype(&SSL_CTX_use_PrivateKey_file) context_use_key;
  decltype(&SSL_new) session_new;
  decltype(&SSL_free) session_free;
  decltype(&SSL_set_fd) set_fd;
  decltype(&SSL_set_accept_state) set_accept_state;
  decltype(&SSL_do_handshake) do_handshake;
  decltype(&SSL_read) read;
  decltype(&SSL_write) write;
  decltype(&SSL_shutdown) shutdown;
  decltype(&SSL_get_error) get_error;
  decltype(&ERR_clear_error) clear_errors;
  decltype(&ERR_get_error) next_error;
  decltype(&ERR_error_string_n) error_text;
};

// Loads OpenSSL 3 once; it is never unloaded. Fails with kUnsupported if there is none.
// Thread-safe.
Result<const OpensslApi*> LoadOpenssl();

}  // namespace bantam::server

#endif  // BANTAM_TLS
