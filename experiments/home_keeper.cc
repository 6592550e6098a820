// SPDX-License-Identifier: Apache-2.0
#include "experiments/home_keeper.h"

#include <stdexcept>
#include <utility>

#include "core/json.h"
#include "experiments/checksum.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Listing = std::map<std::string, std::uint64_t>;  // relative path -> hash of the content

Listing ListFiles(const fs::path& root) {
  Listing listing;
  if (!fs::exists(root)) return listing;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_directory() && !entry.is_symlink()) continue;
    if (!entry.is_regular_file() || entry.is_symlink()) {
      throw std::runtime_error(entry.path().string() +
                               ": a tuner's home may hold plain files and folders only");
    }
    listing.emplace(entry.path().lexically_relative(root).generic_string(),
                    Fnv1a64(ReadFile(entry.path())));
  }
  return listing;
}

std::string DigestOf(const Listing& listing) {
  std::uint64_t state = kFnv1aOffset;
  for (const auto& [path, hash] : listing) {
    state = Fnv1a64(path, state);
    state = Fnv1a64(std::string_view("\0", 1), state);
    state = Fnv1a64(Hex64(hash), state);
  }
  return Hex64(state);
}

/// Makes `to` hold what `from` holds.
void Mirror(const fs::path& from, const fs::path& to) {
  const Listing source = ListFiles(from);
  const Listing target = ListFiles(to);
  for (const auto& [path, hash] : target) {
    if (!source.contains(path)) fs::remove(to / path);
  }
  for (const auto& [path, hash] : source) {
    const auto found = target.find(path);
    if (found != target.end() && found->second == hash) continue;
    const fs::path destination = to / path;
    fs::create_directories(destination.parent_path());
    fs::copy_file(from / path, destination, fs::copy_options::overwrite_existing);
  }
}

}  // namespace

HomeKeeper::HomeKeeper(fs::path home, fs::path copy)
    : home_(std::move(home)), copy_(std::move(copy)) {}

void HomeKeeper::Reset() {
  fs::remove_all(home_);
  fs::remove_all(copy_);
  fs::create_directories(home_);
}

void HomeKeeper::Recover(const std::string& digest) {
  fs::create_directories(home_);
  if (Digest() == digest) {
    Commit();
    return;
  }
  if (DigestOf(ListFiles(copy_)) != digest) {
    throw std::runtime_error(home_.string() +
                             ": these files are not the ones the cell's journal recorded, and "
                             "neither is the copy beside them; nothing was changed. Remove the "
                             "cell folder to run the cell again.");
  }
  // Emptied first, so that no folder survives that an uninterrupted run would not have made.
  fs::remove_all(home_);
  fs::create_directories(home_);
  Mirror(copy_, home_);
}

std::string HomeKeeper::Digest() const { return DigestOf(ListFiles(home_)); }

void HomeKeeper::Commit() { Mirror(home_, copy_); }

void HomeKeeper::Finish() {
  fs::remove_all(copy_);
  if (fs::exists(home_) && ListFiles(home_).empty()) fs::remove_all(home_);
}

}  // namespace rectune::experiments
