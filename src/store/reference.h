// Reference: what a person wrote to name a model, understood.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"
#include "store/catalogue.h"

namespace bantam::store {

struct Reference {
  const CatalogueModel* model = nullptr;  // a short name's
  std::string repository;  // "owner/repo"; with a model: only this source of it will do
  Hub hub = Hub::kHuggingFace;
  std::string quant;     // a quantisation or a file's name; empty: the usual one
  std::string file;      // the exact path in the repository, from a link to it
  std::string revision;  // from a link; empty: the newest
  std::string url;       // of a file that lies on no hub known here
  std::string note;      // what to tell about the name
  bool link = false;     // names the hub, too, or is a URL: no model from elsewhere will do

  // The name in the store: "qwen2.5:0.5b", "qwen2.5:0.5b-q8_0", "owner/repo:q4_k_m", for a URL the
  // file's name without ".gguf". `quant` is the one that was taken.
  std::string StoreName(std::string_view taken_quant) const;
};

// What a person wrote, as messages show it: of a URL neither user and password nor query.
std::string ShownReference(std::string_view text);

// Understands short names of the catalogue, "owner/repo[:QUANT]" in any letter case, either after
// "hf.co/", "huggingface.co/" or "modelscope.cn/" (with or without "https://"), links to files on
// these hubs, and URLs of GGUF files. Fails with kInvalidArgument for what is none of these, with
// kNotFound for a short name nobody knows.
Result<Reference> ParseReference(std::string_view text, const Catalogue& catalogue);

}  // namespace bantam::store
