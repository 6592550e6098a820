// SPDX-License-Identifier: Apache-2.0
//
// DlibGlobal: dlib's global search, upper bounds from LIPO alternating with a quadratic trust
// region (Malherbe and Vayatis, ICML 2017; King, 2017), which is ask and tell by itself. "Library,
// continuous relaxation" but for integers, which dlib handles; levels without order are given to it
// as integers. Guardrails enter through the penalised score, noise not at all.
//
//   DlibGlobal tuner("dlib_global", task);
//
// Production is told first. Points of a round are asked for one after the other, and dlib knows
// which are under way. A failed arm counts as the worst score seen; a point whose result never came
// stays under way. The state is the order of questions and answers: restoring asks them again. It
// recommends by the shared lower-bound rule. dlib itself appears in the .cc only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

/// Why there is nothing for it to search, or "".
std::string WhyDlibUnsuited(const ParameterSpace& space);

class DlibGlobal : public Tuner {
 public:
  DlibGlobal(std::string name, TuningTask task);
  ~DlibGlobal() override;

 private:
  struct Search;
  /// A question (`asked`) or the answer to the question with that number.
  struct Event {
    bool asked = false;
    std::size_t question = 0;
    double score = 0.0;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  void Ask();
  void Tell(std::size_t question, double score);

  std::unique_ptr<Search> search_;
  std::vector<Event> events_;
};

}  // namespace rectune::baselines
