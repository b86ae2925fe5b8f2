// SchemaMachine: what the matchers of one schema share.
#pragma once

#include <utility>

#include "grammar/schema/member_plan.h"
#include "grammar/schema/stage_table.h"
#include "grammar/schema/text_scan.h"

namespace bantam::grammar {

// Languages, derivatives and shortest ways; grows with use. Not thread-safe.
class SchemaMachine {
 public:
  explicit SchemaMachine(Schema schema)
      : languages_(std::move(schema)),
        steps_(languages_),
        finisher_(steps_),
        plan_(finisher_),
        stages_(plan_),
        scans_(steps_) {}
  SchemaMachine(const SchemaMachine&) = delete;
  SchemaMachine& operator=(const SchemaMachine&) = delete;

  ValueLanguages& languages() { return languages_; }
  ContainerSteps& steps() { return steps_; }
  Finisher& finisher() { return finisher_; }
  StageTable& stages() { return stages_; }
  ScanTable& scans() { return scans_; }

 private:
  ValueLanguages languages_;
  ContainerSteps steps_;
  Finisher finisher_;
  MemberPlan plan_;
  StageTable stages_;
  ScanTable scans_;
};

}  // namespace bantam::grammar
