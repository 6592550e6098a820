// SPDX-License-Identifier: Apache-2.0
#include "agents/synthetic/lexicon.h"

#include <algorithm>

#include "agents/text.h"

namespace rectune::agents {
namespace {

using M = MetricConcept;

struct Effect {
  MetricConcept metric;
  int sign;
  double strength;
};

struct Entry {
  /// Any of these word groups, all words of a group: "long view" or "lvr".
  std::vector<std::vector<std::string>> words;
  bool curve;  // about a utility curve's shape rather than about a number
  std::vector<Effect> effects;
  const char* because;
};

/// The whole of the knowledge. First match wins, so the specific stands before the general.
const std::vector<Entry>& Lexicon() {
  static const std::vector<Entry> entries = {
      // Curves: an early rise treats all but the worst alike, a late rise picks the very best.
      {{{"lvr"}, {"long", "view"}},
       true,
       {{M::kLongView, -1, 2}, {M::kReturn, -1, 2}, {M::kTime, -1, 1}, {M::kClickbait, 1, 2}},
       "a long-view curve that rises late keeps only what people really watch, and that brings "
       "them back"},
      {{{"cg"}, {"clickbait", "guard"}},
       true,
       {{M::kClickbait, -1, 3}, {M::kReturn, -1, 1}, {M::kClick, -1, 1}, {M::kDismiss, -1, 1}},
       "a guard that rises early is strict: less clickbait, but honest catchy items go too"},
      {{{"ctr"}, {"click", "through"}},
       true,
       {{M::kClick, -1, 2}, {M::kClickbait, -1, 1}},
       "a click curve that rises late picks the most clicked items, clickbait among them"},

      // Clickbait and dismissal, before the plain click words.
      {{{"clickbait", "threshold"}, {"guard", "threshold"}},
       false,
       {{M::kClickbait, 1, 2}, {M::kClick, 1, 1}, {M::kDismiss, 1, 1}},
       "a higher threshold demotes fewer suspicious items"},
      {{{"cg"}, {"clickbait"}, {"guard"}},
       false,
       {{M::kClickbait, -1, 3}, {M::kClick, -1, 1}, {M::kReturn, -1, 1}, {M::kDismiss, -1, 1}},
       "a stricter guard suppresses clickbait, and when very strict costs visits"},
      {{{"dismiss"}, {"hide"}, {"negative"}},
       false,
       {{M::kDismiss, -1, 3}, {M::kReturn, 1, 1}, {M::kClickbait, -1, 1}},
       "punishing predicted dismissals spares people what they do not want"},

      // Heads.
      {{{"lvr"}, {"long", "view"}, {"completion"}},
       false,
       {{M::kLongView, 1, 3},
        {M::kReturn, 1, 2},
        {M::kTime, 1, 2},
        {M::kClickbait, -1, 1},
        {M::kClick, -1, 1}},
       "long views are what satisfies people and brings them back"},
      {{{"ctr"}, {"click"}},
       false,
       {{M::kClick, 1, 3},
        {M::kClickbait, 1, 2},
        {M::kReturn, -1, 1},
        {M::kDismiss, 1, 1},
        {M::kTime, -1, 1}},
       "chasing clicks raises clicks and clickbait, and people pay for it later"},
      {{{"like"}, {"heart"}},
       false,
       {{M::kLike, 1, 3}, {M::kReturn, 1, 1}},
       "liked items are enjoyed items"},
      {{{"follow"}},
       false,
       {{M::kFollow, 1, 3}, {M::kReturn, 1, 1}},
       "following a creator is a reason to come back"},
      {{{"share"}, {"forward"}},
       false,
       {{M::kShare, 1, 3}, {M::kReturn, 1, 1}},
       "shared items are valued items"},
      {{{"duration", "debias"}, {"duration"}},
       false,
       {{M::kTime, -1, 1}, {M::kLongView, 1, 1}},
       "debiasing watch time stops favouring long items"},
      {{{"dwell"}, {"watch", "time"}, {"time", "spent"}},
       false,
       {{M::kTime, 1, 3}, {M::kLongView, 1, 1}, {M::kReturn, 1, 1}},
       "ranking by watch time lengthens it"},
      {{{"quality"}, {"ltv"}, {"long", "term"}},
       false,
       {{M::kReturn, 1, 2}, {M::kTime, 1, 1}, {M::kClickbait, -1, 2}, {M::kDismiss, -1, 1}},
       "quality pays off in return visits"},
      {{{"affinity"}, {"interest"}, {"relevance"}},
       false,
       {{M::kClick, 1, 2},
        {M::kLongView, 1, 1},
        {M::kTime, 1, 1},
        {M::kReturn, 1, 1},
        {M::kDiversity, -1, 2}},
       "a closer match to known interests engages, and narrows"},
      {{{"fresh"}, {"freshness"}, {"recency"}},
       false,
       {{M::kFreshness, 1, 3}, {M::kTime, -1, 1}},
       "favouring new items makes the feed fresher at some cost in fit"},

      // Lists.
      {{{"exploration"}, {"explore"}},
       false,
       {{M::kDiversity, 1, 1},
        {M::kCoverage, 1, 1},
        {M::kFreshness, 1, 1},
        {M::kClick, -1, 1},
        {M::kTime, -1, 1}},
       "exploration discovers, and wastes slots meanwhile"},
      {{{"topic", "cap"}, {"max", "topic"}, {"topic", "max"}},
       false,
       {{M::kDiversity, -1, 3}, {M::kClick, 1, 1}},
       "a looser cap lets one topic fill the list"},
      {{{"creator"}, {"author"}},
       false,
       {{M::kCoverage, 1, 3}, {M::kDiversity, 1, 1}, {M::kClick, -1, 1}},
       "spreading creators shows more of them"},
      {{{"diversity"}, {"mmr"}, {"dpp"}, {"topic", "window"}, {"dissimilarity"}},
       false,
       {{M::kDiversity, 1, 3}, {M::kCoverage, 1, 1}, {M::kReturn, 1, 1}, {M::kClick, -1, 1}},
       "a more diverse list shows more topics, costs a few clicks and wears out less"},
      {{{"fatigue"}, {"repeat"}, {"satiation"}},
       false,
       {{M::kDiversity, 1, 2}, {M::kReturn, 1, 1}, {M::kDismiss, -1, 1}},
       "people tire of repeats"},

      // Funnel sizes.
      {{{"keep"}, {"candidates", "kept"}, {"top", "k"}},
       false,
       {{M::kCost, 1, 3}, {M::kReturn, 1, 1}, {M::kTime, 1, 1}, {M::kLongView, 1, 1}},
       "a wider funnel loses fewer good items and costs compute"},
  };
  return entries;
}

bool HasWord(const std::vector<std::string>& words, const std::string& word) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& candidate) {
    return candidate == word || candidate == word + "s";
  });
}

bool Matches(const Entry& entry, const std::vector<std::string>& words) {
  return std::any_of(entry.words.begin(), entry.words.end(), [&](const auto& group) {
    return std::all_of(group.begin(), group.end(),
                       [&](const std::string& word) { return HasWord(words, word); });
  });
}

const Entry* FindEntry(const std::vector<std::string>& words, bool curve) {
  for (const Entry& entry : Lexicon()) {
    if (entry.curve == curve && Matches(entry, words)) return &entry;
  }
  return nullptr;
}

/// The opening of a description says what a knob is; the rest tells of side effects.
std::string FirstSentence(const std::string& text) { return text.substr(0, text.find('.')); }

}  // namespace

MetricConcept ConceptOf(const std::string& metric_name) {
  struct Row {
    MetricConcept metric;
    std::vector<std::string> words;
  };
  static const std::vector<Row> rows = {
      {M::kClickbait, {"clickbait"}},
      {M::kLongView, {"lvr", "long"}},
      {M::kReturn, {"dau", "retention", "sessions", "return", "returns", "visits"}},
      {M::kTime, {"time", "dwell", "watch"}},
      {M::kClick, {"ctr", "click", "clicks"}},
      {M::kDismiss, {"dismiss", "dismissals", "hide", "dislike"}},
      {M::kDiversity, {"diversity"}},
      {M::kCoverage, {"coverage"}},
      {M::kFreshness, {"fresh", "freshness"}},
      {M::kCost, {"cost", "latency"}},
      {M::kLike, {"like", "likes", "heart"}},
      {M::kShare, {"share", "shares"}},
      {M::kFollow, {"follow", "follows"}},
  };
  const std::vector<std::string> words = Words(metric_name);
  for (const Row& row : rows) {
    const bool found = std::any_of(row.words.begin(), row.words.end(),
                                   [&](const auto& word) { return HasWord(words, word); });
    if (found) return row.metric;
  }
  return M::kUnknown;
}

Guess GuessEffect(const Parameter& parameter, const std::string& metric_name) {
  if (parameter.kind == ParameterKind::kCategorical) return {};
  const MetricConcept metric = ConceptOf(metric_name);
  const bool curve = parameter.kind == ParameterKind::kCurve;
  double weight = 1.0;
  const Entry* entry = FindEntry(Words(parameter.name), curve);
  if (entry == nullptr) {
    weight = 0.5;
    entry = FindEntry(Words(FirstSentence(parameter.meaning)), curve);
  }
  if (entry == nullptr) return {};
  for (const Effect& effect : entry->effects) {
    if (effect.metric == metric) return {effect.sign, weight * effect.strength, entry->because};
  }
  return {};
}

}  // namespace rectune::agents
