// Understanding of names, repositories and links.
#include "store/reference.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/check.h"
#include "base/hex.h"
#include "base/quote.h"
#include "net/url.h"
#include "store/names.h"
#include "store/quant_name.h"

namespace bantam::store {
namespace {

struct HubHost {
  std::string_view host;
  Hub hub;
};
constexpr HubHost kHubHosts[] = {
    {"hf.co", Hub::kHuggingFace},
    {"huggingface.co", Hub::kHuggingFace},
    {"www.huggingface.co", Hub::kHuggingFace},
    {"hf-mirror.com", Hub::kHuggingFace},
    {"modelscope.cn", Hub::kModelScope},
    {"www.modelscope.cn", Hub::kModelScope},
};

std::optional<Hub> HubOf(std::string_view host) {
  for (const HubHost& known : kHubHosts) {
    if (known.host == host) return known.hub;
  }
  return std::nullopt;
}

std::string DecodePercent(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      out += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string> PathParts(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end > 0) parts.push_back(DecodePercent(path.substr(0, end)));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

std::unexpected<Error> NotUnderstood(std::string_view text, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, Quote(ShownReference(text)) + " " + why);
}

// "owner/repo[:quant]", in whatever letter case.
Result<Reference> FromRepository(std::string_view text, Hub hub, const Catalogue& catalogue) {
  const size_t colon = std::min(text.find(':'), text.size());
  const std::string_view repository = text.substr(0, colon);
  std::string quant(text.substr(std::min(colon + 1, text.size())));
  if (!IsRepository(repository)) {
    return NotUnderstood(text, "is no repository; expected OWNER/NAME or OWNER/NAME:QUANT");
  }
  if (LowerCase(quant) == "latest") quant.clear();
  if (!quant.empty() && !IsSafeFileName(quant)) {
    return NotUnderstood(text, "has no quantisation or file name after its colon");
  }
  Reference reference;
  reference.repository = repository;
  reference.hub = hub;
  reference.quant = quant;
  if (hub != Hub::kHuggingFace) return reference;
  const auto match = catalogue.Find(repository);
  if (match && match->quant.empty() && (quant.empty() || IsQuant(quant))) {
    reference.model = match->model;
    reference.repository = match->repository;
    reference.quant = LowerCase(quant) == match->model->quant ? "" : LowerCase(quant);
  }
  return reference;
}

// A page of a repository, or a file of it: OWNER/REPO[/{resolve,blob}/REVISION/PATH].
Result<Reference> FromHubLink(std::string_view text, Hub hub, std::vector<std::string> parts,
                              const Catalogue& catalogue) {
  if (hub == Hub::kModelScope && !parts.empty() && parts[0] == "models") {
    parts.erase(parts.begin());
  }
  if (parts.size() < 2) return NotUnderstood(text, "names no repository");
  const std::string repository = parts[0] + "/" + parts[1];
  const bool file = parts.size() >= 5 && (parts[2] == "resolve" || parts[2] == "blob");
  if (!file) return FromRepository(repository, hub, catalogue);
  Reference reference;
  reference.repository = repository;
  reference.hub = hub;
  if (!IsRepository(repository)) return NotUnderstood(text, "names no repository");
  reference.revision = parts[3];
  for (size_t i = 4; i < parts.size(); ++i) {
    if (parts[i] == ".." || parts[i].find('/') != std::string::npos) {
      return NotUnderstood(text, "is no link to a GGUF file");
    }
    reference.file += (i == 4 ? "" : "/") + parts[i];
  }
  if (!IsSafeFileName(reference.revision) || !IsSafeFileName(BaseName(reference.file)) ||
      !LowerCase(reference.file).ends_with(".gguf")) {
    return NotUnderstood(text, "is no link to a GGUF file");
  }
  reference.quant = QuantOf(reference.file);
  return reference;
}

Result<Reference> AsLink(Result<Reference> reference) {
  if (reference) reference->link = true;
  return reference;
}

Result<Reference> FromUrl(std::string_view text, const Catalogue& catalogue) {
  const net::Url url = TRY(net::Url::Parse(text));
  const std::string_view path = std::string_view(url.path).substr(0, url.path.find('?'));
  if (const auto hub = HubOf(url.host)) {
    return AsLink(FromHubLink(text, *hub, PathParts(path), catalogue));
  }
  const std::string name = DecodePercent(BaseName(path));
  if (!LowerCase(name).ends_with(".gguf") || !IsSafeFileName(name)) {
    return NotUnderstood(text, "does not end in the name of a GGUF file");
  }
  Reference reference;
  reference.hub = Hub::kUrl;
  reference.quant = QuantOf(name);
  reference.url = url.Text();
  reference.link = true;
  reference.file = name;
  return reference;
}

bool HasScheme(std::string_view text) {
  const size_t colon = text.find("://");
  return colon != std::string_view::npos && text.find('/') > colon;
}

}  // namespace

std::string Reference::StoreName(std::string_view taken_quant) const {
  if (model != nullptr) {
    const bool usual = taken_quant.empty() || taken_quant == model->quant;
    return model->name + (usual ? "" : "-" + std::string(taken_quant));
  }
  if (hub == Hub::kUrl) {
    std::string name = LowerCase(file.substr(0, file.size() - 5));
    std::ranges::replace_if(name, [](char c) { return c == '+' || c == '='; }, '_');
    return name.substr(0, 96);
  }
  return repository + (taken_quant.empty() ? "" : ":" + std::string(taken_quant));
}

std::string ShownReference(std::string_view text) {
  const bool plain = !HasScheme(text) && text.find_first_of("@?") == std::string_view::npos;
  return plain ? std::string(text) : net::WithoutSecrets(text);
}

Result<Reference> ParseReference(std::string_view text, const Catalogue& catalogue) {
  if (HasScheme(text)) return FromUrl(text, catalogue);
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    if (HubOf(LowerCase(text.substr(0, slash)))) {
      return FromUrl("https://" + std::string(text), catalogue);
    }
    return FromRepository(text, Hub::kHuggingFace, catalogue);
  }
  if (!IsModelName(text)) return NotAModelName(ShownReference(text));
  const auto match = catalogue.Find(text);
  if (!match) return Fail(ErrorCode::kNotFound, "no model has the name " + Quote(text));
  Reference reference;
  reference.model = match->model;
  reference.quant = match->quant;
  if (reference.quant == match->model->quant) reference.quant.clear();
  reference.note = match->note;
  return reference;
}

}  // namespace bantam::store
