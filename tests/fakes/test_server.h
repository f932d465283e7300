// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/child_process.h"

namespace slowburn {

// A real server process on a free loopback port, with a temporary folder of its own; ended, by its
// process id, and its folder removed with this object.
//
// Use from the main thread: the process is also ended when the thread that began it ends, so that
// none is left behind by a test that crashes.
class TestServer {
 public:
  struct PrometheusOptions {
    std::string config = "scrape_configs: []\n";
    // Samples that it has from the beginning, in OpenMetrics text with timestamps; none when empty.
    std::string openmetrics = {};
    std::vector<std::string> flags = {};
    std::string retention = "100y";  // Samples of a test keep their own dates.
  };

  struct AlertmanagerOptions {
    std::string config = "route: {receiver: none}\nreceivers: [{name: none}]\n";
    std::vector<std::string> flags = {};
    // Its address in a cluster, `127.0.0.1:<port>`; alone when empty.
    std::string cluster_address = {};
  };

  struct VictoriaMetricsOptions {
    // Samples that it has from the beginning: `name{labels} value ms` lines.
    std::string samples = {};
    std::vector<std::string> flags = {};
  };

  // Begins the server and waits until it is ready.  Null where its program is not installed: the
  // test should say that it skips, and return.  Throws when the program is there and fails.
  static std::unique_ptr<TestServer> StartPrometheus(const PrometheusOptions& options);
  static std::unique_ptr<TestServer> StartAlertmanager(const AlertmanagerOptions& options);
  static std::unique_ptr<TestServer> StartVictoriaMetrics(const VictoriaMetricsOptions& options);

  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  // `http://127.0.0.1:<port>`.
  std::string url() const;

  // The body of a GET of `path`; nullopt when it does not answer 200.
  std::optional<std::string> Get(const std::string& path) const;

  // Ends the process now; true when it had still been running.
  bool Stop();

  // Begins it again, after Stop, at the same address: with what it had stored, or with nothing.
  enum class Memory { kKept, kLost };
  void Restart(Memory memory);

 private:
  TestServer();

  // Takes the command, runs it with its output in a file of the folder, and waits until GET
  // /-/ready is 200.  `listen` is the flag that takes its address.
  void Start(std::vector<std::string> command, const std::string& listen = "--web.listen-address");
  void Run();

  std::string DataFolder() const { return folder_ + "/data"; }

  std::string WriteFile(const std::string& name, const std::string& text) const;

  std::string folder_;
  int port_ = 0;
  std::vector<std::string> command_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace slowburn
