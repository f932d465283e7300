// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/child_process.h"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slowburn {
namespace {

bool IsFree(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool free = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return free;
}

}  // namespace

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
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<int> ports(20'000, 29'999);
  for (int i = 0; i < 1000; ++i) {
    const int port = ports(random);
    if (IsFree(port)) return port;
  }
  throw std::runtime_error("no free port");
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

ChildProcess::ChildProcess(const std::vector<std::string>& command, const std::string& output) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int log = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) {  // Only what is safe after a fork of a process with threads.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(log);
  if (pid_ < 0) throw std::runtime_error("fork failed");
}

ChildProcess::~ChildProcess() {
  Signal(SIGKILL);
  Wait(absl::InfiniteDuration());
}

void ChildProcess::Signal(int signal) {
  if (!ended_) kill(pid_, signal);
}

std::optional<int> ChildProcess::Wait(absl::Duration bound) {
  constexpr auto kPoll = std::chrono::milliseconds(5);
  for (absl::Duration waited; !ended_; waited += absl::FromChrono(kPoll)) {
    const bool forever = bound == absl::InfiniteDuration();
    int status = 0;
    if (waitpid(pid_, &status, forever ? 0 : WNOHANG) == pid_) {
      ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      break;
    }
    if (waited >= bound) break;
    std::this_thread::sleep_for(kPoll);
  }
  return ended_;
}

int ChildProcess::End() {
  Signal(SIGTERM);
  if (!Wait(absl::Seconds(5))) Signal(SIGKILL);
  return Wait(absl::InfiniteDuration()).value_or(-1);
}

}  // namespace slowburn
