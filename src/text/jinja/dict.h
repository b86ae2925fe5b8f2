// Building dicts and looking keys up. Dicts do not change after they are built.
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/objects.h"

namespace bantam::jinja {

// The value of a key, or nullptr. Unhashable keys are an error.
Result<const Value*> DictFind(Interpreter& in, const DictObject& dict, const Value& key);
const Value* DictFind(const DictObject& dict, std::string_view key);

// Collects entries; of equal keys the first stays in its place and the last value wins.
class DictBuilder {
 public:
  void Add(Value key, Value value) { entries_.emplace_back(std::move(key), std::move(value)); }
  void Reserve(size_t n) { entries_.reserve(n); }
  Result<Value> Finish(Interpreter& in);

 private:
  Result<void> DropEqualKeys(Interpreter& in, std::vector<uint32_t>* order);

  std::vector<DictObject::Entry> entries_;
};

// Adds the entries of dict(value): of another dict, or of pairs.
Result<void> AddEntriesOf(Interpreter& in, const Value& value, DictBuilder* builder);

}  // namespace bantam::jinja
