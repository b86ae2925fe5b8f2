// EmbedRequest: texts to become vectors, whichever API they came by.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bantam/encoder.h"
#include "bantam/result.h"
#include "server/api/call.h"
#include "server/api/fields.h"
#include "server/service.h"

namespace bantam::server {

struct EmbedRequest {
  using Text = std::variant<std::string, std::vector<TokenId>>;

  std::string model;  // empty: the first encoder of the command line
  std::string field;  // that the texts came in
  std::vector<Text> texts;
  bool truncate = false;  // else what is too long is an error
  int max_tokens = 0;     // of each text; 0: what the model's files recommend
  bool normalize = true;
  std::optional<int> dims;  // that the client counts on
  std::optional<double> keep_alive_s;
};

// The member `name`: a string, strings, token ids, or arrays of them. None if it is not given.
// Fails with kInvalidArgument, naming the item.
Result<std::vector<EmbedRequest::Text>> ReadTexts(const Fields& fields, const std::string& name);

// What came of a request, `dims` floats a text.
struct EmbedReply {
  std::string model;
  Embeddings embeddings;
  double load_s = 0;
  int tokens = 0;  // that were read
};

// Loads the encoder and runs the texts (none: loads it only); `reply` is called on a thread of the
// pool. What fails is the call's error.
void RunEmbed(Server& server, const std::shared_ptr<Call>& call, EmbedRequest request,
              std::function<void(const EmbedReply&)> reply);

// "[0.1,-0.25]": the shortest digits that are the same floats.
std::string VectorText(std::span<const float> vector);

}  // namespace bantam::server
