// The tokenizer and the chat template of a Hugging Face folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bantam/result.h"
#include "text/tokenizer.h"

namespace bantam {

// The folder's text files that have to do with text; empty where there is none.
struct FolderTexts {
  std::string config;             // config.json
  std::string generation_config;  // generation_config.json
  std::string tokenizer;          // tokenizer.json
  std::string tokenizer_config;   // tokenizer_config.json
  std::string chat_template;      // chat_template.jinja
  std::string vocabulary;         // vocab.txt, of WordPiece; read where there is no tokenizer.json
};

// Fails with kUnsupported if a file is larger than any of its kind.
Result<FolderTexts> ReadFolderTexts(const std::string& folder);

struct FolderTokenizer {
  std::unique_ptr<Tokenizer> tokenizer;  // with exactly `n_tokens` tokens
  std::string kind;                      // "BPE": the type of its model; empty: ids alone
  std::string chat_template;             // Jinja source; empty: none
};

// A folder with neither tokenizer.json nor vocab.txt gives tokens without text, so that ids can
// still be run and scored. Errors name the file.
Result<FolderTokenizer> MakeFolderTokenizer(const FolderTexts& texts, int n_tokens);

// The ids that end a reply: eos_token_id of generation_config.json, else of config.json (one number
// or a list). Those outside the vocabulary are left out.
Result<std::vector<TokenId>> EndIdsOf(const FolderTexts& texts, int n_tokens);

// chat_template.jinja, else the template of tokenizer_config.json (the one called "default", if
// there are several).
Result<std::string> ChatTemplateOf(const FolderTexts& texts);

}  // namespace bantam
