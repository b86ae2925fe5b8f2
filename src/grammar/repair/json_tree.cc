// One pass with a stack of open containers; validity is taken for granted.
#include "grammar/repair/json_tree.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam::grammar {
namespace {

bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

Json::Kind KindOf(char c) {
  switch (c) {
    case '{': return Json::Kind::kObject;
    case '[': return Json::Kind::kArray;
    case '"': return Json::Kind::kString;
    case 'n': return Json::Kind::kNull;
    case 't':
    case 'f': return Json::Kind::kBool;
    default: return Json::Kind::kNumber;
  }
}

std::string Decoded(std::string_view quoted) {
  const Result<Json> json = Json::Parse(quoted);
  return json && json->is_string() ? json->AsString() : std::string();
}

}  // namespace

class JsonTree::Reader {
 public:
  Reader(std::string_view text, uint32_t source, std::vector<JsonNode>& nodes)
      : text_(text), source_(source), nodes_(nodes) {}

  // False: too many nodes.
  bool Read() {
    for (SkipSpace(); at_ < text_.size(); SkipSpace()) {
      const char c = text_[at_];
      if (c == ',' || c == ':') {
        ++at_;
      } else if (c == '}' || c == ']') {
        ++at_;
        Close();
      } else if (c == '"' && InObject() && !named_) {
        name_begin_ = Position();
        SkipString();
        name_end_ = Position();
        named_ = true;
      } else if (!ReadValue(c)) {
        return false;
      }
    }
    return true;
  }

 private:
  struct Open {
    NodeId node;
    NodeId last;  // child
  };

  uint32_t Position() const { return static_cast<uint32_t>(at_); }
  bool InObject() const {
    return !open_.empty() && nodes_[open_.back().node].kind == Json::Kind::kObject;
  }

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  void SkipString() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  bool ReadValue(char c) {
    if (nodes_.size() >= kMostNodes) return false;
    const auto id = static_cast<NodeId>(nodes_.size());
    JsonNode node;
    node.kind = KindOf(c);
    node.source = source_;
    node.begin = Position();
    if (std::exchange(named_, false)) {
      node.name_begin = name_begin_;
      node.name_end = name_end_;
    }
    Join(id, node);
    if (c == '{' || c == '[') {
      ++at_;
      open_.push_back({id, kNoNode});
    } else if (c == '"') {
      SkipString();
    } else {
      constexpr std::string_view kEnds = ",]} \n\t\r";
      at_ = std::min(text_.find_first_of(kEnds, at_), text_.size());
    }
    node.end = Position();
    nodes_.push_back(node);
    return true;
  }

  void Join(NodeId id, JsonNode& node) {
    if (open_.empty()) return;
    Open& outer = open_.back();
    node.parent = outer.node;
    ++nodes_[outer.node].children;
    (outer.last == kNoNode ? nodes_[outer.node].first : nodes_[outer.last].next) = id;
    outer.last = id;
  }

  void Close() {
    JsonNode& node = nodes_[open_.back().node];
    node.end = Position();
    node.values = static_cast<uint32_t>(nodes_.size() - open_.back().node);
    open_.pop_back();
  }

  std::string_view text_;
  uint32_t source_;
  std::vector<JsonNode>& nodes_;
  size_t at_ = 0;
  std::vector<Open> open_;
  bool named_ = false;
  uint32_t name_begin_ = 0;
  uint32_t name_end_ = 0;
};

Result<NodeId> JsonTree::Add(std::string text, NodeId origin) {
  const auto exhausted = [] {
    return Fail(ErrorCode::kResourceExhausted,
                "too large to be repaired towards a schema: more than " +
                    std::to_string(kMostNodes) + " values or " + std::to_string(kMostBytes) +
                    " bytes");
  };
  bytes_ += text.size();
  if (bytes_ > kMostBytes) return exhausted();
  const auto root = static_cast<NodeId>(nodes_.size());
  if (texts_.empty()) spaced_ = text.find("\": ") != std::string::npos;
  texts_.push_back({std::move(text), origin});
  Reader reader(texts_.back().text, static_cast<uint32_t>(texts_.size() - 1), nodes_);
  if (!reader.Read()) return exhausted();
  CHECK(nodes_.size() > root);
  return root;
}

std::vector<NodeId> JsonTree::Children(NodeId id) const {
  std::vector<NodeId> children;
  children.reserve(nodes_[id].children);
  for (NodeId at = nodes_[id].first; at != kNoNode; at = nodes_[at].next) children.push_back(at);
  return children;
}

std::string JsonTree::Name(NodeId id) const {
  const JsonNode& node = nodes_[id];
  return Decoded(source(id).substr(node.name_begin, node.name_end - node.name_begin));
}

std::string JsonTree::String(NodeId id) const {
  return Decoded(Text(id));
}

NodeId JsonTree::Origin(NodeId id) const {
  while (id != kNoNode && nodes_[id].source != 0) id = texts_[nodes_[id].source].origin;
  return id;
}

}  // namespace bantam::grammar
