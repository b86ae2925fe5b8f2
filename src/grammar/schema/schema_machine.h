// SchemaMachine: what the matchers of one schema share.
#pragma once

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "grammar/mask/text_automaton.h"
#include "grammar/schema/member_plan.h"
#include "grammar/schema/stage_table.h"
#include "grammar/schema/text_scan.h"
#include "grammar/serial.h"

namespace bantam::grammar {

// Languages, derivatives and shortest ways; grows with use. Not thread-safe.
class SchemaMachine {
 public:
  // `most_growth`: expressions, and formulas, that documents may add before they should use another
  // machine; in any case half of the room that is left for them.
  explicit SchemaMachine(std::shared_ptr<const Schema> schema,
                         size_t most_growth = std::numeric_limits<size_t>::max())
      : languages_(std::move(schema)),
        steps_(languages_),
        finisher_(steps_),
        plan_(finisher_),
        stages_(plan_),
        checks_(plan_, false),
        scans_(steps_),
        texts_(languages_.regexes()),
        shortest_(finisher_.Value(languages_.Root())) {
    languages_.regexes().LimitWork(RegexPool::kUnbounded);  // it is compiled
    finisher_.LimitAll(finisher_.most_looks());
    const auto most = [&](size_t used, size_t limit) {
      return used + std::min(most_growth, (limit - std::min(used, limit)) / 2);
    };
    most_expressions_ = most(languages_.regexes().used(), RegexPool::Limits{}.expressions);
    most_formulas_ = most(languages_.formulas().size(), FormulaPool::kMostFormulas);
  }
  // No other machine of this process has it.
  uint64_t serial() const { return serial_; }

  SchemaMachine(const SchemaMachine&) = delete;
  SchemaMachine& operator=(const SchemaMachine&) = delete;

  ValueLanguages& languages() { return languages_; }
  ContainerSteps& steps() { return steps_; }
  Finisher& finisher() { return finisher_; }
  MemberPlan& plan() { return plan_; }
  StageTable& stages() { return stages_; }
  StageTable& checks() { return checks_; }  // without tails
  ScanTable& scans() { return scans_; }
  TextAutomaton& texts() { return texts_; }

  const Finish& shortest() const { return shortest_; }  // the shortest document
  // See RenewedMatcher.
  bool crowded() {
    return languages_.regexes().used() > most_expressions_ ||
           languages_.formulas().size() > most_formulas_;
  }
  bool gave_up() {
    return languages_.failure().has_value() || languages_.regexes().exhausted() ||
           languages_.formulas().full() || finisher_.gave_up() || stages_.gave_up() ||
           checks_.gave_up();
  }

 private:
  const uint64_t serial_ = NextSerial();
  ValueLanguages languages_;
  ContainerSteps steps_;
  Finisher finisher_;
  MemberPlan plan_;
  StageTable stages_;
  StageTable checks_;
  ScanTable scans_;
  TextAutomaton texts_;
  const Finish shortest_;
  size_t most_expressions_ = 0;
  size_t most_formulas_ = 0;
};

}  // namespace bantam::grammar
