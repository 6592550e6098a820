// SPDX-License-Identifier: Apache-2.0
#include "sim/candidates.h"

#include <algorithm>
#include <array>

namespace rectune::sim {
namespace {

constexpr std::size_t kBlock = 64;

/// A probability as a threshold for 32 random bits.
std::uint32_t Threshold(double probability) {
  return static_cast<std::uint32_t>(std::min(probability * 4294967296.0, 4294967295.0));
}

}  // namespace

CandidateSource::CandidateSource(const WorldConstants& constants, const Catalogue& catalogue)
    : constants_(constants), catalogue_(catalogue), last_request_(catalogue.items().size(), 0) {}

void CandidateSource::Draw(const User& user, int day, RandomStream& stream,
                           std::span<std::uint32_t> candidates) {
  ++request_;
  const std::uint32_t interest = Threshold(constants_.retrieve_interest);
  const std::uint32_t popular =
      Threshold(constants_.retrieve_interest + constants_.retrieve_popular);
  const std::uint32_t fresh = Threshold(constants_.retrieve_interest + constants_.retrieve_popular +
                                        constants_.retrieve_fresh);
  std::array<std::uint32_t, kInterests> topic_below{};
  double weight_sum = 0.0;
  for (const double weight : user.topic_weights) weight_sum += weight;
  double below = 0.0;
  for (std::size_t k = 0; k < kInterests; ++k) {
    below += user.topic_weights[k];
    topic_below[k] = Threshold(below / weight_sum);
  }
  const auto& fresh_items = catalogue_.FreshItems(day);
  // In blocks, each in three passes, so that the cache misses of a block overlap: where to look,
  // what is there, whether it is new.
  std::array<const AliasTable*, kBlock> tables{};
  std::array<std::uint64_t, kBlock> words{};
  std::array<std::uint32_t, kBlock> items{};
  std::size_t taken = 0;
  while (taken < candidates.size()) {
    for (std::size_t i = 0; i < kBlock; ++i) {
      const std::uint64_t choice = stream.NextBits();
      words[i] = stream.NextBits();
      tables[i] = nullptr;
      const auto source = static_cast<std::uint32_t>(choice >> 32U);
      if (source < interest) {
        const auto taste = static_cast<std::uint32_t>(choice);
        std::size_t k = 0;
        while (k + 1 < kInterests && taste >= topic_below[k]) ++k;
        tables[i] = &catalogue_.in_topic(user.topics[k]);
      } else if (source < popular) {
        tables[i] = &catalogue_.popular();
      } else if (source < fresh && !fresh_items.empty()) {
        items[i] = fresh_items[ScaleToIndex(words[i], fresh_items.size())];
      } else {
        items[i] = catalogue_.DrawUniform(words[i]);
      }
      if (tables[i] != nullptr) __builtin_prefetch(tables[i]->Hint(words[i]));
    }
    for (std::size_t i = 0; i < kBlock; ++i) {
      if (tables[i] != nullptr) items[i] = tables[i]->Pick(words[i]);
      __builtin_prefetch(&last_request_[items[i]], 1);
    }
    // A repeat is dropped and drawn again from a source of its own; a source that runs dry (a small
    // topic) thus gives way to the others, and uniform draws always end the loop.
    for (std::size_t i = 0; i < kBlock && taken < candidates.size(); ++i) {
      if (last_request_[items[i]] == request_) continue;
      last_request_[items[i]] = request_;
      candidates[taken++] = items[i];
    }
  }
}

}  // namespace rectune::sim
