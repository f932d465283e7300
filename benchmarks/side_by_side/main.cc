// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0

// What benchmarks/side_by_side.sh needs beside the servers that it compares:
//
//   serve SLOS PORT_FILE        an exporter: GET /iK has what instance K counts now, K is 0 to 4;
//                               every POST is answered with 200, so that alerts have somewhere to
//                               go
//   openmetrics SLOS FROM COUNTERS_FROM TO
//                               history in the OpenMetrics format, for promtool
//   vm SLOS FROM COUNTERS_FROM TO
//                               the same as lines of JSON, for /api/v1/import of VictoriaMetrics
//   cpu PID...                  CPU time that each process has used, user and system, all threads,
//                               ended ones too, in nanoseconds; one line each
//
// Times are seconds since 1970.  From FROM on, history has for each SLO the error ratio over 5 m as
// recorded every 30 s, which the rule over 30 d reads; from COUNTERS_FROM on also the counters as
// scraped every 15 s.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "benchmarks/side_by_side/traffic.h"
#include <fmt/format.h>
#include <httplib.h>

namespace {

using slowburn::side_by_side::Counts;
using slowburn::side_by_side::CountsAt;
using slowburn::side_by_side::ErrorRatio5m;
using slowburn::side_by_side::kInstances;

constexpr std::int64_t kScrapeMs = 15'000;
constexpr std::int64_t kTickMs = 30'000;
// Prometheus spreads the scrapes of its targets; so does the history.
constexpr std::int64_t kInstanceOffsetMs = 2'900;

// One series of the history: labels with their name, and the value at a time.
struct Series {
  std::string_view name;
  std::vector<std::pair<std::string_view, std::string>> labels;
  std::int64_t step_ms;
  std::int64_t offset_ms;
  std::function<std::string(std::int64_t at_ms)> value;
};

std::string SloName(int slo) {
  return fmt::format("s{:03}", slo);
}

std::vector<Series> CounterSeries(int slos) {
  std::vector<Series> all;
  for (int slo = 0; slo < slos; ++slo) {
    for (int instance = 0; instance < kInstances; ++instance) {
      for (const bool bad : {false, true}) {
        all.push_back({.name = "http_requests_total",
                       .labels = {{"code", bad ? "500" : "200"},
                                  {"instance", fmt::format("i{}", instance)},
                                  {"job", "bench"},
                                  {"slo", SloName(slo)}},
                       .step_ms = kScrapeMs,
                       .offset_ms = instance * kInstanceOffsetMs,
                       .value = [slo, instance, bad](std::int64_t at_ms) {
                         const Counts counts = CountsAt(slo, instance, at_ms);
                         return fmt::to_string(bad ? counts.bad : counts.good);
                       }});
      }
    }
  }
  return all;
}

std::vector<Series> RecordedSeries(int slos) {
  std::vector<Series> all;
  for (int slo = 0; slo < slos; ++slo) {
    const std::string name = SloName(slo);
    all.push_back(
        {.name = "slo:sli_error:ratio_rate5m",
         .labels = {{"sloth_id", "bench-" + name},
                    {"sloth_service", "bench"},
                    {"sloth_slo", name},
                    {"sloth_window", "5m"}},
         .step_ms = kTickMs,
         .offset_ms = 0,
         .value = [slo](std::int64_t at_ms) { return fmt::to_string(ErrorRatio5m(slo, at_ms)); }});
  }
  return all;
}

// Calls `write` with each time of the series in [from, to).
template <typename Write>
void ForEachTime(const Series& series, std::int64_t from_ms, std::int64_t to_ms, Write write) {
  const std::int64_t phase = from_ms - series.offset_ms;
  const std::int64_t first = (phase + series.step_ms - 1) / series.step_ms;
  for (std::int64_t at = first * series.step_ms + series.offset_ms; at < to_ms;
       at += series.step_ms) {
    write(at);
  }
}

std::string Labels(const Series& series, std::string_view format, std::string_view separator) {
  std::string text;
  for (const auto& [name, value] : series.labels) {
    if (!text.empty()) text += separator;
    text += fmt::format(fmt::runtime(format), name, value);
  }
  return text;
}

void Print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void PrintOpenMetrics(const std::vector<Series>& all, std::int64_t from_ms, std::int64_t to_ms) {
  std::string text;
  for (const Series& series : all) {
    const std::string head =
        fmt::format("{}{{{}}}", series.name, Labels(series, R"({}="{}")", ","));
    text.clear();
    ForEachTime(series, from_ms, to_ms, [&](std::int64_t at) {
      fmt::format_to(std::back_inserter(text), "{} {} {}.{:03}\n", head, series.value(at),
                     at / 1000, at % 1000);
    });
    Print(text);
  }
}

void PrintVm(const std::vector<Series>& all, std::int64_t from_ms, std::int64_t to_ms) {
  for (const Series& series : all) {
    std::string values;
    std::string times;
    ForEachTime(series, from_ms, to_ms, [&](std::int64_t at) {
      fmt::format_to(std::back_inserter(values), "{}{}", values.empty() ? "" : ",",
                     series.value(at));
      fmt::format_to(std::back_inserter(times), "{}{}", times.empty() ? "" : ",", at);
    });
    if (values.empty()) continue;  // A short piece may hold none, and such a line is refused.
    Print(fmt::format(R"({{"metric":{{"__name__":"{}",{}}},"values":[{}],"timestamps":[{}]}})"
                      "\n",
                      series.name, Labels(series, R"("{}":"{}")", ","), values, times));
  }
}

int PrintHistory(std::string_view format, int slos, std::int64_t from_ms,
                 std::int64_t counters_from_ms, std::int64_t to_ms) {
  counters_from_ms = std::max(from_ms, counters_from_ms);
  if (format == "vm") {
    PrintVm(CounterSeries(slos), counters_from_ms, to_ms);
    PrintVm(RecordedSeries(slos), from_ms, to_ms);
  } else {
    Print("# TYPE http_requests counter\n");
    PrintOpenMetrics(CounterSeries(slos), counters_from_ms, to_ms);
    Print("# TYPE slo:sli_error:ratio_rate5m gauge\n");
    PrintOpenMetrics(RecordedSeries(slos), from_ms, to_ms);
    Print("# EOF\n");
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

int PrintCpu(int count, char** pids) {
  for (int i = 0; i < count; ++i) {
    clockid_t clock = 0;
    timespec used = {};
    if (clock_getcpuclockid(std::atoi(pids[i]), &clock) != 0 || clock_gettime(clock, &used) != 0) {
      fmt::print(stderr, "slowburn_side_by_side: there is no process {}\n", pids[i]);
      return 1;
    }
    fmt::print("{}\n", std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec);
  }
  return 0;
}

std::string Expose(int slos, int instance) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  std::string text =
      "# HELP http_requests_total Requests answered, by SLO and status code.\n"
      "# TYPE http_requests_total counter\n";
  for (int slo = 0; slo < slos; ++slo) {
    const Counts counts = CountsAt(slo, instance, now);
    fmt::format_to(std::back_inserter(text),
                   "http_requests_total{{code=\"200\",slo=\"{0}\"}} {1}\n"
                   "http_requests_total{{code=\"500\",slo=\"{0}\"}} {2}\n",
                   SloName(slo), counts.good, counts.bad);
  }
  return text;
}

int Serve(int slos, const std::string& port_file) {
  // Blocked before there are threads, so that only the sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  httplib::Server server;
  server.Get("/i([0-9])", [slos](const httplib::Request& request, httplib::Response& response) {
    response.set_content(Expose(slos, request.matches[1].str()[0] - '0'),
                         "text/plain; version=0.0.4; charset=utf-8");
  });
  server.Post(".*", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("{}", "application/json");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port < 0) {
    std::fputs("slowburn_side_by_side: cannot listen on 127.0.0.1\n", stderr);
    return 1;
  }
  std::jthread serving([&server] { server.listen_after_bind(); });
  while (!server.is_running()) {  // To stop it earlier would be lost, and the thread never end.
    std::this_thread::yield();
  }
  // Under another name first, so that whoever waits for it never reads half a number.
  const std::string unfinished = port_file + ".tmp";
  std::ofstream(unfinished) << port << '\n';
  const bool written = std::rename(unfinished.c_str(), port_file.c_str()) == 0;
  int signal = 0;
  if (written) sigwait(&signals, &signal);
  server.stop();
  return written ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  const int slos = argc > 2 ? std::atoi(argv[2]) : 0;
  if (command == "cpu" && argc > 2) return PrintCpu(argc - 2, argv + 2);
  if (command == "serve" && argc == 4 && slos > 0) return Serve(slos, argv[3]);
  if ((command == "openmetrics" || command == "vm") && argc == 6 && slos > 0) {
    return PrintHistory(command, slos, std::atoll(argv[3]) * 1000, std::atoll(argv[4]) * 1000,
                        std::atoll(argv[5]) * 1000);
  }
  std::fputs(
      "usage: slowburn_side_by_side serve SLOS PORT_FILE |\n"
      "       openmetrics SLOS FROM COUNTERS_FROM TO | vm SLOS FROM COUNTERS_FROM TO | cpu "
      "PID...\n",
      stderr);
  return 2;
}
