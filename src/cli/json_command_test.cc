// Tests of bantam json.
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

class JsonCommandTest : public testing::Test {
 protected:
  int Run(std::vector<std::string> args, const std::string& text) {
    world_.out.text.clear();
    world_.err.text.clear();
    world_.in.text = text;
    args.insert(args.begin(), "json");
    return world_.Run(args);
  }
  FakeWorld world_;
};

TEST_F(JsonCommandTest, ChecksForPeople) {
  EXPECT_EQ(Run({"check"}, "[1]\n"), 0);
  EXPECT_EQ(world_.out.text, "valid\n");
  EXPECT_EQ(world_.err.text, "");
  EXPECT_EQ(Run({"check"}, "{\"é\": 1,\n \"b\" 2}"), 1);
  EXPECT_EQ(world_.out.text,
            "not valid: line 2, column 6 (byte 15): expected ':' after the key, found '2'\n");
  EXPECT_EQ(Run({"check", "-"}, "{\"a\":1,\"a\":2}"), 0);
  EXPECT_EQ(world_.out.text, "valid\n");
  EXPECT_EQ(world_.err.text,
            "  line 1, column 8 (byte 7): the key \"a\" appears a second time in one object\n");
}

TEST_F(JsonCommandTest, ChecksForPrograms) {
  EXPECT_EQ(Run({"check", "--json"}, "{\"a\":1,\"a\":2}"), 0);
  EXPECT_EQ(world_.out.text,
            "{\"valid\":true,\"notes\":[{\"offset\":7,\"line\":1,\"column\":8,\"what\":"
            "\"the key \\\"a\\\" appears a second time in one object\"}]}\n");
  EXPECT_EQ(Run({"check", "--json"}, "[1"), 1);
  EXPECT_EQ(world_.out.text,
            "{\"valid\":false,\"error\":{\"offset\":2,\"line\":1,\"column\":3,\"what\":"
            "\"the text ends in the middle of the document\"}}\n");
}

TEST_F(JsonCommandTest, Repairs) {
  EXPECT_EQ(Run({"repair"}, "Sure: {a: 1,\n 'b': [2,]}"), 0);
  EXPECT_EQ(world_.out.text, "{\"a\": 1,\n \"b\": [2]}");
  EXPECT_EQ(world_.err.text,
            "4 changes:\n  line 1, column 1 (byte 0): removed text that is no JSON\n"
            "  line 1, column 8 (byte 7): put a key in quotes\n"
            "  line 2, column 2 (byte 14): replaced quotes by double quotes\n"
            "  line 2, column 9 (byte 21): removed an extra ','\n");
  EXPECT_EQ(Run({"repair", "--quiet"}, "[1,]"), 0);
  EXPECT_EQ(world_.out.text, "[1]");
  EXPECT_EQ(world_.err.text, "");
  EXPECT_EQ(Run({"repair", "--json"}, "[1"), 0);
  EXPECT_EQ(world_.out.text,
            "{\"output\":\"[1]\",\"edit_count\":1,\"edits\":[{\"offset\":2,\"line\":1,\"column\":3,"
            "\"what\":\"added a missing ']'\"}]}\n");
  EXPECT_EQ(world_.err.text, "");
}

TEST_F(JsonCommandTest, ValidTextPassesUnchanged) {
  const std::string text = " {\"b\":1.10, \"a\":[ ]}\r\n\n";
  for (const char* action : {"repair", "complete"}) {
    EXPECT_EQ(Run({action}, text), 0);
    EXPECT_EQ(world_.out.text, text);
    EXPECT_EQ(world_.err.text, "");
  }
}

// So that the prompt after it stands on a line of its own; elsewhere the bytes are the output.
TEST_F(JsonCommandTest, EndsLinesOnTerminalsOnly) {
  world_.out.terminal = true;
  for (const char* text : {"[1]", "[1]\n", "[1,]"}) {
    EXPECT_EQ(Run({"repair"}, text), 0);
    EXPECT_EQ(world_.out.text, "[1]\n");
  }
  EXPECT_EQ(Run({"complete"}, "[1"), 0);
  EXPECT_EQ(world_.out.text, "[1]\n");
  world_.out.terminal = false;
  EXPECT_EQ(Run({"complete"}, "[1"), 0);
  EXPECT_EQ(world_.out.text, "[1]");
}

TEST_F(JsonCommandTest, Completes) {
  EXPECT_EQ(Run({"complete"}, "{\"a\": [1, \"x"), 0);
  EXPECT_EQ(world_.out.text, "{\"a\": [1, \"x\"]}");
  EXPECT_EQ(world_.err.text,
            "1 change:\n  line 1, column 13 (byte 12): closed the string and closed 2 brackets\n");
  EXPECT_EQ(Run({"complete"}, "{a"), 1);
  EXPECT_EQ(world_.out.text, "");
  EXPECT_EQ(world_.err.text,
            "bantam: standard input: expected a key in quotes or '}', found 'a' at byte 1\n");
}

TEST_F(JsonCommandTest, GoesByASchema) {
  const TemporaryDirectory directory;
  const std::string schema = directory.Write(
      "person.json",
      R"({"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},
          "born":{"type":"string","format":"date"}},"required":["name"]})");
  EXPECT_EQ(Run({"check", "--schema", schema}, "{\"name\": \"Ada\"}\n"), 0);
  EXPECT_EQ(world_.out.text, "valid\n");
  EXPECT_EQ(Run({"check", "--schema", schema}, "{\"name\": \"Ada\",\n \"age\": \"36\"}"), 1);
  EXPECT_EQ(world_.out.text,
            "not valid: line 2, column 9 (byte 24): /age: expected '-' or '0-9', found '\"'\n");
  EXPECT_EQ(Run({"check", "--json", "--schema", schema}, "{}"), 1);
  EXPECT_EQ(
      world_.out.text,
      R"({"valid":false,"error":{"offset":1,"line":1,"column":2,"what":"expected '\"', found )"
      "'}'\"}}\n");
  EXPECT_EQ(Run({"repair", "--schema", schema}, "{'Name': 'Ada', 'age': '36'}"), 0);
  EXPECT_EQ(world_.out.text, "{\"name\": \"Ada\", \"age\": 36}");
  EXPECT_NE(
      world_.err.text.find("line 1, column 2 (byte 1): /Name: renamed \"Name\" to \"name\"\n"),
      std::string::npos);
  EXPECT_NE(world_.err.text.find("/age: changed \"36\" to 36\n"), std::string::npos);
  EXPECT_EQ(Run({"repair", "--json", "--schema", schema}, "{\"name\": 5}"), 0);
  EXPECT_EQ(world_.out.text,
            R"({"output":"{\"name\": \"5\"}","edit_count":1,"edits":[{"offset":9,"line":1,)"
            R"("column":10,"pointer":"/name","what":"changed 5 to \"5\"","was":"5","is":"\"5\""}]})"
            "\n");
  EXPECT_EQ(Run({"complete", "--schema", schema}, "{\"na"), 0);
  EXPECT_EQ(world_.out.text, "{\"name\":\"\"}");
  EXPECT_EQ(world_.err.text, "1 change:\n  line 1, column 5 (byte 4): added me\":\"\"}\n");
  EXPECT_EQ(Run({"repair", "--schema", schema}, "{\"name\":\"x\",\"born\":\"2023-02-30\"}"), 1);
  EXPECT_EQ(world_.out.text, "");
  EXPECT_EQ(world_.err.text,
            "bantam: standard input: /born: expected a string that the schema allows "
            "(#/properties/born), found \"2023-02-30\" at byte 19\n");
  EXPECT_EQ(Run({"repair", "--no-format", "--schema", schema},
                "{\"name\":\"x\",\"born\":\"2023-02-30\"}"),
            0);
  EXPECT_EQ(Run({"repair", "--no-fill", "--schema", schema}, "{}"), 1);
  EXPECT_EQ(world_.err.text,
            "bantam: standard input: expected a member \"name\", found '}' at byte 1\n");
}

TEST_F(JsonCommandTest, ReadsUtf16) {
  const std::string text("{\0\n\0\xE4\0:\0[\0001\0", 12);  // {⏎ä:[1
  EXPECT_EQ(Run({"repair"}, text), 0);
  EXPECT_EQ(world_.out.text, "{\n\"\xC3\xA4\":[1]}");
  EXPECT_TRUE(world_.err.text.starts_with(
      "4 changes:\n  line 1, column 1 (byte 0): read UTF-16 (little-endian)\n"
      "  line 2, column 1 (byte 4): put a key in quotes\n  line 2, column 5 (byte 12): "))
      << world_.err.text;
  EXPECT_EQ(Run({"check"}, text), 1);
  EXPECT_EQ(world_.out.text,
            "not valid: line 1, column 1 (byte 0): the text is UTF-16 (little-endian), expected "
            "UTF-8\n");
}

TEST_F(JsonCommandTest, NamesNoOptionForCopiesThatItDoesNotHave) {
  const TemporaryDirectory directory;
  const std::string schema = directory.Write("s.json", R"({"type":"string","x-copy":true})");
  for (const char* action : {"check", "repair", "complete"}) {
    EXPECT_EQ(Run({action, "--schema", schema}, "\"a\""), 2);
    EXPECT_NE(world_.err.text.find("no text to copy from is given"), std::string::npos);
    EXPECT_EQ(world_.err.text.find("--copy-from"), std::string::npos) << world_.err.text;
  }
}

TEST_F(JsonCommandTest, TellsOfMisspeltKeywords) {
  const TemporaryDirectory directory;
  const std::string schema =
      directory.Write("s.json", R"({"properties":{"a":{"minLenght":3}},"requried":["a"]})");
  EXPECT_EQ(Run({"check", "--schema", schema}, "{}"), 0);
  EXPECT_EQ(
      world_.err.text,
      "bantam: note: #/requried: \"requried\" is no keyword, so it has no effect; did you mean "
      "\"required\"?\n"
      "bantam: note: #/properties/a/minLenght: \"minLenght\" is no keyword, so it has no "
      "effect; did you mean \"minLength\"?\n");
}

TEST_F(JsonCommandTest, RefusesOptionsWithoutASchema) {
  EXPECT_EQ(Run({"repair", "--no-fill"}, "{}"), 2);
  EXPECT_EQ(Run({"check", "--no-format"}, "{}"), 2);
  EXPECT_NE(world_.err.text.find("--no-format goes with --schema"), std::string::npos);
  EXPECT_EQ(Run({"check", "--schema", "/no/such/file.json"}, "{}"), 1);
  const TemporaryDirectory directory;
  EXPECT_EQ(Run({"repair", "--schema", directory.Write("s.json", "{\"type\":5}")}, "{}"), 2);
  EXPECT_NE(world_.err.text.find("#/type"), std::string::npos);
  EXPECT_EQ(Run({"check", "--no-fill", "--schema", directory.Write("t.json", "{}")}, "{}"), 2);
  const std::string part = directory.Write("part.json", "{\"type\":\"integer\"}");
  const std::string whole =
      directory.Write("whole.json", "{\"items\":{\"$ref\":\"https://x.org/part.json\"}}");
  EXPECT_EQ(
      Run({"repair", "--schema", whole, "--schema-registry", "https://x.org/=" + directory.path()},
          "[\"1\"]"),
      0);
  EXPECT_EQ(world_.out.text, "[1]");
}

TEST_F(JsonCommandTest, RefusesWithTheRightExitCode) {
  EXPECT_EQ(Run({"repair"}, " \n"), 1);
  EXPECT_NE(world_.err.text.find("there is no JSON value"), std::string::npos);
  EXPECT_EQ(Run({}, "[1]"), 2);
  EXPECT_EQ(Run({"mend"}, "[1]"), 2);
  EXPECT_NE(world_.err.text.find("expected check, repair or complete"), std::string::npos);
  EXPECT_EQ(Run({"repair", "/no/such/file.json"}, ""), 1);
  EXPECT_EQ(Run({"repair", "--jsn"}, "[1]"), 2);
  const TemporaryDirectory directory;
  for (const char* action : {"check", "repair", "complete"}) {
    EXPECT_EQ(Run({action, directory.path()}, ""), 1);
    EXPECT_NE(world_.err.text.find("is a directory, expected a file"), std::string::npos);
    EXPECT_EQ(Run({action, "--schema", directory.path()}, "1"), 1);
    EXPECT_EQ(Run({action, "--schema", "/no/such/file.json"}, "1"), 1);
    EXPECT_EQ(Run({action, "--schema", directory.Write("no.json", "{")}, "1"), 2);
  }
}

TEST_F(JsonCommandTest, ASchemaAllowsNoKeyTwice) {
  const TemporaryDirectory directory;
  const std::string any = directory.Write("any.json", "{}");
  const std::string two =
      directory.Write("two.json", R"({"properties":{"a":{},"b":{}},"additionalProperties":false})");
  EXPECT_EQ(Run({"check", "--schema", any}, R"({"a":1,"b\"":2,"\u0061":3})"), 1);
  EXPECT_TRUE(
      world_.out.text.ends_with("appears a second time in one object, which no schema "
                                "allows here\n"))
      << world_.out.text;
  EXPECT_EQ(world_.err.text, "");
  EXPECT_EQ(Run({"check", "--schema", two}, R"({"a":1,"a":3})"), 1);
  EXPECT_EQ(world_.out.text,
            "not valid: line 1, column 9 (byte 8): the key \"a\" appears a second time in one "
            "object, which no schema allows here\n");
}

}  // namespace
}  // namespace bantam::cli
