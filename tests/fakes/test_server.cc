// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/test_server.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>

namespace slowburn {

namespace fs = std::filesystem;

TestServer::TestServer() {
  std::string pattern = (fs::temp_directory_path() / "slowburn-server-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
}

TestServer::~TestServer() {
  Stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::unique_ptr<TestServer> TestServer::StartPrometheus(const PrometheusOptions& options) {
  const std::string program = FindProgram("prometheus");
  const std::string promtool = FindProgram("promtool");
  if (program.empty() || promtool.empty()) return nullptr;
  std::unique_ptr<TestServer> server(new TestServer());
  const std::string data = server->DataFolder();
  if (!options.openmetrics.empty()) {
    const std::string samples = server->WriteFile("samples.om", options.openmetrics);
    const std::string output = server->folder_ + "/promtool.log";
    ChildProcess import({promtool, "tsdb", "create-blocks-from", "openmetrics", samples, data},
                        output);
    if (import.Wait(absl::InfiniteDuration()) != 0) {
      throw std::runtime_error("promtool refused the samples: " + ReadFile(output));
    }
  }
  std::vector<std::string> command = {
      program, "--config.file=" + server->WriteFile("prometheus.yml", options.config),
      "--storage.tsdb.path=" + data, "--storage.tsdb.retention.time=" + options.retention};
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  server->Start(std::move(command));
  return server;
}

std::unique_ptr<TestServer> TestServer::StartAlertmanager(const AlertmanagerOptions& options) {
  const std::string program = FindProgram("prometheus-alertmanager");
  if (program.empty()) return nullptr;
  std::unique_ptr<TestServer> server(new TestServer());
  std::vector<std::string> command = {
      program, "--config.file=" + server->WriteFile("alertmanager.yml", options.config),
      "--storage.path=" + server->DataFolder(),
      "--cluster.listen-address=" + options.cluster_address};
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  server->Start(std::move(command));
  return server;
}

std::unique_ptr<TestServer> TestServer::StartVictoriaMetrics(
    const VictoriaMetricsOptions& options) {
  const std::string program = FindProgram("victoria-metrics");
  if (program.empty()) return nullptr;
  std::unique_ptr<TestServer> server(new TestServer());
  std::vector<std::string> command = {program, "-storageDataPath=" + server->DataFolder(),
                                      // Samples of a test keep their own dates.
                                      "-retentionPeriod=100y"};
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  server->Start(std::move(command), "-httpListenAddr");
  httplib::Client client("127.0.0.1", server->port_);
  const auto imported = client.Post("/api/v1/import/prometheus", options.samples, "text/plain");
  if (!imported || imported->status != 204) {
    throw std::runtime_error("victoria-metrics refused the samples");
  }
  // What was imported can be read only some time later, unless told.
  if (!server->Get("/internal/force_flush")) {
    throw std::runtime_error("victoria-metrics does not flush");
  }
  return server;
}

std::string TestServer::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::optional<std::string> TestServer::Get(const std::string& path) const {
  httplib::Client client("127.0.0.1", port_);
  const httplib::Result result = client.Get(path);
  if (!result || result->status != 200) return std::nullopt;
  return result->body;
}

bool TestServer::Stop() {
  const std::unique_ptr<ChildProcess> process = std::move(process_);
  if (process == nullptr || !process->running()) return false;
  process->End();
  return true;
}

void TestServer::Restart(Memory memory) {
  if (memory == Memory::kLost) fs::remove_all(DataFolder());
  Run();
}

void TestServer::Start(std::vector<std::string> command, const std::string& listen) {
  port_ = FreePort();
  command.push_back(fmt::format("{}=127.0.0.1:{}", listen, port_));
  command_ = std::move(command);
  Run();
}

void TestServer::Run() {
  const std::string output = folder_ + "/server.log";
  process_ = std::make_unique<ChildProcess>(command_, output);
  for (int i = 0; i < 3000; ++i) {
    if (Get("/-/ready")) return;
    if (!process_->running()) {
      throw std::runtime_error(command_[0] + " ended: " + ReadFile(output));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error(command_[0] + " does not become ready: " + ReadFile(output));
}

std::string TestServer::WriteFile(const std::string& name, const std::string& text) const {
  std::string path = folder_ + "/" + name;
  std::ofstream(path) << text;
  return path;
}

}  // namespace slowburn
