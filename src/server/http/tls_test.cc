// Tests of TLS, with a certificate made here and OpenSSL as the client.
#ifdef BANTAM_TLS

#include "server/http/tls.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <fstream>
#include <memory>
#include <string>

#include "base/test_directory.h"
#include "server/http/test_client.h"
#include "server/http/test_handler.h"

namespace bantam::server {
namespace {

template <auto free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

void WriteKey(const std::string& path, EVP_PKEY* key, const char* password = nullptr) {
  FILE* file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  PEM_write_PrivateKey(file, key, password ? EVP_aes_128_cbc() : nullptr, nullptr, 0, nullptr,
                       const_cast<char*>(password));
  fclose(file);
}

// A certificate for "localhost" that signs itself.
void WriteCertificate(const std::string& path, EVP_PKEY* key) {
  const std::unique_ptr<X509, Freed<X509_free>> certificate(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_sign(certificate.get(), key, EVP_sha256());
  FILE* file = fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  PEM_write_X509(file, certificate.get());
  fclose(file);
}

// A client's session over a TestClient's socket. SIGPIPE is the test's own to ignore.
class TlsClient {
 public:
  explicit TlsClient(uint16_t port, int version = 0) : tcp_(port), context_(NewContext(version)) {
    const timeval patience{60, 0};
    setsockopt(tcp_.fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    session_.reset(SSL_new(context_.get()));
    SSL_set_fd(session_.get(), tcp_.fd());
    connected_ = SSL_connect(session_.get()) == 1;
  }
  bool connected() const { return connected_; }
  std::string version() const { return SSL_get_version(session_.get()); }
  bool Send(std::string_view bytes) {
    return SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
           static_cast<int>(bytes.size());
  }
  // Up to and with `mark`, or to the end.
  std::string ReadUntil(std::string_view mark) {
    std::string all;
    char bytes[4096];
    while (!all.ends_with(mark)) {
      const int count = SSL_read(session_.get(), bytes, sizeof bytes);
      if (count <= 0) break;
      all.append(bytes, static_cast<size_t>(count));
    }
    return all;
  }
  void Reset() { tcp_.Reset(); }

 private:
  static SSL_CTX* NewContext(int version) {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    if (version != 0) {
      SSL_CTX_set_security_level(context, 0);
      SSL_CTX_set_min_proto_version(context, version);
      SSL_CTX_set_max_proto_version(context, version);
    }
    return context;
  }

  TestClient tcp_;
  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, Freed<SSL_free>> session_;
  bool connected_ = false;
};

class TlsTest : public ServerTest {
 protected:
  TlsTest()
      : certificate_(directory_.File("cert.pem")),
        key_file_(directory_.File("key.pem")),
        key_(EVP_EC_gen("P-256")) {
    signal(SIGPIPE, SIG_IGN);
    WriteKey(key_file_, key_.get());
    WriteCertificate(certificate_, key_.get());
  }

  HttpOptions Options() const {
    HttpOptions options;
    options.tls_certificate = certificate_;
    options.tls_key = key_file_;
    return options;
  }

  std::string WhyNot(const std::string& certificate, const std::string& key) {
    HttpOptions options = Options();
    options.port = 0;
    options.tls_certificate = certificate;
    options.tls_key = key;
    const auto server = HttpServer::Create(options, handler_);
    return server ? "" : server.error().message;
  }

  TestDirectory directory_;
  const std::string certificate_;
  const std::string key_file_;
  const Key key_;
};

constexpr char kHello[] = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(TlsTest, AnswersAndKeepsTheConnection) {
  Serve(Options());
  for (const int version : {0, TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server_->port(), version);
    ASSERT_TRUE(client.connected());
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(client.Send(kHello));
      EXPECT_TRUE(client.ReadUntil("hello").starts_with("HTTP/1.1 200 OK\r\n"));
    }
  }
}

TEST_F(TlsTest, OldVersionsAreRefused) {
  Serve(Options());
  EXPECT_FALSE(TlsClient(server_->port(), TLS1_1_VERSION).connected());
}

TEST_F(TlsTest, LargeBodiesBothWays) {
  Serve(Options());
  TlsClient client(server_->port());
  ASSERT_TRUE(client.Send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n" +
                          std::string(5'000'000, 'x')));
  EXPECT_TRUE(client.ReadUntil("5000000").ends_with("\r\n\r\n5000000"));
  ASSERT_TRUE(client.Send("GET /big?n=5000000 HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(client.ReadUntil("\n nothing").ends_with("\r\n\r\n" + std::string(5'000'000, 'b')));
}

TEST_F(TlsTest, PipelinedRequestsInOneRecord) {
  Serve(Options());
  TlsClient client(server_->port());
  std::string requests;
  for (int i = 0; i < 400; ++i) requests += kHello;
  ASSERT_TRUE(
      client.Send(requests + "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  const std::string answers = client.ReadUntil("\n nothing");
  size_t count = 0;
  for (size_t at = answers.find("\r\n\r\nhello"); at != std::string::npos;
       at = answers.find("\r\n\r\nhello", at + 1)) {
    ++count;
  }
  EXPECT_EQ(count, 401);
}

TEST_F(TlsTest, HostileRequestsAndBytesBesideACanary) {
  Serve(Options());
  std::string song;
  std::thread canary([&] {
    TlsClient client(server_->port());
    client.Send("GET /canary HTTP/1.0\r\n\r\n");
    song = client.ReadUntil("\n nothing");
  });
  for (int i = 0; i < 20; ++i) {
    TestClient plain(server_->port());
    plain.Send(kHello);
    plain.ReadToEnd();
    TestClient silent(server_->port());
    silent.Send("\x16\x03\x01");
    TlsClient leaving(server_->port());
    leaving.Send("GET /canary HTTP/1.1\r\nHost: x\r\n\r\n");
    leaving.Reset();
    TlsClient hostile(server_->port());
    hostile.Send("GET /hello HTTP/1.1\nHost: x\n\n");
    EXPECT_TRUE(hostile.ReadUntil("\n nothing").starts_with("HTTP/1.1 400 "));
  }
  canary.join();
  EXPECT_TRUE(song.ends_with("\r\n\r\n" + TestHandler::CanarySong()));
}

TEST_F(TlsTest, SilentHandshakesAreCutOff) {
  HttpOptions options = Options();
  options.head = std::chrono::milliseconds(60);
  Serve(options);
  TestClient client(server_->port());
  EXPECT_EQ(client.ReadToEnd(), "");
}

TEST_F(TlsTest, LeavingClientsAreNoticed) {
  Serve(Options());
  TlsClient client(server_->port());
  client.Send("GET /pending HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto exchange = handler_.Next();
  client.Reset();
  EXPECT_TRUE(handler_.events.Await("closed"));
}

TEST_F(TlsTest, SaysWhatIsWrongWithItsFiles) {
  const std::string other = directory_.File("other.pem");
  const Key other_key(EVP_EC_gen("P-256"));
  WriteKey(other, other_key.get());
  const std::string locked = directory_.File("locked.pem");
  WriteKey(locked, key_.get(), "password");
  const std::string missing = directory_.File("missing.pem");
  EXPECT_EQ(WhyNot(certificate_, key_file_), "");
  EXPECT_EQ(WhyNot(certificate_, ""), "TLS needs both a certificate and its key");
  EXPECT_NE(WhyNot(missing, key_file_).find("missing.pem"), std::string::npos);
  EXPECT_NE(WhyNot(certificate_, missing).find("missing.pem"), std::string::npos);
  EXPECT_NE(WhyNot(certificate_, locked).find("locked.pem"), std::string::npos);
  EXPECT_NE(WhyNot(certificate_, other).find("mismatch"), std::string::npos);
  EXPECT_NE(WhyNot(key_file_, key_file_).find("certificate"), std::string::npos);
}

}  // namespace
}  // namespace bantam::server

#endif  // BANTAM_TLS
