// SPDX-License-Identifier: Apache-2.0
#include "sim/candidates.h"

#include <algorithm>
#include <array>

#include "sim/alias_table.h"

namespace rectune::sim {
namespace {

/// Draws that go through the passes below together.
constexpr std::size_t kBlock = 64;

/// A probability as a threshold for 32 random bits.
std::uint32_t Threshold(double probability) {
  return static_cast<std::uint32_t>(std::min(probability * 4294967296.0, 4294967295.0));
}

/// A list that one draw picks from by one random word: an alias table, plain items, or nothing
/// (then the index is the item). All kinds are read alike, without a branch that nobody could
/// predict.
struct Source {
  static Source Of(const AliasTable& table) {
    return {table.cells(),      table.size(),       AliasTable::kCellWords,
            AliasTable::kValue, AliasTable::kAlias, kAll};
  }
  static Source Of(const std::vector<std::uint32_t>& items) {
    return {items.data(), items.size(), 1, 0, 0, kAll};
  }
  static Source Uniform(std::size_t items) { return {&kNoWord, items, 0, 0, 0, 0}; }

  const std::uint32_t* Cell(std::uint64_t word) const {
    return words + ScaleToIndex(word, count) * stride;
  }
  std::uint32_t Pick(const std::uint32_t* cell, std::uint64_t word) const {
    const std::size_t at = static_cast<std::uint32_t>(word) < cell[0] ? below : from;
    return (cell[at] & read) | (static_cast<std::uint32_t>(ScaleToIndex(word, count)) & ~read);
  }

  static constexpr std::uint32_t kAll = 0xFFFFFFFFU;
  static constexpr std::uint32_t kNoWord = 0;
  const std::uint32_t* words = &kNoWord;
  std::size_t count = 1;
  std::size_t stride = 0;
  std::size_t below = 0;  // where in a cell the item is, by its threshold
  std::size_t from = 0;
  std::uint32_t read = 0;  // mask: the item is read, or computed
};

}  // namespace

/// The lists of one request, and which of them a random word means.
struct CandidateSource::Sources {
  std::size_t ListOf(std::uint64_t choice) const {
    const auto source = static_cast<std::uint32_t>(choice >> 32U);
    const auto taste = static_cast<std::uint32_t>(choice);
    std::size_t interest = 0;
    for (const std::uint32_t line : topic_below) interest += taste >= line ? 1 : 0;
    std::size_t other = kInterests;
    for (const std::uint32_t line : other_below) other += source >= line ? 1 : 0;
    const std::size_t is_interest = source < interest_below ? 1 : 0;
    return other + is_interest * (interest - other);  // wraps around twice, and so not at all
  }

  std::uint32_t interest_below = 0;
  std::array<std::uint32_t, kInterests - 1> topic_below{};
  std::array<std::uint32_t, 2> other_below{};
  std::array<Source, kInterests + 3> lists;  // by interest; popular, fresh, any
};

CandidateSource::CandidateSource(const WorldConstants& constants, const Catalogue& catalogue)
    : constants_(constants),
      catalogue_(catalogue),
      taken_((catalogue.items().size() + 63) / 64, 0) {}

CandidateSource::Sources CandidateSource::SourcesOf(const User& user, int day) const {
  Sources sources;
  const double popular = constants_.retrieve_interest + constants_.retrieve_popular;
  sources.interest_below = Threshold(constants_.retrieve_interest);
  sources.other_below = {Threshold(popular), Threshold(popular + constants_.retrieve_fresh)};
  double weight_sum = 0.0;
  for (const double weight : user.topic_weights) weight_sum += weight;
  double below = 0.0;
  for (std::size_t k = 0; k < kInterests; ++k) {
    below += user.topic_weights[k];
    if (k + 1 < kInterests) sources.topic_below[k] = Threshold(below / weight_sum);
    sources.lists[k] = Source::Of(catalogue_.in_topic(user.topics[k]));
  }
  const auto& fresh = catalogue_.FreshItems(day);
  const Source any = Source::Uniform(catalogue_.items().size());
  sources.lists[kInterests] = Source::Of(catalogue_.popular());
  sources.lists[kInterests + 1] = fresh.empty() ? any : Source::Of(fresh);
  sources.lists[kInterests + 2] = any;
  return sources;
}

void CandidateSource::Draw(const User& user, int day, RandomStream& stream,
                           std::span<std::uint32_t> candidates) {
  const Sources sources = SourcesOf(user, day);
  // In blocks, each in three passes, so that the cache misses of a block overlap: where to look,
  // what is there, whether it is new.
  std::array<std::uint64_t, 2 * kBlock> words{};  // of a draw: which list, which of its items
  std::array<const Source*, kBlock> lists{};
  std::array<const std::uint32_t*, kBlock> cells{};
  std::array<std::uint32_t, kBlock> items{};
  std::size_t taken = 0;
  while (taken < candidates.size()) {
    // Few are repeats: the last block is cut to about what will be needed.
    const std::size_t missing = candidates.size() - taken;
    const std::size_t draws = std::min(kBlock, missing + missing / 4 + 8);
    stream.Fill(std::span(words.data(), 2 * draws));
    for (std::size_t i = 0; i < draws; ++i) {
      lists[i] = &sources.lists[sources.ListOf(words[2 * i])];
      cells[i] = lists[i]->Cell(words[2 * i + 1]);
      __builtin_prefetch(cells[i]);
    }
    for (std::size_t i = 0; i < draws; ++i) items[i] = lists[i]->Pick(cells[i], words[2 * i + 1]);
    // A repeat is dropped and drawn again from a source of its own; a source that runs dry (a small
    // topic) thus gives way to the others, and uniform draws always end the loop.
    for (std::size_t i = 0; i < draws && taken < candidates.size(); ++i) {
      std::uint64_t& of_64 = taken_[items[i] / 64];
      const std::uint64_t bit = std::uint64_t{1} << (items[i] % 64);
      candidates[taken] = items[i];
      taken += (of_64 & bit) == 0 ? 1 : 0;
      of_64 |= bit;
    }
  }
  for (const std::uint32_t item : candidates) taken_[item / 64] = 0;
}

}  // namespace rectune::sim
