// Tests of chat templates: variables, errors with their places, limits, threads.
#include "text/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace bantam {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string Repeat(std::string_view text, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += text;
  return out;
}

TemplateInput Chat(std::string_view messages) {
  TemplateInput input;
  input.messages = Json::Parse(messages).value();
  return input;
}

Result<std::string> RenderText(std::string_view source, const TemplateInput& input = {}) {
  Result<ChatTemplate> compiled = ChatTemplate::Compile(source);
  if (!compiled) return std::unexpected(compiled.error());
  return compiled->Render(input);
}

// "code: message", or "text: …" if there is no error.
std::string ErrorOf(std::string_view source, const TemplateInput& input = {}) {
  const Result<std::string> result = RenderText(source, input);
  if (result) return "text: " + *result;
  return std::string(ErrorName(result.error().code)) + ": " + result.error().message;
}

TEST(ChatTemplate, RendersAConversation) {
  constexpr std::string_view kChatMl =
      "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
      "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
      "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
  TemplateInput input = Chat(R"([{"role": "system", "content": "Be brief."},
                                 {"role": "user", "content": "Grüße 😀"}])");
  EXPECT_EQ(RenderText(kChatMl, input).value(),
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nGrüße 😀<|im_end|>\n"
            "<|im_start|>assistant\n");
  input.add_generation_prompt = false;
  EXPECT_EQ(RenderText(kChatMl, input).value(),
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nGrüße 😀<|im_end|>\n");
}

TEST(ChatTemplate, GivesTheVariablesOfTransformers) {
  TemplateInput input = Chat("[]");
  input.bos_token = "<s>";
  input.eos_token = "</s>";
  input.now_s = 1735734896;
  input.extra = Json::Parse(R"({"enable_thinking": false})").value();
  EXPECT_EQ(
      RenderText("{{ bos_token }}{{ eos_token }}{{ tools is none }}{{ documents is none }}"
                 "{{ enable_thinking }}{{ add_generation_prompt }}{{ strftime_now('%d %b %Y') }}",
                 input)
          .value(),
      "<s></s>TrueTrueFalseTrue01 Jan 2025");
}

TEST(ChatTemplate, ARequestCanReplaceVariablesButNotTheConversation) {
  TemplateInput input = Chat(R"([{"role": "user"}])");
  input.extra = Json::Parse(R"({"messages": [], "bos_token": "x", "range": 5})").value();
  EXPECT_EQ(RenderText("{{ messages | length }}{{ bos_token }}{{ range }}", input).value(), "1x5");
}

TEST(ChatTemplate, KeepsNumbersLikePython) {
  const TemplateInput input = Chat(R"([1.10, 1e5, -0, 123456789012345678901234567890, 1E400])");
  EXPECT_EQ(RenderText("{{ messages | tojson }} {{ messages }}", input).value(),
            "[1.1, 100000.0, 0, 123456789012345678901234567890, Infinity] "
            "[1.1, 100000.0, 0, 123456789012345678901234567890, inf]");
}

TEST(ChatTemplate, InvalidUtf8OfAMessageIsReplaced) {
  TemplateInput input;
  input.messages = Json::String("a\xFFz");
  EXPECT_EQ(RenderText("{{ messages }}{{ messages | length }}", input).value(), "a\xEF\xBF\xBDz3");
}

TEST(ChatTemplate, CompileErrorsHaveLineAndColumn) {
  EXPECT_EQ(ErrorOf("a\nb {{ 1 + }}"),
            "corrupt data: chat template, line 2, column 10: expected an expression, got '}}'");
  EXPECT_EQ(ErrorOf("é {% fro %}"),
            "corrupt data: chat template, line 1, column 6: unknown tag 'fro'");
  EXPECT_EQ(ErrorOf("{% if x %}\n{% for y in z %}"),
            "corrupt data: chat template, line 2, column 17: unexpected end of the template, "
            "looking for 'endfor' or 'else'; the innermost block that needs to be closed is 'for'");
  EXPECT_EQ(ErrorOf("{% if x %}{% endfor %}"),
            "corrupt data: chat template, line 1, column 14: unknown tag 'endfor'; the innermost "
            "block that needs to be closed is 'if'");
  EXPECT_EQ(ErrorOf("\n{{ x | nope }}"),
            "corrupt data: chat template, line 2, column 8: no filter named 'nope'");
  EXPECT_EQ(ErrorOf("{{ 'abc }}"),
            "corrupt data: chat template, line 1, column 4: a string without its closing quote");
  EXPECT_EQ(ErrorOf("{# x"),
            "corrupt data: chat template, line 1, column 1: missing end of comment tag");
  EXPECT_EQ(ErrorOf("{{ [1) }}"),
            "corrupt data: chat template, line 1, column 6: unexpected ')', expected ']'");
  EXPECT_EQ(ErrorOf("{{ 99999999999999999999 }}"),
            "corrupt data: chat template, line 1, column 4: an integer that does not fit in 64 "
            "bits");
  EXPECT_EQ(ErrorOf("{% break %}"),
            "corrupt data: chat template, line 1, column 4: break or continue outside of a loop");
  EXPECT_EQ(ErrorOf("{{ '\\ud800' }}"),
            "corrupt data: chat template, line 1, column 4: a surrogate in a string, which UTF-8 "
            "cannot hold");
  EXPECT_EQ(ErrorOf("\xFF"), "corrupt data: chat template: invalid UTF-8");
}

TEST(ChatTemplate, RenderErrorsHaveTheLine) {
  EXPECT_EQ(ErrorOf("\n\n{{ raise_exception('roles must alternate') }}"),
            "invalid argument: chat template, line 3: roles must alternate");
  EXPECT_EQ(ErrorOf("{{ messages[0].content }}\n{{ nope.x }}", Chat(R"([{"content": 1}])")),
            "invalid argument: chat template, line 2: 'nope' is undefined");
  EXPECT_EQ(ErrorOf("{{ messages.x.y }}", Chat("{}")),
            "invalid argument: chat template, line 1: 'dict object' has no attribute 'x'");
  EXPECT_EQ(ErrorOf("{{ 'a' + 1 }}"),
            "invalid argument: chat template, line 1: unsupported operand type(s) for +: 'str' "
            "and 'int'");
  EXPECT_EQ(ErrorOf("{% if true %}{{ 1 | nope }}{% endif %}"),
            "invalid argument: chat template, line 1: no filter named 'nope' found");
  EXPECT_EQ(ErrorOf("{% include 'x' %}"),
            "invalid argument: chat template, line 1: 'include' needs other templates, which a "
            "chat template has not");
}

TEST(ChatTemplate, IntegersDoNotOverflow) {
  for (const char* source :
       {"{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}",
        "{{ 9223372036854775807 * 2 }}", "{{ 2 ** 63 }}", "{{ -(-9223372036854775807 - 1) }}",
        "{{ (-9223372036854775807 - 1) // -1 }}", "{{ (-9223372036854775807 - 1) | abs }}",
        "{{ '99999999999999999999' | int }}", "{{ 1e30 | int }}",
        "{{ 9223372036854775807 | round(-1) }}"}) {
    EXPECT_THAT(ErrorOf(source), testing::AnyOf(HasSubstr("overflow"), HasSubstr("64 bits")))
        << source;
  }
  EXPECT_EQ(RenderText(
                "{{ 9223372036854775806 + 1 }} {{ 2 ** 62 }} {{ (-9223372036854775807 - 1) % -1 }}")
                .value(),
            "9223372036854775807 4611686018427387904 0");
}

TEST(ChatTemplate, NestingIsLimited) {
  const auto nested = [](std::string_view open, std::string_view close, int n) {
    return Repeat(open, n) + Repeat(close, n);
  };
  EXPECT_EQ(RenderText(nested("{% if 1 %}", "{% endif %}", 240)).value(), "");
  EXPECT_EQ(RenderText("{{ " + nested("[", "]", 80) + " }}").value().size(), 160u);
  for (const int n : {1'000, 5'000, 15'000}) {
    for (const auto& [open, close] :
         {std::pair("{% if 1 %}", "{% endif %}"), std::pair("{% for i in [1] %}", "{% endfor %}"),
          std::pair("{% set x %}", "{% endset %}"),
          std::pair("{% filter upper %}", "{% endfilter %}"),
          std::pair("{% macro m() %}", "{% endmacro %}")}) {
      EXPECT_THAT(ErrorOf(nested(open, close, n)), HasSubstr("inside each other")) << open;
    }
    for (const auto& [open, close] :
         {std::pair("(", ")"), std::pair("[", "]"), std::pair("{'a':", "}"), std::pair("-", ""),
          std::pair("not ", ""), std::pair("1 if ", ""), std::pair("f(", ")"), std::pair("x[", "]"),
          std::pair("'a' is in(", ")"), std::pair("1 if 1 else ", "")}) {
      EXPECT_THAT(ErrorOf("{{ " + Repeat(open, n) + "1" + Repeat(close, n) + " }}"),
                  StartsWith("corrupt data"))
          << open;
    }
  }
}

TEST(ChatTemplate, ChainsOfOperationsAreLimited) {
  for (const char* part : {" + 1", " | upper", ".x", "[0]", "()", " is odd", " and 1", " ** 1"}) {
    EXPECT_THAT(ErrorOf("{{ 1" + Repeat(part, 20'000) + " }}"), StartsWith("corrupt data")) << part;
  }
  EXPECT_EQ(RenderText("{{ 1" + Repeat(" + 1", 300) + " }}").value(), "301");
  EXPECT_EQ(RenderText("{{ ''" + Repeat(" ~ 'a'", 20'000) + " }}").value().size(), 20'000u);
  EXPECT_EQ(RenderText("{{ 1" + Repeat(" < 1", 20'000) + " }}").value(), "False");
  EXPECT_EQ(
      RenderText("{% if 0 %}" + Repeat("{% elif 0 %}", 20'000) + "{% else %}x{% endif %}").value(),
      "x");
}

TEST(ChatTemplate, ResourcesAreLimited) {
  for (const char* source : {
           "{{ 'a' * 1000000000 }}",
           "{{ [0] * 1000000000 }}",
           "{{ 'a' * 9223372036854775807 }}",
           "{{ range(1000000000) | list }}",
           "{{ 'a'.center(1000000000) }}",
           "{{ 'a'.ljust(9223372036854775807) }}",
           "{{ '%1000000000d' % 1 }}",
           "{{ '%.1000000000f' % 1.5 }}",
           "{{ '{:1000000000}'.format(1) }}",
           "{{ '{:.1000000000f}'.format(1.5) }}",
           "{{ 'a' | indent(1000000000, true) }}",
           "{{ [1] | batch(1000000000, 0) | list }}",
           "{{ [1] | slice(1000000000) | list | length }}",
           "{{ ('a' * 10000000) | replace('', 'aaaaaaaaaaaaaaaaaaaaaaaa') }}",
           "{{ 'a'.zfill(1000000000) }}",
           "{{ '\t'.expandtabs(1000000000) }}",
           "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}"
           "{% endfor %}",
           "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}"
           "{% endfor %}",
           "{% set ns = namespace(l=[]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}"
           "{% endfor %}{{ ns.l }}",
           "{% set ns = namespace(l=[]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}"
           "{% endfor %}{{ ns.l | tojson }}",
           "{% set a = namespace(l=[]) %}{% set b = namespace(l=[]) %}{% for i in range(99) %}"
           "{% set a.l = [a.l, a.l] %}{% set b.l = [b.l, b.l] %}{% endfor %}{{ a.l == b.l }}",
           "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
           "{% for i in range(100000) %}{{ 'abcdefghij' * 100 }}{% endfor %}",
           "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
           "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
           "{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}",
           "{% set ns = namespace(i=[1]) %}{% for i in range(9999) %}"
           "{% set ns.i = ns.i | map('string') %}{% endfor %}{{ ns.i | list }}",
           "{% set ns = namespace() %}{% set ns.self = ns %}{{ ns }}",
           "{{ ('a ' * 30000000) | wordwrap(3) | length }}",
       }) {
    EXPECT_THAT(ErrorOf(source), StartsWith("resource exhausted")) << source;
  }
}

TEST(ChatTemplate, LongChainsOfValuesAreTakenApartWithoutRecursion) {
  EXPECT_EQ(RenderText("{% set ns = namespace(l=[]) %}{% for i in range(100000) %}"
                       "{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | length }}")
                .value(),
            "1");
  EXPECT_EQ(RenderText("{% set ns = namespace(x=none) %}{% for i in range(100000) %}"
                       "{% set ns.x = namespace(x=ns.x) %}{% endfor %}ok")
                .value(),
            "ok");
  EXPECT_EQ(
      RenderText(
          "{% set ns = namespace() %}{% set ns.a = ns %}{% set ns.l = [ns] | map('list') %}"
          "{% macro m() %}{% endmacro %}{% set ns.m = m %}"
          "{% for i in [1] %}{% set ns.loop = loop %}{{ loop.changed(loop, ns) }}{% endfor %}")
          .value(),
      "True");
}

TEST(ChatTemplate, CraftedTextsTakeLinearTime) {
  // Each of these has half a megabyte; anything quadratic would take minutes.
  const int n = 500 << 10;
  for (const std::string& source :
       {Repeat("{", n), Repeat("{%", n / 2), Repeat("{#", n / 2), Repeat("{{", n / 2),
        "{% raw %}" + Repeat("{% ", n / 3 - 10), "{{" + Repeat("(", n - 10),
        "{{ '" + Repeat("\\", n - 10), Repeat("{# #}", n / 5), Repeat("{{1}}", n / 5),
        Repeat("{%- set a=1 -%} ", n / 16), Repeat(" ", n - 10) + "{%- if 1 %}",
        "{% if 0 %}" + Repeat("{% elif a %}", n / 12 - 10) + "{% endif %}",
        Repeat("{% macro m(caller) %}{% endmacro %}", n / 40)}) {
    ErrorOf(source);
  }
  TemplateInput input;
  input.extra = Json::MakeObject();
  input.extra.Set("a", Json::String(Repeat("a", 1 << 20)));
  input.extra.Set("b", Json::String(Repeat("a", 1 << 19) + "b"));
  EXPECT_EQ(RenderText(
                "{{ b in a }}{{ a.find(b) }}{{ a.rfind(b) }}{{ a.count(b) }}{{ a.split(b) | length "
                "}}{{ (a | replace(b, '')) == a }}",
                input)
                .value(),
            "False-1-101True");
}

// A part costs a hundred times its byte.
TEST(ChatTemplate, RefusesToCutHugeTexts) {
  const std::string huge = "('a\n' * 2000000)";
  for (const std::string cut : {".split()", ".split('a')", ".rsplit('a')", ".splitlines()",
                                "|indent(8, true, true)", "|wordwrap(5)", "|striptags"}) {
    EXPECT_THAT(ErrorOf("{{ (" + huge + cut + ") | length }}"), HasSubstr("to cut in parts"))
        << cut;
  }
}

TEST(ChatTemplate, RefusesOversizedSources) {
  EXPECT_THAT(ErrorOf(std::string((512 << 10) + 1, 'x')),
              HasSubstr("524289 bytes, more than 524288"));
}

TEST(ChatTemplate, RendersFromManyThreads) {
  const ChatTemplate compiled =
      ChatTemplate::Compile(
          "{% for m in messages %}{{ m.role | upper }}:{{ m | tojson }};{% endfor %}")
          .value();
  const TemplateInput input = Chat(R"([{"role": "user", "content": "Hi"}])");
  const std::string expected = R"(USER:{"role": "user", "content": "Hi"};)";
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) count += compiled.Render(input).value() != expected ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, testing::Each(0));
}

}  // namespace
}  // namespace bantam
