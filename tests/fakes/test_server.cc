// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/test_server.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slowburn {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

std::string FindProgram(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string file = folder + "/" + name;
    if (access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool ok = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  if (!ok) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

// Begins `command`, its output appended to `output`.
pid_t Spawn(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int log = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid == 0) {  // Only what is safe after a fork of a process with threads.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(log);
  if (pid < 0) throw std::runtime_error("fork failed");
  return pid;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

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
  const std::string data = server->folder_ + "/data";
  if (!options.openmetrics.empty()) {
    const std::string samples = server->WriteFile("samples.om", options.openmetrics);
    const std::string output = server->folder_ + "/promtool.log";
    const pid_t pid =
        Spawn({promtool, "tsdb", "create-blocks-from", "openmetrics", samples, data}, output);
    int status = 0;
    if (waitpid(pid, &status, 0) != pid || status != 0) {
      throw std::runtime_error("promtool refused the samples: " + ReadAll(output));
    }
  }
  std::vector<std::string> command = {
      program, "--config.file=" + server->WriteFile("prometheus.yml", options.config),
      "--storage.tsdb.path=" + data,
      // Samples of a test keep their own dates.
      "--storage.tsdb.retention.time=100y"};
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
      "--storage.path=" + server->folder_ + "/data", "--cluster.listen-address="};
  command.insert(command.end(), options.flags.begin(), options.flags.end());
  server->Start(std::move(command));
  return server;
}

std::unique_ptr<TestServer> TestServer::StartVictoriaMetrics(
    const VictoriaMetricsOptions& options) {
  const std::string program = FindProgram("victoria-metrics");
  if (program.empty()) return nullptr;
  std::unique_ptr<TestServer> server(new TestServer());
  std::vector<std::string> command = {program, "-storageDataPath=" + server->folder_ + "/data",
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
  if (pid_ == 0) return false;
  const pid_t pid = std::exchange(pid_, 0);
  const bool running = waitpid(pid, nullptr, WNOHANG) == 0;
  if (!running) return false;
  kill(pid, SIGTERM);
  for (int i = 0; i < 500; ++i) {
    if (waitpid(pid, nullptr, WNOHANG) == pid) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  return true;
}

void TestServer::Start(std::vector<std::string> command, const std::string& listen) {
  port_ = FreePort();
  command.push_back(fmt::format("{}=127.0.0.1:{}", listen, port_));
  const std::string output = folder_ + "/server.log";
  pid_ = Spawn(command, output);
  for (int i = 0; i < 3000; ++i) {
    if (Get("/-/ready")) return;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      throw std::runtime_error(command[0] + " ended: " + ReadAll(output));
    }
    std::this_thread::sleep_for(milliseconds(10));
  }
  throw std::runtime_error(command[0] + " does not become ready: " + ReadAll(output));
}

std::string TestServer::WriteFile(const std::string& name, const std::string& text) const {
  std::string path = folder_ + "/" + name;
  std::ofstream(path) << text;
  return path;
}

}  // namespace slowburn
