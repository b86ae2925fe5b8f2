// The automata of all strings, advanced byte by byte.
#include "engine/stop_strings.h"

#include <algorithm>

#include "base/check.h"

namespace bantam {

StopStrings::StopStrings(const std::vector<std::string>& strings) {
  for (const std::string& text : strings) {
    CHECK(!text.empty());
    Automaton automaton;
    automaton.text = text;
    automaton.borders.assign(text.size() + 1, 0);
    size_t border = 0;
    for (size_t i = 1; i < text.size(); ++i) {
      while (border > 0 && text[i] != text[border]) border = automaton.borders[border];
      if (text[i] == text[border]) ++border;
      automaton.borders[i + 1] = border;
    }
    automata_.push_back(std::move(automaton));
  }
}

const StopStrings::Automaton* StopStrings::FindComplete(const Guard& guard) {
  const Automaton* best = nullptr;
  for (Automaton& automaton : automata_) {
    const size_t size = automaton.text.size();
    if (automaton.matched != size) continue;
    if (best != nullptr && best->text.size() >= size) continue;
    if (!guard || guard(read_ - size)) {
      best = &automaton;
    } else {
      automaton.matched = automaton.borders[size];  // goes on as if it were not complete
    }
  }
  return best;
}

bool StopStrings::Push(std::string_view text, const Guard& guard) {
  if (!found_.empty()) return true;
  if (automata_.empty()) {
    read_ += text.size();
    certain_ = read_;
    return false;
  }
  for (const char byte : text) {
    ++read_;
    bool complete = false;
    for (Automaton& automaton : automata_) {
      size_t& matched = automaton.matched;
      while (matched > 0 && automaton.text[matched] != byte) matched = automaton.borders[matched];
      if (automaton.text[matched] == byte) ++matched;
      complete |= matched == automaton.text.size();
    }
    const Automaton* found = complete ? FindComplete(guard) : nullptr;
    if (found != nullptr) {
      found_ = found->text;
      certain_ = read_ - found_.size();
      return true;
    }
    size_t held = 0;
    for (const Automaton& automaton : automata_) held = std::max(held, automaton.matched);
    certain_ = read_ - held;
  }
  return false;
}

}  // namespace bantam
