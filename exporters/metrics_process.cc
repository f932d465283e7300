// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/metrics_process.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include <unistd.h>

namespace slowburn {
namespace {

std::string Contents(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The fields of /proc/self/stat that matter, in the kernel's units.
struct Stat {
  double user_ticks = 0;
  double system_ticks = 0;
  double start_ticks = 0;  // After boot.
  double virtual_bytes = 0;
  double resident_pages = 0;
};

std::optional<Stat> ReadStat() {
  const std::string text = Contents("/proc/self/stat");
  // The command stands in parentheses and may itself hold spaces and parentheses.
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(end + 1));
  Stat stat;
  std::string skipped;
  const auto skip = [&](int fields) {
    for (int i = 0; i < fields; ++i) rest >> skipped;
  };
  skip(11);  // From state, the third field, to the fourteenth.
  rest >> stat.user_ticks >> stat.system_ticks;
  skip(6);
  rest >> stat.start_ticks >> stat.virtual_bytes >> stat.resident_pages;
  if (!rest) return std::nullopt;
  return stat;
}

// Seconds since the epoch at which the machine started.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  std::string name;
  double value = 0;
  while (file >> name) {
    if (name == "btime" && file >> value) return value;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

std::optional<double> OpenFiles() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", error), end; !error && it != end;
       it.increment(error)) {
    ++count;
  }
  if (error || count == 0) return std::nullopt;
  return count - 1;  // One of them is the listing's own.
}

std::optional<double> MostFiles() {
  std::ifstream file("/proc/self/limits");
  std::string line;
  constexpr std::string_view kName = "Max open files";
  while (std::getline(file, line)) {
    if (!line.starts_with(kName)) continue;
    std::istringstream rest(line.substr(kName.size()));
    double soft = 0;
    if (rest >> soft) return soft;
  }
  return std::nullopt;
}

class Families {
 public:
  void Add(const char* name, const char* help, prometheus::MetricType type,
           std::optional<double> value) {
    if (!value) return;
    prometheus::MetricFamily family{name, help, type, {}};
    prometheus::ClientMetric metric;
    if (type == prometheus::MetricType::Counter) {
      metric.counter.value = *value;
    } else {
      metric.gauge.value = *value;
    }
    family.metric.push_back(metric);
    families_.push_back(std::move(family));
  }

  std::vector<prometheus::MetricFamily> Take() && { return std::move(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace

std::vector<prometheus::MetricFamily> ProcessMetrics() {
  using prometheus::MetricType;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const std::optional<Stat> stat = ReadStat();
  const std::optional<double> boot = BootTime();

  Families families;
  if (stat) {
    families.Add("process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter,
                 (stat->user_ticks + stat->system_ticks) / ticks);
    families.Add("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge,
                 stat->resident_pages * page);
    families.Add("process_virtual_memory_bytes", "Virtual memory.", MetricType::Gauge,
                 stat->virtual_bytes);
  }
  if (stat && boot) {
    families.Add("process_start_time_seconds", "Start of the process since the Unix epoch.",
                 MetricType::Gauge, *boot + stat->start_ticks / ticks);
  }
  families.Add("process_open_fds", "Open files.", MetricType::Gauge, OpenFiles());
  families.Add("process_max_fds", "Most files that may be open.", MetricType::Gauge, MostFiles());
  return std::move(families).Take();
}

}  // namespace slowburn
