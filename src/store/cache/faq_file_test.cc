// Tests of the FAQ reader: what it takes, and how it names what it does not take.
#include "store/cache/faq_file.h"

#include <gtest/gtest.h>

namespace bantam::store {
namespace {

void ExpectError(const std::string& text, const std::string& message) {
  const auto items = ReadFaq(text, "F");
  ASSERT_FALSE(items) << text.substr(0, 100);
  EXPECT_EQ(items.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(items.error().message.find(message), std::string::npos) << items.error().message;
}

TEST(FaqFileTest, ReadsAndWrites) {
  const auto items = ReadFaq(
      "\xEF\xBB\xBF{\"question\":\"A?\",\"answer\":\"1\"}\r\n\n  \n"
      "{\"answer\":\"2\",\"question\":\"B?\",\"also\":[\"C\",\"D\"]}",
      "F");
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ((*items)[1].questions, (std::vector<std::string>{"B?", "C", "D"}));
  EXPECT_EQ((*items)[1].line, 4U);
  EXPECT_EQ(FaqLine((*items)[1]),
            "{\"question\":\"B?\",\"answer\":\"2\",\"also\":[\"C\",\"D\"]}\n");
}

TEST(FaqFileTest, NamesLineAndField) {
  const std::string good = "{\"question\":\"A?\",\"answer\":\"1\"}\n";
  ExpectError("", "F: no questions in it");
  ExpectError("\n \n", "F: no questions in it");
  ExpectError(good + "{", "F:2: ");
  ExpectError(good + "[]", "F:2: expected an object");
  ExpectError(good + "{\"question\":\"B\"}", "F:2: \"answer\": is missing");
  ExpectError(good + "{\"answer\":\"B\"}", "F:2: \"question\": is missing");
  ExpectError("{\"question\":7,\"answer\":\"1\"}", "F:1: \"question\": expected a string");
  ExpectError("{\"question\":\"a\",\"answer\":null}", "F:1: \"answer\": expected a string");
  ExpectError("{\"question\":\" \",\"answer\":\"1\"}", "F:1: \"question\": is empty");
  ExpectError("{\"question\":\"?!\",\"answer\":\"1\"}", "F:1: \"question\": has no words");
  ExpectError("{\"question\":\"a\",\"answer\":\"1\",\"also\":\"b\"}",
              "\"also\": expected an array");
  ExpectError("{\"question\":\"a\",\"answer\":\"1\",\"also\":[\"b\",2]}",
              "F:1: \"also\"[1]: expected");
  ExpectError("{\"question\":\"a\",\"anwser\":\"1\"}", "F:1: \"anwser\": no such field");
  ExpectError("{\"question\":\"a\",\"question\":\"b\",\"answer\":\"1\"}", "F:1: ");
  ExpectError(good + "\n" + "{\"question\":\" A \",\"answer\":\"2\"}",
              "F:3: \"question\": line 1 has the same question with another answer");
  ExpectError(good + "{\"question\":\"B\",\"answer\":\"2\",\"also\":[\"A\"]}",
              "F:2: \"also\"[0]: line 1");
  EXPECT_TRUE(ReadFaq(good + good, "F"));
}

TEST(FaqFileTest, Limits) {
  const auto line = [](size_t question, size_t answer) {
    return "{\"question\":\"" + std::string(question, 'q') + "\",\"answer\":\"" +
           std::string(answer, 'a') + "\"}\n";
  };
  EXPECT_TRUE(ReadFaq(line(kMaxFaqQuestionBytes, kMaxFaqAnswerBytes), "F"));
  ExpectError(line(kMaxFaqQuestionBytes + 1, 1), "\"question\": longer than 1000 bytes");
  ExpectError(line(1, kMaxFaqAnswerBytes + 1), "\"answer\": longer than 65536 bytes");
  ExpectError(line(1, size_t{2} << 20), "F:1: longer than");
  ExpectError(std::string(1 << 19, '['), "F:1: ");
  ExpectError("\xFF\xFE", "F:1: ");
  std::string many = "{\"question\":\"a\",\"answer\":\"1\",\"also\":[\"b\"";
  for (size_t i = 0; i < kMaxFaqRewordings; ++i) many += ",\"b\"";
  ExpectError(many + "]}", "more than 64 rewordings");
}

}  // namespace
}  // namespace bantam::store
