// Tests of the remembered lengths of what chats begin with.
#include "server/host/prefix_lengths.h"

#include <gtest/gtest.h>

#include "server/fake_world.h"

namespace bantam::server {
namespace {

TEST(PrefixLengths, DifferWhereAnythingThatIsRenderedDoes) {
  const FakeModel model;
  PrefixLengths lengths;
  ChatInput input;
  input.messages_json = R"([{"role": "system", "content": "Be brief."}])";
  const int plain = lengths.Of(model, input);
  EXPECT_GT(plain, 0);
  // The fake model writes variables in front of a chat.
  input.extra_json = R"({"enable_thinking": false})";
  const int with_variables = lengths.Of(model, input);
  EXPECT_EQ(with_variables, PrefixLengths().Of(model, input)) << "as one who remembers nothing";
  EXPECT_GT(with_variables, plain);
  input.extra_json.clear();
  EXPECT_EQ(lengths.Of(model, input), plain);
  input.tools_json = R"([{"type": "function", "function": {"name": "f"}}])";
  EXPECT_GT(lengths.Of(model, input), plain);
}

}  // namespace
}  // namespace bantam::server
