// Limits, making values, and the rendering as a whole.
#include "text/jinja/interpreter.h"

#include "base/check.h"

namespace bantam::jinja {

std::unexpected<Error> Invalid(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

Interpreter::Interpreter(const Program& program, const Limits& limits, int64_t now_s)
    : program_(program), limits_(limits), now_s_(now_s), constants_(program.constants.size()) {}

Interpreter::~Interpreter() = default;

Result<std::string> Interpreter::Run() {
  Result<Flow> flow = Flow::kNext;
  std::string text;
  {
    Capture capture(this);
    const Value activation(
        heap_.New<ActivationObject>(program_.slots * sizeof(Value), program_.slots, Value()));
    EnterScope(program_.scope, activation);
    flow = Execute(program_.body, activation);
    text = std::move(capture.text());
  }
  if (flow) return text;
  Error error = std::move(flow).error();
  error.message.insert(0, "chat template, line " + std::to_string(line_) + ": ");
  return std::unexpected(std::move(error));
}

Result<void> Interpreter::Work(size_t steps) {
  steps_ += static_cast<int64_t>(steps);
  if (steps_ > limits_.steps) {
    return Fail(ErrorCode::kResourceExhausted,
                "more than " + std::to_string(limits_.steps) + " steps");
  }
  if (heap_.live_bytes() > limits_.memory_bytes) {
    return Fail(ErrorCode::kResourceExhausted,
                "values of more than " + std::to_string(limits_.memory_bytes) + " bytes");
  }
  return {};
}

Result<void> Interpreter::CheckSize(size_t bytes) const {
  if (bytes <= limits_.output_bytes) return {};
  return Fail(ErrorCode::kResourceExhausted,
              "a text of more than " + std::to_string(limits_.output_bytes) + " bytes");
}

Result<void> Interpreter::CheckSplit(size_t bytes) {
  constexpr size_t kMaxBytes = size_t{1} << 20;  // at about 150 bytes a part: 150 MB
  if (bytes <= kMaxBytes) return {};
  return Fail(ErrorCode::kResourceExhausted, "a text of " + std::to_string(bytes) +
                                                 " bytes to cut in parts, at most " +
                                                 std::to_string(kMaxBytes) + " are allowed");
}

std::unexpected<Error> Interpreter::TooDeep() {
  return Fail(ErrorCode::kResourceExhausted,
              "more than " + std::to_string(kMaxCallDepth) + " calls and expressions deep");
}

Result<Value> Interpreter::Text(std::string text, bool markup) {
  TRY(CheckSize(text.size()));
  TRY(WorkOnBytes(text.size()));
  const size_t size = text.size();
  return Value(heap_.New<StringObject>(size, std::move(text), markup));
}

Value Interpreter::String(std::string_view text) {
  return Value(heap_.New<StringObject>(text.size(), std::string(text), false));
}

Value Interpreter::List(std::vector<Value> items) {
  const size_t bytes = items.size() * sizeof(Value);
  return Value(heap_.New<SequenceObject>(bytes, Kind::kList, std::move(items)));
}

Value Interpreter::Tuple(std::vector<Value> items) {
  const size_t bytes = items.size() * sizeof(Value);
  return Value(heap_.New<SequenceObject>(bytes, Kind::kTuple, std::move(items)));
}

Value Interpreter::Undefined(std::string message) {
  const size_t bytes = message.size();
  return Value(heap_.New<UndefinedObject>(bytes, std::move(message)));
}

Value Interpreter::Function(const char* name, NativeFunction function, Value self) {
  return Value(heap_.New<FunctionObject>(0, name, function, std::move(self)));
}

Value Interpreter::Iterator(IteratorObject::Fill fill, const char* type_name) {
  return Value(heap_.New<IteratorObject>(0, std::move(fill), type_name));
}

Interpreter::Capture::Capture(Interpreter* interpreter)
    : interpreter_(interpreter),
      outer_(std::exchange(interpreter->out_, &text_)),
      captured_(interpreter->captured_) {}

Interpreter::Capture::~Capture() {
  interpreter_->out_ = outer_;
  interpreter_->captured_ = captured_;
}

}  // namespace bantam::jinja
