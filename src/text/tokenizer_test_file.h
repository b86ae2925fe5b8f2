// For tests of tokenizers: golden files, and the tables of a model file.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/metadata.h"
#include "text/tokenizer.h"

namespace bantam {

// A file of tests/golden.
inline Json ReadGolden(const std::string& name) {
  std::ifstream file(std::string(BANTAM_SOURCE_DIR) + "/tests/golden/" + name);
  std::stringstream text;
  text << file.rdbuf();
  auto json = Json::Parse(text.str());
  EXPECT_TRUE(json) << name;
  return json ? *std::move(json) : Json();
}

inline std::vector<std::string> StringsOf(const Json& array) {
  std::vector<std::string> out;
  for (const Json& item : array.items()) out.push_back(item.AsString());
  return out;
}

inline std::vector<int64_t> IntsOf(const Json& array) {
  std::vector<int64_t> out;
  for (const Json& item : array.items()) out.push_back(*item.AsInt());
  return out;
}

inline std::vector<TokenId> TokenIdsOf(const Json& array) {
  std::vector<TokenId> out;
  for (const Json& item : array.items()) out.push_back(static_cast<TokenId>(*item.AsInt()));
  return out;
}

// Keys of a model file; tests change them before they are used.
struct TokenizerTables {
  std::vector<std::pair<std::string, MetadataValue>> keys;

  void Set(const std::string& key, MetadataValue value) {
    for (auto& [name, old] : keys) {
      if (name == key) {
        old = std::move(value);
        return;
      }
    }
    keys.emplace_back(key, std::move(value));
  }
  // Of the tokenizer.
  void SetOwn(const std::string& key, MetadataValue value) {
    Set("tokenizer.ggml." + key, std::move(value));
  }
  Result<std::unique_ptr<Tokenizer>> Create() const {
    Metadata metadata;
    for (const auto& [key, value] : keys) EXPECT_TRUE(metadata.Add(key, value));
    return Tokenizer::Create(metadata);
  }
  std::string Message(ErrorCode code) const {
    const auto tokenizer = Create();
    if (tokenizer) return "no error";
    EXPECT_EQ(tokenizer.error().code, code) << tokenizer.error().message;
    return tokenizer.error().message;
  }
};

}  // namespace bantam
