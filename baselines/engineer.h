// SPDX-License-Identifier: Apache-2.0
//
// Engineer: one factor at a time, the way a careful ranking engineer tunes by hand, and the row an
// agent must beat to be worth its tokens. No model, no randomness (the seed changes nothing).
//
//   Engineer tuner("engineer", task, {.delta = 0.1, .z = 1.645});
//
// First a coarse grid on the two top knobs. Then knob after knob in a fixed prior order, from the
// incumbent (production at first): +delta and -delta of the range for a continuous parameter, at
// least one level for an integer, the next untried level for a boolean or a categorical, each
// unit coordinate of a curve as a knob of its own. A round takes the next moves in that order, so
// four arms try two numeric knobs. The round's best feasible arm is adopted if
//   z = (value - incumbent's value) / sqrt(se^2 + incumbent's se^2)  >  1.645  (one-sided 5 %).
// A full pass without a win halves delta. Moves already measured, or stopped by a bound, are
// skipped; with no move left the incumbent is measured again (and pooled by inverse variance).
//
// Prior order: round robin over the stages in order of declaration, so that a joint task does not
// spend its budget on the first stage; option `order` names parameters to try first.
// It recommends its incumbent: an engineer launches what passed the test, not what reads highest.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "baselines/coordinates.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct EngineerOptions {
  double delta = 0.1;              // first step, share of the range, in (0, 0.5]
  double z = 1.6448536269514722;   // adoption threshold, in [0, 10]
  int grid_levels = 2;             // a side of the first grid, in [0, 5]; 0: no grid
  std::vector<std::string> order;  // parameters to try first
  /// `space` tells which names `order` may use.
  static EngineerOptions FromJson(const Json& options, const std::string& path,
                                  const ParameterSpace& space);
};

class Engineer : public Tuner {
 public:
  Engineer(std::string name, TuningTask task, EngineerOptions options);

 private:
  /// One thing to try: a coordinate up or down, or (levels without a scale) the next one.
  struct Move {
    std::size_t coordinate = 0;
    int direction = 1;  // +1, -1; 0: next untried level
  };
  struct Incumbent {
    std::int64_t trial_id = -1;  // -1: production
    Configuration configuration;
    double value = 0.0;
    double standard_error = 0.0;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  void DoTakeNotice(const Notice& notice) override;
  Configuration DoRecommend() const override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  void ListMoves();
  std::optional<Proposal> NextGridPoint();
  std::optional<Proposal> NextMove();
  std::optional<Proposal> Try(const Move& move) const;
  bool IsNew(const Configuration& configuration) const;
  void Pool(double value, double standard_error);
  /// The incumbent with some parameters taken from `unit`; all other native values are untouched.
  Configuration With(std::span<const std::size_t> parameters,
                     const std::vector<double>& unit) const;

  EngineerOptions options_;
  std::vector<CoordinateView> views_;
  std::vector<Move> moves_;
  std::vector<std::size_t> grid_coordinates_;  // none or two
  std::vector<Configuration> in_flight_;       // of the round being proposed

  Incumbent incumbent_;
  double delta_;
  std::size_t next_move_ = 0;
  std::size_t next_grid_point_ = 0;
  bool pass_won_ = false;
};

}  // namespace rectune::baselines
