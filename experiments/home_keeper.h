// SPDX-License-Identifier: Apache-2.0
//
// HomeKeeper: keeps a tuner's home folder (transcripts, skills) in step with its journal, whatever
// the tuner does there and whenever the process dies. A round commits in its journal line, which
// carries the home's digest; a copy of the last committed home lies beside it until the cell is
// done. On resume the home is the committed one, or is put back from the copy. Knows nothing of
// what the files mean.
//
//   HomeKeeper keeper(cell / "home", cell / "home.committed");
//   keeper.Recover(digest_in_last_line);   // after a crash
//   ... tuner works, round's journal line with keeper.Digest() is appended ...
//   keeper.Commit();                       // the copy follows
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace rectune::experiments {

class HomeKeeper {
 public:
  HomeKeeper(std::filesystem::path home, std::filesystem::path copy);

  /// Empties home and copy, for a cell that starts from nothing.
  void Reset();
  /// Brings the home to the state `digest` names, from itself or from the copy; then the copy
  /// follows. Throws std::runtime_error when neither is that state (someone edited the files).
  void Recover(const std::string& digest);
  /// 16 hex digits over relative paths and contents; the same for an absent and an empty folder.
  std::string Digest() const;
  /// Makes the copy equal to the home, file by file, only where they differ.
  void Commit();
  /// Removes the copy, and the home too if the tuner left nothing in it.
  void Finish();

  const std::filesystem::path& home() const { return home_; }

 private:
  std::filesystem::path home_;
  std::filesystem::path copy_;
};

}  // namespace rectune::experiments
