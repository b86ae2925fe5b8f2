// Reading FAQ files line by line.
#include "store/cache/faq_file.h"

#include <map>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "store/cache/question_form.h"

namespace bantam::store {
namespace {

class FaqReader {
 public:
  FaqReader(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Result<std::vector<FaqItem>> Read() {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    while (!text_.empty()) {
      ++line_;
      const size_t end = text_.find('\n');
      const std::string_view line = text_.substr(0, end);
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      if (items_.size() == kMaxFaqItems) {
        return Wrong("more than " + std::to_string(kMaxFaqItems) + " questions");
      }
      TRY(ReadLine(line));
    }
    if (items_.empty()) return Fail(ErrorCode::kCorrupt, name_ + ": no questions in it");
    return std::move(items_);
  }

 private:
  Result<void> ReadLine(std::string_view line) {
    if (line.size() > kMaxLineBytes) {
      return Wrong("longer than " + std::to_string(kMaxLineBytes) + " bytes");
    }
    const auto json = Json::Parse(line);
    if (!json) return Wrong(json.error().message);
    if (!json->is_object()) return Wrong("expected an object with \"question\" and \"answer\"");
    FaqItem item;
    item.line = line_;
    for (const auto& [key, value] : json->members()) {
      if (key != "question" && key != "answer" && key != "also") {
        return Wrong(Quote(key) + ": no such field; expected \"question\", \"answer\", \"also\"");
      }
    }
    item.questions.push_back(
        TRY(ReadText(json->Find("question"), "\"question\"", kMaxFaqQuestionBytes)));
    item.answer = TRY(ReadText(json->Find("answer"), "\"answer\"", kMaxFaqAnswerBytes));
    if (const Json* also = json->Find("also")) TRY(ReadRewordings(*also, item));
    TRY(CheckNew(item));
    items_.push_back(std::move(item));
    return {};
  }

  Result<std::string> ReadText(const Json* value, const std::string& field, size_t most) {
    if (value == nullptr) return Wrong(field + ": is missing");
    if (!value->is_string()) return Wrong(field + ": expected a string");
    const std::string& text = value->AsString();
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return Wrong(field + ": is empty");
    if (text.size() > most) {
      return Wrong(field + ": longer than " + std::to_string(most) + " bytes");
    }
    return text;
  }

  Result<void> ReadRewordings(const Json& also, FaqItem& item) {
    if (!also.is_array()) return Wrong("\"also\": expected an array of strings");
    if (also.items().size() > kMaxFaqRewordings) {
      return Wrong("\"also\": more than " + std::to_string(kMaxFaqRewordings) + " rewordings");
    }
    for (size_t i = 0; i < also.items().size(); ++i) {
      const std::string field = "\"also\"[" + std::to_string(i) + "]";
      item.questions.push_back(TRY(ReadText(&also.items()[i], field, kMaxFaqQuestionBytes)));
    }
    return {};
  }

  // A question with two answers would be answered by chance.
  Result<void> CheckNew(const FaqItem& item) {
    for (size_t i = 0; i < item.questions.size(); ++i) {
      const std::string field = i == 0 ? "\"question\"" : "\"also\"[" + std::to_string(i - 1) + "]";
      const std::string form = QuestionForm(item.questions[i]);
      if (form.empty()) return Wrong(field + ": has no words");
      const auto [place, is_new] = known_.try_emplace(form, items_.size());
      if (is_new || place->second == items_.size()) continue;
      const FaqItem& other = items_[place->second];
      if (other.answer == item.answer) continue;
      return Wrong(field + ": line " + std::to_string(other.line) +
                   " has the same question with another answer");
    }
    return {};
  }

  std::unexpected<Error> Wrong(const std::string& what) const {
    return Fail(ErrorCode::kCorrupt, name_ + ":" + std::to_string(line_) + ": " + what);
  }

  static constexpr size_t kMaxLineBytes = size_t{1} << 20;

  std::string_view text_;
  const std::string& name_;
  size_t line_ = 0;
  std::vector<FaqItem> items_;
  std::map<std::string, size_t> known_;  // form → item
};

}  // namespace

Result<std::vector<FaqItem>> ReadFaq(std::string_view text, const std::string& name) {
  return FaqReader(text, name).Read();
}

std::string FaqLine(const FaqItem& item) {
  Json json = Json::MakeObject();
  json.Set("question", Json::String(item.questions.empty() ? "" : item.questions[0]));
  json.Set("answer", Json::String(item.answer));
  if (item.questions.size() > 1) {
    Json also = Json::MakeArray();
    for (size_t i = 1; i < item.questions.size(); ++i) also.Append(Json::String(item.questions[i]));
    json.Set("also", std::move(also));
  }
  return json.Dump() + "\n";
}

}  // namespace bantam::store
