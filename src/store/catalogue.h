// Catalogue: the models that have short names, compiled in from catalogue.json.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::store {

enum class Hub : uint8_t { kHuggingFace, kModelScope, kUrl };

struct CatalogueSource {
  Hub hub = Hub::kHuggingFace;
  std::string repository;  // of a hub; "owner/repo"
  std::string url;         // Hub::kUrl
};

// A file whose checksum is pinned here.
struct CatalogueFile {
  std::string name;
  std::string sha256;
  std::string revision;  // the commit of the hub it was published with
};

struct CatalogueAlias {
  std::string name;
  std::string note;  // what it means, where that may surprise
};

struct CatalogueModel {
  std::string name;   // "qwen2.5:0.5b"
  std::string title;  // "Qwen2.5 0.5B Instruct"
  std::string model;  // the repository it was published as: "Qwen/Qwen2.5-0.5B-Instruct"
  std::string licence;
  std::string architecture;
  std::string quant;       // the one to take unless another is asked for; empty: the folder it is
  uint64_t megabytes = 0;  // of 10^6 bytes: about what that takes, before a hub is asked
  std::vector<CatalogueAlias> aliases;
  std::vector<CatalogueSource> sources;  // in the order to try
  std::vector<CatalogueFile> files;
};

class Catalogue {
 public:
  // Reads the format of catalogue.json. Fails with kCorrupt, naming the entry: unknown or missing
  // members, names that are none, names given twice.
  static Result<Catalogue> Parse(std::string_view text);
  // The one compiled in.
  static const Catalogue& BuiltIn();

  std::span<const CatalogueModel> models() const { return models_; }

  struct Match {
    const CatalogueModel* model = nullptr;
    std::string quant;       // lower case; empty: the model's own
    std::string note;        // of the alias
    std::string repository;  // empty unless a source's repository was named: no other will do
  };
  // The model of a short name in any letter case, with or without a quantisation at its end
  // ("qwen2.5:0.5b-q8_0"), or of a repository ("Qwen/Qwen2.5-0.5B-Instruct[-GGUF][:q8_0]").
  std::optional<Match> Find(std::string_view name) const;

  // Every name and alias, for suggestions.
  std::vector<std::string> Names() const;

 private:
  std::vector<CatalogueModel> models_;
};

}  // namespace bantam::store
