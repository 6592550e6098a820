// SPDX-License-Identifier: Apache-2.0
//
// PathSampler: whole functions drawn from a Gaussian process' posterior, for Thompson sampling over
// thousands of candidates, where a joint draw would cost the cube of their number. Matheron's rule
// with random features (Wilson et al., ICML 2020, arXiv 2002.09309):
//
//   f(x) = phi(x) . w + k(x, X) A^-1 (y - phi(X) w - e),   w ~ N(0, I), e ~ N(0, noise)
//
// phi are random Fourier features of Matern-5/2 (frequencies Student-t of 5 degrees of freedom over
// lengthscales). The data are met exactly, up to their noise; the approximation is in the prior.
//
//   PathSampler paths(data, posterior, /*features=*/512, stream);
//   std::vector<double> values = paths.Draw(candidates, stream);   // one function, at all of them
#pragma once

#include <cstddef>
#include <vector>

#include "baselines/gp/posterior.h"
#include "core/random_stream.h"

namespace rectune::baselines {

class PathSampler {
 public:
  /// Both must outlive it. No times or tasks.
  PathSampler(const GpData& data, const GpPosterior& posterior, std::size_t features,
              RandomStream& stream);

  /// The candidates of the coming draws: a row a candidate.
  void SetCandidates(const Matrix& candidates);
  std::vector<double> Draw(RandomStream& stream) const;

 private:
  /// A row a feature, a column a point.
  void Features(const Matrix& points, Matrix* features) const;

  const GpData& data_;
  const GpPosterior& posterior_;
  Matrix frequencies_;  // a column a feature
  std::vector<double> phases_;
  Matrix at_data_;
  Matrix at_candidates_;
  CandidateBlock block_;
};

}  // namespace rectune::baselines
