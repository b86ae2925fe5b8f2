// "model.vocab", "added_tokens" and "model.merges": the big tables.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/quote.h"
#include "text/tokenizer_json/components.h"

namespace bantam {
namespace {

// Ids may leave holes, but a few tokens do not make a vocabulary of millions.
int64_t MaxId(size_t n_tokens) {
  constexpr size_t kSlack = 4096;
  return static_cast<int64_t>(std::min<size_t>(8 * n_tokens + kSlack, INT32_MAX - 1));
}

// A number from a string of digits, as added_tokens_decoder has for keys; -1 if it is none.
int64_t ParseId(std::string_view text) {
  if (text.empty() || text.size() > 10) return -1;
  int64_t id = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    id = id * 10 + (c - '0');
  }
  return id;
}

class VocabularyReader {
 public:
  explicit VocabularyReader(ReadVocabulary& out) : out_(out) {}

  Result<void> ReadModel(const JsonNode& vocab);
  Result<void> ReadScoredModel(const JsonNode& vocab);
  Result<void> ReadAdded(const JsonNode& node, int64_t id);
  // What the model has of the added tokens must have their ids.
  Result<void> CheckAgainstModel(const JsonNode& vocab);

  int64_t max_id = 0;

 private:
  Result<void> Put(std::string_view text, size_t id, const std::string& place);

  ReadVocabulary& out_;
};

Result<void> VocabularyReader::Put(std::string_view text, size_t id, const std::string& place) {
  if (out_.tokens.size() <= id) {
    out_.tokens.resize(id + 1);
    out_.in_model.resize(id + 1);
    out_.present.resize(id + 1);
  }
  if (out_.present[id]) {
    if (out_.tokens[id] == text) return {};
    return Fail(ErrorCode::kCorrupt, place + ": the id " + std::to_string(id) + " belongs to " +
                                         Quote(out_.tokens[id]) + " and to " + Quote(text));
  }
  out_.tokens[id] = text;
  out_.present[id] = true;
  return {};
}

Result<void> VocabularyReader::ReadModel(const JsonNode& vocab) {
  const Json::Object& members = *TRY(vocab.Members());
  for (const auto& [text, value] : members) {
    const auto id = value.is_number() ? value.AsInt() : Fail(ErrorCode::kCorrupt, "");
    if (!id || *id < 0 || *id > max_id) {
      return Fail(ErrorCode::kCorrupt, vocab.path() + ": the id of " + Quote(text) +
                                           " is no integer from 0 to " + std::to_string(max_id));
    }
    const auto at = static_cast<size_t>(*id);
    if (at < out_.present.size() && out_.present[at]) {
      return Fail(ErrorCode::kCorrupt, vocab.path() + ": the id " + std::to_string(at) +
                                           " belongs to " + Quote(out_.tokens[at]) + " and to " +
                                           Quote(text));
    }
    TRY(Put(text, at, vocab.path()));
    out_.in_model[at] = true;
  }
  return {};
}

Result<void> VocabularyReader::ReadScoredModel(const JsonNode& vocab) {
  const Json::Array& items = *TRY(vocab.Items());
  for (size_t i = 0; i < items.size(); ++i) {
    const Json& item = items[i];
    if (!item.is_array() || item.items().size() != 2 || !item.items()[0].is_string() ||
        !item.items()[1].is_number()) {
      return vocab.Item(i).Expected("a token and its score");
    }
    TRY(Put(item.items()[0].AsString(), i, vocab.path()));
    out_.in_model[i] = true;
    out_.scores.push_back(item.items()[1].AsDouble());
  }
  return {};
}

Result<void> VocabularyReader::ReadAdded(const JsonNode& node, int64_t id) {
  const std::string_view text = TRY(node.Member("content").String());
  AddedToken token{.text = std::string(text), .id = static_cast<TokenId>(id)};
  token.special = TRY(node.Member("special").BoolOr(false));
  token.lstrip = TRY(node.Member("lstrip").BoolOr(false));
  token.rstrip = TRY(node.Member("rstrip").BoolOr(false));
  token.single_word = TRY(node.Member("single_word").BoolOr(false));
  token.normalized = TRY(node.Member("normalized").BoolOr(!token.special));
  TRY(CheckAddedToken(text, node.path()));
  TRY(Put(text, static_cast<size_t>(id), node.path()));
  if (!text.empty()) out_.added.push_back(std::move(token));
  return {};
}

Result<void> VocabularyReader::CheckAgainstModel(const JsonNode& vocab) {
  std::vector<std::pair<std::string_view, TokenId>> added;
  for (const AddedToken& token : out_.added) added.emplace_back(token.text, token.id);
  std::sort(added.begin(), added.end());
  for (size_t i = 1; i < added.size(); ++i) {
    if (added[i].first != added[i - 1].first || added[i].second == added[i - 1].second) continue;
    return Fail(ErrorCode::kCorrupt, "tokenizer.json: added_tokens: " + Quote(added[i].first) +
                                         " has the ids " + std::to_string(added[i - 1].second) +
                                         " and " + std::to_string(added[i].second));
  }
  for (size_t i = 0; i < out_.tokens.size(); ++i) {
    if (!out_.in_model[i]) continue;
    const std::string_view text = out_.tokens[i];
    const auto it = std::lower_bound(added.begin(), added.end(), std::pair(text, TokenId{-1}));
    if (it == added.end() || it->first != text || it->second == static_cast<TokenId>(i)) continue;
    return Fail(ErrorCode::kCorrupt, vocab.path() + ": the added token " + Quote(text) +
                                         " has the id " + std::to_string(it->second) + ", but " +
                                         std::to_string(i) + " here");
  }
  return {};
}

}  // namespace

TokenId ReadVocabulary::Find(std::string_view text) const {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (present[i] && tokens[i] == text) return static_cast<TokenId>(i);
  }
  return -1;
}

Result<ReadVocabulary> ReadVocabularyNodes(const JsonNode& vocab, bool scored,
                                           const JsonNode& added, const JsonNode& config_added,
                                           int vocab_size) {
  ReadVocabulary out;
  VocabularyReader reader(out);
  const size_t n_added = added.is_null() ? 0 : TRY(added.Items())->size();
  const size_t n_config = config_added.is_null() ? 0 : TRY(config_added.Members())->size();
  const size_t n_model = scored ? TRY(vocab.Items())->size() : TRY(vocab.Members())->size();
  reader.max_id = MaxId(n_model + n_added + n_config);
  if (vocab_size < 0 || vocab_size > reader.max_id + 1) {
    return Fail(ErrorCode::kCorrupt, vocab.path() + " has " + std::to_string(n_model) +
                                         " tokens, but the model " + std::to_string(vocab_size));
  }
  TRY(scored ? reader.ReadScoredModel(vocab) : reader.ReadModel(vocab));
  for (size_t i = 0; i < n_added; ++i) {
    const JsonNode node = added.Item(i);
    const int64_t id = TRY(node.Member("id").Int(0, reader.max_id));
    TRY(reader.ReadAdded(node, id));
  }
  std::vector<TokenId> known;
  for (const AddedToken& token : out.added) known.push_back(token.id);
  std::sort(known.begin(), known.end());
  for (size_t i = 0; i < n_config; ++i) {
    const auto& [key, value] = config_added.json().members()[i];
    const JsonNode node(&value, config_added.path() + "." + key.substr(0, 16));
    const int64_t id = ParseId(key);
    if (id < 0 || id > reader.max_id) return node.Expected("an id for its name");
    // tokenizer.json has the last word on what both have.
    if (!std::binary_search(known.begin(), known.end(), static_cast<TokenId>(id))) {
      TRY(reader.ReadAdded(node, id));
    }
  }
  TRY(reader.CheckAgainstModel(vocab));
  const auto n = std::max(out.tokens.size(), static_cast<size_t>(vocab_size));
  if (n == 0) return vocab.Expected("at least one token");
  out.tokens.resize(n);
  out.in_model.resize(n);
  out.present.resize(n);
  if (scored) out.scores.resize(n);
  return out;
}

Result<std::vector<MergeRule>> ReadMergesNode(const JsonNode& node) {
  const Json::Array& items = *TRY(node.Items());
  std::vector<MergeRule> rules;
  rules.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    const Json& item = items[i];
    MergeRule rule;
    if (item.is_string()) {
      if (!SplitMerge(item.AsString(), rule.left, rule.right)) {
        return node.Item(i).Expected("two tokens with a space between");
      }
    } else if (item.is_array() && item.items().size() == 2 && item.items()[0].is_string() &&
               item.items()[1].is_string()) {
      rule = {item.items()[0].AsString(), item.items()[1].AsString()};
    } else {
      return node.Item(i).Expected("two tokens");
    }
    rules.push_back(rule);
  }
  return rules;
}

}  // namespace bantam
