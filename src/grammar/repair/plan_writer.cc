// Walks over plans with a stack of its own; white space is kept where what is around it stays.
#include "grammar/repair/plan_writer.h"

#include <algorithm>
#include <utility>

#include "base/json_text.h"
#include "grammar/repair/schema_hints.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostPointerBytes = 1'000;

class Writer {
 public:
  Writer(const RepairSpace& space, bool report) : space_(space), tree_(space.tree()) {
    report_ = report;
  }

  WrittenPlan Write(PlanId root) {
    Enter(root, path_.size());
    while (!frames_.empty()) Advance();
    return std::move(written_);
  }

 private:
  using Op = PlanStep::Op;
  using Kind = RepairPlan::Kind;
  struct Frame {
    PlanId plan;
    size_t path;          // bytes of it without this value's step
    size_t step = 0;      // next
    size_t children = 0;  // passed
    size_t items = 0;     // written
    size_t end = 0;       // of the last child in the source
    bool last_written = false;
    std::string_view first_lead, lead;  // white space before children
    std::string_view trail;             // … and before the comma after the last one written
    std::string_view colon;
  };

  std::string& out() { return written_.text; }

  // Where in the first text a byte of the node is.
  size_t Offset(NodeId node, size_t at) const {
    if (node == kNoNode) return 0;
    if (tree_[node].source == 0) return at;
    const NodeId origin = tree_.Origin(node);
    return origin == kNoNode ? 0 : tree_[origin].begin;
  }

  std::string Pointer(std::string_view step = {}) const {
    if (path_.size() + step.size() <= kMostPointerBytes) return path_ + std::string(step);
    constexpr size_t kHalf = kMostPointerBytes / 2;
    const size_t left = path_.rfind('/', kHalf);
    std::string end(step.substr(step.size() - std::min(step.size(), kHalf)));
    const size_t missing = std::min(kHalf - end.size(), path_.size());
    end.insert(0, path_, path_.size() - missing);
    const size_t right = end.find('/');
    return path_.substr(0, left == std::string::npos ? 0 : left) + "/…" +
           (right == std::string::npos ? "" : end.substr(right));
  }

  void Report(size_t offset, std::string pointer, std::string what, std::string was = {},
              std::string is = {}) {
    if (!report_) return;
    written_.edits.Add(
        {offset, std::move(what), std::move(pointer), std::move(was), std::move(is)});
  }

  void Blame(size_t offset, std::string pointer, std::string what) {
    if (!report_ || written_.failure) return;
    written_.failure = JsonEdit{offset, std::move(what), std::move(pointer), {}, {}};
  }

  void Enter(PlanId id, size_t path) {
    Frame frame{id, path, 0, 0, 0, 0, false, {}, {}, {}, {}};
    const RepairPlan& plan = space_.plan(id);
    const JsonNode& node = tree_[plan.node];
    const std::string_view text = tree_.Text(plan.node);
    const size_t offset = Offset(plan.node, node.begin);
    switch (plan.kind) {
      case Kind::kKeep: out() += text; return Leave(path);
      case Kind::kText:
        out() += plan.text;
        Report(offset, Pointer(), "changed " + Shown(text) + " to " + Shown(plan.text), Shown(text),
               Shown(plan.text));
        return Leave(path);
      case Kind::kGiveUp:
        out() += plan.text;
        Blame(offset, Pointer(), "expected " + plan.what + ", found " + Shown(text));
        return Leave(path);
      case Kind::kUnwrap: Report(offset, Pointer(), UnwrapText(node), Shown(text)); break;
      case Kind::kParse:
        Report(offset, Pointer(), "read the JSON text in the string", Shown(text));
        break;
      case Kind::kNameItems:
        Report(offset, Pointer(), "made the items members, in the order of the schema",
               Shown(text));
        break;
      case Kind::kName:
        Report(offset, Pointer(), "put the value into an object as its member", Shown(text));
        break;
      case Kind::kSplit: Report(offset, Pointer(), "split the text into items", Shown(text)); break;
      case Kind::kValues: Report(offset, Pointer(), "made the members items", Shown(text)); break;
      case Kind::kMerge:
        Report(offset, Pointer(), "made one object of the items", Shown(text));
        break;
      case Kind::kWrap:
        Report(offset, Pointer(), "put the value into an array", Shown(text));
        out() += '[';
        break;
      case Kind::kMembers:
        out() += text[0];
        frame.end = node.begin + 1;
        break;
    }
    frames_.push_back(frame);
  }

  static std::string UnwrapText(const JsonNode& node) {
    const bool array = node.kind == Json::Kind::kArray;
    const std::string what = array ? " item out of its array" : " member out of its object";
    if (node.children == 1) return "took the only" + what;
    return "took one" + what + " and left the others";
  }

  void Leave(size_t path) { path_.resize(path); }

  void Advance() {
    Frame& frame = frames_.back();
    const RepairPlan& plan = space_.plan(frame.plan);
    if (plan.kind == Kind::kMembers) return AdvanceMembers(frame, plan);
    if (frame.step++ > 0) {
      if (plan.kind == Kind::kWrap) out() += ']';
      return Pop();
    }
    const size_t path = path_.size();
    if (plan.kind == Kind::kWrap) {
      const PlanStep& only = plan.steps[0];
      if (only.op != Op::kChange) {
        out() += tree_.Text(only.node);
      } else {
        Enter(only.plan, path);
      }
      return;
    }
    if (plan.kind == Kind::kUnwrap) {
      const JsonNode& node = tree_[plan.node];
      const NodeId chosen = space_.plan(plan.inner).node;
      path_ += "/";
      path_ += node.kind == Json::Kind::kArray ? std::to_string(IndexOf(node, chosen))
                                               : PointerStep(tree_.Name(chosen));
    }
    Enter(plan.inner, path);
  }

  size_t IndexOf(const JsonNode& array, NodeId item) const {
    size_t index = 0;
    for (NodeId at = array.first; at != item && at != kNoNode; at = tree_[at].next) ++index;
    return index;
  }

  void Pop() {
    const size_t path = frames_.back().path;
    frames_.pop_back();
    Leave(path);
  }

  void AdvanceMembers(Frame& frame, const RepairPlan& plan) {
    const JsonNode& node = tree_[plan.node];
    if (frame.step < plan.steps.size()) {
      const PlanStep& step = plan.steps[frame.step++];
      if (step.node == kNoNode) return Add(frame, plan.node, step);
      return Child(frame, plan.node, step);
    }
    const std::string_view source = tree_.source(plan.node);
    if (frame.children == 0 || frame.items > 0) {
      out() += source.substr(frame.end, node.end - 1 - frame.end);
    }
    out() += source[node.end - 1];
    Pop();
  }

  // `frame` is not to be used after Enter, which may move it.
  void Child(Frame& frame, NodeId container, const PlanStep& step) {
    const bool object = tree_[container].kind == Json::Kind::kObject;
    const JsonNode& node = tree_[step.node];
    const std::string_view source = tree_.source(container);
    const size_t begin = object ? node.name_begin : node.begin;
    std::string_view lead = source.substr(frame.end, begin - frame.end);
    if (frame.children == 0) {
      frame.first_lead = lead;
    } else {
      const size_t comma = lead.find(',');
      if (frame.last_written) frame.trail = lead.substr(0, comma);
      lead.remove_prefix(comma + 1);
      frame.lead = lead;
    }
    frame.end = node.end;
    const size_t path = path_.size();
    const size_t index = frame.children++;
    frame.last_written = step.op == Op::kKeep || step.op == Op::kChange;
    if (step.op != Op::kKeep || step.renamed) {
      path_ += "/";
      path_ += object ? PointerStep(tree_.Name(step.node)) : std::to_string(index);
    }
    if (!frame.last_written) {
      ReportDrop(object, step);
      return Leave(path);
    }
    if (frame.items++ > 0) {
      out() += frame.trail;
      out() += ',';
      out() += lead;
    } else {
      out() += frame.first_lead;
    }
    if (object) WriteName(frame, step);
    if (step.op == Op::kChange) return Enter(step.plan, path);
    out() += tree_.Text(step.node);
    Leave(path);
  }

  void WriteName(Frame& frame, const PlanStep& step) {
    const JsonNode& node = tree_[step.node];
    const std::string_view source = tree_.source(step.node);
    const std::string_view name = source.substr(node.name_begin, node.name_end - node.name_begin);
    frame.colon = source.substr(node.name_end, node.begin - node.name_end);
    if (step.renamed) {
      const std::string other = JsonQuote(step.name);
      out() += other;
      Report(Offset(step.node, node.name_begin), Pointer(),
             "renamed " + Shown(name) + " to " + Shown(other), Shown(name), Shown(other));
    } else {
      out() += name;
    }
    out() += frame.colon;
  }

  void ReportDrop(bool object, const PlanStep& step) {
    const JsonNode& node = tree_[step.node];
    const std::string_view source = tree_.source(step.node);
    const std::string text = Shown(tree_.Text(step.node));
    std::string what = "removed ";
    if (object) {
      what += Shown(source.substr(node.name_begin, node.name_end - node.name_begin)) + ": " + text;
    } else {
      what += "the item " + text;
    }
    if (step.op == Op::kDrop) what += ", which is not allowed";
    if (step.op == Op::kDropTwin) {
      what += object ? ", whose name comes again" : ", which is there already";
    }
    Report(Offset(step.node, object ? node.name_begin : node.begin), Pointer(), std::move(what),
           text);
  }

  void Add(Frame& frame, NodeId container, const PlanStep& step) {
    const JsonNode& node = tree_[container];
    const bool object = node.kind == Json::Kind::kObject;
    const std::string pointer =
        Pointer("/" + (object ? PointerStep(step.name) : std::to_string(frame.items)));
    const size_t offset = Offset(container, node.end - 1);
    if (step.op == Op::kLack) {
      Blame(offset, Pointer(),
            object ? "expected a member " + Shown(JsonQuote(step.name)) + ", found '}'"
                   : "expected one more item, found ']'");
    } else {
      std::string what = object ? Shown(JsonQuote(step.name)) + ": " + Shown(step.text)
                                : "the item " + Shown(step.text);
      what = "added " + what + (step.op == Op::kAddDefault ? ", the default," : ",");
      Report(offset, pointer, what + " which was missing", {}, Shown(step.text));
    }
    if (frame.items++ > 0) {
      out() += ',';
      if (frame.children > 1) {
        out() += frame.lead;
      } else if (frame.first_lead.find('\n') != std::string_view::npos) {
        out() += frame.first_lead;
      } else if (tree_.spaced()) {
        out() += ' ';
      }
    } else {
      out() += frame.first_lead;
    }
    if (object) {
      out() += JsonQuote(step.name);
      if (!frame.colon.empty()) {
        out() += frame.colon;
      } else {
        out() += tree_.spaced() ? ": " : ":";
      }
    }
    out() += step.text;
  }

  const RepairSpace& space_;
  const JsonTree& tree_;
  bool report_ = false;
  WrittenPlan written_;
  std::vector<Frame> frames_;
  std::string path_;
};

}  // namespace

WrittenPlan WritePlan(const RepairSpace& space, PlanId plan) {
  return Writer(space, true).Write(plan);
}

std::string PlanText(const RepairSpace& space, PlanId plan) {
  return Writer(space, false).Write(plan).text;
}

}  // namespace bantam::grammar
