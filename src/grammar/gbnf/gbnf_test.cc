// Tests of whole grammars: languages against a naive oracle, the contract of Matcher, bad input.
#include "grammar/gbnf/gbnf.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "grammar/gbnf/gbnf_parser.h"
#include "grammar/matcher_contract.h"

namespace bantam::grammar {
namespace {

std::unique_ptr<Matcher> Compile(std::string_view text) {
  auto grammar = CompileGbnf(text);
  if (!grammar) ADD_FAILURE() << grammar.error().message << "\n" << text;
  return grammar ? (*grammar)->NewMatcher() : nullptr;
}

bool PushAll(Matcher& matcher, std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (!matcher.Push(static_cast<uint8_t>(text[i]))) {
      matcher.Pop(i);
      return false;
    }
  }
  return true;
}

bool Accepts(Matcher& matcher, std::string_view text) {
  if (!PushAll(matcher, text)) return false;
  const bool accepting = matcher.Accepting();
  matcher.Pop(text.size());
  return accepting;
}

// The texts of a grammar by brute force: for one text, all (node, begin, end) that match, until
// nothing is added any more.
class Oracle {
 public:
  explicit Oracle(std::string_view grammar) : grammar_(*ParseGbnf(grammar, 10'000)) {}

  bool Matches(const std::string& text) {
    text_ = text;
    spans_.assign(grammar_.nodes.size(), {});
    bool changed = true;
    while (changed) {
      changed = false;
      for (uint32_t id = 0; id < grammar_.nodes.size(); ++id) {
        const std::set<Span> now = Compute(grammar_.nodes[id]);
        if (now.size() == spans_[id].size()) continue;
        spans_[id] = now;
        changed = true;
      }
    }
    return spans_[grammar_.rules[grammar_.root].node].contains({0, text.size()});
  }

 private:
  using Span = std::pair<size_t, size_t>;
  using Kind = GbnfNode::Kind;

  std::set<Span> Then(const std::set<Span>& a, const std::set<Span>& b) const {
    std::set<Span> result;
    for (const auto& [i, j] : a) {
      for (const auto& [k, l] : b) {
        if (j == k) result.insert({i, l});
      }
    }
    return result;
  }

  std::set<Span> Empty() const {
    std::set<Span> result;
    for (size_t i = 0; i <= text_.size(); ++i) result.insert({i, i});
    return result;
  }

  std::set<Span> Compute(const GbnfNode& node) const {
    std::set<Span> result;
    switch (node.kind) {
      case Kind::kText:
        for (size_t i = 0; i + node.count <= text_.size(); ++i) {
          bool same = true;
          for (size_t k = 0; k < node.count; ++k) {
            same &= static_cast<char32_t>(text_[i + k]) == grammar_.text[node.begin + k];
          }
          if (same) result.insert({i, i + node.count});
        }
        break;
      case Kind::kClass:
        for (size_t i = 0; i < text_.size(); ++i) {
          for (uint32_t k = 0; k < node.count; ++k) {
            const CodePointRange range = grammar_.ranges[node.begin + k];
            const auto c = static_cast<char32_t>(text_[i]);
            if (range.first <= c && c <= range.last) result.insert({i, i + 1});
          }
        }
        break;
      case Kind::kSequence:
        result = Empty();
        for (uint32_t i = 0; i < node.count; ++i) {
          result = Then(result, spans_[grammar_.children[node.begin + i]]);
        }
        break;
      case Kind::kChoice:
        for (uint32_t i = 0; i < node.count; ++i) {
          result.merge(std::set<Span>(spans_[grammar_.children[node.begin + i]]));
        }
        break;
      case Kind::kCall: result = spans_[grammar_.rules[node.begin].node]; break;
      case Kind::kRepeat: {
        std::set<Span> power = Empty();
        if (node.min == 0) result = power;
        const uint32_t most =
            static_cast<uint32_t>(std::min<size_t>(node.max, node.min + text_.size() + 1));
        for (uint32_t n = 1; n <= most; ++n) {
          power = Then(power, spans_[node.begin]);
          if (n >= node.min) result.merge(std::set<Span>(power));
        }
      }
    }
    return result;
  }

  GbnfGrammar grammar_;
  std::string text_;
  std::vector<std::set<Span>> spans_;
};

// The usual way, and ways that only large grammars take: without inlining, with doubled repeats,
// with nondeterministic rules, with all of that.
std::vector<GbnfLimits> AllWays() {
  std::vector<GbnfLimits> ways(5);
  ways[1].inlined_states = ways[4].inlined_states = 0;
  ways[2].repeated_states = ways[4].repeated_states = 0;
  ways[3].subset_members = ways[4].subset_members = 0;
  return ways;
}

// Compares a grammar with the oracle on all texts over {a, b} of up to `longest` characters.
void CompareWithOracle(const std::string& text, size_t longest) {
  SCOPED_TRACE(text);
  Oracle oracle(text);
  std::vector<std::string> texts = {""};
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == longest) continue;
    texts.push_back(texts[i] + "a");
    texts.push_back(texts[i] + "b");
  }
  std::map<std::string, size_t> shortest;  // prefix → length of the shortest document
  for (const std::string& t : texts) {
    if (!oracle.Matches(t)) continue;
    for (size_t n = 0; n <= t.size(); ++n) {
      const auto [entry, added] = shortest.try_emplace(t.substr(0, n), t.size());
      if (!added) entry->second = std::min(entry->second, t.size());
    }
  }
  for (const GbnfLimits& limits : AllWays()) {
    const auto grammar = CompileGbnf(text, limits);
    if (!grammar) {
      EXPECT_TRUE(shortest.empty()) << grammar.error().message;
      return;
    }
    const auto matcher = (*grammar)->NewMatcher();
    for (const std::string& t : texts) {
      const auto known = shortest.find(t);
      const bool legal = PushAll(*matcher, t);
      if (known != shortest.end()) {
        ASSERT_TRUE(legal) << t;
        ASSERT_EQ(matcher->FinishBytes(), known->second - t.size()) << t;
        const std::string document = t + matcher->Completion();
        ASSERT_EQ(document.size(), known->second);
        ASSERT_TRUE(shortest.contains(document)) << document;
      } else if (legal) {
        ASSERT_GT(t.size() + matcher->FinishBytes(), longest) << t;
      }
      if (legal) matcher->Pop(t.size());
    }
  }
}

TEST(Gbnf, KnownGrammarsHaveTheLanguageOfTheOracle) {
  for (const char* text : {
           R"(root ::= "a")",
           R"(root ::= "")",
           R"(root ::= root root | "a")",
           R"(root ::= root root | "a" | "")",
           R"(root ::= root "b" | "a")",
           "root ::= x root \"b\" | \"a\"\nx ::= \"\" | \"b\"",        // hidden left recursion
           "root ::= y | \"a\"\ny ::= root | y | z\nz ::= y | \"b\"",  // unit cycles
           R"(root ::= "a" root | "a")",
           R"(root ::= "a" root "b" | "")",
           R"(root ::= "a" root "a" | "b" root "b" | "")",
           R"(root ::= ("a" | "b" | "")*)",
           R"(root ::= (("a"? "b"?)+){2,3})",
           R"(root ::= "a"{0,3} "b"{2})",
           R"(root ::= ("a" root){0,2} "b")",
           R"(root ::= (root? "a"){2,} | "b")",
           "root ::= list\nlist ::= item \"b\" list | item\nitem ::= \"a\" | item \"a\"",
           "root ::= cons | \"a\"\ncons ::= \"a\" \"b\" more\nmore ::= root",
           "root ::= x x\nx ::= \"a\" | never\nnever ::= never \"b\"",
           "root ::= e\ne ::= only-empty e | \"a\"\nonly-empty ::= \"\" | only-empty only-empty",
       }) {
    CompareWithOracle(text, 7);
  }
}

// A random right-hand side over the rules root, x and y.
std::string RandomExpression(std::mt19937& random, int depth) {
  const auto draw = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::string text;
  const int alternatives = 1 + draw(3);
  for (int i = 0; i < alternatives; ++i) {
    if (i > 0) text += " | ";
    const int items = draw(4);
    if (items == 0) text += "\"\"";
    for (int j = 0; j < items; ++j) {
      switch (draw(depth > 0 ? 9 : 7)) {
        case 0: text += "root"; break;
        case 1: text += "x"; break;
        case 2: text += "y"; break;
        case 3: text += "\"a\""; break;
        case 4: text += "\"b\""; break;
        case 5: text += "[ab]"; break;
        case 6: text += draw(2) == 0 ? "\"ab\"" : "\"\""; break;
        default: text += "(" + RandomExpression(random, depth - 1) + ")"; break;
      }
      const char* repeats[] = {"", "", "", "", "?", "*", "+", "{2}", "{0,2}", "{1,3}", "{2,}"};
      text += repeats[draw(11)];
      text += " ";
    }
  }
  return text;
}

constexpr int kGrammars = 150;

TEST(Gbnf, RandomGrammarsHaveTheLanguageOfTheOracle) {
  std::mt19937 random(1);
  for (int i = 0; i < kGrammars; ++i) {
    CompareWithOracle("root ::= " + RandomExpression(random, 2) + "\nx ::= " +
                          RandomExpression(random, 1) + "\ny ::= " + RandomExpression(random, 1),
                      5);
    if (testing::Test::HasFailure()) return;
  }
}

constexpr char kJson[] = R"(
root   ::= object
value  ::= object | array | string | number | ("true" | "false" | "null") ws
object ::= "{" ws ( string ":" ws value ("," ws string ":" ws value)* )? "}" ws
array  ::= "[" ws ( value ("," ws value)* )? "]" ws
string ::= "\"" ( [^"\\\x00-\x1F] | "\\" (["\\bfnrt/] | "u" [0-9a-fA-F]{4}) )* "\"" ws
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9] [1-9]{0,15})? ws
ws ::= | " " | "\n" [ \t]{0,20}
)";

TEST(Gbnf, Json) {
  const auto matcher = Compile(kJson);
  EXPECT_EQ(matcher->Completion(), "{}");
  EXPECT_TRUE(Accepts(*matcher, R"({"a": [1, -2.5e3, {"é\u00e9": null}], "b": true})"));
  EXPECT_FALSE(Accepts(*matcher, R"({"a": 01})"));
  EXPECT_FALSE(Accepts(*matcher, R"({"a": [1,]})"));
  ASSERT_TRUE(PushAll(*matcher, R"({"a": ["x)"));
  EXPECT_EQ(matcher->Completion(), "\"]}");
  EXPECT_EQ(matcher->plain_text(), PlainText::kUniform);
  ASSERT_TRUE(matcher->Push('\\'));
  EXPECT_EQ(matcher->plain_text(), PlainText::kTry);
}

TEST(Gbnf, TheContractHoldsOnRandomWalks) {
  std::mt19937 random(2);
  EXPECT_EQ(BrokenPromise(*Compile(kJson), random, 3'000), "");
  EXPECT_EQ(BrokenPromise(*Compile(R"(root ::= [a-zé-ü€-₿🀀-🂓]* "é" [^\n]{2} .)"), random, 2'000),
            "");
  EXPECT_EQ(BrokenPromise(*Compile(R"g(root ::= root root | "a" | "(" root ")")g"), random, 300),
            "");
  for (int i = 0; i < 100; ++i) {
    const std::string text = "root ::= " + RandomExpression(random, 2) +
                             "\nx ::= " + RandomExpression(random, 1) +
                             "\ny ::= " + RandomExpression(random, 1);
    SCOPED_TRACE(text);
    GbnfLimits limits = AllWays()[random() % 5];
    if (i % 2 == 0)
      limits.steps_per_character =
          static_cast<uint32_t>(random() % 10);  // most readings are left aside
    if (const auto grammar = CompileGbnf(text, limits)) {
      EXPECT_EQ(BrokenPromise(*(*grammar)->NewMatcher(), random, 50), "");
    }
    if (testing::Test::HasFailure()) return;
  }
}

std::string Repeated(std::string_view text, int n) {
  std::string result;
  for (int i = 0; i < n; ++i) result += text;
  return result;
}

// Without Leo's short cut each item would end all before it: 10^10 steps in all, hours.
TEST(Gbnf, LongRightRecursionIsReadInLinearTime) {
  const std::string text = Repeated("a,", 100'000) + "a";
  for (const char* grammar :
       {"root ::= item \",\" root | item\nitem ::= \"a\" | \"(\" root \")\"",
        "root ::= \"[\" list \"]\" | list\nlist ::= cons | item\ncons ::= item \",\" list\n"
        "item ::= \"a\" | \"(\" root \")\""}) {
    const auto matcher = Compile(grammar);
    EXPECT_TRUE(PushAll(*matcher, text));
    EXPECT_TRUE(matcher->Accepting());
  }
}

TEST(Gbnf, AmbiguousDocumentsStayReadable) {
  const auto sums = Compile("root ::= root \"+\" root | \"(\" root \")\" | [0-9]");
  const std::string text = "((1" + Repeated("+(2+3)", 300);
  ASSERT_TRUE(PushAll(*sums, text));
  EXPECT_EQ(sums->Completion(), "))");
  EXPECT_TRUE(PushAll(*sums, ")+4)+5"));
  EXPECT_TRUE(sums->Accepting());
}

TEST(Gbnf, LargeCountsAreExact) {
  const auto matcher = Compile("root ::= [a-c]{5000,5002} \"!\" | \"x\"{1,1000000000}");
  EXPECT_EQ(matcher->Completion(), "x");
  ASSERT_TRUE(PushAll(*matcher, Repeated("b", 4'999)));
  EXPECT_EQ(matcher->FinishBytes(), 2U);
  EXPECT_FALSE(matcher->Push('!'));
  ASSERT_TRUE(PushAll(*matcher, "a"));
  EXPECT_EQ(matcher->Completion(), "!");
  ASSERT_TRUE(PushAll(*matcher, "aa"));
  EXPECT_FALSE(matcher->Push('a'));
  EXPECT_TRUE(PushAll(*matcher, "!"));
  matcher->Pop(matcher->size());
  EXPECT_TRUE(Accepts(*matcher, Repeated("x", 3'000)));
}

TEST(Gbnf, LargeGrammars) {
  std::string alternatives = "root ::= \"(\" root \")\"";
  for (int i = 0; i < 100'000; ++i) alternatives += " | \"alt" + std::to_string(i) + "\"";
  EXPECT_TRUE(Accepts(*Compile(alternatives), "((alt99999))"));
  const std::string parentheses =
      "root ::= " + Repeated("(", 1'000'000) + "\"a\"" + Repeated(")", 1'000'000);
  EXPECT_EQ(Compile(parentheses)->Completion(), "a");
  std::string chain = "root ::= r0";
  for (int i = 0; i < 20'000; ++i) {
    chain += "\nr" + std::to_string(i) + " ::= r" + std::to_string(i + 1) + " | \"(\" root \")\"";
  }
  EXPECT_TRUE(Accepts(*Compile(chain + "\nr20000 ::= \"a\""), "((a))"));
}

std::string ErrorOf(std::string_view text) {
  const auto grammar = CompileGbnf(text);
  return grammar ? "none" : grammar.error().message;
}

TEST(Gbnf, BadGrammarsAreRefusedWithTheirPlace) {
  EXPECT_EQ(
      ErrorOf("root ::= a\na ::= b \"x\"\nb ::= a | root"),
      "grammar: the rule \"root\" matches no text at all: rule \"a\" (line 2, column 1) cannot be "
      "finished, it needs itself without an end");
  EXPECT_EQ(
      ErrorOf("root ::= \"a\" x\nx ::= [\\ud800]"),
      "grammar: the rule \"root\" matches no text at all: rule \"x\" (line 2, column 1) cannot be "
      "finished, a class in it has no characters");
  EXPECT_EQ(ErrorOf("x ::= \"\"\nroot ::= \"a\"{2000000}"),
            "grammar, line 2, column 1: the shortest text of \"root\" has 2000000 bytes, at most "
            "1048576 are supported");
  EXPECT_EQ(ErrorOf("root ::= (\"abcd\"{1000000000}){1000000000}"),
            "grammar, line 1, column 1: the shortest text of \"root\" has more than 4194304 bytes, "
            "at most "
            "1048576 are supported");
  EXPECT_EQ(ErrorOf("root ::= " + Repeated("(", 1'000'000)),
            "grammar, line 1, column 1000009: this '(' has no closing ')'");
  EXPECT_NE(ErrorOf("root ::= " + Repeated("(", 100'000) + "\"a\"" + Repeated("){2}", 100'000)),
            "none");
  EXPECT_EQ(ErrorOf("root ::= \"a\" | endless\nendless ::= \"b\" endless"), "none");
}

TEST(Gbnf, AutomataThatGrowTooLargeAreRefusedWithTheirPlace) {
  std::string overlapping = "root ::= \"a\" x\nx ::= \"b\" x";
  for (int i = 0; i < 200; ++i) {
    overlapping += " | [" + std::string(1, static_cast<char>('!' + i % 40)) + "-~] \"" +
                   std::to_string(i) + "\" x?";
  }
  GbnfLimits limits;
  limits.states = 10'000;
  limits.edges = 1'000;
  const auto grammar = CompileGbnf(overlapping, limits);
  ASSERT_FALSE(grammar);
  EXPECT_EQ(grammar.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(
      grammar.error().message,
      "grammar, line 2, column 1: at rule \"x\": the automata take more than 10000 states, 1000 "
      "edges or 200000000 steps");
}

TEST(Gbnf, PlainTextIsPromisedWhereItIsCertain) {
  const auto quoted = Compile("root ::= \"\\\"\" [^\"\\\\\\x00-\\x1f]* \"\\\"\"");
  EXPECT_EQ(quoted->plain_text(), PlainText::kTry);
  ASSERT_TRUE(PushAll(*quoted, "\""));
  EXPECT_EQ(quoted->plain_text(), PlainText::kUniform);
  ASSERT_TRUE(PushAll(*quoted, "a\xC3"));
  EXPECT_EQ(quoted->plain_text(), PlainText::kTry);
  const auto legal = Compile("root ::= .* \"x\"");
  EXPECT_EQ(legal->plain_text(), PlainText::kTry);  // after an x the place is another
  EXPECT_EQ(Compile("root ::= [^\\n]*")->plain_text(), PlainText::kUniform);
}

}  // namespace
}  // namespace bantam::grammar
