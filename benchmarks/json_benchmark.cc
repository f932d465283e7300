// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "engine/prometheus_json.h"

namespace slowburn {
namespace {

// An answer with `series` series of three samples each, and some 230 bytes of labels a series.
std::string RangeAnswer(std::int64_t series) {
  std::string body = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (std::int64_t i = 0; i < series; ++i) {
    if (i > 0) body += ',';
    body += fmt::format(
        R"({{"metric":{{"__name__":"http_request_duration_seconds_count","cluster":"eu-central-1","code":"200","container":"checkout","handler":"/api/v1/orders/{{id}}","instance":"10.{}.{}.{}:8080","job":"checkout","method":"GET","namespace":"payments","pod":"checkout-{:08}"}},"values":[)",
        i >> 16, (i >> 8) & 255, i & 255, i);
    for (int k = 0; k < 3; ++k) {
      body += fmt::format(R"({}[{}.{:03},"{}"])", k > 0 ? "," : "", 1'700'000'000 + 15 * k,
                          i % 1000, 1000 * i + 17 * k);
    }
    body += "]}";
  }
  return body + "]}}";
}

void BM_ParseQueryResponse(benchmark::State& state) {
  const std::string body = RangeAnswer(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(ParseQueryResponse(body));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * 3);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}

BENCHMARK(BM_ParseQueryResponse)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace slowburn
