// Tests of the response cache: matching, bounds, damaged files, threads. tests/cache has
// full disks and sudden death.
#ifdef BANTAM_SQLITE

#include "store/cache/response_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

#include "base/test_directory.h"
#include "store/cache/sqlite.h"

namespace bantam::store {
namespace {

CacheQuery Query(const std::string& question, const std::string& tenant = "",
                 const std::string& system = "", double temperature = 0) {
  CacheQuery query;
  query.key = CacheKeyBuilder(tenant, "model")
                  .Add("system", system)
                  .Add("temperature", temperature)
                  .AddPrompt("prompt", question)
                  .Finish();
  query.question = question;
  return query;
}

CachedReply Reply(const std::string& text) {
  CachedReply reply;
  reply.text = text;
  reply.tokens = {1, -2, 300000};
  reply.finish_reason = "stop";
  reply.prompt_tokens = 7;
  reply.generated_tokens = 3;
  reply.logprobs_json = R"({"content":[]})";
  return reply;
}

// What a look-up found; an empty hit and a failed test if nothing.
CacheHit Hit(std::optional<CacheHit> found) {
  EXPECT_TRUE(found);
  return found ? *std::move(found) : CacheHit();
}

// Vectors by hand; texts without one fail.
class FakeEmbedder : public Embedder {
 public:
  std::string id() const override { return name; }
  Result<std::vector<float>> Embed(std::string_view text) override {
    ++n_calls;
    const auto found = vectors.find(std::string(text));
    if (found == vectors.end()) return Fail(ErrorCode::kInternal, "no vector");
    return found->second;
  }
  std::string name = "fake";
  std::map<std::string, std::vector<float>> vectors;
  std::atomic<int> n_calls{0};
};

class ResponseCacheTest : public testing::Test {
 protected:
  std::unique_ptr<ResponseCache> Open() {
    auto cache = ResponseCache::Open(path_, options_);
    EXPECT_TRUE(cache) << cache.error().message;
    return cache ? std::move(*cache) : nullptr;
  }
  static std::string Answer(ResponseCache& cache, const CacheQuery& query) {
    const auto hit = cache.Find(query);
    return hit ? std::string(CacheMatchName(hit->match)) + ":" + hit->reply.text : "-";
  }
  void ImportInto(ResponseCache& cache, const std::string& text, const std::string& tenant = "",
                  bool replace = false) {
    const auto items = ReadFaq(text, "f");
    ASSERT_TRUE(items) << items.error().message;
    const auto imported = cache.ImportFaq(*items, tenant, replace);
    ASSERT_TRUE(imported) << imported.error().message;
  }
  static CacheQuery FaqQuery(const std::string& question, const std::string& tenant = "") {
    CacheQuery query = Query(question, tenant);
    query.faq = true;
    return query;
  }

  TestDirectory directory_;
  std::string path_ = directory_.File("cache.db");
  CacheOptions options_;
  int64_t now_s_ = 1'000'000;
};

TEST_F(ResponseCacheTest, KeepsRepliesWholeAcrossRestarts) {
  {
    const auto cache = Open();
    EXPECT_FALSE(cache->Find(Query("q")));
    cache->Put(Query("q"), Reply("a\0b\n\xFF" + std::string(3, '\0')));
    EXPECT_TRUE(cache->Find(Query("q")));  // not written yet, or just so
  }
  const auto cache = Open();
  EXPECT_EQ(cache->note(), "");
  const CacheHit hit = Hit(cache->Find(Query("q")));
  const CachedReply expected = Reply("a\0b\n\xFF" + std::string(3, '\0'));
  EXPECT_EQ(hit.reply.text, expected.text);
  EXPECT_EQ(hit.reply.tokens, expected.tokens);
  EXPECT_EQ(hit.reply.finish_reason, "stop");
  EXPECT_EQ(hit.reply.prompt_tokens, 7);
  EXPECT_EQ(hit.reply.generated_tokens, 3);
  EXPECT_EQ(hit.reply.logprobs_json, expected.logprobs_json);
  EXPECT_EQ(hit.match, CacheMatch::kExact);
  EXPECT_TRUE(hit.HeaderValue().starts_with("hit; match=exact; age="));
}

TEST_F(ResponseCacheTest, TellsTenantsContextsAndParametersApart) {
  options_.normalize = true;
  const auto cache = Open();
  cache->Put(Query("What is it?", "anna", "sys"), Reply("a"));
  ASSERT_TRUE(cache->Flush());
  EXPECT_EQ(Answer(*cache, Query("What is it?", "anna", "sys")), "exact:a");
  EXPECT_EQ(Answer(*cache, Query("what is it", "anna", "sys")), "normalized:a");
  EXPECT_EQ(Answer(*cache, Query("What is it?", "bert", "sys")), "-");
  EXPECT_EQ(Answer(*cache, Query("What is it?", "anna", "other")), "-");
  EXPECT_EQ(Answer(*cache, Query("what is it", "anna", "other")), "-");
  EXPECT_EQ(Answer(*cache, Query("what is it", "anna", "sys", 0.5)), "-");
  CacheQuery without = Query("what is it", "anna", "sys");
  without.question.clear();
  EXPECT_EQ(Answer(*cache, without), "-");
}

TEST_F(ResponseCacheTest, MatchesExactlyUnlessAsked) {
  const auto cache = Open();
  cache->Put(Query("What?"), Reply("a"));
  ASSERT_TRUE(cache->Flush());
  EXPECT_EQ(Answer(*cache, Query("what")), "-");
  EXPECT_EQ(Answer(*cache, Query("What?")), "exact:a");
}

TEST_F(ResponseCacheTest, NewerRepliesReplaceOlder) {
  const auto cache = Open();
  cache->Put(Query("q"), Reply("1"));
  ASSERT_TRUE(cache->Flush());
  cache->Put(Query("q"), Reply("2"));
  EXPECT_EQ(Answer(*cache, Query("q")), "exact:2");
  ASSERT_TRUE(cache->Flush());
  EXPECT_EQ(Answer(*cache, Query("q")), "exact:2");
  EXPECT_EQ(cache->Stats()->replies, 1);
}

TEST_F(ResponseCacheTest, ForgetsAfterItsTime) {
  options_.ttl_s = 100;
  options_.now_s = [this] { return now_s_; };
  const auto cache = Open();
  cache->Put(Query("q"), Reply("a"));
  ASSERT_TRUE(cache->Flush());
  now_s_ += 99;
  const CacheHit hit = Hit(cache->Find(Query("q")));
  EXPECT_EQ(hit.age_s, 99);
  now_s_ += 1;
  EXPECT_EQ(Answer(*cache, Query("q")), "-");
  cache->Put(Query("other"), Reply("b"));
  EXPECT_EQ(cache->Stats()->replies, 1);
}

TEST_F(ResponseCacheTest, KeepsWhatWasUsedLast) {
  options_.max_bytes = 200'000;
  options_.max_reply_bytes = 50'000;
  const auto cache = Open();
  const std::string text(10'000, 'x');
  cache->Put(Query("first"), Reply(text));
  for (int i = 0; i < 100; ++i) {
    cache->Put(Query(std::to_string(i)), Reply(text));
    ASSERT_TRUE(cache->Flush());
    EXPECT_TRUE(cache->Find(Query("first"))) << i;
  }
  const auto stats = cache->Stats();
  ASSERT_TRUE(stats);
  EXPECT_LE(stats->bytes, 200'000);
  EXPECT_GE(stats->bytes, 150'000);
  EXPECT_LE(stats->file_bytes, 400'000);
  EXPECT_GT(stats->evicted, 70);
  EXPECT_EQ(stats->dropped, 0);
  EXPECT_FALSE(cache->Find(Query("0")));
  EXPECT_TRUE(cache->Find(Query("99")));
  cache->Put(Query("huge"), Reply(std::string(60'000, 'x')));
  EXPECT_EQ(cache->Stats()->dropped, 1);
}

TEST_F(ResponseCacheTest, OneProcessAtATime) {
  const auto cache = Open();
  const auto second = ResponseCache::Open(path_, options_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(second.error().message.find("in use by another process"), std::string::npos);
}

TEST_F(ResponseCacheTest, SimilarQuestionsByVectorsAndWhatMustAgree) {
  const auto embedder = std::make_shared<FakeEmbedder>();
  embedder->vectors = {{"How do I open the door?", {1, 0}},
                       {"How can I open the door?", {0.98F, 0.199F}},
                       {"How do I close the door?", {0.99F, 0.141F}},
                       {"How do I bake bread?", {0, 1}}};
  options_.embedder = embedder;
  const auto cache = Open();
  cache->Put(Query("How do I open the door?"), Reply("pull"));
  ASSERT_TRUE(cache->Flush());
  const CacheHit hit = Hit(cache->Find(Query("How can I open the door?")));
  EXPECT_EQ(hit.match, CacheMatch::kSimilar);
  EXPECT_LT(hit.similarity, 1);
  EXPECT_EQ(hit.matched_question, "How do I open the door?");
  EXPECT_EQ(Answer(*cache, Query("How do I close the door?")), "-");
  EXPECT_EQ(Answer(*cache, Query("How do I bake bread?")), "-");
  EXPECT_EQ(Answer(*cache, Query("How can I open the door?", "other")), "-");
  EXPECT_EQ(cache->Stats()->failures, 0);
  EXPECT_EQ(Answer(*cache, Query("no vector")), "-");
  EXPECT_EQ(cache->Stats()->failures, 1);
}

TEST_F(ResponseCacheTest, VectorsOfAnotherEncoderAreMadeAgain) {
  const auto embedder = std::make_shared<FakeEmbedder>();
  embedder->vectors = {{"open the door", {1, 0}}, {"open a door", {1, 0}}};
  {
    const auto cache = Open();  // without one
    ImportInto(*cache, R"({"question":"open the door","answer":"a"})");
    EXPECT_EQ(cache->Stats()->with_vectors, 0);
  }
  options_.embedder = embedder;
  for (const char* name : {"one", "two"}) {
    embedder->name = name;
    embedder->n_calls = 0;
    const auto cache = Open();
    ASSERT_TRUE(cache->Flush());
    EXPECT_EQ(embedder->n_calls, 1);
    EXPECT_EQ(Answer(*cache, FaqQuery("open a door")), "faq:a");
    EXPECT_EQ(cache->Stats()->with_vectors, 1);
  }
}

TEST_F(ResponseCacheTest, FaqAnswersWhoeverMayHaveIt) {
  const auto cache = Open();
  ImportInto(*cache, R"({"question":"When?","answer":"now","also":["What time?"]})");
  ImportInto(*cache, R"({"question":"When?","answer":"later"})", "anna");
  EXPECT_EQ(Answer(*cache, FaqQuery("when")), "faq:now");
  EXPECT_EQ(Answer(*cache, FaqQuery("what TIME??")), "faq:now");
  EXPECT_EQ(Answer(*cache, FaqQuery("when", "anna")), "faq:later");
  EXPECT_EQ(Answer(*cache, FaqQuery("what time", "anna")), "faq:now");
  EXPECT_EQ(Answer(*cache, Query("when")), "-");  // not where it is not wanted
  ImportInto(*cache, R"({"question":"what time","answer":"noon"})");
  EXPECT_EQ(Answer(*cache, FaqQuery("what time")), "faq:noon");
  EXPECT_EQ(Answer(*cache, FaqQuery("when")), "faq:now");
  ImportInto(*cache, R"({"question":"Who?","answer":"me"})", "", true);
  EXPECT_EQ(Answer(*cache, FaqQuery("when")), "-");
  EXPECT_EQ(Answer(*cache, FaqQuery("when", "anna")), "faq:later");
  EXPECT_EQ(cache->Stats()->faq_answers, 2);
}

TEST_F(ResponseCacheTest, FaqIsAskedAlsoWhereNoReplyWouldDo) {
  options_.normalize = true;
  options_.lexical = true;
  const auto cache = Open();
  cache->Put(Query("Where is the door?"), Reply("there"));
  ImportInto(*cache, R"({"question":"How do I open the window?","answer":"push"})");
  ASSERT_TRUE(cache->Flush());
  CacheQuery query = FaqQuery("Where is the door?");
  query.replies = false;
  EXPECT_EQ(Answer(*cache, query), "-");
  query.question = "How can I open the window?";
  EXPECT_EQ(Answer(*cache, query), "faq:push");
  EXPECT_EQ(cache->Stats()->misses, 0);
}

TEST_F(ResponseCacheTest, FaqAnswersThatDoNotFitLeaveTheRepliesToBeAsked) {
  options_.lexical = true;
  const auto cache = Open();
  cache->Put(Query("How do I open the window?"), Reply("pull"));
  ImportInto(*cache, R"({"question":"How do I open the window?","answer":"push"})");
  ASSERT_TRUE(cache->Flush());
  for (const char* question : {"How do I open the window?", "How can I open the window?"}) {
    CacheQuery query = FaqQuery(question);
    EXPECT_EQ(Answer(*cache, query), "faq:push");
    query.faq_fits = [](std::string_view answer) { return answer != "push"; };
    EXPECT_NE(Answer(*cache, query).find(":pull"), std::string::npos) << question;
  }
}

TEST_F(ResponseCacheTest, AFaqThatDoesNotFitChangesNothing) {
  options_.max_bytes = 20'000;
  const auto cache = Open();
  ImportInto(*cache, R"({"question":"When?","answer":"now"})");
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text += R"({"question":"q)" + std::to_string(i) + R"(","answer":")" + std::string(500, 'x') +
            "\"}\n";
  }
  const auto imported = cache->ImportFaq(*ReadFaq(text, "f"), "", true);
  ASSERT_FALSE(imported);
  EXPECT_NE(imported.error().message.find("more than half"), std::string::npos);
  EXPECT_EQ(Answer(*cache, FaqQuery("when")), "faq:now");
  EXPECT_EQ(cache->Stats()->faq_answers, 1);
}

TEST_F(ResponseCacheTest, ClearsWhatWasAsked) {
  options_.now_s = [this] { return now_s_; };
  const auto cache = Open();
  cache->Put(Query("a", "anna"), Reply("1"));
  cache->Put(Query("b", "bert"), Reply("2"));
  ASSERT_TRUE(cache->Flush());
  now_s_ += 50;
  cache->Put(Query("c", "bert"), Reply("3"));
  ImportInto(*cache, R"({"question":"f","answer":"4"})");
  EXPECT_EQ(cache->Clear({.replies = true, .faq = false, .tenant = "anna"}), 1);
  EXPECT_EQ(cache->Clear({.replies = true, .faq = false, .tenant = {}, .older_than_s = 50}), 1);
  EXPECT_EQ(Answer(*cache, Query("c", "bert")), "exact:3");
  EXPECT_EQ(Answer(*cache, FaqQuery("f")), "faq:4");
  EXPECT_EQ(cache->Clear({.replies = true, .faq = true}), 2);
  EXPECT_EQ(cache->Stats()->bytes, 0);
}

TEST_F(ResponseCacheTest, ExportsInPages) {
  const auto cache = Open();
  std::vector<FaqItem> items;
  for (const char* question : {"one", "two", "three"}) items.push_back({{question}, "yes"});
  ASSERT_TRUE(cache->ImportFaq(items, "", false));
  std::string seen;
  int64_t after = 0;
  for (int page = 0; page < 2; ++page) {
    int left = 2;
    const auto next = cache->ExportPage(after, [&](const Json& json) -> Result<bool> {
      seen += json.Find("question")->AsString() + " ";
      return --left > 0;
    });
    ASSERT_TRUE(next);
    after = *next;
    EXPECT_EQ(after > 0, page == 0);
  }
  EXPECT_EQ(seen, "one two three ");
}

TEST_F(ResponseCacheTest, SaysWhereItsServerIs) {
  auto cache = Open();
  EXPECT_EQ(ResponseCache::HolderOf(path_), "");
  ASSERT_TRUE(cache->Announce("http://127.0.0.1:1"));
  EXPECT_EQ(ResponseCache::HolderOf(path_), "http://127.0.0.1:1");
  ASSERT_TRUE(cache->Announce("http://a:2"));
  EXPECT_EQ(ResponseCache::HolderOf(path_), "http://a:2");
  cache.reset();
  cache = Open();
  EXPECT_EQ(ResponseCache::HolderOf(path_), "") << "of the process before";
}

TEST_F(ResponseCacheTest, ExportsAll) {
  const auto cache = Open();
  cache->Put(Query("a"), Reply("1"));
  ImportInto(*cache, R"({"question":"f","answer":"4","also":["g"]})");
  std::vector<std::string> lines;
  ASSERT_TRUE(cache->Export([&](const Json& json) -> Result<void> {
    lines.push_back(json.Find("kind")->AsString() + json.Find("question")->AsString() +
                    json.Find("answer")->AsString());
    return {};
  }));
  std::ranges::sort(lines);
  EXPECT_EQ(lines, (std::vector<std::string>{"faqf4", "replya1"}));
  const auto stopped =
      cache->Export([](const Json&) -> Result<void> { return Fail(ErrorCode::kIo, "full"); });
  EXPECT_FALSE(stopped);
}

// Damaged files are set aside under a name of their own, and the cache works.
class DamagedCacheTest : public ResponseCacheTest {
 protected:
  void Fill() {
    const auto cache = Open();
    for (int i = 0; i < 50; ++i) {
      cache->Put(Query(std::to_string(i)), Reply(std::string(2000, 'x')));
    }
  }
  std::string Bytes() const { return TestDirectory::Read(path_); }
  void ExpectSetAside(const std::string& bytes, const std::string& why) {
    directory_.Write("cache.db", bytes);
    const auto cache = Open();
    ASSERT_NE(cache, nullptr) << why;
    EXPECT_NE(cache->note().find("damaged-"), std::string::npos) << why << cache->note();
    cache->Put(Query("new"), Reply("works"));
    ASSERT_TRUE(cache->Flush());
    EXPECT_EQ(Answer(*cache, Query("new")), "exact:works");
    ++n_aside_;
    EXPECT_EQ(TestDirectory::Read(path_ + ".damaged-" + std::to_string(n_aside_)), bytes) << why;
  }
  void Change(const std::string& sql) {
    const auto connection = Connection::Open(path_);
    ASSERT_TRUE(connection);
    ASSERT_TRUE((*connection)->Execute(sql.c_str()));
  }
  int n_aside_ = 0;
};

TEST_F(DamagedCacheTest, FilesThatAreNoCache) {
  Fill();
  const std::string good = Bytes();
  ExpectSetAside("no database at all, but some text that is long enough", "text");
  ExpectSetAside(good.substr(0, 50), "cut in the header");
  ExpectSetAside(good.substr(0, good.size() / 2), "cut in the middle");
  std::string wiped = good;
  wiped.replace(8192, 4096, std::string(4096, '\xA5'));
  ExpectSetAside(wiped, "a page overwritten");
  directory_.Write("cache.db", good);
  Change("PRAGMA application_id=7");
  ExpectSetAside(Bytes(), "another program's");
  directory_.Write("cache.db", good);
  Change("PRAGMA user_version=99");
  ExpectSetAside(Bytes(), "another version's");
  directory_.Write("cache.db", good);
  Change("CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END");
  ExpectSetAside(Bytes(), "with a trigger");
}

TEST_F(DamagedCacheTest, AFalsifiedAnswerIsNotGiven) {
  Fill();
  Change("UPDATE entries SET text = 'false' WHERE id = 1");
  const auto cache = Open();
  EXPECT_EQ(cache->note(), "");
  int found = 0;
  for (int i = 0; i < 50; ++i) {
    const auto hit = cache->Find(Query(std::to_string(i)));
    if (!hit) continue;
    ++found;
    EXPECT_EQ(hit->reply.text.size(), 2000U);
  }
  EXPECT_EQ(found, 49);
}

TEST_F(DamagedCacheTest, WhatIsNoFileIsAnError) {
  std::filesystem::create_directory(path_);
  const auto cache = ResponseCache::Open(path_, options_);
  ASSERT_FALSE(cache);
  EXPECT_NE(cache.error().message.find("no regular file"), std::string::npos);
  EXPECT_FALSE(ResponseCache::Open(directory_.File("none/cache.db"), options_));
}

TEST_F(DamagedCacheTest, EmptyFilesAreNew) {
  directory_.Write("cache.db", "");
  EXPECT_EQ(Open()->note(), "");
}

TEST_F(DamagedCacheTest, DamageWhileItRuns) {
  const auto cache = Open();
  for (int i = 0; i < 2000; ++i)
    cache->Put(Query(std::to_string(i)), Reply(std::string(9000, 'x')));
  ASSERT_TRUE(cache->Flush());
  {
    // In place: the cache goes on with the same file.
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    const auto size = static_cast<std::streamsize>(std::filesystem::file_size(path_)) - 4096;
    file << std::string(static_cast<size_t>(size), '\xA5');
  }
  for (int i = 0; i < 2000; ++i) {
    const auto hit = cache->Find(Query(std::to_string(i)));
    if (hit) EXPECT_EQ(hit->reply.text, std::string(9000, 'x'));
  }
  EXPECT_GT(cache->Stats()->failures, 0);
  EXPECT_NE(cache->note().find("damaged-1"), std::string::npos);
  cache->Put(Query("new"), Reply("works"));
  ASSERT_TRUE(cache->Flush());
  EXPECT_EQ(Answer(*cache, Query("new")), "exact:works");
}

TEST_F(ResponseCacheTest, ManyThreads) {
  options_.normalize = true;
  options_.lexical = true;
  options_.max_bytes = 300'000;
  const auto cache = Open();
  ImportInto(*cache, R"({"question":"faq","answer":"yes"})");
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        const std::string name = "question " + std::to_string((t * 131 + i * 7) % 300);
        cache->Put(Query(name), Reply(name));
        const auto hit = cache->Find(Query(name));
        if (hit && hit->reply.text != name) ++wrong;
        if (!cache->Find(FaqQuery("FAQ?"))) ++wrong;
        if (i % 50 == 0 && !cache->Stats()) ++wrong;
        if (i == 100 && t == 0) (void)cache->Clear({.replies = true, .faq = false});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(cache->Stats()->failures, 0);
}

TEST(CacheKeyTest, FieldsAreNotMixedUp) {
  const auto key = [](const auto& fill) {
    CacheKeyBuilder builder("t", "m");
    fill(builder);
    return builder.Finish().exact;
  };
  const auto a = key([](auto& b) { b.Add("ab", "c").Add("d", ""); });
  EXPECT_EQ(a, key([](auto& b) { b.Add("d", "").Add("ab", "c"); }));
  EXPECT_NE(a, key([](auto& b) { b.Add("a", "bc").Add("d", ""); }));
  EXPECT_NE(a, key([](auto& b) { b.Add("ab", "c"); }));
  EXPECT_NE(a, key([](auto& b) { b.AddPrompt("ab", "c").Add("d", "e"); }));
  EXPECT_NE(key([](auto& b) { b.Add("n", 1); }), key([](auto& b) { b.Add("n", true); }));
  EXPECT_NE(key([](auto& b) { b.Add("n", 1); }), key([](auto& b) { b.Add("n", 1.0); }));
  EXPECT_EQ(key([](auto& b) { b.Add("n", 0.0); }), key([](auto& b) { b.Add("n", -0.0); }));
  const std::vector<std::string> one = {"a", "b"};
  const std::vector<std::string> two = {"ab"};
  EXPECT_NE(key([&](auto& b) { b.Add("n", one); }), key([&](auto& b) { b.Add("n", two); }));
  EXPECT_NE(CacheKeyBuilder("t", "m").Finish().exact, CacheKeyBuilder("tm", "").Finish().exact);
  EXPECT_EQ(CacheKeyBuilder("t", "m").AddPrompt("p", "1").Finish().context,
            CacheKeyBuilder("t", "m").AddPrompt("p", "2").Finish().context);
}

}  // namespace
}  // namespace bantam::store

#endif  // BANTAM_SQLITE
