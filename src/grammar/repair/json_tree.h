// JsonTree: where the values of valid JSON texts stand, as a flat list of nodes.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/json.h"

namespace bantam::grammar {

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = ~NodeId{0};

struct JsonNode {
  Json::Kind kind = Json::Kind::kNull;
  uint32_t source = 0;  // of the tree's texts
  uint32_t begin = 0, end = 0;
  uint32_t name_begin = 0, name_end = 0;  // of a member's name, with its quotes
  NodeId parent = kNoNode;
  NodeId first = kNoNode;  // child
  NodeId next = kNoNode;   // sibling
  uint32_t children = 0;
  uint32_t values = 1;  // this one and all within
};

// Several texts, so that parts made up or found in strings can join. No recursion; linear.
class JsonTree {
 public:
  static constexpr size_t kMostNodes = 1'000'000;  // in all texts
  static constexpr size_t kMostBytes = size_t{64} << 20;

  // Adds a text, which must be valid (RFC 8259); gives its root. `origin`: where in the tree the
  // text comes from. Fails with kResourceExhausted beyond the limits.
  Result<NodeId> Add(std::string text, NodeId origin = kNoNode);

  size_t size() const { return nodes_.size(); }
  const JsonNode& operator[](NodeId id) const { return nodes_[id]; }
  std::string_view Text(NodeId id) const {
    return source(id).substr(nodes_[id].begin, nodes_[id].end - nodes_[id].begin);
  }
  std::string_view source(NodeId id) const { return texts_[nodes_[id].source].text; }
  std::vector<NodeId> Children(NodeId id) const;
  // Decoded; of a member, of a string value.
  std::string Name(NodeId id) const;
  std::string String(NodeId id) const;
  // The node of the first text that it is or comes from; kNoNode for what was made up.
  NodeId Origin(NodeId id) const;
  bool spaced() const { return spaced_; }  // the first text: "a": 1, not "a":1

 private:
  struct Source {
    std::string text;
    NodeId origin;
  };
  class Reader;

  std::deque<Source> texts_;
  std::vector<JsonNode> nodes_;
  size_t bytes_ = 0;
  bool spaced_ = false;
};

}  // namespace bantam::grammar
