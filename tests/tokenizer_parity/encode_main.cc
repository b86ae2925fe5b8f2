// Encodes and decodes what run.py sends, so that it can compare with the reference tokenizers:
// tokenizer_encode MODEL.gguf [PRE], where PRE replaces the file's tokenizer.ggml.pre, or
// tokenizer_encode tokenizer.json [tokenizer_config.json].
//
// stdin: requests of a u8 operation, a u32 size and that many bytes (text, or ids of 4 bytes).
// stdout: for 'e' (encode) and 'p' (without parsing control tokens) a u32 count of ids, the ids,
// and their text as the detokenizer gives it, as for 'd' (decode): a u32 size and the bytes.
// Everything is little-endian.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "format/model_file.h"
#include "text/detokenizer.h"
#include "text/tokenizer.h"
#include "text/tokenizer_json.h"

namespace {

using bantam::Detokenizer;
using bantam::Metadata;
using bantam::Result;
using bantam::TokenId;
using bantam::Tokenizer;

bool Read(void* data, size_t size) {
  return std::fread(data, 1, size, stdin) == size;
}

void Write(const void* data, size_t size) {
  std::fwrite(data, 1, size, stdout);
}

void WriteSize(size_t size) {
  const auto value = static_cast<uint32_t>(size);
  Write(&value, sizeof(value));
}

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<std::unique_ptr<Tokenizer>> LoadJson(const char* path, const char* config) {
  auto loaded = bantam::ReadTokenizerJson(ReadFile(path), config ? ReadFile(config) : "");
  if (!loaded) return std::unexpected(loaded.error());
  return std::move(loaded->tokenizer);
}

Result<std::unique_ptr<Tokenizer>> Load(const char* path, const char* pre) {
  if (std::string_view(path).ends_with(".json")) return LoadJson(path, pre);
  auto file = bantam::ModelFile::Open(path);
  if (!file) return std::unexpected(file.error());
  if (pre == nullptr) return Tokenizer::Create((*file)->metadata());
  Metadata changed;
  for (const auto& [key, value] : (*file)->metadata().entries()) {
    const bool is_pre = key == "tokenizer.ggml.pre";
    auto added = changed.Add(key, is_pre ? bantam::MetadataValue(std::string(pre)) : value);
    if (!added) return std::unexpected(added.error());
  }
  return Tokenizer::Create(changed);
}

void WriteText(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
  Detokenizer detokenizer(tokenizer.vocabulary(), true, true);
  std::string text;
  for (const TokenId id : ids) text += detokenizer.Push(id);
  text += detokenizer.Finish();
  WriteSize(text.size());
  Write(text.data(), text.size());
  std::fflush(stdout);
}

// False at the end of the input.
bool Serve(const Tokenizer& tokenizer) {
  char operation = 0;
  uint32_t size = 0;
  if (!Read(&operation, 1) || !Read(&size, sizeof(size))) return false;
  std::string bytes(size, '\0');
  if (!Read(bytes.data(), size)) return false;
  std::vector<TokenId> ids(size / sizeof(TokenId));
  if (operation == 'd') {
    std::memcpy(ids.data(), bytes.data(), ids.size() * sizeof(TokenId));
  } else {
    ids = tokenizer.Encode(bytes, {.add_special = true, .parse_special = operation == 'e'});
    WriteSize(ids.size());
    Write(ids.data(), ids.size() * sizeof(TokenId));
  }
  WriteText(tokenizer, ids);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: tokenizer_encode MODEL.gguf [PRE] | tokenizer.json [CONFIG]\n");
    return 2;
  }
  const auto tokenizer = Load(argv[1], argc > 2 ? argv[2] : nullptr);
  if (!tokenizer) {
    std::fprintf(stderr, "%s\n", tokenizer.error().message.c_str());
    return 1;
  }
  while (Serve(**tokenizer)) {
  }
  return 0;
}
