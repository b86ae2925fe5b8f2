// Tests of the commands around the store, and of names in place of paths; nothing is fetched here.
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/command_test.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "store/import.h"
#include "store/store.h"

namespace bantam::cli {
namespace {

class StoreCommandsTest : public CommandTest {
 protected:
  StoreCommandsTest() {
    world_.variables["BANTAM_HOME"] = directory_.File("home");
    // Nobody listens there: what would be fetched fails at once.
    world_.variables["HF_ENDPOINT"] = "http://127.0.0.1:1";
    world_.variables["BANTAM_RETRY_SECONDS"] = "0";
    world_.model->info_.parameters = 1000;
    world_.backend.inspect = [this](const std::string& path) -> Result<ModelInfo> {
      opened_ = path;
      if (ReadBack(path) == "(missing)") return Fail(ErrorCode::kNotFound, "cannot open it");
      return world_.model->info_;
    };
  }
  void TearDown() override { ClearInterrupt(); }

  void Import(const std::string& name, const std::string& content) {
    const std::string path = directory_.Write("m-q4_0.gguf", content);
    EXPECT_EQ(world_.Run({"import", path, "--name", name}), 0) << world_.err.text;
  }
  std::string opened_;
};

TEST_F(StoreCommandsTest, ListsCopiesAndRemoves) {
  EXPECT_NE(Err({"list"}, 0).find("none yet"), std::string::npos);
  Import("mine:1", "content");
  EXPECT_NE(Out({"list"}).find("mine:1         7 B"), std::string::npos) << world_.out.text;
  EXPECT_EQ(Out({"cp", "mine:1", "other"}), "");
  const auto list = Json::Parse(Out({"list", "--json"}));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->items().size(), 2U);
  EXPECT_EQ(ReadBack(list->items()[1].Find("path")->AsString()), "content");
  EXPECT_EQ(Out({"list", "--verify"}), "mine:1: good\nother: good\n");
  EXPECT_NE(Err({"rm", "mine:1", "other"}, 0).find("removed other, 7 B freed"), std::string::npos);
  EXPECT_EQ(Out({"list", "--json"}), "[]\n");
  EXPECT_NE(Err({"rm", "other"}, 1).find("there is no model 'other'"), std::string::npos);
  Err({"rm"}, 2);
  Err({"cp", "none", "x"}, 1);
}

TEST_F(StoreCommandsTest, NamesBecomePaths) {
  Import("mine:1", "content");
  Out({"show", "MINE:1"});
  EXPECT_EQ(opened_, directory_.File("home/models/models/mine%3a1/m-q4_0.gguf"));
  const std::string path = directory_.Write("mine:1", "a file of that name comes first");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  Out({"show", "mine:1"});
  std::filesystem::current_path(before);
  EXPECT_EQ(opened_, "mine:1");
}

TEST_F(StoreCommandsTest, MissingModelsSayWhatToDo) {
  EXPECT_EQ(Err({"show", "qwen2.5:0.5b"}, 1),
            "bantam: 'qwen2.5:0.5b' is not in the store; 'bantam pull qwen2.5:0.5b' fetches it\n");
  EXPECT_NE(Err({"show", "qwen25:0.5b"}, 1).find("did you mean 'qwen2.5:0.5b'?"),
            std::string::npos);
  EXPECT_NE(Err({"show", "none.gguf"}, 1).find("cannot open it"), std::string::npos);
  world_.variables.erase("BANTAM_HOME");
  EXPECT_NE(Err({"show", "qwen2.5:0.5b"}, 1).find("neither BANTAM_HOME"), std::string::npos);
}

TEST_F(StoreCommandsTest, RunAsksBeforeItPulls) {
  world_.err.terminal = true;
  world_.in.line = "n";
  std::string said = Err({"run", "qwen2.5:0.5b", "hi"}, 1);
  EXPECT_NE(said.find("(Qwen2.5 0.5B Instruct) is not here yet. Pull it now? [Y/n]"),
            std::string::npos);
  EXPECT_NE(said.find("'bantam pull qwen2.5:0.5b' fetches it"), std::string::npos);
  world_.in.line = "";
  said = Err({"run", "qwen2.5:0.5b", "hi"}, 1);
  EXPECT_EQ(said.find("fetches it"), std::string::npos) << "it tried: " << said;
  world_.in.terminal = false;
  said = Err({"run", "qwen2.5:0.5b", "hi"}, 1);
  EXPECT_EQ(said.find("[Y/n]"), std::string::npos);
}

TEST_F(StoreCommandsTest, PullWrongly) {
  Err({"pull"}, 2);
  Err({"pull", "a", "b", "--name", "c"}, 2);
  Err({"pull", "a b"}, 2);
  Err({"pull", "qwen2.5", "--sha256", "xyz"}, 2);
  EXPECT_NE(Err({"pull", "xyzzy"}, 1).find("bantam list --available"), std::string::npos);
  world_.variables["HF_ENDPOINT"] = "nonsense";
  EXPECT_NE(Err({"pull", "qwen2.5"}, 2).find("HF_ENDPOINT"), std::string::npos);
}

TEST_F(StoreCommandsTest, ImportChecksWhatItTakes) {
  const std::string path = directory_.Write("m.gguf", "x");
  world_.backend.inspect = [](const std::string&) -> Result<ModelInfo> {
    return Fail(ErrorCode::kCorrupt, "no model");
  };
  EXPECT_EQ(Err({"import", path}, 1), "bantam: no model\n");
  EXPECT_EQ(Out({"list", "--json"}), "[]\n");
  Err({"import", directory_.Write("m.bin", "x")}, 1);
  world_.backend.inspect = [](const std::string&) -> Result<ModelInfo> { return ModelInfo(); };
  EXPECT_NE(Err({"import", path}, 1).find("a vocabulary and no weights"), std::string::npos);
  world_.backend.inspect = [this](const std::string&) -> Result<ModelInfo> {
    return world_.model->info_;
  };
  world_.backend.check = [](const std::string&, const std::vector<AdapterSource>&) -> Result<void> {
    return Fail(ErrorCode::kCorrupt, "tensor output_norm.weight is missing");
  };
  EXPECT_EQ(Err({"import", path}, 1), "bantam: tensor output_norm.weight is missing\n");
  EXPECT_EQ(Out({"list", "--json"}), "[]\n");
}

TEST_F(StoreCommandsTest, PsSaysWhatItLists) {
  EXPECT_NE(Err({"ps"}, 0).find("a model now"), std::string::npos);
  EXPECT_TRUE(Json::Parse(Out({"ps", "--json"})));
}

}  // namespace
}  // namespace bantam::cli
