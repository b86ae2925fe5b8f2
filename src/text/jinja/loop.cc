// Running for loops, and what templates can ask of them.
#include "text/jinja/loop.h"

#include "base/check.h"
#include "text/jinja/compare.h"
#include "text/jinja/types.h"

namespace bantam::jinja {

void LoopObject::Clear() {
  for (Value* value : {&outer, &items, &filter, &previous, &current, &ahead, &last_changed}) {
    *value = Value();
  }
}

Result<Value> LoopObject::Pull(Interpreter& in) {
  const bool filtered = stmt->test != nullptr && !finished;
  for (;;) {
    if (position >= ItemsOf(items).size()) return Value();
    Value item = ItemsOf(items)[position++];
    if (!filtered) return item;
    if (filter.IsMissing()) {
      const size_t bytes = stmt->test_slots * sizeof(Value);
      filter = Value(in.heap().New<ActivationObject>(bytes, stmt->test_slots, outer));
      in.EnterScope(stmt->test_scope, filter);
    }
    TRY(in.Assign(*stmt->test_target, item, filter));
    const Value passes = TRY(in.Evaluate(*stmt->test, filter));
    if (IsTrue(passes)) return in.Repacked(*stmt->test_target, filter);
  }
}

Result<Value> LoopObject::Peek(Interpreter& in) {
  if (!peeked) {
    ahead = TRY(Pull(in));
    peeked = true;
  }
  return ahead;
}

Result<bool> LoopObject::Advance(Interpreter& in) {
  Value next = TRY(Peek(in));
  peeked = false;
  ahead = Value();
  if (next.IsMissing()) return false;
  ++index0;
  previous = std::exchange(current, std::move(next));
  return true;
}

Result<size_t> LoopLength(Interpreter& in, const Value& value) {
  auto& loop = value.As<LoopObject>();
  if (loop.stmt->test == nullptr) return ItemsOf(loop.items).size();
  if (loop.length.IsMissing()) {  // the filter has to run to its end now
    std::vector<Value> rest;
    for (;;) {
      Value next = TRY(loop.Pull(in));
      if (next.IsMissing()) break;
      rest.push_back(std::move(next));
    }
    const size_t ahead = loop.peeked && !loop.ahead.IsMissing() ? 1 : 0;
    const size_t before = static_cast<size_t>(loop.index0 + 1);
    loop.length = Value::Int(static_cast<int64_t>(rest.size() + before + ahead));
    loop.items = in.List(std::move(rest));
    loop.position = 0;
    loop.finished = true;
  }
  return static_cast<size_t>(loop.length.AsInt());
}

namespace {

Result<Value> Cycle(Interpreter&, const Value& self, const CallArguments& arguments) {
  if (arguments.positional.empty() || !arguments.named.empty()) {
    return Invalid("no items for cycling given");
  }
  const auto index = static_cast<size_t>(self.As<LoopObject>().index0);
  return arguments.positional[index % arguments.positional.size()];
}

Result<Value> Changed(Interpreter& in, const Value& self, const CallArguments& arguments) {
  if (!arguments.named.empty()) return Invalid("changed() takes no keyword arguments");
  auto& loop = self.As<LoopObject>();
  const Value now = in.Tuple(arguments.positional);
  const bool same = !loop.last_changed.IsMissing() && TRY(Equal(in, loop.last_changed, now));
  if (same) return Value::Bool(false);
  loop.last_changed = now;
  return Value::Bool(true);
}

}  // namespace

Result<Value> LoopAttribute(Interpreter& in, const Value& value, std::string_view name) {
  auto& loop = value.As<LoopObject>();
  if (name == "index") return Value::Int(loop.index0 + 1);
  if (name == "index0") return Value::Int(loop.index0);
  if (name == "first") return Value::Bool(loop.index0 == 0);
  if (name == "depth") return Value::Int(loop.depth0 + 1);
  if (name == "depth0") return Value::Int(loop.depth0);
  if (name == "last" || name == "nextitem") {
    Value next = TRY(loop.Peek(in));
    if (name == "last") return Value::Bool(next.IsMissing());
    return next.IsMissing() ? in.Undefined("there is no next item") : next;
  }
  if (name == "previtem") {
    return loop.index0 == 0 ? in.Undefined("there is no previous item") : loop.previous;
  }
  if (name == "length" || name == "revindex" || name == "revindex0") {
    const auto length = static_cast<int64_t>(TRY(LoopLength(in, value)));
    if (name == "length") return Value::Int(length);
    return Value::Int(length - loop.index0 - (name == "revindex0" ? 1 : 0));
  }
  if (name == "cycle") return in.Function("cycle", &Cycle, value);
  if (name == "changed") return in.Function("changed", &Changed, value);
  return Value();
}

Result<Interpreter::Flow> Interpreter::ExecuteFor(const Stmt& stmt, const Value& activation) {
  const Value iterable = TRY(Evaluate(*stmt.value, activation));
  if (stmt.recursive) {
    const Value text = TRY(RunRecursiveLoop(stmt, activation, iterable, 0));
    TRY(EmitValue(text));
    return Flow::kNext;
  }
  const Value items = TRY(Iterate(*this, iterable));
  return RunLoop(stmt, activation, items, activation, 0);
}

// `activation` has the variables of the body, `outer` those around the for: the same ones unless
// the loop is recursive and so a function of its own.
Result<Interpreter::Flow> Interpreter::RunLoop(const Stmt& stmt, const Value& activation,
                                               const Value& items, const Value& outer,
                                               int64_t depth) {
  const Value value(heap_.New<LoopObject>(0, &stmt, outer, items, depth));
  auto& loop = value.As<LoopObject>();
  // As in jinja2, an else also runs if no round came to the end of the body.
  bool completed = false;
  for (;;) {
    const bool more = TRY(loop.Advance(*this));
    if (!more) break;
    TRY(Assign(*stmt.target, loop.current, activation));
    VariableOf({0, stmt.loop_slot}, activation) = value;
    EnterScope(stmt.scope, activation);
    const Flow flow = TRY(Execute(stmt.body, activation));
    if (flow == Flow::kBreak) break;
    completed |= flow == Flow::kNext;
  }
  LeaveScope(stmt.scope, activation);
  if (completed || stmt.otherwise.empty()) return Flow::kNext;
  EnterScope(stmt.otherwise_scope, activation);
  const Flow flow = TRY(Execute(stmt.otherwise, activation));
  LeaveScope(stmt.otherwise_scope, activation);
  return flow;
}

Result<Value> Interpreter::RunRecursiveLoop(const Stmt& stmt, const Value& outer,
                                            const Value& iterable, int64_t depth) {
  const Deeper deeper(this);
  if (!deeper.ok()) return TooDeep();
  const Value items = TRY(Iterate(*this, iterable));
  const size_t bytes = stmt.slots * sizeof(Value);
  const Value activation(heap_.New<ActivationObject>(bytes, stmt.slots, outer));
  Capture capture(this);
  const Result<Flow> flow = RunLoop(stmt, activation, items, outer, depth);
  if (!flow) return std::unexpected(flow.error());
  return Text(std::move(capture.text()));
}

Result<Value> Interpreter::CallLoop(const Value& value, const Value& items) {
  const auto& loop = value.As<LoopObject>();
  if (!loop.stmt->recursive) {
    return Invalid("the loop must have the 'recursive' marker to be called recursively");
  }
  return RunRecursiveLoop(*loop.stmt, loop.outer, items, loop.depth0 + 1);
}

}  // namespace bantam::jinja
