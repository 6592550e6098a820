// SPDX-License-Identifier: Apache-2.0
//
// The repository keeps its own rules, and every rule is shown to fail on a made-up tree.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "tests/house/doc_rules.h"
#include "tests/house/include_law.h"
#include "tests/house/source_rules.h"
#include "tests/house/source_tree.h"

namespace rectune::house {
namespace {

namespace fs = std::filesystem;

const fs::path& Root() {
  static const fs::path root(RECTUNE_SOURCE_DIR);
  return root;
}

const std::string kLicence = "// SPDX-License-Identifier: Apache-2.0\n";

std::string Repeat(const std::string& line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line;
  return text;
}

TEST_CASE("the walk sees this very file and no build output") {
  const auto files = SourceFiles(Root());
  REQUIRE(files.size() > 20);
  CHECK(std::find(files.begin(), files.end(), fs::path("tests/house/test_rules.cc")) !=
        files.end());
  for (const fs::path& file : AllFiles(Root())) CHECK(file.begin()->string() != "build");
}

TEST_CASE("comments and literals are blanked, the rest is kept") {
  CHECK(BlankCommentsAndLiterals("int a; // virtual\nint b;") == "int a;           \nint b;");
  CHECK(BlankCommentsAndLiterals("f(\"a\\\"b\", 'x');/* y */g") == "f(\"    \", ' ');       g");
  CHECK(BlankCommentsAndLiterals("n = 1'000'000;") == "n = 1'000'000;");
  CHECK(BlankCommentsAndLiterals("R\"x(\" // )x\" + y").ends_with(" + y"));
}

TEST_CASE("includes and links follow the arrows") {
  CHECK(Describe(CheckIncludeLaw(Root())) == "");
  CHECK(Describe(CheckLinkLaw(Root())) == "");
}

TEST_CASE("every forbidden arrow is found") {
  struct Case {
    std::string file, include;
    bool is_allowed;
  };
  const std::vector<Case> cases{
      {"core/a.h", "\"core/b.h\"", true},
      {"core/a.h", "\"sim/b.h\"", false},
      {"core/a.h", "<sim/b.h>", false},
      {"core/a.h", "<vector>", true},
      {"sim/deep/a.cc", "\"sim/b.h\"", true},
      {"sim/a.cc", "\"baselines/b.h\"", false},
      {"baselines/a.cc", "\"sim/b.h\"", false},
      {"baselines/a.cc", "\"agents/b.h\"", false},
      {"agents/a.cc", "\"sim/b.h\"", false},
      {"agents/a.cc", "\"baselines/b.h\"", false},
      {"agents/a.cc", "\"core/b.h\"", true},
      {"agents/a.cc", "\"experiments/b.h\"", false},
      {"sim/a.cc", "\"experiments/b.h\"", false},
      {"core/a.cc", "\"tests/b.h\"", false},
      {"experiments/a.cc", "\"sim/b.h\"", true},
      {"tests/sim/a.cc", "\"agents/b.h\"", true},
      {"experiments/a.cc", "\"tests/b.h\"", false},
      {"core/a.cc", "\"b.h\"", false},
      {"sim/a.cc", "\"../core/b.h\"", false},
  };
  for (const Case& one : cases) {
    ScratchTree tree;
    tree.Write(one.file, kLicence + "#include " + one.include + "\n");
    INFO(one.file << " includes " << one.include);
    CHECK(CheckIncludeLaw(tree.root()).empty() == one.is_allowed);
  }
}

TEST_CASE("every forbidden link is found") {
  ScratchTree tree;
  tree.Write("agents/CMakeLists.txt",
             "# rectune_sim in a comment is fine\nrectune_library(agents LINKS rectune_core)\n");
  CHECK(Describe(CheckLinkLaw(tree.root())) == "");
  tree.Write("agents/CMakeLists.txt", "rectune_library(agents LINKS rectune_core rectune_sim)\n");
  CHECK(CheckLinkLaw(tree.root()).size() == 1);
  tree.Write("baselines/deep/CMakeLists.txt", "target_link_libraries(x rectune_agents)\n");
  CHECK(CheckLinkLaw(tree.root()).size() == 2);
}

TEST_CASE("every source names the licence first") {
  CHECK(Describe(CheckLicenceLines(Root())) == "");
  ScratchTree tree;
  tree.Write("core/good.h", kLicence);
  CHECK(CheckLicenceLines(tree.root()).empty());
  tree.Write("core/bad.h", "#pragma once\n" + kLicence);
  CHECK(CheckLicenceLines(tree.root()).size() == 1);
}

TEST_CASE("files stay readable in one sitting") {
  CHECK(Describe(CheckFileSizes(Root())) == "");
  ScratchTree tree;
  tree.Write("core/a.h", Repeat("\n", 250));
  tree.Write("core/a.cc", Repeat("\n", 400));
  CHECK(Describe(CheckFileSizes(tree.root())) == "");

  SECTION("over the soft limit, a reason helps and its absence does not") {
    tree.Write("core/a.h", Repeat("\n", 251));
    CHECK(CheckFileSizes(tree.root()).size() == 1);
    tree.Write("tests/house/long_files.txt", "core/a.h: short\n");
    CHECK(CheckFileSizes(tree.root()).size() == 2);
    tree.Write("tests/house/long_files.txt", "core/a.h: one table, read as a whole\n");
    CHECK(CheckFileSizes(tree.root()).empty());
  }
  SECTION("over the hard limit nothing helps") {
    tree.Write("core/a.cc", Repeat("\n", 601));
    tree.Write("tests/house/long_files.txt", "core/a.cc: one table, read as a whole\n");
    CHECK(CheckFileSizes(tree.root()).size() == 1);
  }
  SECTION("stale entries are found") {
    tree.Write("tests/house/long_files.txt",
               "core/a.cc: one table, read as a whole\ncore/gone.cc: one table, read as a whole\n");
    CHECK(CheckFileSizes(tree.root()).size() == 2);
  }
}

TEST_CASE("interfaces have at most six virtual functions") {
  CHECK(Describe(CheckInterfaceSizes(Root())) == "");
  ScratchTree tree;
  const auto interface = [](int virtuals) {
    return "class Shape final : public Base {\n virtual ~Shape();\n // virtual\n" +
           Repeat("  virtual void F() { g(); }\n", virtuals) + "};\n";
  };
  tree.Write("core/a.h", interface(6) + interface(6));
  CHECK(Describe(CheckInterfaceSizes(tree.root())) == "");
  tree.Write("core/a.h", interface(7));
  CHECK(CheckInterfaceSizes(tree.root()).size() == 1);
}

TEST_CASE("tests do not look at the clock") {
  CHECK(Describe(CheckClocksInTests(Root())) == "");
  ScratchTree tree;
  const std::string code = "auto t = std::chrono::steady_clock::now();\n";
  tree.Write("core/a.cc", code);
  tree.Write("tests/core/comment.cc", "// std::chrono\nconst char* k = \"std::chrono\";\n");
  CHECK(CheckClocksInTests(tree.root()).empty());
  tree.Write("tests/core/a.cc", code);
  CHECK(CheckClocksInTests(tree.root()).size() == 1);
  tree.Write("tests/house/clock_users.txt", "tests/core/a.cc: waits for a process to be killed\n");
  CHECK(CheckClocksInTests(tree.root()).empty());
}

TEST_CASE("random numbers come from RandomStream alone") {
  CHECK(Describe(CheckRandomness(Root())) == "");
  for (const std::string code : {"std::mt19937 g;", "std::random_device d;", "int x = rand();",
                                 "std::normal_distribution<double> n;", "#include <random>"}) {
    ScratchTree tree;
    tree.Write("sim/a.cc", code + "\n");
    INFO(code);
    CHECK(CheckRandomness(tree.root()).size() == 1);
  }
  ScratchTree tree;
  tree.Write("sim/a.cc", "double operand(int); double y = operand(3);\n");
  CHECK(CheckRandomness(tree.root()).empty());
}

TEST_CASE("nobody swallows every exception") {
  CHECK(Describe(CheckCatchAll(Root())) == "");
  ScratchTree tree;
  tree.Write("core/a.cc", "try { f(); } catch (...) { if (x) { g(); } throw; }\n");
  tree.Write("core/b.cc", "try { f(); } catch (...) { e = std::current_exception(); }\n");
  CHECK(CheckCatchAll(tree.root()).empty());
  tree.Write("core/c.cc", "try { f(); } catch (...) { } throw;\n");
  CHECK(CheckCatchAll(tree.root()).size() == 1);
}

TEST_CASE("no build flag lets results differ between machines") {
  CHECK(Describe(CheckBuildFlags(Root())) == "");
  CHECK(ReadText(Root() / "cmake/RectuneTargets.cmake").find("-ffp-contract=off") !=
        std::string::npos);
  ScratchTree tree;
  const auto presets = [&tree](const std::string& native) {
    tree.Write("CMakePresets.json",
               R"({"configurePresets": [{"name": "release", "v": {"F": "-O3"}}, {"name": ")" +
                   native + R"(", "v": {"F": "-O3 -march=native"}}]})");
    return CheckBuildFlags(tree.root()).size();
  };
  CHECK(presets("bench") == 0);
  CHECK(presets("fast") == 1);
  tree.Write("sim/CMakeLists.txt", "target_compile_options(x PRIVATE -ffast-math)\n");
  CHECK(CheckBuildFlags(tree.root()).size() == 2);
}

TEST_CASE("nothing names a machine or a package host") {
  CHECK(Describe(CheckNoLocalNames(Root())) == "");
  ScratchTree tree;
  tree.Write("docs/a.md", "the network/ and home/ folders are fine\n");
  CHECK(CheckNoLocalNames(tree.root()).empty());
  tree.Write("docs/a.md", std::string("see /work") + "/main\n");
  CHECK(CheckNoLocalNames(tree.root()).size() == 1);
  tree.Write("docs/b.md", std::string("https://py") + "pi.org/x\n");
  CHECK(CheckNoLocalNames(tree.root()).size() == 2);
}

TEST_CASE("the README is short") {
  CHECK(Describe(CheckReadmeLength(Root())) == "");
  ScratchTree tree;
  tree.Write("README.md", Repeat("x\n", 90));
  CHECK(CheckReadmeLength(tree.root()).size() == 1);
}

TEST_CASE("links lead somewhere") {
  CHECK(Describe(CheckLinks(Root())) == "");
  ScratchTree tree;
  tree.Write("docs/a.md", "[a](b.md#part) ![p](../x.svg) [web](https://example.org/none)\n");
  CHECK(CheckLinks(tree.root()).size() == 2);
  tree.Write("docs/b.md", "");
  tree.Write("x.svg", "");
  CHECK(CheckLinks(tree.root()).empty());
}

TEST_CASE("documented commands exist") {
  CHECK(Describe(CheckCommands(Root())) == "");
  ScratchTree tree;
  tree.Write("tools/go", "");
  tree.Write("experiments/cli.cc", "app.add_subcommand(\"run\", \"...\");\n");
  tree.Write("experiments/specs/a.json", "{}");
  const auto document = [&tree](const std::string& command) {
    tree.Write("README.md", "```sh\n" + command + "\n```\nrectune nothing\n");
    return CheckCommands(tree.root()).size();
  };
  CHECK(document("build/release/rectune run experiments/specs/a.json --out runs/a") == 0);
  CHECK(document("build/release/rectune fly experiments/specs/a.json") == 1);
  CHECK(document("build/release/rectune run experiments/specs/b.json") == 1);
  CHECK(document("tools/go") == 1);  // not executable
  fs::permissions(tree.root() / "tools/go", fs::perms::owner_all);
  CHECK(document("tools/go  # and a remark") == 0);
  CHECK(document("X=1 tools/stop") == 1);
}

}  // namespace
}  // namespace rectune::house
