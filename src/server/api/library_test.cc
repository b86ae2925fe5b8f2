// Tests of names and of what they stand for: files of the store and outside, recipes.
#include "server/api/library.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/sha256.h"
#include "base/test_directory.h"
#include "server/api/identity.h"
#include "store/upkeep.h"

namespace bantam::server {
namespace {

// What is known of a model that has weights.
ModelInfo Whole() {
  ModelInfo info;
  info.parameters = 1;
  return info;
}

class LibraryTest : public testing::Test {
 protected:
  store::StoredFile Put(const std::string& name, const std::string& content) {
    EXPECT_TRUE(store_.Prepare());
    Sha256 hash;
    hash.Update({reinterpret_cast<const uint8_t*>(content.data()), content.size()});
    const std::string sha256 = HexText(hash.Finish());
    directory_.Write("store/blobs/sha256-" + sha256, content);
    return {.name = name, .sha256 = sha256, .bytes = content.size()};
  }
  // In the store, of one file with that content.
  void Store(const std::string& name, const std::string& content) {
    store::Manifest manifest;
    manifest.name = name;
    manifest.files = {Put("m.gguf", content)};
    ASSERT_TRUE(store_.Add(manifest).value_or(false));
  }
  store::Manifest Stored(const std::string& name) {
    return store_.Peek(name).value_or(store::Manifest());
  }
  static Recipe From(const std::string& from, const std::string& system) {
    Recipe recipe;
    recipe.from = from;
    recipe.system = system;
    return recipe;
  }
  // "SYSTEM|CONTENT" of the model of that name.
  std::string Said(const std::string& name) {
    const auto entry = library_.Find(name);
    if (!entry) return "none";
    return entry->recipe.system + "|" + TestDirectory::Read(entry->path);
  }

  TestDirectory directory_;
  store::Store store_{directory_.File("store")};
  Library library_{store_, [](const std::string& path) {
                     ModelInfo info = Whole();
                     info.name = TestDirectory::Read(path);
                     return Result<ModelInfo>(info);
                   }};
};

TEST_F(LibraryTest, UpkeepLeavesTheFilesOfAModelThatIsMadeNow) {
  std::optional<Result<store::Leftovers>> removed;
  Library library(store_, [&](const std::string&) {
    removed = store::RemoveLeftovers(store_);
    return Result<ModelInfo>(Whole());
  });
  const store::GivenFile model = {"m.gguf", Put("m.gguf", "GGUF model").sha256};
  const auto made = library.Assemble("mine", {{model}}, {}, {});
  EXPECT_TRUE(made) << made.error().message;
  ASSERT_TRUE(removed && *removed);
  EXPECT_EQ((*removed)->kept, 1);
}

TEST_F(LibraryTest, AdaptersThatDoNotFitAreRefused) {
  std::vector<std::string> asked;
  Library library(
      store_, [](const std::string&) { return Result<ModelInfo>(Whole()); },
      [&](const std::string& path, const std::vector<std::string>& adapters) -> Result<void> {
        asked = {TestDirectory::Read(path)};
        if (adapters.empty()) return {};
        for (const std::string& adapter : adapters) asked.push_back(TestDirectory::Read(adapter));
        if (asked.back().ends_with("good")) return {};
        return Fail(ErrorCode::kCorrupt, "the shapes differ");
      });
  const store::GivenFile model = {"m.gguf", Put("m.gguf", "GGUF model").sha256};
  const store::GivenFile bad = {"l.gguf", Put("l.gguf", "GGUF bad").sha256};
  const store::GivenFile good = {"l.gguf", Put("l.gguf", "GGUF good").sha256};
  const auto refused = library.Assemble("tuned", {{model}}, {{good, bad}}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "adapters: the shapes differ");
  EXPECT_EQ(asked, (std::vector<std::string>{"GGUF model", "GGUF good", "GGUF bad"}));
  EXPECT_FALSE(library.Find("tuned"));
  EXPECT_TRUE(library.Assemble("tuned", {{model}}, {{good}}, {}));
  EXPECT_TRUE(library.Find("tuned"));
}

TEST_F(LibraryTest, AVocabularyIsNoModel) {
  Library library(store_, [](const std::string&) { return Result<ModelInfo>(ModelInfo{}); });
  const store::GivenFile file = {"v.gguf", Put("v.gguf", "GGUF words").sha256};
  const auto refused = library.Assemble("words", {{file}}, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "files: 'v.gguf' is no model: it has a vocabulary and no weights");
  EXPECT_FALSE(library.Find("words"));
  EXPECT_FALSE(library.CheckNew("/v.gguf"));
}

TEST_F(LibraryTest, WhatCannotBeLoadedIsNoModel) {
  Library library(
      store_, [](const std::string&) { return Result<ModelInfo>(Whole()); },
      [](const std::string& path, const std::vector<std::string>&) -> Result<void> {
        return Fail(ErrorCode::kCorrupt, path + ": tensor output_norm.weight is missing");
      });
  const store::GivenFile file = {"m.gguf", Put("m.gguf", "GGUF model").sha256};
  const auto refused = library.Assemble("mine", {{file}}, {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "files: m.gguf: tensor output_norm.weight is missing");
  EXPECT_FALSE(library.Find("mine"));
  EXPECT_EQ(library.CheckNew("/m.gguf").error().message,
            "/m.gguf: tensor output_norm.weight is missing");
}

TEST_F(LibraryTest, FoldersAreCheckedUnderTheirOwnNames) {
  Library library(
      store_,
      [](const std::string& path) -> Result<ModelInfo> {
        if (TestDirectory::Read(path + "/config.json") == "{}") return Whole();
        return Fail(ErrorCode::kCorrupt, path + "/config.json: no JSON");
      },
      [](const std::string& path, const std::vector<std::string>& adapters) -> Result<void> {
        EXPECT_EQ(TestDirectory::Read(path + "/a.safetensors"), "weights");
        if (adapters.empty() || TestDirectory::Read(adapters.at(0)) == "GGUF good") return {};
        return Fail(ErrorCode::kCorrupt, "the shapes differ");
      });
  const auto given = [this](const std::string& name, const std::string& content) {
    return store::GivenFile{name, Put(name, content).sha256};
  };
  const store::GivenFile weights = given("a.safetensors", "weights");
  const store::GivenFile config = given("config.json", "{}");
  const auto broken = library.Assemble("mine", {{weights, given("config.json", "{")}}, {}, {});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().message, "files: config.json: no JSON");
  const auto refused =
      library.Assemble("mine", {{weights, config}}, {{given("l.gguf", "GGUF bad")}}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "adapters: the shapes differ");
  EXPECT_FALSE(library.Find("mine"));
  EXPECT_TRUE(library.Assemble("mine", {{weights, config}}, {{given("l.gguf", "GGUF good")}}, {}));
  EXPECT_TRUE(library.Find("mine"));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.File("store/incoming")));
}

TEST_F(LibraryTest, PartsOfASplitModelAreCheckedUnderTheirOwnNames) {
  Library library(store_, [](const std::string& path) -> Result<ModelInfo> {
    if (TestDirectory::Read(path) == "GGUF whole") return Whole();
    std::string second = path;
    second.replace(second.find("00001-of"), 5, "00002");
    if (TestDirectory::Read(second) == "GGUF two") return Whole();
    return Fail(ErrorCode::kNotFound, second + ": cannot be opened");
  });
  const store::GivenFile first = {"m-00001-of-00002.gguf", Put("1", "GGUF one").sha256};
  const store::GivenFile second = {"m-00002-of-00002.gguf", Put("2", "GGUF two").sha256};
  EXPECT_TRUE(library.Assemble("both", {{second, first}}, {}, {}));
  const auto found = library.Find("both");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->path.ends_with("/m-00001-of-00002.gguf"));
  const auto lacking = library.Assemble("one", {{first}}, {}, {});
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(lacking.error().message,
            "files: m-00002-of-00002.gguf: cannot be opened; all parts of a split model must be "
            "given, under their own names (…-00001-of-00002.gguf)");
  store::GivenFile renamed = second;
  renamed.name = "second.gguf";
  const auto unclear = library.Assemble("one", {{first, renamed}}, {}, {});
  ASSERT_FALSE(unclear);
  EXPECT_NE(unclear.error().message.find("under their own names"), std::string::npos);
  EXPECT_FALSE(library.Find("one"));
}

TEST_F(LibraryTest, AdaptersGetNamesThatNoFileHas) {
  Library library(store_, [](const std::string&) { return Result<ModelInfo>(Whole()); });
  const store::GivenFile config = {"config.json", Put("c", "{}").sha256};
  const store::GivenFile weights = {"a.safetensors", Put("a", "w").sha256};
  const store::GivenFile own = {"adapter-02.lora.gguf", Put("o", "GGUF own").sha256};
  const store::GivenFile one = {"x", Put("x", "GGUF one").sha256};
  const store::GivenFile two = {"y", Put("y", "GGUF two").sha256};
  const auto made = library.Assemble("mine", {{config, weights, own}}, {{one, two}}, {});
  ASSERT_TRUE(made) << made.error().message;
  std::vector<std::string> names;
  const store::Manifest stored = Stored("mine");
  for (const store::StoredFile& file : stored.files) names.push_back(file.name);
  EXPECT_EQ(names, (std::vector<std::string>{"a.safetensors", "adapter-02.lora.gguf", "config.json",
                                             "adapter-01.lora.gguf", "adapter-03.lora.gguf"}));
}

TEST_F(LibraryTest, FoldersOfEncodersHaveAFolder) {
  std::string seen;
  Library library(store_, [&](const std::string& path) {
    seen = TestDirectory::Read(path + "/1_Pooling/config.json");
    return Result<ModelInfo>(Whole());
  });
  const store::GivenFile config = {"config.json", Put("c", "{}").sha256};
  const store::GivenFile weights = {"a.safetensors", Put("a", "w").sha256};
  store::GivenFile pooling = {"1_Pooling/config.json", Put("p", "{ }").sha256};
  const auto made = library.Assemble("mine", {{config, weights, pooling}}, {}, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(seen, "{ }");
  EXPECT_EQ(TestDirectory::Read(*store_.PathOf(Stored("mine")) + "/1_Pooling/config.json"), "{ }");
  for (const char* name :
       {"../1_Pooling/config.json", "1_Pooling/x.json", "x/config.json", "a/b"}) {
    pooling.name = name;
    const auto refused = library.Assemble("other", {{config, weights, pooling}}, {}, {});
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument) << name;
  }
}

TEST_F(LibraryTest, FilesThatGoMeanwhileAreNotFound) {
  const store::StoredFile file = Put("m.gguf", "GGUF model");
  Library library(store_, [&](const std::string&) {
    std::filesystem::remove(store_.BlobPath(file.sha256));
    return Result<ModelInfo>(Whole());
  });
  const store::GivenFile given = {file.name, file.sha256};
  const auto made = library.Assemble("mine", {{given}}, {}, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(library.Find("mine"));
}

TEST_F(LibraryTest, AdaptersOfPeftFoldersAreNotTaken) {
  const store::GivenFile model = {"m.gguf", Put("m.gguf", "GGUF model").sha256};
  for (const char* name : {"adapter_config.json", "adapter_model.safetensors"}) {
    const store::GivenFile peft = {name, Put(name, "{}").sha256};
    const auto refused = library_.Assemble("tuned", {{model}}, {{peft}}, {});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("PEFT folder"), std::string::npos);
  }
}

TEST_F(LibraryTest, DigestsCoverAllFiles) {
  store::Manifest manifest;
  manifest.files = {Put("a.gguf", "one")};
  EXPECT_EQ(DigestOf(manifest), manifest.files[0].sha256);
  manifest.files.push_back(Put("b.gguf", "two"));
  const std::string digest = DigestOf(manifest);
  EXPECT_NE(digest, manifest.files[0].sha256);
  manifest.files[1] = Put("b.gguf", "three");
  EXPECT_NE(DigestOf(manifest), digest);
  manifest.files[1] = Put("c.gguf", "two");
  EXPECT_NE(DigestOf(manifest), digest);
}

TEST_F(LibraryTest, IdentitiesTellFilesApart) {
  const std::string file = directory_.Write("m.gguf", "one");
  const std::string identity = IdentityOfFiles(file);
  EXPECT_EQ(IdentityOfFiles(file), identity);
  directory_.Write("m.gguf", "three");
  EXPECT_NE(IdentityOfFiles(file), identity);
  directory_.Write("s-00001-of-00002.gguf", "one");
  directory_.Write("s-00002-of-00002.gguf", "two");
  const std::string split = IdentityOfFiles(directory_.File("s-00001-of-00002.gguf"));
  directory_.Write("s-00002-of-00002.gguf", "three");
  EXPECT_NE(IdentityOfFiles(directory_.File("s-00001-of-00002.gguf")), split);
  std::filesystem::create_directories(directory_.File("hf"));
  directory_.Write("hf/config.json", "{}");
  directory_.Write("hf/model.safetensors", "w");
  const std::string folder = IdentityOfFiles(directory_.File("hf"));
  directory_.Write("hf/notes", "n");
  EXPECT_EQ(IdentityOfFiles(directory_.File("hf")), folder);
  directory_.Write("hf/model.safetensors", "weights");
  EXPECT_NE(IdentityOfFiles(directory_.File("hf")), folder);
}

TEST_F(LibraryTest, SizesAreOfAllFilesOfAModel) {
  Store("tuned", "four");
  const std::string stored = library_.Find("tuned")->path;
  const std::string split = directory_.Write("s-00001-of-00002.gguf", "one");
  directory_.Write("s-00002-of-00002.gguf", "second");
  std::filesystem::create_directories(directory_.File("hf/1_Pooling"));
  directory_.Write("hf/config.json", "{}");
  directory_.Write("hf/1_Pooling/config.json", "{ }");
  directory_.Write("hf/model.safetensors", "weights");
  directory_.Write("hf/picture.png", "of no model");
  library_.Add(stored, {"stored"});
  library_.Add(split, {"split"});
  library_.Add(directory_.File("hf"), {"folder"});
  library_.Add(directory_.File("none"), {"none"});
  EXPECT_EQ(library_.Find("stored")->bytes, Stored("tuned").bytes());
  EXPECT_EQ(library_.Find("split")->bytes, 9);
  EXPECT_EQ(library_.Find("folder")->bytes, 12);
  EXPECT_EQ(library_.Find("none")->bytes, 0);
}

TEST_F(LibraryTest, ModelsOfTheCommandLineAreAsTheirFilesAreNow) {
  Store("tuned", "one");
  const std::string path = library_.Find("tuned")->path;
  const std::string adapter = directory_.Write("a.gguf", "adapter");
  library_.Add(path, {"mine"}, {adapter});
  const ModelEntry before = *library_.Find("mine");
  EXPECT_EQ(library_.Find("tuned")->identity, before.identity);
  EXPECT_EQ(before.digest, DigestOf(Stored("tuned")));
  EXPECT_EQ(library_.Inspect(before)->name, "one");
  Store("tuned", "two");
  const ModelEntry replaced = *library_.Find("");
  EXPECT_NE(replaced.identity, before.identity);
  EXPECT_EQ(library_.Inspect(replaced)->name, "two");
  directory_.Write("a.gguf", "another");
  EXPECT_NE(library_.Find("mine")->identity, replaced.identity);
}

TEST_F(LibraryTest, CopiesOfTheCommandLinesModelAreListed) {
  Store("small", "same");
  Store("copy", "same");
  const auto names = [this] {
    std::vector<std::string> all;
    for (const ModelEntry& entry : library_.List()) all.push_back(entry.name);
    std::ranges::sort(all);
    return all;
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"copy", "small"}));
  library_.Add(library_.Find("small")->path, {"served"});
  EXPECT_EQ(names(), (std::vector<std::string>{"copy", "served"}));
}

TEST_F(LibraryTest, ARecipeReplacesTheFilesOfItsName) {
  Store("base", "b");
  Store("mine", "old");
  ASSERT_TRUE(library_.Create("mine", From("base", "s")));
  EXPECT_EQ(Said("mine"), "s|b");
  EXPECT_FALSE(store_.Peek("mine").has_value());
  ASSERT_TRUE(library_.Remove("mine"));
  EXPECT_EQ(Said("mine"), "none");
  EXPECT_EQ(Said("base"), "|b");
}

TEST_F(LibraryTest, ARecipeKeepsTheFilesItIsMadeFrom) {
  Store("qwen2.5:0.5b", "q");
  ASSERT_TRUE(library_.Create("qwen2.5:0.5b", From("qwen2.5:0.5b", "own")));
  EXPECT_EQ(Said("qwen2.5:0.5b"), "own|q");
  ASSERT_TRUE(library_.Create("qwen2.5:0.5b", From("Qwen/Qwen2.5-0.5B-Instruct", "spelt")));
  EXPECT_EQ(Said("qwen2.5:0.5b"), "spelt|q");
  library_.Add(*store_.PathOf(Stored("qwen2.5:0.5b")), {"served"});
  Store("other", "o");
  ASSERT_TRUE(library_.Create("qwen2.5:0.5b", From("other", "s")));
  EXPECT_EQ(Said("served"), "|q") << "the command line's";
}

TEST_F(LibraryTest, RemovingARecipeRemovesTheFilesItHides) {
  Store("base", "b");
  ASSERT_TRUE(library_.Create("mine", From("base", "s")));
  Store("mine", "hidden");
  EXPECT_EQ(Said("mine"), "s|b");
  ASSERT_TRUE(library_.Remove("mine:latest"));
  EXPECT_EQ(Said("mine"), "none");
}

TEST_F(LibraryTest, FilesThatComeAreNotHidden) {
  Store("base", "b");
  ASSERT_TRUE(library_.Create("mine", From("base", "s")));
  ASSERT_TRUE(library_.Create("base", From("base", "own")));
  Store("mine", "pulled");
  library_.Unhide("mine");
  library_.Unhide("base");
  library_.Unhide("nobody");
  EXPECT_EQ(Said("mine"), "|pulled");
  EXPECT_EQ(Said("base"), "own|b");
}

TEST_F(LibraryTest, CopiesReplaceRecipes) {
  Store("base", "b");
  Store("other", "o");
  ASSERT_TRUE(library_.Create("mine", From("base", "s")));
  ASSERT_TRUE(library_.Copy("other", "mine"));
  EXPECT_EQ(Said("mine"), "|o");
  ASSERT_TRUE(library_.Create("other", From("other", "own")));
  ASSERT_TRUE(library_.Copy("other", "Base:latest"));
  EXPECT_EQ(Said("base"), "own|o");
  ASSERT_TRUE(library_.Copy("base", "BASE"));
  EXPECT_EQ(Said("base"), "own|o");
  EXPECT_EQ(library_.Copy("nobody", "base").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Said("base"), "own|o");
}

TEST_F(LibraryTest, AssembledModelsReplaceRecipes) {
  Store("base", "b");
  ASSERT_TRUE(library_.Create("mine", From("base", "s")));
  const store::StoredFile file = Put("n.gguf", "GGUF new");
  const store::GivenFile given{.name = file.name, .sha256 = file.sha256};
  ASSERT_TRUE(library_.Assemble("mine", {&given, 1}, {}, {}));
  EXPECT_EQ(Said("mine"), "|GGUF new");
  ASSERT_TRUE(library_.Assemble("mine", {&given, 1}, {}, From("", "with")));
  EXPECT_EQ(Said("mine"), "with|GGUF new");
}

}  // namespace
}  // namespace bantam::server
