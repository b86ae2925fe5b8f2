// URI references against the examples of RFC 3986, section 5.4.
#include "grammar/schema/uri.h"

#include <gtest/gtest.h>

#include <array>

namespace bantam::grammar {
namespace {

struct Example {
  std::string_view reference;
  std::string_view resolved;
};

TEST(Uri, ResolvesTheExamplesOfTheRfc) {
  constexpr std::array<Example, 37> kExamples = {{
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"http:g", "http:g"},
  }};
  for (const Example& example : kExamples) {
    EXPECT_EQ(ResolveUri("http://a/b/c/d;p?q", example.reference), example.resolved)
        << example.reference;
  }
}

TEST(Uri, ResolvesAgainstBasesOfOtherKinds) {
  EXPECT_EQ(ResolveUri("", "a/b.json"), "a/b.json");
  EXPECT_EQ(ResolveUri("", "./a/../b.json#x"), "b.json");
  EXPECT_EQ(ResolveUri("a/b.json", "c.json"), "a/c.json");
  EXPECT_EQ(ResolveUri("http://a", "b"), "http://a/b");
  EXPECT_EQ(ResolveUri("urn:uuid:1-2", "#x"), "urn:uuid:1-2");
  EXPECT_EQ(ResolveUri("urn:uuid:1-2", "urn:x:y?+z"), "urn:x:y?+z");
  EXPECT_EQ(ResolveUri("file:///c:/folder/file.json", "other.json"),
            "file:///c:/folder/other.json");
  EXPECT_EQ(ResolveUri("http://a/b", "c:d"), "c:d");
  EXPECT_EQ(ResolveUri("http://a/b", "./c:d"), "http://a/c:d");
}

TEST(Uri, SplitsIntoFiveParts) {
  const UriParts parts = SplitUri("foo://example.com:8042/over/there?name=ferret#nose");
  EXPECT_EQ(parts.scheme, "foo");
  EXPECT_EQ(parts.authority, "example.com:8042");
  EXPECT_EQ(parts.path, "/over/there");
  EXPECT_EQ(parts.query, "name=ferret");
  EXPECT_EQ(parts.fragment, "nose");
  EXPECT_EQ(SplitUri("1a:b").scheme, "");
  EXPECT_EQ(SplitUri("#").fragment, "");
  EXPECT_EQ(SplitUri("a").fragment, std::nullopt);
}

TEST(Uri, DecodesPercents) {
  EXPECT_EQ(PercentDecode("a%20b%2F%c3%A4"), "a b/ä");
  EXPECT_EQ(PercentDecode("%"), std::nullopt);
  EXPECT_EQ(PercentDecode("%4"), std::nullopt);
  EXPECT_EQ(PercentDecode("%4g"), std::nullopt);
  EXPECT_EQ(PercentDecode("%00"), std::string(1, '\0'));
}

}  // namespace
}  // namespace bantam::grammar
