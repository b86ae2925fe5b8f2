// LoopObject: what a template sees as `loop`, and the iterator behind a for.
#pragma once

#include <cstdint>
#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/objects.h"

namespace bantam::jinja {

// Takes items one by one, so that a filter (`for x in y if …`) sees what the body has set before.
struct LoopObject : CyclicObject {
  LoopObject(const Stmt* statement, Value where, Value list, int64_t depth)
      : CyclicObject(Kind::kLoop),
        stmt(statement),
        outer(std::move(where)),
        items(std::move(list)),
        depth0(depth) {}
  void Clear() override;

  // The next item that passes the filter, or missing.
  Result<Value> Pull(Interpreter& in);
  // Moves on: false at the end. The item is `current`.
  Result<bool> Advance(Interpreter& in);
  // The item after this one, without moving on; missing if this is the last.
  Result<Value> Peek(Interpreter& in);

  const Stmt* const stmt;  // the for
  Value outer;             // the activation around the for
  Value items;             // a list
  size_t position = 0;     // in items
  Value filter;            // the activation of the filter, once it has begun
  const int64_t depth0;    // how deep a recursive loop is in itself
  int64_t index0 = -1;
  Value previous;
  Value current;
  Value ahead;  // peeked at
  bool peeked = false;
  bool finished = false;  // nothing is left in items
  Value length;           // once known
  Value last_changed;     // arguments of the last loop.changed
};

Result<size_t> LoopLength(Interpreter& in, const Value& loop);

// loop.index, loop.first, …; missing if there is no such attribute.
Result<Value> LoopAttribute(Interpreter& in, const Value& loop, std::string_view name);

}  // namespace bantam::jinja
