// Json::Dump: writes a value with an explicit stack, so that depth costs no call frames.
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/json_text.h"

namespace bantam {
namespace {

class Writer {
 public:
  explicit Writer(int indent) : indent_(indent) {}

  std::string Write(const Json& root) {
    Begin(root);
    while (!open_.empty()) {
      Level& top = open_.back();
      const bool array = top.value->is_array();
      const size_t count = array ? top.value->items().size() : top.value->members().size();
      if (top.next == count) {
        open_.pop_back();
        NewLine();
        out_ += array ? ']' : '}';
        continue;
      }
      if (top.next > 0) out_ += ',';
      NewLine();
      const size_t i = top.next++;
      if (array) {
        Begin(top.value->items()[i]);  // may move `top`
      } else {
        const auto& [key, value] = top.value->members()[i];
        AppendJsonQuoted(key, &out_);
        out_ += indent_ < 0 ? ":" : ": ";
        Begin(value);
      }
    }
    return std::move(out_);
  }

 private:
  struct Level {
    const Json* value;
    size_t next;
  };

  // Writes a scalar or an empty container whole; opens any other.
  void Begin(const Json& value) {
    switch (value.kind()) {
      case Json::Kind::kNull: out_ += "null"; return;
      case Json::Kind::kBool: out_ += value.AsBool() ? "true" : "false"; return;
      case Json::Kind::kNumber: out_ += value.number_text(); return;
      case Json::Kind::kString: AppendJsonQuoted(value.AsString(), &out_); return;
      case Json::Kind::kArray:
        out_ += value.items().empty() ? "[]" : "[";
        if (!value.items().empty()) open_.push_back({&value, 0});
        return;
      case Json::Kind::kObject:
        out_ += value.members().empty() ? "{}" : "{";
        if (!value.members().empty()) open_.push_back({&value, 0});
        return;
    }
  }

  void NewLine() {
    if (indent_ < 0) return;
    out_ += '\n';
    out_.append(open_.size() * static_cast<size_t>(indent_), ' ');
  }

  int indent_;
  std::string out_;
  std::vector<Level> open_;
};

}  // namespace

std::string Json::Dump(int indent) const {
  return Writer(indent).Write(*this);
}

std::string JsonQuote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  AppendJsonQuoted(text, &out);
  return out;
}

}  // namespace bantam
