// A compressed trie (Morrison 1968): nodes are ranges of the sorted texts that begin alike.
#include "grammar/choice_matcher.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/utf8.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxTexts = 1'000'000;
constexpr size_t kMaxBytes = size_t{256} << 20;

// All texts that begin with the first `length` bytes of texts[first].
struct Node {
  uint32_t first = 0;
  uint32_t length = 0;
  uint32_t shortest = 0;  // one of them with the fewest bytes
  uint32_t children_begin = 0;
  uint32_t children_end = 0;  // in ascending order of their next byte; none: one text alone
};

class Choice : public CompiledChoice, public std::enable_shared_from_this<Choice> {
 public:
  // Sorted, each once, not empty.
  explicit Choice(std::vector<std::string> sorted);
  std::unique_ptr<Matcher> NewMatcher() const override;

  const Node& node(uint32_t id) const { return nodes_[id]; }
  const std::string& text(uint32_t id) const { return texts_[id]; }

 private:
  struct Range {
    uint32_t node;
    uint32_t begin;
    uint32_t end;
  };
  void AddChildren(const Range& range, std::vector<Range>* todo);
  void FindShortest();

  std::vector<std::string> texts_;
  std::vector<Node> nodes_;  // children after their parents, siblings side by side
};

class ChoiceMatcher : public Matcher {
 public:
  explicit ChoiceMatcher(std::shared_ptr<const Choice> choice)
      : choice_(std::move(choice)), path_(1, 0) {}

  bool Push(uint8_t byte) override {
    const Node& node = choice_->node(path_.back());
    if (size() < node.length) {
      if (static_cast<uint8_t>(choice_->text(node.first)[size()]) != byte) return false;
      path_.push_back(path_.back());
      return true;
    }
    const auto next_byte = [&](uint32_t child) {
      const std::string& text = choice_->text(choice_->node(child).first);
      return text.size() > size() ? static_cast<uint8_t>(text[size()]) : -1;
    };
    uint32_t begin = node.children_begin;
    uint32_t end = node.children_end;
    while (begin < end) {
      const uint32_t middle = begin + (end - begin) / 2;
      if (next_byte(middle) < byte) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    if (begin == node.children_end || next_byte(begin) != byte) return false;
    path_.push_back(begin);
    return true;
  }

  void Pop(size_t n) override {
    CHECK(n <= size());
    path_.resize(path_.size() - n);
  }

  size_t size() const override { return path_.size() - 1; }
  bool Accepting() const override { return FinishBytes() == 0; }
  uint32_t FinishBytes() const override {
    return static_cast<uint32_t>(Shortest().size() - size());
  }
  std::string Completion() const override { return Shortest().substr(size()); }

 private:
  const std::string& Shortest() const {
    return choice_->text(choice_->node(path_.back()).shortest);
  }

  std::shared_ptr<const Choice> choice_;
  std::vector<uint32_t> path_;  // the node before the first byte and after each
};

Choice::Choice(std::vector<std::string> sorted) : texts_(std::move(sorted)) {
  nodes_.push_back({});
  std::vector<Range> todo = {{0, 0, static_cast<uint32_t>(texts_.size())}};
  while (!todo.empty()) {
    const Range range = todo.back();
    todo.pop_back();
    AddChildren(range, &todo);
  }
  FindShortest();
}

// Of a sorted range the first and the last text tell how far all begin alike.
void Choice::AddChildren(const Range& range, std::vector<Range>* todo) {
  const std::string& first = texts_[range.begin];
  const std::string& last = texts_[range.end - 1];
  const auto differ = std::mismatch(first.begin(), first.end(), last.begin(), last.end());
  const auto length = static_cast<uint32_t>(differ.first - first.begin());
  Node node = {range.begin, length, range.begin, 0, 0};
  if (range.end - range.begin > 1) {
    node.children_begin = static_cast<uint32_t>(nodes_.size());
    uint32_t begin = range.begin;
    while (begin < range.end) {
      uint32_t end = begin + 1;
      // The text that ends here is a child of its own, before all others.
      if (texts_[begin].size() > length) {
        const char byte = texts_[begin][length];
        while (end < range.end && texts_[end][length] == byte) ++end;
      }
      todo->push_back({static_cast<uint32_t>(nodes_.size()), begin, end});
      nodes_.push_back({});
      begin = end;
    }
    node.children_end = static_cast<uint32_t>(nodes_.size());
  }
  nodes_[range.node] = node;
}

void Choice::FindShortest() {
  for (size_t id = nodes_.size(); id-- > 0;) {
    Node& node = nodes_[id];
    if (node.children_begin == node.children_end) continue;
    node.shortest = nodes_[node.children_begin].shortest;
    for (uint32_t child = node.children_begin; child < node.children_end; ++child) {
      const uint32_t other = nodes_[child].shortest;
      if (texts_[other].size() < texts_[node.shortest].size()) node.shortest = other;
    }
  }
}

std::unique_ptr<Matcher> Choice::NewMatcher() const {
  return std::make_unique<ChoiceMatcher>(shared_from_this());
}

}  // namespace

Result<std::shared_ptr<const CompiledChoice>> CompileChoice(std::span<const std::string> texts) {
  if (texts.empty())
    return Fail(ErrorCode::kInvalidArgument, "choice: expected a text, found none");
  size_t bytes = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string& text = texts[i];
    bytes += text.size();
    if (i >= kMaxTexts || bytes > kMaxBytes) {
      return Fail(ErrorCode::kResourceExhausted, "choice: more than 1000000 texts or 256 MiB");
    }
    for (size_t at = 0; at < text.size();) {
      const size_t length = Utf8CharLength(text, at);
      if (length == 0) {
        return Fail(ErrorCode::kInvalidArgument, "choice: text " + std::to_string(i + 1) +
                                                     " is not UTF-8 at byte " + std::to_string(at));
      }
      at += length;
    }
  }
  std::vector<std::string> sorted(texts.begin(), texts.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return std::make_shared<const Choice>(std::move(sorted));
}

}  // namespace bantam::grammar
