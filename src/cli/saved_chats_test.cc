// Tests of where chats are kept.
#include "cli/saved_chats.h"

#include <gtest/gtest.h>

#include "cli/fake_backend.h"

namespace bantam::cli {
namespace {

TEST(SavedChats, Paths) {
  FakeWorld world;
  world.variables = {{"HOME", "/people/ada"}};
  EXPECT_EQ(*ChatPath(world.env, "trip"), "/people/ada/.local/share/bantam/chats/trip.json");
  EXPECT_EQ(*ChatPath(world.env, "./trip"), "./trip");
  EXPECT_EQ(*ChatPath(world.env, "trip.json"), "trip.json");
  EXPECT_EQ(*ChatPath(world.env, "~/trip"), "/people/ada/trip");
  EXPECT_EQ(HistoryPath(world.env), "/people/ada/.local/state/bantam/history");
  world.variables["XDG_DATA_HOME"] = "/data";
  world.variables["XDG_STATE_HOME"] = "relative";
  EXPECT_EQ(*ChatPath(world.env, "trip"), "/data/bantam/chats/trip.json");
  EXPECT_EQ(HistoryPath(world.env), "/people/ada/.local/state/bantam/history")
      << "must be absolute";
}

TEST(SavedChats, BadNames) {
  FakeWorld world;
  world.variables = {{"HOME", "/people/ada"}};
  for (const char* name : {"", ".", "..", ".hidden", "a\nb", "\x1b[31m"}) {
    EXPECT_FALSE(ChatPath(world.env, name)) << name;
  }
  world.variables.clear();
  EXPECT_FALSE(ChatPath(world.env, "trip")) << "no home";
  EXPECT_EQ(HistoryPath(world.env), "");
}

TEST(SavedChats, SaveAndLoad) {
  const TemporaryDirectory directory;
  FakeWorld world;
  world.variables = {{"XDG_DATA_HOME", directory.path()}};
  const Conversation chat{"S", {{"user", "U"}, {"assistant", "A"}}};
  const auto path = SaveChat(world.env, "trip", chat, "Tiny");
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(*path, directory.File("bantam/chats/trip.json"));
  EXPECT_EQ(*LoadChat(world.env, "trip"), chat);
  EXPECT_EQ(LoadChat(world.env, "other").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(SaveChat(world.env, directory.File("no/dir/x.json"), chat, ""));
  EXPECT_FALSE(LoadChat(world.env, directory.path() + "/")) << "a directory";
  const std::string bad = directory.Write("bad.json", "{\"messages\":[");
  EXPECT_NE(LoadChat(world.env, bad).error().message.find(bad), std::string::npos);
}

}  // namespace
}  // namespace bantam::cli
