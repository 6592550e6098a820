// SPDX-License-Identifier: Apache-2.0
#include "sim/candidates.h"

namespace rectune::sim {

CandidateSource::CandidateSource(const WorldConstants& constants, const Catalogue& catalogue)
    : constants_(constants), catalogue_(catalogue), last_request_(catalogue.items().size(), 0) {}

void CandidateSource::Draw(const User& user, int day, RandomStream& stream,
                           std::span<std::uint32_t> candidates) {
  ++request_;
  const double interest = constants_.retrieve_interest;
  const double popular = interest + constants_.retrieve_popular;
  const double fresh = popular + constants_.retrieve_fresh;
  const auto& fresh_items = catalogue_.FreshItems(day);
  std::size_t taken = 0;
  while (taken < candidates.size()) {
    const double source = stream.Uniform();
    std::uint32_t item = 0;
    if (source < interest) {
      item = catalogue_.DrawFromTopic(user.topics[stream.Categorical(user.topic_weights)], stream);
    } else if (source < popular) {
      item = catalogue_.DrawPopular(stream);
    } else if (source < fresh && !fresh_items.empty()) {
      item = fresh_items[stream.UniformInteger(fresh_items.size())];
    } else {
      item = catalogue_.DrawUniform(stream);
    }
    // A repeat is drawn again from a source of its own; a source that runs dry (a small topic) thus
    // gives way to the others, and uniform draws always end the loop.
    if (last_request_[item] == request_) continue;
    last_request_[item] = request_;
    candidates[taken++] = item;
  }
}

}  // namespace rectune::sim
