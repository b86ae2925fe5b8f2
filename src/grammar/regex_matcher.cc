// A state of the automaton per character, and at every byte a text that certainly finishes: as long
// as the document follows it, what is left of it; else the shortest match of the new state.
#include "grammar/regex_matcher.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.h"
#include "grammar/mask/text_automaton.h"
#include "grammar/partial_char.h"
#include "grammar/regex/regex_pool.h"
#include "grammar/regex/regex_syntax.h"
#include "grammar/renewed_matcher.h"

namespace bantam::grammar {
namespace {

using Text = std::shared_ptr<const std::string>;

// What matchers share.
struct Automaton {
  // Shortest matches kept; what does not fit is found again each time.
  static constexpr size_t kMaxKeptBytes = size_t{16} << 20;

  explicit Automaton(const RegexPool::Limits& pool_limits) : limits(pool_limits), pool(limits) {}

  Text Shortest(RegexId id) {
    const auto found = shortest.find(id);
    if (found != shortest.end()) return found->second;
    auto text = std::make_shared<const std::string>(pool.FewestBytes(id, TextForm::kUtf8));
    const size_t bytes = text->size() + 100;
    if (kept_bytes + bytes <= kMaxKeptBytes) {
      kept_bytes += bytes;
      shortest.emplace(id, text);
    }
    return text;
  }
  // See RenewedMatcher.
  bool crowded() const { return pool.used() > limits.expressions / 2; }
  bool gave_up() const { return pool.exhausted(); }

  const RegexPool::Limits limits;
  RegexPool pool;
  TextAutomaton texts{pool};
  RegexId start = RegexPool::kNothing;
  std::unordered_map<RegexId, Text> shortest;
  size_t kept_bytes = 0;
};

class RegexMatcher : public Matcher {
 public:
  // `automaton` must outlive this.
  explicit RegexMatcher(Automaton& automaton) : automaton_(automaton) {
    places_.push_back({automaton_.start, {}, automaton_.Shortest(automaton_.start), 0});
  }

  bool Push(uint8_t byte) override;
  void Pop(size_t n) override {
    CHECK(n <= size());
    places_.erase(places_.end() - static_cast<ptrdiff_t>(n), places_.end());
  }
  size_t size() const override { return places_.size() - 1; }
  bool Accepting() const override { return FinishBytes() == 0; }
  uint32_t FinishBytes() const override {
    return static_cast<uint32_t>(places_.back().plan->size() - places_.back().done);
  }
  std::string Completion() const override {
    return places_.back().plan->substr(places_.back().done);
  }
  PlainText plain_text() const override;
  std::optional<TextPlace> text_place() const override;

 private:
  struct Place {
    RegexId state;       // after the last whole character
    PartialChar prefix;  // the bytes after that; no bytes left: none
    Text plan;           // what finishes the document, from `done` on
    size_t done = 0;
  };
  Place At(const PartialChar& read) const;

  Automaton& automaton_;
  std::vector<Place> places_;  // before the first byte and after each
};

// The place after a byte, with the shortest plan that is known without the one before; no plan: no
// match begins so.
RegexMatcher::Place RegexMatcher::At(const PartialChar& read) const {
  RegexPool& pool = automaton_.pool;
  const RegexId state = places_.back().state;
  if (read.left == 0) {
    const RegexId next = pool.Derive(state, read.first);
    return {next, {}, pool.Alive(next) ? automaton_.Shortest(next) : nullptr, 0};
  }
  std::optional<char32_t> best;
  Text rest;
  for (const auto& [code_point, target, length] : pool.WaysWithin(state, read.first, read.last)) {
    if (best && length >= rest->size()) break;
    Text other = automaton_.Shortest(target);
    if (best && other->size() >= rest->size()) continue;
    best = code_point;
    rest = std::move(other);
  }
  if (!best) return {state, read, nullptr, 0};
  std::string text;
  for (uint32_t i = read.left; i-- > 0;) {
    text.push_back(static_cast<char>(0x80 | (*best >> (6 * i) & 0x3F)));
  }
  text += *rest;
  return {state, read, std::make_shared<const std::string>(std::move(text)), 0};
}

bool RegexMatcher::Push(uint8_t byte) {
  const Place& before = places_.back();
  const auto read = before.prefix.left == 0 ? PartialChar::Begin(byte) : before.prefix.Next(byte);
  if (!read) return false;
  Place after = At(*read);
  // An exhausted pool says that nothing goes on: the plan still does.
  const bool is_planned = before.done < before.plan->size() &&
                          static_cast<uint8_t>((*before.plan)[before.done]) == byte;
  if (!after.plan && !is_planned) return false;
  if (is_planned && (!after.plan || automaton_.pool.exhausted() ||
                     after.plan->size() >= before.plan->size() - before.done - 1)) {
    after.plan = before.plan;
    after.done = before.done + 1;
  }
  places_.push_back(std::move(after));
  return true;
}

PlainText RegexMatcher::plain_text() const {
  const Place& place = places_.back();
  RegexPool& pool = automaton_.pool;
  if (place.prefix.left != 0 || pool.exhausted()) return PlainText::kTry;
  // After a loop the plan is the state's own: the same place only if it is so now.
  if (pool.LoopsOnPlain(place.state)) {
    return Completion() == *automaton_.Shortest(place.state) ? PlainText::kUniform
                                                             : PlainText::kLegal;
  }
  return pool.AliveAfterAnyPlain(place.state) ? PlainText::kLegal : PlainText::kTry;
}

std::optional<TextPlace> RegexMatcher::text_place() const {
  const Place& place = places_.back();
  if (place.prefix.left != 0 || automaton_.pool.exhausted()) return std::nullopt;
  const auto start = automaton_.texts.At(place.state);
  if (!start) return std::nullopt;
  return TextPlace{&automaton_.texts, start->row, 0, false, false, start->most};
}

Result<std::shared_ptr<Automaton>> Build(std::string_view pattern,
                                         const RegexPool::Limits& limits) {
  auto automaton = std::make_shared<Automaton>(limits);
  RegexPool& pool = automaton->pool;
  automaton->start = TRY(ParseRegex(pool, pattern, Anchoring::kWhole));
  const bool is_alive = pool.Alive(automaton->start);
  if (is_alive) (void)automaton->Shortest(automaton->start);
  if (pool.exhausted()) {
    return Fail(ErrorCode::kResourceExhausted,
                "regex: the pattern takes too many states or too long a text");
  }
  if (!is_alive) return Fail(ErrorCode::kInvalidArgument, "regex: the pattern matches no text");
  return automaton;
}

class Regex : public CompiledRegex {
 public:
  Regex(std::string_view pattern, std::shared_ptr<Automaton> automaton)
      : pattern_(pattern), automaton_(std::move(automaton)) {}

  std::unique_ptr<Matcher> NewMatcher() const override {
    const auto make = [pattern = pattern_, limits = automaton_->limits] {
      return *Build(pattern, limits);  // as it was built before
    };
    return std::make_unique<RenewedMatcher<RegexMatcher, Automaton>>(automaton_, make);
  }

 private:
  const std::string pattern_;
  const std::shared_ptr<Automaton> automaton_;
};

}  // namespace

Result<std::shared_ptr<const CompiledRegex>> CompileRegex(std::string_view pattern,
                                                          const RegexPool::Limits& limits) {
  return std::make_shared<const Regex>(pattern, TRY(Build(pattern, limits)));
}

}  // namespace bantam::grammar
