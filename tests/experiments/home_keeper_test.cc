// SPDX-License-Identifier: Apache-2.0
#include "experiments/home_keeper.h"

#include <catch2/catch.hpp>

#include "tests/experiments/process.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

struct Home {
  ScratchFolder scratch;
  fs::path home = scratch.path() / "home";
  fs::path copy = scratch.path() / "home.committed";
  HomeKeeper keeper{home, copy};

  Home() { keeper.Reset(); }
  void Put(const std::string& name, const std::string& text) {
    fs::create_directories((home / name).parent_path());
    WriteText(home / name, text);
  }
};

TEST_CASE("The digest tells contents, names and places of files apart") {
  Home home;
  const std::string empty = home.keeper.Digest();
  home.Put("a/x.txt", "one");
  const std::string first = home.keeper.Digest();
  CHECK(first != empty);
  home.Put("a/x.txt", "two");
  CHECK(home.keeper.Digest() != first);
  home.Put("a/x.txt", "one");
  CHECK(home.keeper.Digest() == first);
  fs::rename(home.home / "a/x.txt", home.home / "a/y.txt");
  CHECK(home.keeper.Digest() != first);
  fs::remove_all(home.home);
  CHECK(home.keeper.Digest() == empty);
}

TEST_CASE("Whatever was done to a home after its commit is undone") {
  Home home;
  home.Put("transcript.txt", "round 1\n");
  home.Put("skills/rule.txt", "version 1\n");
  home.Put("rounds/1.txt", "1\n");
  const std::string committed = home.keeper.Digest();
  home.keeper.Commit();

  home.Put("transcript.txt", "round 1\nround 2, torn");
  home.Put("skills/rule.txt", "version 2\n");
  home.Put("rounds/2.txt", "2\n");
  fs::remove(home.home / "rounds/1.txt");
  REQUIRE(home.keeper.Digest() != committed);

  home.keeper.Recover(committed);
  CHECK(home.keeper.Digest() == committed);
  CHECK_FALSE(fs::exists(home.home / "rounds/2.txt"));
}

TEST_CASE("A crash while the copy follows is healed from the home") {
  Home home;
  home.Put("transcript.txt", "round 1\n");
  home.keeper.Commit();
  home.Put("transcript.txt", "round 1\nround 2\n");
  const std::string committed = home.keeper.Digest();
  WriteText(home.copy / "transcript.txt", "round 1\nrou");  // torn half way through Commit

  home.keeper.Recover(committed);
  fs::remove_all(home.home);
  home.keeper.Recover(committed);  // so the copy has followed
  CHECK(home.keeper.Digest() == committed);
}

TEST_CASE("A home that was edited is reported and left alone") {
  Home home;
  home.Put("transcript.txt", "round 1\n");
  home.keeper.Commit();
  CHECK_THROWS_WITH(home.keeper.Recover("0123456789abcdef"),
                    Contains(home.home.string()) && Contains("nothing was changed"));
  CHECK(fs::exists(home.home / "transcript.txt"));
}

TEST_CASE("Finishing leaves what the tuner left, and no empty folder") {
  Home home;
  home.keeper.Commit();
  home.keeper.Finish();
  CHECK_FALSE(fs::exists(home.home));
  CHECK_FALSE(fs::exists(home.copy));

  home.keeper.Reset();
  home.Put("transcript.txt", "round 1\n");
  home.keeper.Commit();
  home.keeper.Finish();
  CHECK(fs::exists(home.home / "transcript.txt"));
  CHECK_FALSE(fs::exists(home.copy));
}

TEST_CASE("Links in a home are refused, for a copy would lead out of it") {
  Home home;
  fs::create_symlink("/etc", home.home / "etc");
  CHECK_THROWS_WITH(home.keeper.Digest(), Contains("plain files"));
}

}  // namespace
}  // namespace rectune::experiments
