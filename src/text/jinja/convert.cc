// JSON to values.
#include "text/jinja/convert.h"

#include <utility>

#include "base/check.h"
#include "text/jinja/dict.h"
#include "text/jinja/text.h"

namespace bantam::jinja {
namespace {

Value NumberValue(Interpreter& in, const Json& json) {
  const std::string& text = json.number_text();
  if (text.find_first_of(".eE") != std::string::npos) return Value::Float(json.AsDouble());
  if (const Result<int64_t> integer = json.AsInt()) return Value::Int(*integer);
  return Value(in.heap().New<StringObject>(text.size(), text, false, Kind::kBigInt));
}

Result<Value> TextValue(Interpreter& in, const std::string& text) {
  return in.Text(IsUtf8(text) ? text : RepairUtf8(text));
}

}  // namespace

Result<Value> ToValue(Interpreter& in, const Json& json, int depth) {
  if (depth > kMaxValueDepth) return Interpreter::TooDeep();
  switch (json.kind()) {
    case Json::Kind::kNull: return Value::None();
    case Json::Kind::kBool: return Value::Bool(json.AsBool());
    case Json::Kind::kNumber: return NumberValue(in, json);
    case Json::Kind::kString: return TextValue(in, json.AsString());
    case Json::Kind::kArray: {
      std::vector<Value> items;
      items.reserve(json.items().size());
      for (const Json& item : json.items()) items.push_back(TRY(ToValue(in, item, depth + 1)));
      return in.List(std::move(items));
    }
    case Json::Kind::kObject: {
      DictBuilder builder;
      builder.Reserve(json.members().size());
      for (const auto& [key, member] : json.members()) {
        Value name = TRY(TextValue(in, key));
        Value value = TRY(ToValue(in, member, depth + 1));
        builder.Add(std::move(name), std::move(value));
      }
      return builder.Finish(in);
    }
  }
  return Value::None();
}

}  // namespace bantam::jinja
