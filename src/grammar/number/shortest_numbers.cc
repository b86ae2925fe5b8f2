// The texts as a trie, of which only what is short enough is looked at.
#include "grammar/number/shortest_numbers.h"

#include <iterator>
#include <utility>

#include "base/check.h"
#include "grammar/number/number_syntax.h"

namespace bantam::grammar {
namespace {

constexpr std::string_view kBytes = "0123456789-.e+";
// Where there are few numbers, or few of a length, most texts are others of numbers that have come.
constexpr uint32_t kMostIdle = 2'000;

}  // namespace

ShortestNumbers::ShortestNumbers(std::shared_ptr<const NumberSet> numbers)
    : numbers_(std::move(numbers)) {
  CHECK(numbers_->others() == nullptr);
  Add("");
}

void ShortestNumbers::Add(std::string prefix) {
  const auto rest = numbers_->CompletionLength(prefix);
  if (rest) open_.emplace(prefix.size() + *rest, ++order_, std::move(prefix));
}

// The text, if it is a number of the set that has not come.
std::optional<std::string> ShortestNumbers::Offer(const std::string& text) {
  const Result<Decimal> number = Decimal::Parse(text);
  if (!number || !IsWrittenNumber(text) || !numbers_->Has(*number, text)) return std::nullopt;
  if (!given_.insert(*number).second) return std::nullopt;
  idle_ = 0;
  return text;
}

std::optional<std::string> ShortestNumbers::Next() {
  while (!one_by_one_ && !open_.empty()) {
    const auto [bytes, order, prefix] = open_.top();
    open_.pop();
    std::optional<std::string> found;
    if (bytes == prefix.size()) found = Offer(prefix);
    if (prefix.size() < kMostNumberBytes) {
      for (const char byte : kBytes) Add(prefix + byte);
    }
    if (found) return found;
    one_by_one_ = ++idle_ > kMostIdle;
  }
  return one_by_one_ ? NextLeft() : std::nullopt;
}

std::optional<std::string> ShortestNumbers::NextLeft() {
  const auto given = NumberSet::Among({given_.begin(), given_.end()});
  const auto others = given ? given->Not() : given;
  const auto left = others ? numbers_->And(*others) : others;
  const auto text = left ? left->Spelled(numbers_->spelling()).Complete("") : std::nullopt;
  return text ? Offer(*text) : std::nullopt;
}

}  // namespace bantam::grammar
