// Options, callbacks and errors of one request.
#include "net/transfer.h"

#ifdef BANTAM_NETWORK

#include <netinet/in.h>
#include <unistd.h>

#include <charconv>
#include <cstring>
#include <utility>

#include "base/ascii.h"
#include "base/quote.h"

namespace bantam::net {
namespace {

constexpr size_t kMaxHeaderBytes = size_t{64} << 10;
constexpr size_t kMaxHeaders = 256;
constexpr uint64_t kMaxDiscarded = uint64_t{64} << 10;  // of the body of a redirect or an error
constexpr size_t kShownErrorBytes = 4096;
constexpr long kStallBytesPerS = 100;

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// "HTTP/1.1 206 Partial Content" → 206; 0 if it is no such line.
int StatusOf(std::string_view line) {
  if (!line.starts_with("HTTP/")) return 0;
  const size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;
  int status = 0;
  const std::string_view rest = Trimmed(line.substr(blank));
  std::from_chars(rest.data(), rest.data() + rest.size(), status);
  return status;
}

std::optional<AddressKind> KindOf(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in ipv4;
    std::memcpy(&ipv4, &address, sizeof ipv4);
    return KindOfIpv4(ntohl(ipv4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, &address, sizeof ipv6);
    Ipv6 bytes;
    std::memcpy(bytes.data(), &ipv6.sin6_addr, bytes.size());
    return KindOfIpv6(bytes);
  }
  return std::nullopt;
}

bool IsTransient(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return true;
    default: return false;
  }
}

}  // namespace

Transfer::Transfer(const CurlApi& curl, const HttpOptions& options, const HttpRequest& request,
                   RedirectRules& rules, Url url, bool with_token)
    : curl_(curl),
      options_(options),
      request_(request),
      rules_(rules),
      hop_{.url = std::move(url), .status = 0, .headers = {}, .error_body = {}},
      with_token_(with_token),
      proxy_(ProxyFor(hop_.url, options.variable)),
      handle_(curl.easy_init()) {}

Transfer::~Transfer() {
  if (handle_ != nullptr) curl_.easy_cleanup(handle_);
  curl_.slist_free_all(headers_);
  curl_.slist_free_all(resolve_);
}

template <typename T>
void Transfer::Set(CURLoption option, T value) {
  const CURLcode code = curl_.easy_setopt(handle_, option, value);
  if (configured_ == CURLE_OK) configured_ = code;
}

void Transfer::AddHeader(const std::string& line) {
  if (curl_slist* longer = curl_.slist_append(headers_, line.c_str())) {
    headers_ = longer;
  } else {
    configured_ = CURLE_OUT_OF_MEMORY;
  }
}

void Transfer::ConfigureTrust() {
  Set(CURLOPT_SSL_VERIFYPEER, 1L);
  Set(CURLOPT_SSL_VERIFYHOST, 2L);
  Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    const auto file = options_.variable(name);
    if (!file || file->empty()) continue;
    Set(CURLOPT_CAINFO, file->c_str());
    Set(CURLOPT_PROXY_CAINFO, file->c_str());
    break;
  }
  if (const auto path = options_.variable("SSL_CERT_DIR"); path && !path->empty()) {
    Set(CURLOPT_CAPATH, path->c_str());
    Set(CURLOPT_PROXY_CAPATH, path->c_str());
  }
}

void Transfer::Configure() {
  Set(CURLOPT_URL, hop_.url.Text().c_str());
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_USERAGENT, options_.user_agent.c_str());
  Set(CURLOPT_ERRORBUFFER, detail_);
  Set(CURLOPT_PROXY, proxy_.c_str());  // empty: none, whatever the library would find
  Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  Set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_s));
  Set(CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerS);
  Set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_s));
  Set(CURLOPT_TIMEOUT, static_cast<long>(request_.total_s));
  ConfigureTrust();
  AddHeader("Accept-Encoding: identity");
  if (with_token_) AddHeader("Authorization: Bearer " + request_.token);
  if (request_.from > 0) {
    AddHeader("Range: bytes=" + std::to_string(request_.from) + "-");
    if (!request_.if_range.empty()) AddHeader("If-Range: " + request_.if_range);
  }
  if (!request_.if_none_match.empty()) AddHeader("If-None-Match: " + request_.if_none_match);
  if (request_.post) {
    AddHeader("Content-Type: application/json");
    AddHeader("Expect:");  // no "100-continue" to wait for
    Set(CURLOPT_POST, 1L);
    Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.post->size()));
    Set(CURLOPT_POSTFIELDS, request_.post->c_str());  // not copied
  }
  Set(CURLOPT_HTTPHEADER, headers_);
  for (const std::string& entry : options_.resolve) {
    resolve_ = curl_.slist_append(resolve_, entry.c_str());
  }
  Set(CURLOPT_RESOLVE, resolve_);
  Set(CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  Set(CURLOPT_HEADERDATA, this);
  Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
  Set(CURLOPT_WRITEDATA, this);
  Set(CURLOPT_XFERINFOFUNCTION, &Transfer::OnProgress);
  Set(CURLOPT_XFERINFODATA, this);
  Set(CURLOPT_NOPROGRESS, 0L);
  Set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::OpenSocket);
  Set(CURLOPT_OPENSOCKETDATA, this);
}

bool Transfer::Stop(Error error) {
  if (!stopped_) stopped_ = std::move(error);
  return false;
}

bool Transfer::TakeHeader(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes || hop_.headers.size() >= kMaxHeaders) {
    return Stop({ErrorCode::kCorrupt, "the server's headers do not end"});
  }
  if (line == "\r\n" || line == "\n") return hop_.status < 200 || EndOfHeaders();
  if (const int status = StatusOf(line); status != 0) {
    hop_.status = status;  // a later one replaces "100 Continue" and the like
    hop_.headers.clear();
    return true;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  std::string name = LowerCase(Trimmed(line.substr(0, colon)));
  std::string value(Trimmed(line.substr(colon + 1)));
  if (name != "location") value = HideToken(std::move(value), request_.token);
  hop_.headers.emplace_back(std::move(name), std::move(value));
  return true;
}

bool Transfer::EndOfHeaders() {
  discarding_ = hop_.status < 200 || hop_.status >= 300;
  if (discarding_) return true;
  for (const char* name : {"content-encoding", "transfer-encoding"}) {
    const std::string* value = hop_.Find(name);
    if (value == nullptr) continue;
    const std::string coding = LowerCase(*value);
    if (coding.empty() || coding == "identity") continue;
    if (coding == "chunked" && std::string_view(name) == "transfer-encoding") continue;
    return Stop({ErrorCode::kCorrupt, "the server sends a body encoded as " + Quote(coding) +
                                          ", which nobody asked for"});
  }
  if (!request_.on_answer) return true;
  auto taken = request_.on_answer(hop_);
  return taken ? true : Stop(std::move(taken).error());
}

bool Transfer::TakeBody(std::span<const uint8_t> bytes) {
  body_bytes_ += bytes.size();
  if (discarding_) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    hop_.error_body += text.substr(0, kShownErrorBytes - hop_.error_body.size());
    discarded_ = body_bytes_ > kMaxDiscarded;
    return !discarded_;
  }
  if (body_bytes_ > request_.max_bytes) {
    return Stop({ErrorCode::kCorrupt, "the server sends more than the expected " +
                                          std::to_string(request_.max_bytes) + " bytes"});
  }
  if (options_.cancelled && options_.cancelled()) {
    return Stop({ErrorCode::kCancelled, "stopped"});
  }
  if (!request_.on_body) return true;
  auto taken = request_.on_body(bytes);
  return taken ? true : Stop(std::move(taken).error());
}

size_t Transfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  const bool go_on = static_cast<Transfer*>(self)->TakeHeader({data, size * count});
  return go_on ? size * count : 0;
}

size_t Transfer::OnBody(char* data, size_t size, size_t count, void* self) {
  const std::span bytes(reinterpret_cast<const uint8_t*>(data), size * count);
  // Anything but the number of bytes is an error, also when there are none.
  return static_cast<Transfer*>(self)->TakeBody(bytes) ? bytes.size() : bytes.size() + 1;
}

int Transfer::OnProgress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (!transfer.options_.cancelled || !transfer.options_.cancelled()) return 0;
  transfer.Stop({ErrorCode::kCancelled, "stopped"});
  return 1;
}

curl_socket_t Transfer::OpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.proxy_.empty()) {  // else it is the proxy's address, and the proxy's name to resolve
    const auto kind = KindOf(address->addr);
    if (!kind || !transfer.rules_.Allows(transfer.hop_.url, *kind)) {
      transfer.Stop({ErrorCode::kCorrupt,
                     "the server redirects to " + ShownUrl(transfer.hop_.url) +
                         ", whose address is " +
                         AddressKindName(kind.value_or(AddressKind::kReserved)) + ": refused"});
      return CURL_SOCKET_BAD;
    }
    transfer.connected_ = kind;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

HttpFailure Transfer::Failure(CURLcode code) const {
  const std::string where = ShownUrl(hop_.url) + ": ";
  if (stopped_) {
    // A full disk is not the server's fault, nor is Ctrl-C.
    const bool of_server = stopped_->code == ErrorCode::kCorrupt;
    return {{stopped_->code, (of_server ? where : "") + stopped_->message}, false, false};
  }
  std::string why = detail_[0] != '\0' ? detail_ : "libcurl error " + std::to_string(code);
  const bool slow = std::string_view(detail_).starts_with("Operation too slow");
  if (code == CURLE_OPERATION_TIMEDOUT && (slow || body_bytes_ + header_bytes_ > 0)) {
    why = "nothing or too little came for too long";
  }
  const ErrorCode kind =
      code == CURLE_OUT_OF_MEMORY ? ErrorCode::kResourceExhausted : ErrorCode::kIo;
  return {{kind, where + why}, IsTransient(code), hop_.status == 0 && header_bytes_ == 0};
}

std::expected<HttpHop, HttpFailure> Transfer::Run() {
  if (handle_ == nullptr) return std::unexpected(Failure(CURLE_OUT_OF_MEMORY));
  if (!proxy_.empty()) {  // the library's own message would show its password
    auto good = CheckProxy(proxy_);
    if (!good) return std::unexpected(HttpFailure{std::move(good).error(), false});
  }
  Configure();
  if (configured_ != CURLE_OK) return std::unexpected(Failure(configured_));
  const CURLcode code = curl_.easy_perform(handle_);
  if (code != CURLE_OK && !(discarded_ && !stopped_)) return std::unexpected(Failure(code));
  if (hop_.status == 0) {
    return std::unexpected(
        HttpFailure{{ErrorCode::kCorrupt, ShownUrl(hop_.url) + ": the answer is no HTTP"}, false});
  }
  if (rules_.first()) {
    rules_.SetFirst(connected_.value_or(KindOfHost(hop_.url.host).value_or(AddressKind::kPublic)));
  }
  return std::move(hop_);
}

}  // namespace bantam::net

#endif  // BANTAM_NETWORK
