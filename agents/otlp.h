// SPDX-License-Identifier: Apache-2.0
//
// OtlpLines: the ledger as OpenTelemetry traces in OTLP's JSON encoding, one TracesData object a
// line and a round, for any viewer that reads them. Spans follow the GenAI conventions (status:
// development), whose names may still change. Message content is left out; it is in the transcript.
//
// Times are logical: they count from 0, and each call lasts its recorded latency, at least a
// microsecond. So the file is derived from the ledger alone and keeps the promise of equal bytes;
// what a viewer shows is the order and the share of each call, not the time of day.
//
//   WriteDerivedFile(home / "traces.otlp.jsonl", OtlpLines(ledger, {"agent", "feed", "joint", 1}));
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agents/ledger.h"

namespace rectune::agents {

struct TraceSource {
  std::string tuner;
  std::string scenario;
  std::string task;
  std::uint64_t seed = 0;
  std::string provider = "rectune";
  int max_output_tokens = 0;
  std::optional<double> temperature;
};

std::string OtlpLines(const Ledger& ledger, const TraceSource& source);

}  // namespace rectune::agents
