// Tests of the store: names, blobs, links, locks and upkeep.
#include "store/store.h"

#include <gtest/gtest.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <map>

#include "base/sha256.h"
#include "base/test_directory.h"
#include "store/catalogue.h"
#include "store/folder_files.h"
#include "store/import.h"
#include "store/incoming.h"
#include "store/part_file.h"
#include "store/pull.h"
#include "store/upkeep.h"

namespace bantam::store {
namespace {

std::string Digest(std::string_view text) {
  Sha256 hash;
  hash.Update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  return HexText(hash.Finish());
}

class StoreTest : public testing::Test {
 protected:
  // A blob with that content; gives the file.
  StoredFile Put(const std::string& name, const std::string& content) {
    EXPECT_TRUE(store_.Prepare());
    const std::string sha256 = Digest(content);
    directory_.Write("store/blobs/sha256-" + sha256, content);
    return {.name = name, .sha256 = sha256, .bytes = content.size()};
  }
  Manifest Model(const std::string& name, std::vector<StoredFile> files) {
    Manifest manifest;
    manifest.name = name;
    manifest.files = std::move(files);
    return manifest;
  }
  Manifest Pulled(const std::string& name, StoredFile file, const std::string& repository,
                  Hub hub = Hub::kHuggingFace) {
    Manifest manifest = Model(name, {file});
    manifest.origin = Origin{.hub = hub,
                             .repository = repository,
                             .path = file.name,
                             .revision = "main",
                             .commit = "c0ffee",
                             .usual = false};
    return manifest;
  }
  // The name of what is found, or the error.
  std::string Find(const std::string& text) {
    const auto manifest = FindStored(store_, text, Catalogue::BuiltIn());
    if (!manifest) return manifest.error().message;
    return *manifest ? (*manifest)->name : std::string("nothing");
  }
  bool Has(const StoredFile& file) { return std::filesystem::exists(store_.BlobPath(file.sha256)); }
  std::vector<std::string> Names() {
    std::vector<std::string> warnings;
    std::vector<std::string> names;
    const auto manifests = store_.List(warnings);  // g++-12: no temporary in the loop
    for (const Manifest& manifest : *manifests) names.push_back(manifest.name);
    return names;
  }

  TestDirectory directory_;
  Store store_{directory_.File("store")};
};

TEST(StorePlace, FollowsTheVariables) {
  std::map<std::string, std::string> set;
  const auto find = [&] {
    const auto store = Store::Find([&](const char* name) -> std::optional<std::string> {
      return set.contains(name) ? std::optional(set[name]) : std::nullopt;
    });
    return store ? store->root() : "none";
  };
  EXPECT_EQ(find(), "none");
  set["HOME"] = "/h";
  EXPECT_EQ(find(), "/h/.local/share/bantam/models");
  set["XDG_DATA_HOME"] = "relative";
  EXPECT_EQ(find(), "/h/.local/share/bantam/models");
  set["XDG_DATA_HOME"] = "/x";
  EXPECT_EQ(find(), "/x/bantam/models");
  set["BANTAM_HOME"] = "/b";
  EXPECT_EQ(find(), "/b/models");
}

TEST_F(StoreTest, AddsListsAndOpens) {
  EXPECT_TRUE(Names().empty());
  const StoredFile file = Put("m-q4_0.gguf", "weights");
  ASSERT_TRUE(*store_.Add(Model("Some/Name:q4_0", {file})));
  EXPECT_EQ(Names(), std::vector<std::string>{"Some/Name:q4_0"});
  const auto manifest = store_.Get("some/NAME:Q4_0");
  ASSERT_TRUE(manifest && *manifest);
  EXPECT_EQ((*manifest)->files[0], file);
  const std::string path = *store_.PathOf(**manifest);
  EXPECT_TRUE(path.ends_with("/m-q4_0.gguf"));
  EXPECT_EQ(TestDirectory::Read(path), "weights");
  EXPECT_FALSE(*store_.Get("other"));
  EXPECT_FALSE(*store_.Get("../../etc/passwd"));
}

TEST_F(StoreTest, AddsNothingWithoutItsBlobs) {
  Manifest manifest = Model("m", {{.name = "a", .sha256 = std::string(64, '0'), .bytes = 1}});
  EXPECT_FALSE(*store_.Add(manifest));
  EXPECT_TRUE(Names().empty());
  manifest.files[0] = Put("a", "content");
  ++manifest.files[0].bytes;
  EXPECT_FALSE(*store_.Add(manifest)) << "of another size";
  EXPECT_FALSE(store_.Add(Model("../m", {}))) << "no name";
}

TEST_F(StoreTest, LinksAreMadeAgain) {
  const Manifest manifest = Model("m", {Put("a.gguf", "1"), Put("b.gguf", "2")});
  ASSERT_TRUE(*store_.Add(manifest));
  std::filesystem::remove_all(store_.root() + "/models");
  const std::string path = *store_.PathOf(manifest);
  EXPECT_EQ(TestDirectory::Read(path), "1");
  std::filesystem::remove(path);
  std::filesystem::create_symlink("/etc/passwd", path);
  EXPECT_EQ(TestDirectory::Read(*store_.PathOf(manifest)), "1");
  std::filesystem::remove(store_.BlobPath(manifest.files[1].sha256));
  EXPECT_EQ(store_.PathOf(manifest).error().code, ErrorCode::kCorrupt);
}

TEST_F(StoreTest, RemovesWhatNobodyElseHas) {
  const StoredFile shared = Put("s", "shared bytes");
  const StoredFile own = Put("o", "own");
  ASSERT_TRUE(*store_.Add(Model("a", {shared, own})));
  ASSERT_TRUE(*store_.Add(Model("b", {shared})));
  EXPECT_EQ(*store_.Remove("A"), own.bytes);
  EXPECT_TRUE(Has(shared));
  EXPECT_FALSE(Has(own));
  ASSERT_TRUE(store_.Copy("b", "c"));
  EXPECT_EQ(*store_.Remove("b"), 0U);
  EXPECT_EQ(*store_.Remove("c"), shared.bytes);
  EXPECT_TRUE(Names().empty());
  EXPECT_FALSE(std::filesystem::exists(store_.root() + "/models/c"));
  EXPECT_EQ(store_.Remove("c").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_.Copy("c", "d").error().code, ErrorCode::kNotFound);
}

TEST_F(StoreTest, ReplacingRemovesWhatWasThere) {
  const StoredFile before = Put("m", "before");
  const StoredFile after = Put("m", "after");
  ASSERT_TRUE(*store_.Add(Model("m", {before})));
  ASSERT_TRUE(*store_.Add(Model("M", {after})));
  EXPECT_FALSE(Has(before));
  EXPECT_EQ(TestDirectory::Read(*store_.PathOf(**store_.Get("m"))), "after");
}

TEST_F(StoreTest, WhatARemovalLeftBelongsToNoLaterModel) {
  const std::string left = "store/models/m/";
  const StoredFile file = Put("m.gguf", "content");
  const StoredFile adapter = Put("own.lora.gguf", "adapter");
  std::filesystem::create_directories(directory_.File(left));
  directory_.Write(left + "old.lora.gguf", "another model's");
  ASSERT_TRUE(*store_.Add(Model("M", {file, adapter})));
  EXPECT_FALSE(std::filesystem::exists(directory_.File(left + "old.lora.gguf")));
  directory_.Write(left + "old.lora.gguf", "another model's");
  const std::string path = *store_.PathOf(**store_.Get("m"));
  EXPECT_EQ(store_.AdaptersOf(path), std::vector{directory_.File(left + "own.lora.gguf")});
  const auto manifest = store_.ManifestOf(path);
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(manifest->name, "M");
  EXPECT_FALSE(store_.ManifestOf(directory_.File("store/models/n/m.gguf")).has_value());
  EXPECT_FALSE(store_.ManifestOf("/m.gguf").has_value());
}

TEST_F(StoreTest, WhatWasRemovedMeanwhileIsNotLinkedAgain) {
  const Manifest manifest = Model("m", {Put("m.gguf", "1")});
  ASSERT_TRUE(*store_.Add(manifest));
  ASSERT_TRUE(store_.Copy("m", "n"));  // so the blob stays
  ASSERT_TRUE(store_.Remove("m"));
  EXPECT_EQ(store_.PathOf(manifest).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(store_.root() + "/models/m"));
  ASSERT_TRUE(store_.Remove("n"));
  EXPECT_EQ(store_.PathOf(manifest).error().code, ErrorCode::kNotFound) << "not a damaged store";
}

TEST_F(StoreTest, NothingIsRemovedWhileAManifestCannotBeRead) {
  const StoredFile file = Put("m", "content");
  ASSERT_TRUE(*store_.Add(Model("m", {file})));
  directory_.Write("store/manifests/bad.json", "{");
  EXPECT_EQ(*store_.Remove("m"), 0U);
  EXPECT_TRUE(Has(file)) << "the other may need it";
  std::vector<std::string> warnings;
  EXPECT_TRUE(store_.List(warnings));
  EXPECT_EQ(warnings.size(), 1U);
  EXPECT_EQ(*store_.Remove("bad"), 0U);
  EXPECT_EQ(RemoveLeftovers(store_)->count, 1);
  EXPECT_FALSE(Has(file));
}

TEST_F(StoreTest, LocksExcludeAndMayBeRemoved) {
  ASSERT_TRUE(store_.Prepare());
  const std::string path = store_.PartPath("x.lock");
  auto first = FileLock::Try(path);
  ASSERT_TRUE(first && *first);
  EXPECT_FALSE(*FileLock::Try(path));
  unlink(path.c_str());
  first->reset();
  EXPECT_TRUE(*FileLock::Try(path));
  int asked = 0;
  auto held = FileLock::Try(path);
  const auto waited = FileLock::Wait(path, [&] { return ++asked > 1; });
  EXPECT_EQ(waited.error().code, ErrorCode::kCancelled);
}

TEST_F(StoreTest, SharedLocksExcludeOnlyTheOther) {
  const std::string path = directory_.File("lock");
  EXPECT_FALSE(FileLock::IsHeld(path));
  {
    const auto one = FileLock::WaitShared(path, nullptr);
    const auto two = FileLock::WaitShared(path, nullptr);
    ASSERT_TRUE(one && two);
    EXPECT_FALSE(*FileLock::Try(path));
    EXPECT_TRUE(FileLock::IsHeld(path));
  }
  EXPECT_FALSE(FileLock::IsHeld(path));
  const auto alone = FileLock::Try(path);
  ASSERT_TRUE(*alone);
  EXPECT_EQ(FileLock::WaitShared(path, [] { return true; }).error().code, ErrorCode::kCancelled);
}

TEST_F(StoreTest, PartsGoOnWhereTheyStopped) {
  ASSERT_TRUE(store_.Prepare());
  const std::string path = store_.PartPath("k");
  const auto bytes = [](std::string_view text) {
    return std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  {
    auto part = PartFile::Open(path, nullptr);
    ASSERT_TRUE(part);
    EXPECT_EQ(part->bytes(), 0U);
    ASSERT_TRUE(part->SetState({.url = "u", .etag = "\"e\"", .bytes = 6, .model = "m"}));
    ASSERT_TRUE(part->Append(bytes("abc")));
  }
  auto part = PartFile::Open(path, nullptr);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->bytes(), 3U);
  EXPECT_EQ(part->state().etag, "\"e\"");
  ASSERT_TRUE(part->Append(bytes("def")));
  EXPECT_EQ(part->Digest(), Digest("abcdef"));
  ASSERT_TRUE(part->Commit(store_.BlobPath(part->Digest())));
  EXPECT_EQ(TestDirectory::Read(store_.BlobPath(Digest("abcdef"))), "abcdef");
  EXPECT_FALSE(std::filesystem::exists(PartFile::StatePath(path)));
  directory_.Write("store/parts/k.part", "no state");
  EXPECT_EQ(PartFile::Open(path, nullptr)->bytes(), 0U);
}

TEST(Part, OnlyStrongTagsAreSentBack) {
  EXPECT_TRUE(IsStrongEtag("\"abc-1\""));
  for (const std::string& tag :
       {std::string(), std::string("abc"), std::string("W/\"abc\""), std::string("\""),
        std::string("\"a\"b\""), std::string("\"a\rX: y\""), "\"" + std::string(300, 'a') + "\""}) {
    EXPECT_FALSE(IsStrongEtag(tag)) << tag;
  }
  const PartState state{.url = "u", .etag = "\"a\nX-Injected: y\"", .bytes = 1, .model = "m"};
  EXPECT_EQ(ParsePartState(PartStateText(state))->etag, "");
}

TEST_F(StoreTest, LeftoversThatSomebodyWorksOnStay) {
  ASSERT_TRUE(store_.Prepare());
  directory_.Write("store/parts/a.part", "12345");
  directory_.Write("store/parts/b.part", "123");
  directory_.Write("store/parts/b.json.Xy1z", "half");
  directory_.Write("store/parts/import-1.lock", "");
  EXPECT_EQ(FindLeftovers(store_).count, 2);
  {
    const auto lock = FileLock::Try(store_.PartPath("a.lock"));
    const auto alone = FileLock::Try(store_.PartPath("import-2.lock"));
    EXPECT_EQ(RemoveLeftovers(store_)->bytes, 3U);
    EXPECT_TRUE(std::filesystem::exists(directory_.File("store/parts/a.lock")));
    EXPECT_TRUE(std::filesystem::exists(directory_.File("store/parts/import-2.lock")));
  }
  EXPECT_FALSE(std::filesystem::exists(directory_.File("store/parts/b.json.Xy1z")));
  EXPECT_FALSE(std::filesystem::exists(directory_.File("store/parts/import-1.lock")));
  EXPECT_EQ(RemoveLeftovers(store_)->bytes, 5U);
  EXPECT_EQ(FindLeftovers(store_).count, 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory_.File("store/parts")));
}

TEST_F(StoreTest, FilesCutOffOnTheirWayInAreLeftovers) {
  ASSERT_TRUE(store_.Prepare());
  std::filesystem::create_directories(directory_.File("store/incoming/1"));
  directory_.Write("store/incoming/1/blob.Xy1z", "12345");
  directory_.Write("store/incoming/1.lock", "");
  {
    const auto comes = Incoming::Create(store_);
    ASSERT_TRUE(comes) << comes.error().message;
    std::ofstream(comes->directory() + "/blob") << "123";
    EXPECT_EQ(FindLeftovers(store_).bytes, 5U);
    const auto removed = RemoveLeftovers(store_);
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_EQ(removed->count, 1);
    EXPECT_EQ(removed->bytes, 5U);
    EXPECT_FALSE(std::filesystem::exists(directory_.File("store/incoming/1")));
    EXPECT_EQ(TestDirectory::Read(comes->directory() + "/blob"), "123");
    EXPECT_EQ(FindLeftovers(store_).count, 0);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.File("store/incoming")));
}

TEST_F(StoreTest, VerifiesWhatIsKept) {
  const Manifest manifest = Model("m", {Put("a", "content")});
  const std::string& sha256 = manifest.files[0].sha256;
  ASSERT_TRUE(*store_.Add(manifest));
  EXPECT_TRUE(Verify(store_, manifest, nullptr, nullptr));
  EXPECT_TRUE(IsWhole(store_, sha256, std::nullopt, nullptr));
  EXPECT_FALSE(IsWhole(store_, sha256, std::nullopt, [] { return true; }));
  EXPECT_FALSE(IsWhole(store_, sha256, 6, nullptr));
  EXPECT_FALSE(IsWhole(store_, std::string(64, '0'), std::nullopt, nullptr));
  directory_.Write("store/blobs/sha256-" + sha256, "CONTENT");
  const auto damaged = Verify(store_, manifest, nullptr, nullptr);
  EXPECT_EQ(damaged.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(damaged.error().message.ends_with("'bantam rm m' and pull or import it again"));
  EXPECT_FALSE(IsWhole(store_, sha256, std::nullopt, nullptr));
  EXPECT_TRUE(IsWhole(store_, sha256, 7, nullptr)) << "only looked at";
}

TEST_F(StoreTest, VerifyNamesAllModelsThatHaveADamagedFile) {
  const Manifest manifest = Model("a", {Put("m", "content")});
  ASSERT_TRUE(*store_.Add(manifest));
  ASSERT_TRUE(store_.Copy("a", "b"));
  ASSERT_TRUE(store_.Copy("a", "c"));
  directory_.Write("store/blobs/sha256-" + manifest.files[0].sha256, "CONTENT");
  EXPECT_TRUE(Verify(store_, manifest, nullptr, nullptr)
                  .error()
                  .message.ends_with("'bantam rm a' and pull or import it again, which mends 'b' "
                                     "and 'c', too"));
}

TEST_F(StoreTest, ImportsReplaceFilesThatAreDamaged) {
  const Manifest before = Model("a", {Put("m", "content")});
  ASSERT_TRUE(*store_.Add(before));
  directory_.Write("store/blobs/sha256-" + before.files[0].sha256, "CONTENT");
  const auto plan = PlanImport(directory_.Write("m.gguf", "content"));
  const auto manifest = Import(store_, *plan, "fresh", {});
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_TRUE(Verify(store_, *manifest, nullptr, nullptr));
  EXPECT_TRUE(Verify(store_, before, nullptr, nullptr));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.File("store/parts")));
}

TEST_F(StoreTest, NamesAreNotTakenFromOtherModels) {
  Manifest stored = Pulled("m", Put("a.gguf", "1"), "Owner/Repo");
  stored.source = "https://hub/a.gguf";
  ASSERT_TRUE(*store_.Add(stored));
  Manifest wanted = Model("M", {Put("b.gguf", "2")});
  const auto check = [&](const Manifest& manifest) {
    return store_.CheckName(manifest, Store::OnlySameModel(manifest));
  };
  const auto taken = check(wanted);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().message,
            "there is another model named 'm', from https://hub/a.gguf; 'bantam rm m' first, or "
            "give this one another name");
  const auto added = store_.Add(wanted, Store::OnlySameModel(wanted));
  ASSERT_FALSE(added) << "nor by somebody who asked before the other came";
  EXPECT_EQ(added.error().message, taken.error().message);
  EXPECT_EQ(store_.Peek("m"), stored);
  wanted.files[0].sha256.clear();
  EXPECT_TRUE(check(wanted)) << "of the same size, its checksum not known yet";
  wanted.files[0].bytes = 2;
  EXPECT_FALSE(check(wanted));
  wanted.source = stored.source;
  EXPECT_TRUE(check(wanted)) << "an update";
  wanted = Pulled("m", Put("a.gguf", "2"), "owner/repo");
  EXPECT_TRUE(check(wanted)) << "an update from a mirror";
  wanted.origin->path = "b.gguf";
  EXPECT_FALSE(check(wanted));
  EXPECT_TRUE(check(Model("m", {Put("c.gguf", "1")}))) << "the same bytes";
  EXPECT_FALSE(check(Model("../m", {}))) << "no name";
  ASSERT_TRUE(*store_.Add(Model("other", {Put("b.gguf", "2")})));
  EXPECT_FALSE(store_.Copy("m", "other"));
  EXPECT_FALSE(*store_.Copy("m", "M")) << "it has the name";
  EXPECT_TRUE(*store_.Copy("m", "second"));
}

TEST_F(StoreTest, FindsByWhateverPeopleWrite) {
  const StoredFile file = Put("m", "content");
  ASSERT_TRUE(*store_.Add(Model("qwen2.5:0.5b", {file})));
  ASSERT_TRUE(*store_.Add(Model("Some/Thing-GGUF:q4_0", {file})));
  EXPECT_EQ(Find("Qwen/Qwen2.5-0.5B-Instruct"), "qwen2.5:0.5b");
  EXPECT_EQ(Find("qwen:0.5b-instruct"), "qwen2.5:0.5b");
  EXPECT_EQ(Find("qwen2.5:0.5b-q8_0"), "nothing");
  EXPECT_EQ(Find("some/thing"), "Some/Thing-GGUF:q4_0");
  EXPECT_EQ(Find("some/thing-gguf:q8_0"), "nothing");
  ASSERT_TRUE(*store_.Add(Model("Some/Thing-GGUF:q8_0", {file})));
  EXPECT_EQ(Find("some/thing"), "say which one: Some/Thing-GGUF:q4_0, Some/Thing-GGUF:q8_0");
  EXPECT_EQ(Find("some/thing:Q8_0"), "Some/Thing-GGUF:q8_0");
  EXPECT_EQ(Find("some/thing:q5_0"), "nothing");
  ASSERT_TRUE(*store_.Add(Model("Some/Plain-GGUF", {Put("Plain.gguf", "content")})));
  EXPECT_EQ(Find("some/plain:plain.gguf"), "Some/Plain-GGUF");
  EXPECT_EQ(Find("some/plain:other.gguf"), "nothing");
  EXPECT_EQ(Find("../x"), "nothing");
}

TEST_F(StoreTest, FindsRepositoriesOfTheCatalogueLikeOthers) {
  const StoredFile file = Put("m", "content");
  ASSERT_TRUE(*store_.Add(Model("qwen2.5:0.5b-q8_0", {file})));
  ASSERT_TRUE(*store_.Add(Model("qwen2.5:0.5b-mine", {file})));
  for (const char* text : {"Qwen/Qwen2.5-0.5B-Instruct", "qwen/qwen2.5-0.5b-instruct-gguf",
                           "Qwen/Qwen2.5-0.5B-Instruct:q8_0"}) {
    EXPECT_EQ(Find(text), "qwen2.5:0.5b-q8_0") << text;
  }
  EXPECT_EQ(Find("qwen2.5:0.5b"), "nothing") << "means the usual one";
  EXPECT_EQ(Find("Qwen/Qwen2.5-0.5B-Instruct:q5_0"), "nothing");
  ASSERT_TRUE(*store_.Add(Model("Qwen/Qwen2.5-0.5B-Instruct-GGUF:q5_0", {file})));
  EXPECT_EQ(Find("Qwen/Qwen2.5-0.5B-Instruct:q5_0"), "Qwen/Qwen2.5-0.5B-Instruct-GGUF:q5_0");
  EXPECT_EQ(Find("Qwen/Qwen2.5-0.5B-Instruct"),
            "say which one: Qwen/Qwen2.5-0.5B-Instruct-GGUF:q5_0, qwen2.5:0.5b-q8_0");
  ASSERT_TRUE(*store_.Add(Model("qwen2.5:0.5b", {file})));
  EXPECT_EQ(Find("Qwen/Qwen2.5-0.5B-Instruct"), "qwen2.5:0.5b");
}

TEST_F(StoreTest, LinksFindOnlyWhatCameFromThere) {
  const StoredFile file = Put("v1-q4_k_m.gguf", "content");
  const std::string files = "https://hf.co/a/b-gguf/resolve/";
  ASSERT_TRUE(*store_.Add(Pulled("A/B-GGUF:q4_k_m", file, "A/B-GGUF")));
  for (const char* text : {"hf.co/A/B", "https://huggingface.co/a/b-gguf", "hf-mirror.com/A/B"}) {
    EXPECT_EQ(Find(text), "A/B-GGUF:q4_k_m") << text;
  }
  EXPECT_EQ(Find(files + "main/v1-q4_k_m.gguf"), "A/B-GGUF:q4_k_m");
  EXPECT_EQ(Find(files + "c0ffee/v1-q4_k_m.gguf"), "A/B-GGUF:q4_k_m");
  EXPECT_EQ(Find(files + "main/v2-q4_k_m.gguf"), "nothing");
  EXPECT_EQ(Find(files + "main/q4/v1-q4_k_m.gguf"), "nothing");
  EXPECT_EQ(Find(files + "v2/v1-q4_k_m.gguf"), "nothing");
  EXPECT_EQ(Find("https://hf.co/a/b/resolve/main/v1-q4_k_m.gguf"), "nothing");
  EXPECT_EQ(Find("modelscope.cn/A/B-GGUF:q4_k_m"), "nothing");
  EXPECT_EQ(Find("https://modelscope.cn/models/A/B-GGUF"), "nothing");
  ASSERT_TRUE(*store_.Add(Pulled("mine", Put("v2-q4_k_m.gguf", "other"), "A/B-GGUF")));
  EXPECT_EQ(Find(files + "main/v2-q4_k_m.gguf"), "mine");
  ASSERT_TRUE(*store_.Add(Model("A/B-GGUF:q4_k_m", {file})));
  EXPECT_EQ(Find("a/b:q4_k_m"), "A/B-GGUF:q4_k_m");
  EXPECT_EQ(Find("hf.co/A/B-GGUF:q4_k_m"), "nothing") << "imported";
  EXPECT_EQ(Find(files + "main/v1-q4_k_m.gguf"), "nothing") << "imported";
}

TEST_F(StoreTest, UrlsFindOnlyWhatCameFromThere) {
  Manifest pulled = Model("model", {Put("model.gguf", "content")});
  pulled.source = "https://example.com/x/model.gguf";
  ASSERT_TRUE(*store_.Add(pulled));
  EXPECT_EQ(Find("https://example.com/x/model.gguf?token=1"), "model");
  EXPECT_EQ(Find("https://example.com/y/model.gguf"), "nothing");
  pulled.source = "/models/model.gguf";
  ASSERT_TRUE(*store_.Add(pulled));
  EXPECT_EQ(Find("https://example.com/x/model.gguf"), "nothing");
  EXPECT_EQ(Find("model"), "model");
}

TEST_F(StoreTest, RepositoriesMeanWhatPullingThemTakes) {
  const auto add = [&](const std::string& repository, const std::string& quant, bool usual) {
    const StoredFile file = Put("b-" + quant + ".gguf", repository + quant);
    Manifest manifest = Pulled(repository + ":" + quant, file, repository);
    manifest.origin->usual = usual;
    ASSERT_TRUE(*store_.Add(manifest));
  };
  add("A/B-GGUF", "q5_0", false);
  add("A/B-GGUF", "q8_0", false);
  EXPECT_EQ(Find("A/B"), "say which one: A/B-GGUF:q5_0, A/B-GGUF:q8_0");
  add("A/B-GGUF", "q4_k_m", true);
  for (const char* text : {"A/B", "a/b-gguf", "A/B:latest", "hf.co/A/B"}) {
    EXPECT_EQ(Find(text), "A/B-GGUF:q4_k_m") << text;
  }
  EXPECT_EQ(Find("A/B:q8_0"), "A/B-GGUF:q8_0");
  add("A/B", "q5_0", false);
  EXPECT_EQ(Find("A/B"), "say which one: A/B-GGUF:q4_k_m, A/B-GGUF:q5_0, A/B-GGUF:q8_0, A/B:q5_0");
  add("A/B", "q4_0", true);
  EXPECT_EQ(Find("A/B"), "A/B:q4_0");
  EXPECT_EQ(Find("A/B-GGUF"), "A/B-GGUF:q4_k_m");
  // Of the catalogue's the one it names.
  const std::string repository = "Qwen/Qwen2.5-0.5B-Instruct";
  add(repository + "-GGUF", "q4_0", true);
  add(repository + "-GGUF", "q4_k_m", false);
  EXPECT_EQ(Find(repository), repository + "-GGUF:q4_k_m");
}

TEST_F(StoreTest, LinksFindModelsOfTheCatalogue) {
  const std::string repository = "Qwen/Qwen2.5-0.5B-Instruct";
  const StoredFile file = Put("m-q4_k_m.gguf", "content");
  ASSERT_TRUE(*store_.Add(Pulled("qwen2.5:0.5b", file, repository + "-GGUF")));
  EXPECT_EQ(Find("hf.co/" + repository), "qwen2.5:0.5b");
  EXPECT_EQ(Find("https://huggingface.co/" + repository + "-GGUF"), "qwen2.5:0.5b");
  ASSERT_TRUE(*store_.Add(Model("qwen2.5:0.5b", {file})));
  EXPECT_EQ(Find("hf.co/" + repository), "nothing") << "imported";
  EXPECT_EQ(Find(repository), "qwen2.5:0.5b");
}

TEST_F(StoreTest, ImportsFilesAndFolders) {
  std::filesystem::create_directories(directory_.File("hf"));
  directory_.Write("hf/config.json", "{}");
  directory_.Write("hf/model.safetensors", "w");
  directory_.Write("hf/notes.txt", "n");
  const auto plan = PlanImport(directory_.File("hf"));
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_TRUE(plan->folder);
  EXPECT_EQ(plan->name, "hf");
  const auto manifest = Import(store_, *plan, "folder", {});
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->files.size(), 2U);
  EXPECT_EQ(TestDirectory::Read(*store_.PathOf(*manifest) + "/config.json"), "{}");
  directory_.Write("M-00001-of-00002.gguf", "1");
  directory_.Write("M-00002-of-00002.gguf", "2");
  directory_.Write("hf/modules.json", "[]");
  directory_.Write("hf/vocab.txt", "a");
  std::filesystem::create_directories(directory_.File("hf/1_Pooling"));
  std::filesystem::create_directories(directory_.File("hf/2_Dense"));
  directory_.Write("hf/1_Pooling/config.json", "{ }");
  directory_.Write("hf/2_Dense/config.json", "{ }");
  const auto encoder = Import(store_, *PlanImport(directory_.File("hf")), "encoder", {});
  ASSERT_TRUE(encoder) << encoder.error().message;
  const std::string pooling = *store_.PathOf(*encoder) + "/1_Pooling/config.json";
  EXPECT_EQ(encoder->files.size(), 5U);
  EXPECT_EQ(TestDirectory::Read(pooling), "{ }");
  std::filesystem::remove_all(*store_.PathOf(*encoder));
  EXPECT_TRUE(store_.PathOf(*encoder)) << "links are made again";
  EXPECT_EQ(TestDirectory::Read(pooling), "{ }");
  const auto split = PlanImport(directory_.File("M-00002-of-00002.gguf"));
  ASSERT_TRUE(split) << split.error().message;
  EXPECT_EQ(split->files.size(), 2U);
  EXPECT_EQ(split->name, "m");
  directory_.Write("x.zip", "");
  EXPECT_EQ(PlanImport(directory_.File("x.zip")).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(PlanImport(directory_.File("none.gguf")).error().code, ErrorCode::kNotFound);
  ImportOptions stopped;
  stopped.cancelled = [] { return true; };
  EXPECT_EQ(Import(store_, *split, "m", stopped).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(FindLeftovers(store_).count, 0);
}

TEST_F(StoreTest, ImportsAreCheckedBeforeTheyHaveTheirName) {
  const auto plan = PlanImport(directory_.Write("m.gguf", "content"));
  ImportOptions options;
  std::string seen;
  options.check = [&](const std::string& path) -> Result<void> {
    seen = TestDirectory::Read(path);
    return Fail(ErrorCode::kCorrupt, path + ": no model");
  };
  const auto refused = Import(store_, *plan, "mine", options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(seen, "content");
  EXPECT_EQ(refused.error().message, "mine/m.gguf: no model");
  EXPECT_TRUE(Names().empty());
  EXPECT_FALSE(std::filesystem::exists(store_.BlobPath(Digest("content"))));
  // What was in the store before stays.
  const StoredFile before = Put("m.gguf", "content");
  EXPECT_FALSE(Import(store_, *plan, "mine", options));
  EXPECT_TRUE(std::filesystem::exists(store_.BlobPath(before.sha256)));
}

TEST_F(StoreTest, ImportsUnderWayAreNoLeftovers) {
  const auto plan = PlanImport(directory_.Write("m.gguf", "content"));
  ImportOptions options;
  options.copy = true;
  options.on_progress = [&](uint64_t, uint64_t) {
    directory_.Write("store/parts/cut.part", "123");
    const auto removed = RemoveLeftovers(store_);
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_EQ(removed->bytes, 3U);
  };
  const auto manifest = Import(store_, *plan, "mine", options);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_TRUE(std::filesystem::is_empty(directory_.File("store/parts")));
}

// All of a model's files are in the store when the check is asked, and no manifest names them.
TEST_F(StoreTest, FilesOfAModelThatIsAddedNowStay) {
  directory_.Write("M-00001-of-00002.gguf", "1");
  const auto plan = PlanImport(directory_.Write("M-00002-of-00002.gguf", "22"));
  Put("old", "of nobody");
  EXPECT_EQ(FindLeftovers(store_).count, 1);
  ImportOptions options;
  options.check = [&](const std::string&) -> Result<void> {
    EXPECT_EQ(FindLeftovers(store_).count, 0);
    const auto removed = RemoveLeftovers(store_);
    EXPECT_TRUE(removed);
    EXPECT_EQ(removed->count, 0);
    EXPECT_EQ(removed->kept, 3);
    return {};
  };
  const auto manifest = Import(store_, *plan, "mine", options);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_TRUE(store_.PathOf(*manifest));
  const auto removed = RemoveLeftovers(store_);
  EXPECT_EQ(removed->bytes, 9U);
  EXPECT_EQ(removed->kept, 0);
}

TEST_F(StoreTest, FullDisksAreNoticedBeforeACopy) {
  const std::string path = directory_.Write("m.gguf", "content");
  struct statvfs disk{};
  ASSERT_EQ(statvfs(path.c_str(), &disk), 0);
  std::filesystem::resize_file(path, static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize);
  ImportOptions options;
  options.copy = true;
  options.cancelled = [] { return true; };  // where blocks can be shared no room is needed
  const auto refused = Import(store_, *PlanImport(path), "mine", options);
  ASSERT_FALSE(refused);
  if (refused.error().code == ErrorCode::kCancelled) GTEST_SKIP() << "this disk shares blocks";
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted) << refused.error().message;
  EXPECT_NE(refused.error().message.find("MiB more"), std::string::npos);
  EXPECT_EQ(FindLeftovers(store_).count, 0);
}

TEST(Manifest, KeepsOneFileDeeperThanTheOthers) {
  const auto parse = [](const std::vector<std::string>& names, bool folder) {
    Manifest manifest;
    manifest.name = "m";
    manifest.folder = folder;
    for (const std::string& name : names) {
      manifest.files.push_back({.name = name, .sha256 = std::string(64, 'a'), .bytes = 1});
    }
    return ParseManifest(ManifestText(manifest)).has_value();
  };
  EXPECT_TRUE(parse({"config.json", "1_Pooling/config.json"}, true));
  EXPECT_TRUE(parse({"12_Pooling/config.json"}, true));
  EXPECT_FALSE(parse({"1_Pooling/config.json"}, false));
  EXPECT_FALSE(parse({"1_Pooling", "1_Pooling/config.json"}, true));
  EXPECT_FALSE(parse({"1_pooling", "1_Pooling/config.json"}, true));
  EXPECT_FALSE(parse({"1_Pooling/config.json", "1_Pooling/config.json"}, true));
  for (const char* name :
       {"1_Pooling/x.json", "1_Dense/config.json", "_Pooling/config.json", "/1_Pooling/config.json",
        "../1_Pooling/config.json", "1_Pooling/../config.json", "1_Pooling//config.json",
        "123_Pooling/config.json", "a_Pooling/config.json", "a/1_Pooling/config.json",
        "1_Pooling/config.json/x", "1_Pooling/", "1_Pooling\\config.json"}) {
    EXPECT_FALSE(parse({name}, true)) << name;
  }
}

TEST(FolderFiles, AreThoseAModelIsReadFrom) {
  const std::vector<std::string> all = {"README.md",
                                        "1_Pooling/config.json",
                                        "2_Dense/config.json",
                                        "a.safetensors",
                                        "config.json",
                                        "modules.json",
                                        "notes.txt",
                                        "onnx/b.safetensors",
                                        "pytorch_model.bin",
                                        "added_tokens.json",
                                        "sentence_bert_config.json",
                                        "vocab.txt"};
  EXPECT_EQ(FolderFiles(all),
            (std::vector<std::string>{"config.json", "1_Pooling/config.json", "a.safetensors",
                                      "added_tokens.json", "modules.json",
                                      "sentence_bert_config.json", "vocab.txt"}));
  EXPECT_TRUE(FolderFiles(std::vector<std::string>{"config.json", "x/a.safetensors"}).empty());
  EXPECT_TRUE(FolderFiles(std::vector<std::string>{"a.safetensors"}).empty());
  using Paths = std::vector<std::string>;
  EXPECT_EQ(FolderFiles(Paths{"config.json", "consolidated.safetensors", "model.safetensors"}),
            (Paths{"config.json", "model.safetensors"}));
  EXPECT_EQ(FolderFiles(Paths{"config.json", "consolidated.safetensors"}).size(), 2U);
  EXPECT_TRUE(FolderFiles(Paths{"config.json", "adapter_model.safetensors"}).empty());
}

TEST_F(StoreTest, ImportsAtOnceDoNotMeet) {
  constexpr int kRounds = 50;
  ImportOptions copied;
  copied.copy = true;
  const auto import = [&](const std::string& name) {
    int good = 0;
    for (int i = 0; i < kRounds; ++i) {
      const std::string content = name + std::to_string(i);
      const auto plan = PlanImport(directory_.Write(name + ".gguf", content));
      const auto manifest = Import(store_, *plan, content, copied);
      if (manifest && manifest->files[0].sha256 == Digest(content)) ++good;
    }
    return good;
  };
  ASSERT_TRUE(store_.Prepare());
  auto other = std::async(std::launch::async, import, "a");
  EXPECT_EQ(import("b"), kRounds);
  EXPECT_EQ(other.get(), kRounds);
  EXPECT_EQ(Names().size(), 2U * kRounds);
  EXPECT_EQ(FindLeftovers(store_).count, 0);
}

TEST(Manifest, WritesAndReads) {
  Manifest manifest;
  manifest.name = "a/b:c";
  manifest.files = {{.name = "x.gguf", .sha256 = std::string(64, 'a'), .bytes = uint64_t{1} << 40}};
  manifest.folder = true;
  manifest.source = "https://a.b/\"c\"";
  manifest.licence = "mit";
  manifest.published = true;
  manifest.added_s = 1700000000;
  const auto read = ParseManifest(ManifestText(manifest));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, manifest);
  manifest.origin = Origin{.hub = Hub::kModelScope,
                           .repository = "A/B",
                           .path = "q8/b.gguf",
                           .revision = "master",
                           .commit = "",
                           .usual = true};
  EXPECT_EQ(*ParseManifest(ManifestText(manifest)), manifest);
  std::string text = ManifestText(manifest);
  text.replace(text.find("modelscope"), 10, "elsewhere");
  EXPECT_EQ(ParseManifest(text).error().message,
            "the origin of the manifest: \"hub\" should be huggingface or modelscope");
}

TEST(Manifest, RefusesWhatIsWrong) {
  Manifest manifest;
  manifest.name = "m";
  const StoredFile file{.name = "x", .sha256 = std::string(64, 'a'), .bytes = 1};
  EXPECT_FALSE(ParseManifest(ManifestText(manifest))) << "no files";
  manifest.files = {file, file};
  EXPECT_FALSE(ParseManifest(ManifestText(manifest))) << "the same name twice";
  manifest.files = {file};
  EXPECT_TRUE(ParseManifest(ManifestText(manifest)));
  for (const char* name : {"", "../x", "a/b", ".x"}) {
    manifest.files[0].name = name;
    EXPECT_FALSE(ParseManifest(ManifestText(manifest))) << name;
  }
  manifest.files = {file};
  manifest.files[0].sha256 = "../../x";
  EXPECT_FALSE(ParseManifest(ManifestText(manifest)));
  manifest.files = {file};
  manifest.name = "../m";
  EXPECT_FALSE(ParseManifest(ManifestText(manifest)));
}

}  // namespace
}  // namespace bantam::store
