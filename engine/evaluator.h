// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/alert_content.h"
#include "engine/columns.h"
#include "engine/counter_meter.h"
#include "engine/counter_reader.h"
#include "engine/opaque_meter.h"
#include "engine/saved_state.h"
#include "engine/series_key.h"
#include "engine/slo_status.h"
#include "engine/slot_grid.h"
#include "engine/snapshot.h"
#include "engine/source.h"
#include "engine/source_watch.h"
#include "engine/telemetry.h"

namespace slowburn {

// An SLO to run.
struct ActiveSlo {
  std::shared_ptr<const Slo> slo;
  bool stale = false;  // Its definition is the last valid one of a file that is now broken.
};

// Evaluates the SLOs of one source, slot by slot: reads, counts, judges, and advances alerts.
//
// It reads no clock: time comes as slots, in the source's clock.  Thread-compatible.
class Evaluator {
 public:
  struct Options {
    std::string source_name;
    SlotGrid grid;
    absl::Duration lookback = absl::Hours(1);     // How far back a new SLO is counted at first.
    bool deduplicated = false;                    // The source merges replicas.
    std::int64_t max_series = 20'000;             // More of an SLO are summed by the source.
    absl::Duration hold_limit = absl::Hours(24);  // Of firing alerts nobody can measure.
    absl::Duration source_down_after = absl::Minutes(5);  // Without a read that succeeds.
    std::string source_down_severity = "critical";        // Of the alert that says so.
    bool keeps_state = false;                             // Whether `Save` is going to be called.
    AlertSurroundings around;
  };

  // `source` and `telemetry` must outlive this.
  Evaluator(Options options, Source& source, Telemetry& telemetry);
  ~Evaluator();

  // Sets what to run from the next evaluation on.  An SLO that ran before keeps its counts unless
  // its SLI or grouping changed, and its alerts always.  The firing alerts of one that is gone stay
  // for ten minutes, in case that was a mistake, and are then resolved with the annotation
  // `removed`; so are, at once, those of a class without tiers any more.  An alert whose labels
  // changed is resolved under the old ones, annotated `replaced`, and goes on under the new ones
  // with its start; so is one that goes from live to shadow.
  void SetSlos(const std::vector<ActiveSlo>& slos);

  struct Result {
    std::shared_ptr<const SourceSnapshot> snapshot;
    std::vector<AlertEvent> events;     // Transitions, in no particular order.
    std::vector<std::string> warnings;  // For the log: what has been noticed now.
  };

  // Evaluates at `slot`, later than any before.  Slots in between need not have been evaluated:
  // what happened in them is read now.  A failed read leaves its SLOs where they were; the next
  // reaches back for them.
  Result Evaluate(std::int64_t slot);

  // Resolves a firing alert at the next evaluation, whatever its data say, with the annotation
  // `annotation`: `text`, as of `at`, which is cut to the time since it fired.  If its verdict is
  // true it fires anew, with a new start, at the evaluation after.  `alert_id` is its Alert::Id(),
  // or its handle (`AlertHandle`).  Returns whether there is such a firing alert.
  bool Release(const std::string& alert_id, const std::string& annotation, const std::string& text,
               absl::Time at);

  // Tells which alerts an Alertmanager still has from before, and since when: one that fires for
  // the first time within an hour of the next evaluation takes its earlier start from there.
  // Replaces what was told before.
  void AdoptStarts(std::map<std::string, absl::Time> starts);

  // What a call of ReadPast did.
  struct PastProgress {
    bool more = false;    // Else the past is known as far as it will be, for now.
    bool wait = false;    // The source fails: try again later.
    std::string done;     // What has been completed, for the log; may be empty.
    std::string problem;  // Why it was not; may be empty.
  };

  // Reads a piece of the past of SLOs that have counted less than their windows: one read, of some
  // hundred thousand samples at most.  For the time between evaluations.  The first to gain are
  // SLOs that fire, then short windows before long ones.
  PastProgress ReadPast();

  // What changed since the last call, to be stored; everything when `whole`, as after a save that
  // was lost.  For use after an evaluation, with Options::keeps_state.
  SourceDelta Save(bool whole);

  // Takes up `saved` where the last process stopped: `slos` are those that ran then, as they were
  // defined.  For use before anything else; `SetSlos` then says what is to run now.  Counts of what
  // is damaged, or of a time after `now_slot`, are dropped, and alerts never; returns, for the log,
  // what was dropped and why.
  std::vector<std::string> Restore(const std::vector<ActiveSlo>& slos, SavedSource saved,
                                   std::int64_t now_slot);

  // Where a saved source stands: the slot that was saved last, on the grid of its slots.
  struct Place {
    std::int64_t step_ms = 0;
    std::int64_t slot = 0;

    absl::Time TimeOf(std::int64_t of) const { return absl::FromUnixMillis(of * step_ms); }
  };

  // Of SavedSource::heads; nullopt when they are damaged or of another version.
  static std::optional<Place> PlaceOf(const std::string& heads);

  // The alerts as they stand before the first evaluation, to be sent at once.
  std::shared_ptr<const SourceSnapshot> Standing() const;

  // The slot evaluated last, also by the process before; 0 before the first.
  std::int64_t last_slot() const { return last_slot_; }

 private:
  struct Running;
  struct Batch;
  struct Retired;
  struct SavedHeads;

  // An alert that is to be resolved by hand.
  struct Released {
    std::string alert;  // Its id or its handle.
    std::string annotation;
    std::string text;
    absl::Time at;
  };

  struct Showing;  // A group whose alerts are being made.

  void Start(Running& running, std::int64_t slot);
  Columns& ColumnsFor(const Slo& slo);
  void AssignReader();
  void Read(std::int64_t slot);
  std::int64_t SmallestChunkMs() const;
  std::int64_t LargestChunkMs() const;
  bool CatchUp(std::int64_t slot);
  std::int64_t NextStage(const Running& running) const;
  std::int64_t PieceOf(const Batch& batch) const;
  bool StartBatch();
  void ReadBatch(PastProgress& progress);
  void FinishBatch(PastProgress& progress);
  Running* NextForSums() const;
  void ReadSums(Running& running, PastProgress& progress);
  void AddSums(Running& running,
               const std::map<Labels, std::map<std::int64_t, std::pair<double, double>>>& sums,
               const std::map<std::int64_t, std::set<std::size_t>>& seen, std::int64_t tiles);
  void ReadCounters(std::int64_t slot, std::span<Running* const> which);
  void ReadOpaque(std::int64_t slot);
  void CheckSizes(std::int64_t slot);
  void ReadSummed(std::int64_t slot);
  void CheckSelectors(std::int64_t slot);
  void CheckSelector(Running& running, std::size_t term, absl::Time since);
  void CheckTargets(std::int64_t slot);
  void Hear(const absl::Status& status);
  void Hear(const absl::StatusOr<QueryResult>& answer);
  EvaluationContext ContextOf(const Running& running, std::int64_t slot) const;
  SloStatus Judge(Running& running, std::int64_t slot, std::vector<Alert>& alerts,
                  std::vector<AlertEvent>& events);
  void Show(const Showing& showing, const AlertKey& key, const AlertRecord& before,
            AlertRecord& record);
  void KeepLost(const Running& running, absl::Time at, std::map<std::string, GroupAlerts>& known,
                const Showing& showing);
  void KeepRetired(absl::Time at, std::vector<Alert>& alerts, std::vector<AlertEvent>& events);
  void Depart(Alert alert, const std::string& annotation, const std::string& text,
              const std::string& cause, absl::Time at, std::vector<AlertEvent>& events);
  void ShowDeparted(absl::Time at, std::vector<Alert>& alerts);
  void WatchSource(AlertState from, SourceSnapshot& snapshot, std::vector<AlertEvent>& events);
  const Released* FindRelease(const Alert& alert) const;
  void BeginAdopting(absl::Time at);
  void Adopt(Alert& alert, AlertRecord& record);

  std::string LadderName(const std::vector<std::int64_t>& ladder) const;
  std::string SaveSlo(Running& running, ByteWriter& heads);
  void SaveSlos(SourceDelta& delta);
  void SaveLadders(SourceDelta& delta);
  void SaveAlerts(SourceDelta& delta);
  void SaveRollups(SourceDelta& delta);
  void SaveRollup(const Running& running, std::int64_t end_slot, SourceDelta& delta) const;
  std::map<std::string, std::unique_ptr<Columns>> RestoreLadders(
      const SavedSource& saved, std::int64_t from_step_ms,
      std::vector<std::string>& problems) const;
  bool RestoreSlo(const std::string& data, const SavedHeads& heads,
                  const std::map<std::string, std::unique_ptr<Columns>>& ladders,
                  Running& running) const;
  void RestoreAlerts(const SavedSource& saved, std::vector<std::string>& problems);
  void FreeUnowned(const std::map<std::string, std::unique_ptr<Columns>>& ladders) const;
  void AdoptLadders(std::map<std::string, std::unique_ptr<Columns>> ladders);
  void KeepEvents(const std::vector<AlertEvent>& events);
  void MakeMeter(Running& running, bool summed) const;

  Options options_;
  Source& source_;
  Telemetry& telemetry_;
  std::map<std::vector<std::int64_t>, std::unique_ptr<Columns>> columns_;  // By ladder, in slots.
  std::vector<std::unique_ptr<Running>> running_;                          // By id.
  std::vector<Retired> retired_;
  std::vector<Alert> departed_;                // Resolved ones that no SLO speaks of any more.
  std::vector<Released> releases_;             // At the next evaluation.
  std::map<std::string, absl::Time> adopted_;  // Starts, by id,
  std::optional<absl::Time> adopted_until_;    // which count until then.
  std::optional<absl::Status> heard_;          // Of this evaluation's reads: OK if one was.
  CounterReader reader_;
  SourceWatch watch_;
  std::unique_ptr<Batch> batch_;                      // Whose past is being read.
  std::int64_t largest_piece_ms_ = 24 * 3600 * 1000;  // Of the past, that the source will read.
  std::int64_t last_slot_ = 0;
  absl::Time last_at_;
  std::vector<std::string> warnings_;

  // What the store has.
  std::int64_t saves_ = 0;
  std::uint64_t next_number_ = 1;  // Of an SLO, in what is saved.
  std::int64_t rolled_up_ = 0;     // The slot that ended the last hour that was summed up.
  std::set<std::string> saved_ladders_;
  std::map<std::string, SeriesKey> saved_slos_;                           // Hashes, by id.
  std::map<std::string, std::pair<SavedAlert, SeriesKey>> saved_alerts_;  // By identity.
  std::vector<SavedEvent> unsaved_events_;
};

}  // namespace slowburn
