// ShapedReply: the shape of one reply while its tokens are chosen: which may come next, and which
// must.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "bantam/engine.h"
#include "base/token_mask.h"
#include "base/vocabulary.h"
#include "engine/compiled_shape.h"
#include "engine/token_text.h"
#include "grammar/constraint.h"

namespace bantam {

// Where the text has no alternative, its tokens are not chosen: they are those in which the model
// would have been taught this text. Which they are depends on shape, budget and the tokens so far
// alone, so that neither speculation nor batches can change them. Not thread-safe.
class ShapedReply {
 public:
  // `budget`: the most tokens, an end token included. `tokens` must outlive it. Fails as
  // Constraint::Create does.
  static Result<std::unique_ptr<ShapedReply>> Create(std::shared_ptr<const Shape> shape,
                                                     const TokenText& tokens,
                                                     const Vocabulary& vocabulary, int budget);

  // Tokens that may come next; end tokens where the document may end.
  const TokenMask& Mask() { return constraint_->Mask(); }
  bool Allows(TokenId token) { return constraint_->Allows(token); }

  // A token of Mask() was chosen. What is forced after it waits in TakeForced.
  void Accept(TokenId token);

  // Tokens that follow without a choice; they count as accepted. Once, then nothing.
  std::vector<TokenId> TakeForced() { return std::exchange(forced_, {}); }

  // After them the document is complete and nothing can follow.
  bool ended() const { return ended_; }

  // How many of these tokens could follow one another; changes nothing.
  size_t CountAllowed(std::span<const TokenId> tokens);

  // Where the budget has made a difference.
  std::optional<Shortening> ShortenedAt() const;

 private:
  ShapedReply(std::shared_ptr<const Shape> shape, const TokenText& tokens,
              const Vocabulary& vocabulary, std::unique_ptr<grammar::Constraint> constraint)
      : shape_(std::move(shape)),
        tokens_(tokens),
        vocabulary_(vocabulary),
        constraint_(std::move(constraint)) {}

  void Append(TokenId token);
  void FindForced();
  std::vector<TokenId> Encode(std::string_view bytes) const;
  bool HasLonger(std::string_view bytes);

  std::shared_ptr<const Shape> shape_;
  const TokenText& tokens_;
  const Vocabulary& vocabulary_;
  std::unique_ptr<grammar::Constraint> constraint_;
  std::string text_;  // bytes of all accepted tokens
  std::vector<TokenId> forced_;
  bool ended_ = false;
};

}  // namespace bantam
