// SPDX-License-Identifier: Apache-2.0
#include "baselines/dlib_global.h"

#include <dlib/global_optimization/global_function_search.h>

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

#include "baselines/coordinates.h"
#include "baselines/score_history.h"
#include "core/check.h"
#include "core/object_reader.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

using Column = dlib::matrix<double, 0, 1>;
using Index = long;  // NOLINT(google-runtime-int): what dlib indexes by

}  // namespace

/// dlib's own scale: a level's index for what has levels, the unit coordinate otherwise.
struct DlibGlobal::Search {
  std::vector<CoordinateView> views;
  std::vector<std::size_t> free;
  std::vector<double> production;  // unit
  std::unique_ptr<dlib::global_function_search> search;
  std::vector<Configuration> questions;
  std::map<std::size_t, dlib::function_evaluation_request> open;

  Column ToDlib(const std::vector<double>& unit) const {
    Column x(static_cast<Index>(free.size()));
    for (std::size_t k = 0; k < free.size(); ++k) {
      const CoordinateView& view = views[free[k]];
      x(static_cast<Index>(k)) =
          view.has_levels() ? static_cast<double>(view.LevelOf(unit[free[k]])) : unit[free[k]];
    }
    return x;
  }

  std::vector<double> ToUnit(const Column& x) const {
    std::vector<double> unit = production;
    for (std::size_t k = 0; k < free.size(); ++k) {
      const CoordinateView& view = views[free[k]];
      const double value = x(static_cast<Index>(k));
      unit[free[k]] = view.has_levels() ? view.Centre(static_cast<std::size_t>(value))
                                        : std::clamp(value, 0.0, 1.0);
    }
    return unit;
  }
};

std::string WhyDlibUnsuited(const ParameterSpace& space) {
  for (const CoordinateView& view : ViewCoordinates(space)) {
    if (!view.is_choice() && !view.is_fixed()) return "";
  }
  return "no coordinate with a scale is free, and numbering levels is all that would be left; tpe "
         "handles spaces of categoricals only";
}

DlibGlobal::DlibGlobal(std::string name, TuningTask task)
    : Tuner(std::move(name), std::move(task)), search_(std::make_unique<Search>()) {
  const ParameterSpace& space = *this->task().space;
  const std::string unsuited = WhyDlibUnsuited(space);
  RECTUNE_CHECK(unsuited.empty(), unsuited);
  search_->views = ViewCoordinates(space);
  search_->production = space.Encode(space.Production());
  std::vector<bool> is_integer;
  for (std::size_t j = 0; j < search_->views.size(); ++j) {
    if (search_->views[j].is_fixed()) continue;
    search_->free.push_back(j);
    is_integer.push_back(search_->views[j].has_levels());
  }
  const auto dimension = static_cast<Index>(search_->free.size());
  Column low = dlib::zeros_matrix<double>(dimension, 1);
  Column high = dlib::ones_matrix<double>(dimension, 1);
  for (std::size_t k = 0; k < search_->free.size(); ++k) {
    const CoordinateView& view = search_->views[search_->free[k]];
    if (view.has_levels()) high(static_cast<Index>(k)) = static_cast<double>(view.levels() - 1);
  }
  const std::vector<dlib::function_spec> functions{dlib::function_spec(low, high, is_integer)};
  // Production's value over itself is 0 exactly.
  const std::vector<std::vector<dlib::function_evaluation>> known{
      {dlib::function_evaluation(search_->ToDlib(search_->production), 0.0)}};
  search_->search = std::make_unique<dlib::global_function_search>(functions, known);
  search_->search->set_seed(
      static_cast<std::time_t>(DeriveSeed(this->task().seed, this->name()) >> 1));
}

DlibGlobal::~DlibGlobal() = default;

void DlibGlobal::Ask() {
  dlib::function_evaluation_request request = search_->search->get_next_x();
  search_->questions.push_back(task().space->Decode(search_->ToUnit(request.x())));
  search_->open.emplace(search_->questions.size() - 1, std::move(request));
}

void DlibGlobal::Tell(std::size_t question, double score) {
  const auto request = search_->open.find(question);
  RECTUNE_CHECK(request != search_->open.end(), "an answer needs its question");
  request->second.set(score);
  search_->open.erase(request);
}

std::vector<Proposal> DlibGlobal::DoPropose(int arms) {
  std::vector<Proposal> proposals;
  for (int arm = 0; arm < arms; ++arm) {
    Ask();
    events_.push_back({.asked = true, .question = search_->questions.size() - 1});
    proposals.push_back(MakeProposal(search_->questions.back(), name()));
  }
  return proposals;
}

void DlibGlobal::DoObserve(std::span<const Trial> trials) {
  double worst = 0.0;
  for (const Trial& trial : history()) {
    Score score;
    if (IsScored(trial, task(), &score)) worst = std::min(worst, score.penalised);
  }
  for (const Trial& trial : trials) {
    if (!trial.proposal.configuration) continue;
    const auto question =
        std::find_if(search_->open.begin(), search_->open.end(), [&](const auto& open) {
          return search_->questions[open.first] == *trial.proposal.configuration;
        });
    if (question == search_->open.end()) continue;
    Score score;
    const Event event{.asked = false,
                      .question = question->first,
                      .score = IsScored(trial, task(), &score) ? score.penalised : worst};
    Tell(event.question, event.score);
    events_.push_back(event);
  }
}

Json DlibGlobal::DoSave() const {
  Json events = Json::array();
  for (const Event& event : events_) {
    if (event.asked) {
      events.push_back(Json{{"ask", event.question}});
    } else {
      events.push_back(Json{{"answer", event.question}, {"score", NumberToJson(event.score)}});
    }
  }
  return Json{{"events", std::move(events)}};
}

void DlibGlobal::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  reader.ForEach("events", [&](const Json& json, const std::string& path) {
    ObjectReader entry(json, path);
    const auto count = static_cast<std::int64_t>(search_->questions.size());
    Event event{.asked = entry.Has("ask"), .question = 0, .score = 0.0};
    if (event.asked) {
      event.question = static_cast<std::size_t>(entry.Integer("ask", {count, count}));
      Ask();
    } else {
      event.question = static_cast<std::size_t>(entry.Integer("answer", {0, count - 1}));
      event.score = NumberFromJson(entry.Value("score"), entry.PathOf("score"));
      Tell(event.question, event.score);
    }
    entry.Finish();
    events_.push_back(event);
  });
  reader.Finish();
}

}  // namespace rectune::baselines
