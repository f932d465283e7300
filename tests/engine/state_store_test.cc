// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/state_store.h"

#include <algorithm>
#include <limits>
#include <map>
#include <random>
#include <tuple>

#include <catch2/catch.hpp>

#include "tests/engine/state_bench.h"

namespace slowburn {
namespace {

StateBatch BatchOf(SourceDelta delta) {
  StateBatch batch;
  batch.sources.push_back(std::move(delta));
  return batch;
}

TEST_CASE("StateFile: what was written is there after a restart", "[engine][state]") {
  StateBench bench;
  StateBatch batch = BatchOf(SampleDelta());
  batch.sources.push_back(SampleDelta("other"));
  batch.sources.back().rollups.clear();
  batch.definitions = {{"slos/other.yaml", "text of a file", {"shop/freshness"}},
                       {"slos/shop.yaml", "text of a file", {"shop/availability", "shop/latency"}},
                       {"slos/shop.yaml", "the text before", {"shop/stale"}}};
  batch.deliveries = {
      {"http://am:9093", "{a=\"1\"}", "firing", StateTime(), absl::InfinitePast(), StateTime(),
       "x"},
      {"http://am:9093", "{a=\"2\"}", "", absl::InfinitePast(), StateTime(), StateTime(), ""},
      {"http://other:9093", "{a=\"1\"}", "firing", StateTime(), StateTime(), StateTime(), "x"}};
  batch.events = {{StateTime() + absl::Seconds(1), "load", "", "", "", "", "", "hash=1"}};
  {
    const auto file = bench.Open();
    CHECK(file->reader()->Sources()->empty());
    CHECK(Load(*file).slos.empty());
    REQUIRE(file->Write(batch).ok());
  }
  const auto file = bench.Open();
  CHECK(file->set_aside().empty());
  CHECK(file->problem().ok());
  CHECK(file->bytes() > 0);
  const StateReader& reader = *file->reader();
  CHECK(*reader.Sources() == std::vector<std::string>{"default", "other"});
  CHECK(Load(*file) == SampleSource());
  CHECK(Load(*file, "other") == SampleSource("other"));
  CHECK(*reader.Definitions() == *batch.definitions);
  CHECK(*reader.Deliveries("http://am:9093") ==
        std::vector<SavedDelivery>{batch.deliveries[0], batch.deliveries[1]});
  const SavedEvent alert = SampleDelta().events[0];
  CHECK(*reader.Events({}) == std::vector<SavedEvent>{batch.events[0], alert, alert});
  CHECK(*reader.Rollups("shop/availability", "region=eu", StateTime(),
                        StateTime() + absl::Hours(1)) == SampleDelta().rollups);
}

TEST_CASE("StateFile: a failed batch leaves nothing behind", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  REQUIRE(file->Write(BatchOf(SampleDelta())).ok());
  SourceDelta bad = SampleDelta();
  bad.heads = "other heads";
  bad.rollups[0].bad = std::numeric_limits<double>::quiet_NaN();  // No number, no row.
  CHECK(absl::IsInternal(file->Write(BatchOf(bad))));
  CHECK(Load(*file) == SampleSource());
  CHECK(file->Write(BatchOf(SampleDelta())).ok());
}

TEST_CASE("StateFile: definitions and deliveries are replaced", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  StateBatch batch;
  batch.definitions = {{"f", "text 1", {"a"}}, {"g", "text 2", {"b"}}};
  batch.deliveries = {{"am", "1"}, {"am", "2"}};
  REQUIRE(file->Write(batch).ok());
  StateBatch next;
  next.definitions = {{"g", "text 3", {"b"}}};
  next.dropped_deliveries = {{"am", "1"}, {"am", "2"}};
  next.deliveries = {{"am", "2", "resolved"}};
  REQUIRE(file->Write(next).ok());
  CHECK(*file->reader()->Definitions() == *next.definitions);
  CHECK(*file->reader()->Deliveries("am") == next.deliveries);
  REQUIRE(file->Write({}).ok());
  CHECK(*file->reader()->Definitions() == *next.definitions);
}

TEST_CASE("StateReader: filters events", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  StateBatch batch;
  for (int i = 0; i < 6; ++i) {
    SavedEvent event;
    event.at = StateTime() + absl::Minutes(i);
    event.kind = i % 2 == 0 ? "alert" : "load";
    event.slo_id = i < 3 ? "a" : "b";
    event.text = std::to_string(i);
    batch.events.push_back(event);
  }
  REQUIRE(file->Write(batch).ok());

  struct Case {
    EventFilter filter;
    std::string want;
  };

  const Case cases[] = {
      {{}, "543210"},
      {{.kind = "alert"}, "420"},
      {{.slo_id = "b"}, "543"},
      {{.kind = "alert", .slo_id = "a"}, "20"},
      {{.from = StateTime() + absl::Minutes(2), .until = StateTime() + absl::Minutes(4)}, "32"},
      {{.limit = 2}, "54"},
      {{.kind = "state"}, ""},
  };
  for (const Case& c : cases) {
    std::string texts;
    const auto events = file->reader()->Events(c.filter);
    for (const SavedEvent& event : *events) texts += event.text;
    CHECK(texts == c.want);
  }
}

TEST_CASE("StateReader: hours of one group", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  SourceDelta delta;
  const absl::Time start = absl::FromUnixSeconds(1'772'330'400);
  for (int hour = 0; hour < 50; ++hour) {
    if (hour % 7 == 3) continue;  // Nothing known then.
    for (const char* group : {"a", "b", "c"}) {
      delta.rollups.push_back({"slo", group, start + absl::Hours(hour), 1.0 * hour, 100, 0.5});
    }
  }
  REQUIRE(file->Write(BatchOf(delta)).ok());
  SourceDelta again;
  again.rollups = {{"slo", "b", start + absl::Hours(4), 7, 8, 1}};  // Known better now.
  REQUIRE(file->Write(BatchOf(again)).ok());
  const auto read = [&](const std::string& group, int from, int until) {
    std::string hours;
    const auto rollups = file->reader()->Rollups("slo", group, start + absl::Hours(from),
                                                 start + absl::Hours(until));
    for (const SavedRollup& rollup : *rollups) {
      hours += std::to_string(static_cast<int>(rollup.bad)) + " ";
    }
    return hours;
  };
  CHECK(read("b", 1, 7) == "1 2 7 5 6 ");
  CHECK(read("a", 1, 7) == "1 2 4 5 6 ");
  CHECK(read("a", 3, 4).empty());
  CHECK(read("a", 48, 90) == "48 49 ");
  CHECK(read("none", 0, 50).empty());
  CHECK(file->reader()->Summary()->rollups == static_cast<std::int64_t>(delta.rollups.size()));
}

TEST_CASE("StateFile: two never share one folder", "[engine][state]") {
  StateBench bench;
  auto first = bench.Open();
  const auto second = bench.TryOpen();
  CHECK(absl::IsFailedPrecondition(second.status()));
  CHECK_THAT(std::string(second.status().message()),
             Catch::Contains(bench.folder()) && Catch::Contains("another slowburn (process "));
  const auto reader = StateReader::Open(bench.folder());  // `state info` can.
  REQUIRE(reader.ok());
  REQUIRE(first->Write(BatchOf(SampleDelta())).ok());
  CHECK(*(*reader)->LoadSource("default") == SampleSource());
  first.reset();
  CHECK(bench.TryOpen().ok());
}

TEST_CASE("StateReader: sums up what is there", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  StateBatch batch = BatchOf(SampleDelta());
  batch.definitions = {{"f", "t", {"a"}}};
  batch.deliveries = {{"am", "1"}};
  REQUIRE(file->Write(batch).ok());
  const StateSummary summary = *file->reader()->Summary();
  CHECK(summary.path == bench.path());
  CHECK(summary.bytes > 8192);
  CHECK(summary.schema_version == 1);
  REQUIRE(summary.sources.size() == 1);
  CHECK(summary.sources[0].name == "default");
  CHECK(summary.sources[0].slos == 2);
  CHECK(summary.sources[0].columns == 3);
  CHECK(summary.sources[0].oldest_slot == 10);
  CHECK(summary.sources[0].newest_slot == 20);
  CHECK(summary.sources[0].heads == "heads");
  REQUIRE(summary.firing.size() == 1);
  CHECK(summary.firing[0].group == "region=eu");
  CHECK(summary.firing[0].starts_at == StateTime());
  CHECK(summary.definitions == 1);
  CHECK(summary.deliveries == 1);
  CHECK(summary.events == 1);
  CHECK(summary.rollups == 1);
}

TEST_CASE("StateFile: prunes what is older than the retention, bit by bit", "[engine][state]") {
  StateBench bench;
  StateOptions options;
  options.folder = bench.folder();
  options.retention = absl::Hours(24);
  const auto file = *StateFile::Open(options, bench.clock);
  StateBatch batch = BatchOf(SampleDelta());
  const absl::Time old = StateTime() - absl::Hours(25);
  for (int i = 0; i < 12'000; ++i) {
    batch.events.push_back({old, "load", "", "", "", "", "", "an old event with some text"});
    batch.sources[0].rollups.push_back({"old", std::to_string(i), old, 1, 2, 1});
  }
  batch.deliveries = {{"am", "1", "resolved", old, old, old},
                      {"am", "2", "firing", old, absl::InfinitePast(), old},
                      {"am", "3", "resolved", old, old, StateTime()}};
  REQUIRE(file->Write(batch).ok());
  int steps = 1;
  while (*file->Prune(StateTime())) ++steps;
  CHECK(steps >= 3);
  CHECK(steps < 20);
  const StateSummary summary = *file->reader()->Summary();
  CHECK(summary.events == 1);
  CHECK(summary.rollups == 1);
  CHECK(summary.deliveries == 2);
  CHECK(Load(*file) == SampleSource());
  const auto group = file->reader()->Rollups("shop/availability", "region=eu", absl::InfinitePast(),
                                             absl::InfiniteFuture());
  CHECK(group->size() == 1);
}

TEST_CASE("StateFile: gives room back when a lot is free", "[engine][state]") {
  StateBench bench;
  auto file = bench.Open();
  SourceDelta delta;
  for (int slot = 0; slot < 100; ++slot) {
    delta.ladders.push_back({"l", false, {{slot, 1, std::string(200'000, 'x')}}, {}, {}});
  }
  REQUIRE(file->Write(BatchOf(delta)).ok());
  CHECK_FALSE(*file->Prune(StateTime()));
  SourceDelta whole;
  whole.whole = true;
  REQUIRE(file->Write(BatchOf(whole)).ok());
  while (*file->Prune(StateTime())) {
  }
  file.reset();
  CHECK(std::filesystem::file_size(bench.path()) < 10'000'000);
}

// What LoadSource should give: the obvious way to apply deltas.
class Model {
 public:
  void Apply(const SourceDelta& delta) {
    if (delta.whole) *this = Model();
    heads_ = delta.heads;
    for (const std::string& name : delta.dropped_ladders) ladders_.erase(name);
    for (const SourceDelta::Ladder& ladder : delta.ladders) {
      auto& [columns, journal] = ladders_[ladder.name];
      if (ladder.whole) {
        columns.clear();
        journal.clear();
      }
      for (const std::int64_t slot : ladder.dropped) columns.erase(slot);
      for (const SavedColumn& column : ladder.columns) columns[column.slot] = column;
      journal.insert(journal.end(), ladder.journal.begin(), ladder.journal.end());
      std::erase_if(journal, [&columns = columns](const SavedColumn& piece) {
        return std::all_of(columns.begin(), columns.end(), [&](const auto& column) {
          return column.second.written >= piece.written;
        });
      });
      if (columns.empty()) ladders_.erase(ladder.name);
    }
    for (const std::string& id : delta.dropped_slos) slos_.erase(id);
    for (const SavedSlo& slo : delta.slos) slos_[slo.id] = slo;
    const auto identity = [](const SavedAlert& alert) {
      return std::tuple(alert.slo_id, alert.group, alert.alert_class);
    };
    for (const SavedAlert& alert : delta.dropped_alerts) alerts_.erase(identity(alert));
    for (const SavedAlert& alert : delta.alerts) alerts_[identity(alert)] = alert;
  }

  SavedSource Saved(const std::string& name) const {
    SavedSource saved;
    saved.source = name;
    saved.heads = heads_;
    for (const auto& [ladder, content] : ladders_) {
      saved.ladders.push_back({ladder, {}, content.journal});
      for (const auto& [slot, column] : content.columns) {
        saved.ladders.back().columns.push_back(column);
      }
    }
    for (const auto& [id, slo] : slos_) saved.slos.push_back(slo);
    for (const auto& [id, alert] : alerts_) saved.alerts.push_back(alert);
    return saved;
  }

 private:
  struct Ladder {
    std::map<std::int64_t, SavedColumn> columns;
    std::vector<SavedColumn> journal;
  };

  std::string heads_;
  std::map<std::string, Ladder> ladders_;
  std::map<std::string, SavedSlo> slos_;
  std::map<std::tuple<std::string, std::string, std::string>, SavedAlert> alerts_;
};

// Makes deltas of everything that a delta can hold.
class DeltaMaker {
 public:
  explicit DeltaMaker(unsigned seed) : random_(seed) {}

  int Below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }

  SourceDelta Make(const std::string& source) {
    SourceDelta delta;
    delta.source = source;
    delta.whole = Below(10) == 0;
    delta.heads = Bytes();
    ++save_;
    if (Below(5) == 0) delta.dropped_ladders.push_back(Name(3));
    for (int i = Below(3); i > 0; --i) delta.ladders.push_back(Ladder());
    for (int i = Below(3); i > 0; --i) delta.dropped_slos.push_back(Name(5));
    for (int i = Below(4); i > 0; --i) delta.slos.push_back({Name(5), Bytes()});
    for (int i = Below(3); i > 0; --i) delta.dropped_alerts.push_back(Alert());
    for (int i = Below(4); i > 0; --i) delta.alerts.push_back(Alert());
    return delta;
  }

 private:
  SourceDelta::Ladder Ladder() {
    SourceDelta::Ladder ladder;
    ladder.name = Name(3);
    ladder.whole = Below(8) == 0;
    for (int i = Below(4); i > 0; --i) ladder.dropped.push_back(Below(20));
    for (int i = Below(4); i > 0; --i) ladder.columns.push_back({Below(20), save_, Bytes()});
    for (int i = Below(3); i > 0; --i) ladder.journal.push_back({0, save_, Bytes()});
    return ladder;
  }

  SavedAlert Alert() {
    const absl::Time starts_at =
        Below(2) == 0 ? absl::InfinitePast() : StateTime() + absl::Milliseconds(Below(1000));
    return {Name(3), Name(2), Name(2), Name(3), Bytes(), starts_at, Bytes()};
  }

  std::string Name(int of) { return std::string(1, static_cast<char>('a' + Below(of))); }

  std::string Bytes() {
    std::string bytes(static_cast<std::size_t>(Below(5) == 0 ? 20'000 : Below(20)), '\0');
    for (char& byte : bytes) byte = static_cast<char>(Below(256));
    return bytes;
  }

  std::mt19937 random_;
  std::int64_t save_ = 0;
};

TEST_CASE("StateFile: any deltas give what a plain model gives", "[engine][state]") {
  const unsigned seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  StateBench bench;
  DeltaMaker maker(seed);
  std::map<std::string, Model> models;
  auto file = bench.Open();
  for (int step = 0; step < 100; ++step) {
    CAPTURE(step);
    StateBatch batch;
    for (const char* source : {"one", "two"}) {
      if (maker.Below(3) == 0) continue;
      batch.sources.push_back(maker.Make(source));
      models[source].Apply(batch.sources.back());
    }
    REQUIRE(file->Write(batch).ok());
    if (maker.Below(10) == 0) {
      file.reset();
      file = bench.Open();
      REQUIRE(file->set_aside().empty());
    }
    for (const auto& [source, model] : models) REQUIRE(Load(*file, source) == model.Saved(source));
  }
  CHECK(file->reader()->Verify(true).ok());
}

}  // namespace
}  // namespace slowburn
