// Runs the snippets of the language whose results jinja2 gave (tests/golden/jinja/make.py).
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "base/json.h"
#include "text/chat_template.h"

namespace bantam {
namespace {

Result<std::string> RenderSnippet(const std::string& source, const TemplateInput& input) {
  Result<ChatTemplate> compiled = ChatTemplate::Compile(source);
  if (!compiled) return std::unexpected(compiled.error());
  return compiled->Render(input);
}

// How the result differs from the expected one; empty if it does not.
std::string Difference(const Json& snippet, const Result<std::string>& result) {
  const Json* output = snippet.Find("output");
  if (output != nullptr) {
    if (!result) return "fails: " + result.error().message;
    if (*result != output->AsString()) {
      return "gives    " + JsonQuote(*result) + "\n  expected " + output->Dump();
    }
    return "";
  }
  if (result) return "gives " + JsonQuote(*result) + ", expected an error";
  if (const Json* raised = snippet.Find("raised")) {
    if (!result.error().message.ends_with(": " + raised->AsString())) {
      return "fails: " + result.error().message + "\n  expected " + raised->Dump();
    }
  }
  return "";
}

class Snippets : public testing::TestWithParam<int> {};

TEST_P(Snippets, AreRenderedAsByJinja2) {
  const std::string path = std::string(BANTAM_SOURCE_DIR) + "/tests/golden/jinja/snippets_" +
                           std::to_string(GetParam()) + ".json";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  const Json golden = Json::Parse(std::string(std::istreambuf_iterator<char>(file),
                                              std::istreambuf_iterator<char>()))
                          .value();
  TemplateInput input;
  input.extra = *golden.Find("context");
  input.now_s = golden.Find("now_s")->AsInt().value();
  input.bos_token = "<s>";
  input.eos_token = "</s>";
  const Json::Array& snippets = golden.Find("snippets")->items();
  EXPECT_GE(snippets.size(), 100u);
  for (const Json& snippet : snippets) {
    const std::string& source = snippet.Find("source")->AsString();
    EXPECT_EQ(Difference(snippet, RenderSnippet(source, input)), "") << source;
  }
}

INSTANTIATE_TEST_SUITE_P(Golden, Snippets, testing::Range(1, 4));

}  // namespace
}  // namespace bantam
