// Fuzzes what people and servers write to name things: references to models, URLs, redirects.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/address.h"
#include "net/proxy.h"
#include "net/url.h"
#include "store/catalogue.h"
#include "store/names.h"
#include "store/quant_name.h"
#include "store/reference.h"

namespace {

using bantam::net::Url;

void CheckUrl(const Url& url) {
  const auto again = Url::Parse(url.Text());
  CHECK(again && again->host == url.host && again->port == url.port && again->path == url.path);
  CHECK(url.path.starts_with('/'));
  for (const char c : url.Text()) CHECK(static_cast<unsigned char>(c) > 0x20);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reference = bantam::store::ParseReference(text, bantam::store::Catalogue::BuiltIn());
  if (reference) {
    const std::string name = reference->StoreName(reference->quant);
    if (bantam::store::IsModelName(name)) {
      const std::string file = bantam::store::FileNameOf(name);
      CHECK(file.find('/') == std::string::npos && file != "." && file != ".." &&
            file.size() < 240);
    }
  }
  if (const auto url = Url::Parse(text)) {
    CheckUrl(*url);
    (void)bantam::net::KindOfHost(url->host);
  }
  static const Url base = *Url::Parse("https://a.example/b/c?d");
  if (const auto url = base.Resolve(text)) CheckUrl(*url);
  (void)bantam::net::ProxyFor(base, [&](const char*) { return std::string(text); });
  (void)bantam::store::QuantOf(text);
  return 0;
}
