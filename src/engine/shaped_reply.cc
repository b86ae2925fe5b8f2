// Forced bytes and their tokens.
#include "engine/shaped_reply.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "base/check.h"
#include "engine/json_place.h"

namespace bantam {
namespace {

// Text before forced bytes that is encoded together with them: what a pre-tokeniser looks at.
constexpr size_t kTailBytes = 64;
// At most so many bytes are forced at once; the rest follows in the next step.
constexpr size_t kMaxForcedBytes = 2048;
// Tokens from the end of forced text that may turn out to be the beginning of longer ones.
constexpr size_t kOpenTokens = 4;

bool ContinuesCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// The length of `text` without an incomplete character at its end.
size_t WholeCharacters(std::string_view text) {
  size_t start = text.size();
  while (start > 0 && text.size() - start < 3 && ContinuesCharacter(text[start - 1])) --start;
  if (start == 0) return text.size();
  const auto lead = static_cast<unsigned char>(text[start - 1]);
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return text.size() - (start - 1) < length ? start - 1 : text.size();
}

}  // namespace

Result<std::unique_ptr<ShapedReply>> ShapedReply::Create(std::shared_ptr<const Shape> shape,
                                                         const TokenText& tokens,
                                                         const Vocabulary& vocabulary, int budget) {
  auto constraint = TRY(grammar::Constraint::Create(Compiled(*shape).NewMatcher(), tokens.trie(),
                                                    budget, &Compiled(*shape).masks()));
  std::unique_ptr<ShapedReply> reply(
      new ShapedReply(std::move(shape), tokens, vocabulary, std::move(constraint)));
  reply->FindForced();
  return reply;
}

void ShapedReply::Append(TokenId token) {
  CHECK(constraint_->Accept(token));
  if (!vocabulary_.IsEnd(token)) text_ += vocabulary_.bytes[static_cast<size_t>(token)];
}

void ShapedReply::Accept(TokenId token) {
  Append(token);
  if (!vocabulary_.IsEnd(token)) FindForced();
}

// The tokens of `bytes` after the text so far, or none if no tokens spell them exactly.
std::vector<TokenId> ShapedReply::Encode(std::string_view bytes) const {
  const auto spelt = [&](std::span<const TokenId> ids) {
    size_t n = 0;
    for (const TokenId id : ids) {
      const std::string& token = vocabulary_.bytes[static_cast<size_t>(id)];
      if (bytes.substr(std::min(n, bytes.size()), token.size()) != token) return false;
      n += token.size();
    }
    return n == bytes.size();
  };
  size_t begin = text_.size() - std::min(text_.size(), kTailBytes);
  while (begin < text_.size() && ContinuesCharacter(text_[begin])) ++begin;
  const std::string_view tail = std::string_view(text_).substr(begin);
  const std::vector<TokenId> all = tokens_.encode(std::string(tail) + std::string(bytes));
  size_t n_tail = 0;
  size_t n = 0;
  while (n < all.size() && n_tail < tail.size()) {
    n_tail += vocabulary_.bytes[static_cast<size_t>(all[n++])].size();
  }
  const std::span<const TokenId> rest = std::span(all).subspan(n);
  if (n_tail == tail.size() && spelt(rest)) return {rest.begin(), rest.end()};
  // What has been chosen stops inside a token: the forced text begins one of its own.
  std::vector<TokenId> alone = tokens_.encode(bytes);
  if (!spelt(alone)) alone.clear();
  return alone;
}

// Whether some legal token begins with `bytes` and goes on.
bool ShapedReply::HasLonger(std::string_view bytes) {
  const std::span<const uint64_t> words = constraint_->Mask().words();
  for (size_t w = 0; w < words.size(); ++w) {
    for (uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
      const size_t id = w * TokenMask::kWordBits + static_cast<size_t>(std::countr_zero(bits));
      const std::string_view token = vocabulary_.bytes[id];
      if (token.size() > bytes.size() && token.starts_with(bytes) &&
          !vocabulary_.IsEnd(static_cast<TokenId>(id))) {
        return true;
      }
    }
  }
  return false;
}

void ShapedReply::FindForced() {
  bool ends = false;
  std::string bytes = constraint_->ForcedBytes(&ends);
  if (bytes.empty()) {
    ended_ = ends;
    return;
  }
  if (WholeCharacters(text_) != text_.size()) return;
  size_t length = std::min(bytes.size(), kMaxForcedBytes);
  length = WholeCharacters(std::string_view(bytes).substr(0, length));
  const bool whole = length == bytes.size() && ends;
  bytes.resize(length);
  std::vector<TokenId> ids = Encode(bytes);
  size_t at = 0;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!constraint_->Allows(ids[i])) return;
    // Near the end of the forced text the model may prefer a token that reaches beyond it.
    if (!whole && i + kOpenTokens >= ids.size() && HasLonger(std::string_view(bytes).substr(at))) {
      return;
    }
    at += vocabulary_.bytes[static_cast<size_t>(ids[i])].size();
    Append(ids[i]);
    forced_.push_back(ids[i]);
  }
  ended_ = whole && at == bytes.size();
}

size_t ShapedReply::CountAllowed(std::span<const TokenId> tokens) {
  size_t n = 0;
  while (n < tokens.size() && !vocabulary_.IsEnd(tokens[n]) && constraint_->Accept(tokens[n])) ++n;
  constraint_->Rollback(static_cast<int>(n));
  return n;
}

std::optional<Shortening> ShapedReply::ShortenedAt() const {
  const int64_t byte = constraint_->shortened_at();
  if (byte < 0) return std::nullopt;
  Shortening shortening{.byte = byte, .pointer = {}};
  const ShapeSpec::Kind kind = shape_->kind();
  if (kind == ShapeSpec::Kind::kJson || kind == ShapeSpec::Kind::kJsonSchema) {
    shortening.pointer = JsonPlace(text_, static_cast<size_t>(byte));
  }
  return shortening;
}

}  // namespace bantam
