// Pages over HTTP: who gets which bytes, and with which headers.
#include "server/embedded_pages.h"

#include <gtest/gtest.h>

namespace bantam::server {
namespace {

constexpr Page kTestPages[] = {
    {"/", "text/html; charset=utf-8", "aa", false, "<html>", ""},
    {"/assets/a-1.js", "text/javascript", "bb", true, "plain", "zipped"},
};

HttpRequest Get(std::string path, std::vector<HttpHeader> headers = {}) {
  HttpRequest request;
  request.method = "GET";
  request.path = std::move(path);
  request.headers = std::move(headers);
  return request;
}

std::string HeaderOf(const PageReply& reply, std::string_view name) {
  for (const HttpHeader& header : reply.headers) {
    if (header.name == name) return header.value;
  }
  return "(none)";
}

TEST(TakesGzip, ReadsListsAndWeights) {
  for (const char* yes : {"gzip", "br, gzip", "deflate,GZIP;q=0.1", "*", "x-gzip",
                          "br;q=1, *;q=0.5", " gzip ; q=1.000 "}) {
    EXPECT_TRUE(TakesGzip(yes)) << yes;
  }
  for (const char* no : {"", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "gzipp", "gzip;q=x",
                         "gzip;q=", ",,;;", "identity"}) {
    EXPECT_FALSE(TakesGzip(no)) << no;
  }
}

TEST(ReplyWithPage, NegotiatesGzip) {
  const Page& page = kTestPages[1];
  PageReply reply = ReplyWithPage(page, Get(std::string(page.path), {{"accept-encoding", "gzip"}}));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "zipped");
  EXPECT_EQ(HeaderOf(reply, "Content-Encoding"), "gzip");
  EXPECT_EQ(HeaderOf(reply, "ETag"), "\"bb-gzip\"");
  reply = ReplyWithPage(page, Get(std::string(page.path)));
  EXPECT_EQ(reply.body, "plain");
  EXPECT_EQ(HeaderOf(reply, "Content-Encoding"), "(none)");
  EXPECT_EQ(HeaderOf(reply, "Content-Type"), "text/javascript");
  EXPECT_EQ(HeaderOf(reply, "Vary"), "Accept-Encoding");
  EXPECT_EQ(HeaderOf(reply, "ETag"), "\"bb\"");
  // A page that is not smaller with gzip comes as it is.
  reply = ReplyWithPage(kTestPages[0], Get("/", {{"accept-encoding", "gzip"}}));
  EXPECT_EQ(reply.body, "<html>");
  EXPECT_EQ(HeaderOf(reply, "Content-Encoding"), "(none)");
}

TEST(ReplyWithPage, KnowsWhatTheClientHas) {
  const Page& page = kTestPages[1];
  for (const char* known : {"\"bb\"", "W/\"bb\"", "\"x\", \"bb-gzip\"", "*"}) {
    const PageReply reply = ReplyWithPage(page, Get("/a", {{"if-none-match", known}}));
    EXPECT_EQ(reply.status, 304) << known;
    EXPECT_TRUE(reply.body.empty());
    EXPECT_EQ(HeaderOf(reply, "ETag"), "\"bb\"");
  }
  for (const char* other : {"\"b\"", "bb", "\"\"", ","}) {
    EXPECT_EQ(ReplyWithPage(page, Get("/a", {{"if-none-match", other}})).status, 200) << other;
  }
}

TEST(ReplyWithPage, KeepsNamedContentAndGuardsEverything) {
  for (const Page& page : kTestPages) {
    const PageReply reply = ReplyWithPage(page, Get(std::string(page.path)));
    EXPECT_EQ(HeaderOf(reply, "Cache-Control").find("immutable") != std::string::npos,
              page.immutable);
    const std::string policy = HeaderOf(reply, "Content-Security-Policy");
    EXPECT_TRUE(policy.starts_with("default-src 'none'"));
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(HeaderOf(reply, "X-Content-Type-Options"), "nosniff");
  }
}

TEST(StaticPages, HasPagesByPathAndLeavesTheRootToOtherClients) {
  const auto pages = MakeStaticPages(kTestPages);
  EXPECT_TRUE(pages->Has(Get("/", {{"accept", "text/html,*/*;q=0.8"}})));
  EXPECT_FALSE(pages->Has(Get("/", {{"accept", "*/*"}})));
  EXPECT_FALSE(pages->Has(Get("/")));
  EXPECT_TRUE(pages->Has(Get("/assets/a-1.js")));
  EXPECT_FALSE(pages->Has(Get("/assets/a-2.js")));
  EXPECT_FALSE(pages->Has(Get("/assets/")));
  HttpRequest post = Get("/assets/a-1.js");
  post.method = "POST";
  EXPECT_FALSE(pages->Has(post));
}

TEST(Pages, TheProgramHasARootAndNamesEachFileOnce) {
  const auto pages = Pages();
  int roots = 0;
  for (const Page& page : pages) {
    roots += page.path == "/";
    EXPECT_TRUE(page.path.starts_with('/')) << page.path;
    EXPECT_FALSE(page.bytes.empty()) << page.path;
    EXPECT_FALSE(page.etag.empty()) << page.path;
    EXPECT_EQ(page.immutable, page.path.starts_with("/assets/")) << page.path;
    if (!page.bytes_gzip.empty()) {
      EXPECT_LT(page.bytes_gzip.size(), page.bytes.size()) << page.path;
      EXPECT_TRUE(page.bytes_gzip.starts_with("\x1f\x8b")) << page.path;
    }
    for (const Page& other : pages) {
      EXPECT_TRUE(&page == &other || page.path != other.path) << page.path;
    }
    // Nothing of the page comes from another machine.
    if (page.content_type.starts_with("text/html")) {
      EXPECT_EQ(page.bytes.find("http:"), std::string_view::npos) << page.path;
      EXPECT_EQ(page.bytes.find("https:"), std::string_view::npos) << page.path;
      EXPECT_EQ(page.bytes.find("<style"), std::string_view::npos) << page.path;
    }
  }
  EXPECT_EQ(roots, 1);
}

}  // namespace
}  // namespace bantam::server
