// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/http_client.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "engine/url.h"
#include "tests/fakes/fake_http_server.h"

namespace slowburn {
namespace {

using Answer = FakeHttpServer::Answer;
using Request = FakeHttpServer::Request;
using absl::StatusCode;

constexpr std::size_t kMegabyte = 1 << 20;

Answer Hello(const Request&) {
  return {.body = "hello"};
}

// A folder that goes with this object.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "slowburn-http-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }

  ~TempFolder() { std::filesystem::remove_all(path_); }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }

  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string MessageOf(const absl::StatusOr<HttpResponse>& response) {
  return std::string(response.status().message());
}

TEST_CASE("HttpClient: sends a request as it is told and reads the answer", "[engine]") {
  const absl::Time date = absl::FromUnixSeconds(1795246211);
  FakeHttpServer server([&](const Request&) {
    return Answer{.status = 418, .body = "{\"a\":1}", .headers = {}, .date = date};
  });
  HttpClient client({.url = server.url(), .headers = {{"X-Scope-OrgID", "a|b"}}});
  const auto response = client.Send({.method = "POST",
                                     .path = "/api/v1/query?x=1",
                                     .content_type = "application/x-www-form-urlencoded",
                                     .body = "query=up"});
  REQUIRE(response.ok());
  CHECK(response->status == 418);
  CHECK(response->body == "{\"a\":1}");
  CHECK(response->date == date);
  CHECK(response->took > absl::ZeroDuration());
  CHECK(response->body_took >= absl::ZeroDuration());
  CHECK(response->body_took < response->took);
  const std::vector<Request> requests = server.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/api/v1/query?x=1");
  CHECK(requests[0].body == "query=up");
  CHECK(requests[0].Header("content-type") == "application/x-www-form-urlencoded");
  CHECK(requests[0].Header("x-scope-orgid") == "a|b");
  CHECK(requests[0].Header("user-agent").starts_with("slowburn/"));
  CHECK(requests[0].headers.count("expect") == 0);
  CHECK(requests[0].headers.count("authorization") == 0);
  CHECK(requests[0].Header("accept-encoding") == "identity");
}

TEST_CASE("HttpClient: asks for compressed answers when it is told to", "[engine]") {
  FakeHttpServer server(Hello);
  HttpClient client({.url = server.url(), .compression = true});
  REQUIRE(client.Send({}).ok());
  CHECK(server.requests()[0].Header("accept-encoding").find("gzip") != std::string::npos);
}

TEST_CASE("HttpClient: joins url and path with one slash", "[engine]") {
  FakeHttpServer server(Hello);

  struct Case {
    const char* name;
    const char* prefix;
    const char* path;
    const char* want;
  };

  const Case cases[] = {
      {"none", "", "api", "/api"},
      {"both", "/", "/api", "/api"},
      {"a prefix", "/select/0/prometheus", "/api/v1/query", "/select/0/prometheus/api/v1/query"},
      {"a prefix with slashes", "/p//", "//api?x=/", "/p/api?x=/"},
      {"no path", "/p", "", "/p/"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      HttpClient client({.url = server.url() + c.prefix});
      REQUIRE(client.Send({.path = c.path}).ok());
      CHECK(server.requests().back().target == c.want);
      CHECK(server.requests().back().method == "GET");
    }
  }
}

TEST_CASE("HttpClient: keeps its connection through many requests", "[engine]") {
  FakeHttpServer server(Hello);
  HttpClient client({.url = server.url()});
  for (int i = 0; i < 20; ++i) {
    REQUIRE(client.Send({.method = i % 2 == 0 ? "GET" : "POST", .body = "x"}).ok());
  }
  std::set<int> connections;
  for (const Request& request : server.requests()) connections.insert(request.client_port);
  CHECK(server.requests().size() == 20);
  CHECK(connections.size() == 1);
}

TEST_CASE("HttpClient: sends many at once, bounded, and answers in order", "[engine]") {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  FakeHttpServer server([&](const Request& request) {
    const int flying = ++now;
    int seen = most;
    while (flying > seen && !most.compare_exchange_weak(seen, flying)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    --now;
    return Answer{.body = request.target};
  });
  HttpClient client({.url = server.url()});
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 40; ++i) requests.push_back({.path = std::to_string(i)});
  std::set<std::size_t> done;
  for (int round = 0; round < 2; ++round) {
    const auto answers = client.SendAll(requests, 4, [&](std::size_t index, absl::Duration took) {
      CHECK(took >= absl::Milliseconds(10));
      done.insert(index);
    });
    REQUIRE(answers.size() == 40);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      REQUIRE(answers[i].ok());
      CHECK(answers[i]->body == "/" + std::to_string(i));
    }
  }
  CHECK(done.size() == 40);
  CHECK(most > 1);
  CHECK(most <= 4);
  std::set<int> connections;
  for (const Request& request : server.requests()) connections.insert(request.client_port);
  CHECK(connections.size() <= 4);
}

TEST_CASE("HttpClient: serves several threads", "[engine]") {
  FakeHttpServer server([](const Request& request) { return Answer{.body = request.target}; });
  HttpClient client({.url = server.url()});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const std::string path = std::to_string(t) + "." + std::to_string(i);
        const auto answer = client.Send({.path = path});
        if (answer.ok() && answer->body == "/" + path) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 100);
}

TEST_CASE("HttpClient: reads compressed answers", "[engine]") {
  const std::string body(5 * kMegabyte, 'a');
  FakeHttpServer server([&](const Request&) { return Answer{.body = body}; });
  HttpClient client({.url = server.url()});
  const auto response = client.Send({});
  REQUIRE(response.ok());
  CHECK(response->body == body);
}

TEST_CASE("HttpClient: tells what went wrong", "[engine]") {
  struct Case {
    const char* name;
    Answer answer;
    StatusCode want;
  };

  const Case cases[] = {
      {"a hang-up", {.hang_up = true}, StatusCode::kUnavailable},
      {"a body cut off", {.body = "hello", .cut_after = 3}, StatusCode::kUnavailable},
      {"an answer that does not come", {.delay = absl::Seconds(30)}, StatusCode::kDeadlineExceeded},
      {"a body over the bound",
       {.body = std::string(2 * kMegabyte, 'a')},
       StatusCode::kResourceExhausted},
      {"a body said to be over the bound",
       {.body = "x", .claimed_length = std::size_t{1} << 40},
       StatusCode::kResourceExhausted},
      {"a body that is not compressed as it says",
       {.body = "hello", .content_type = "x/y", .headers = {{"Content-Encoding", "gzip"}}},
       StatusCode::kDataLoss},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      FakeHttpServer server([&](const Request&) { return c.answer; });
      // Short only where the time is what is tested: a busy machine takes long for the others.
      const bool hangs = c.want == StatusCode::kDeadlineExceeded;
      HttpClient client(
          {.url = server.url(), .timeout = hangs ? absl::Milliseconds(300) : absl::Seconds(20)},
          kMegabyte);
      const auto response = client.Send({});
      CHECK(response.status().code() == c.want);
      CHECK(MessageOf(response).starts_with(server.url()));
    }
  }
}

TEST_CASE("HttpClient: a server that is not there is unavailable, and recovers", "[engine]") {
  auto server = std::make_unique<FakeHttpServer>(Hello);
  HttpClient client({.url = server->url()});
  REQUIRE(client.Send({}).ok());
  server.reset();
  CHECK(client.Send({}).status().code() == StatusCode::kUnavailable);
}

TEST_CASE("HttpClient: a hang-up on a kept connection is tried again on a new one", "[engine]") {
  std::atomic<int> count = 0;
  FakeHttpServer server([&](const Request&) { return Answer{.hang_up = ++count == 2}; });
  HttpClient client({.url = server.url()});
  REQUIRE(client.Send({.method = "POST", .body = "x"}).ok());
  CHECK(client.Send({.method = "POST", .body = "x"}).ok());
  CHECK(count == 3);
}

TEST_CASE("HttpClient: authenticates", "[engine]") {
  TempFolder folder;
  const std::string password_file = folder.Write("password", "  from a file\n");
  const std::string token_file = folder.Write("token", "t0ken\n");
  FakeHttpServer server(Hello);

  struct Case {
    const char* name;
    HttpSettings settings;
    std::string want;
  };

  const std::string host = server.url().substr(7);
  const Case cases[] = {
      {"with a password",
       {.url = server.url(), .username = "anna", .password = "secret"},
       "Basic YW5uYTpzZWNyZXQ="},
      {"with a password of a file",
       {.url = server.url(), .username = "anna", .password_file = password_file},
       "Basic YW5uYTpmcm9tIGEgZmlsZQ=="},
      {"with a password of the url",
       {.url = "http://anna:s%65cret@" + host},
       "Basic YW5uYTpzZWNyZXQ="},
      {"with a token", {.url = server.url(), .bearer_token = "abc"}, "Bearer abc"},
      {"with a token of a file",
       {.url = server.url(), .bearer_token_file = token_file},
       "Bearer t0ken"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      HttpClient client(c.settings);
      REQUIRE(client.Send({}).ok());
      CHECK(server.requests().back().Header("authorization") == c.want);
      CHECK(client.display_url() == server.url());
    }
  }
}

TEST_CASE("HttpClient: reads secret files again for each request", "[engine]") {
  TempFolder folder;
  const std::string file = folder.Write("token", "one");
  FakeHttpServer server(Hello);
  HttpClient client({.url = server.url(), .bearer_token_file = file});
  REQUIRE(client.Send({}).ok());
  folder.Write("token", "two");
  REQUIRE(client.Send({}).ok());
  CHECK(server.requests()[0].Header("authorization") == "Bearer one");
  CHECK(server.requests()[1].Header("authorization") == "Bearer two");

  const std::string password = folder.Write("password", "one");
  HttpClient basic({.url = server.url(), .username = "u", .password_file = password});
  REQUIRE(basic.Send({}).ok());
  std::filesystem::remove(password);
  CHECK(basic.Send({}).status().code() == StatusCode::kFailedPrecondition);
  folder.Write("password", "two");
  REQUIRE(basic.Send({}).ok());
  CHECK(server.requests()[2].Header("authorization") == "Basic dTpvbmU=");
  CHECK(server.requests()[3].Header("authorization") == "Basic dTp0d28=");
}

// Sets a variable of the environment for as long as it lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }

  ~Environment() { unsetenv(name_); }

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

TEST_CASE("HttpClient: uses the proxy that it is told to, and no other", "[engine]") {
  FakeHttpServer server(Hello);
  FakeHttpServer proxy([](const Request&) { return Answer{.body = "proxy"}; });
  FakeHttpServer other([](const Request&) { return Answer{.body = "other"}; });
  const Environment variable("http_proxy", other.url());
  const std::string with_password = "http://anna:hunter2@" + proxy.url().substr(7);

  struct Case {
    const char* name;
    HttpSettings settings;
    std::string want;
  };

  const Case cases[] = {
      {"none, whatever the environment says", {.url = server.url()}, "hello"},
      {"one that is given", {.url = server.url(), .proxy_url = proxy.url()}, "proxy"},
      {"one with a password", {.url = server.url(), .proxy_url = with_password}, "proxy"},
      {"none for a host that is excepted",
       {.url = server.url(), .proxy_url = proxy.url(), .no_proxy = "a.example,127.0.0.1"},
       "hello"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      HttpClient client(c.settings);
      const auto response = client.Send({.path = "x"});
      REQUIRE(response.ok());
      CHECK(response->body == c.want);
      if (c.settings.proxy_url == with_password) {
        CHECK(proxy.requests().back().Header("proxy-authorization") == "Basic YW5uYTpodW50ZXIy");
        CHECK(proxy.requests().back().target == server.url() + "/x");
      }
    }
  }
  const Environment exception("no_proxy", "127.0.0.1");
  CHECK(HttpClient({.url = server.url(), .proxy_url = proxy.url()}).Send({})->body == "proxy");
}

TEST_CASE("HttpClient: no password of a proxy is in an error", "[engine]") {
  HttpClient client({.url = "http://am.example", .proxy_url = "http://anna:hunter2@127.0.0.1:1"});
  const auto response = client.Send({});
  REQUIRE_FALSE(response.ok());
  CHECK(MessageOf(response).find("hunter2") == std::string::npos);
}

TEST_CASE("HttpClient: connects to a given address under the url's own name", "[engine]") {
  FakeHttpServer server(Hello);
  const std::string port = std::to_string(server.port());
  HttpClient client({.url = "http://am.invalid:" + port, .address = "127.0.0.1"});
  REQUIRE(client.Send({}).ok());
  CHECK(server.requests()[0].Header("host") == "am.invalid:" + port);
  CHECK(client.display_url() == "http://am.invalid:" + port);
}

TEST_CASE("HttpClient: unusable settings fail without a request", "[engine]") {
  TempFolder folder;
  FakeHttpServer server(Hello);

  struct Case {
    const char* name;
    HttpSettings settings;
    std::string message;
  };

  const Case cases[] = {
      {"a missing secret file",
       {.url = server.url(), .bearer_token_file = folder.path("none")},
       "none"},
      {"an empty secret file",
       {.url = server.url(), .bearer_token_file = folder.Write("empty", "\n")},
       "is empty"},
      {"a secret of two lines",
       {.url = server.url(), .bearer_token_file = folder.Write("lines", "a\r\nX: hunter2")},
       "control characters"},
      {"a header of two lines",
       {.url = server.url(), .headers = {{"X", "hunter2\r\nY: 2"}}},
       "control characters"},
      {"a url that is none", {.url = "localhost:9090"}, "not a url"},
      {"another scheme", {.url = "ftp://localhost/"}, "http://"},
      {"a query in the url", {.url = server.url() + "/?token=hunter2"}, "no query"},
      {"a secret in a broken url", {.url = "http://anna:hunter2@[::bad/x"}, "not a url"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      HttpClient client(c.settings);
      const auto response = client.Send({});
      CHECK(response.status().code() == StatusCode::kFailedPrecondition);
      CHECK(MessageOf(response).find(c.message) != std::string::npos);
      CHECK(MessageOf(response).find("hunter2") == std::string::npos);
      CHECK(client.display_url().find("hunter2") == std::string::npos);
      CHECK(server.requests().empty());
    }
  }
}

TEST_CASE("HttpClient: no secret is in an error", "[engine]") {
  FakeHttpServer server([](const Request&) { return Answer{.hang_up = true}; });
  const std::string host = server.url().substr(7);
  HttpClient client({.url = "http://anna:hunter2@" + host + "/prefix", .bearer_token = "hunter2"});
  const auto response = client.Send({});
  REQUIRE_FALSE(response.ok());
  CHECK(MessageOf(response).find("hunter2") == std::string::npos);
  CHECK(client.display_url() == server.url() + "/prefix");
}

TEST_CASE("HttpClient: does not follow redirects", "[engine]") {
  FakeHttpServer other(Hello);
  FakeHttpServer server([&](const Request&) {
    return Answer{.status = 302, .headers = {{"Location", other.url()}}};
  });
  HttpClient client({.url = server.url(), .bearer_token = "secret"});
  const auto response = client.Send({});
  REQUIRE(response.ok());
  CHECK(response->status == 302);
  CHECK(other.requests().empty());
}

TEST_CASE("HttpClient: cancel ends what is in progress and what comes later", "[engine]") {
  FakeHttpServer server([](const Request&) { return Answer{.delay = absl::Minutes(5)}; });
  HttpClient client({.url = server.url(), .timeout = absl::Minutes(5)});
  const std::vector<HttpRequest> requests(10);
  std::vector<absl::StatusOr<HttpResponse>> answers;
  std::thread sender([&] { answers = client.SendAll(requests, 2); });
  REQUIRE(server.WaitForRequests(2));
  client.Cancel();
  sender.join();
  REQUIRE(answers.size() == 10);
  for (const auto& answer : answers) CHECK(answer.status().code() == StatusCode::kCancelled);
  CHECK(client.Send({}).status().code() == StatusCode::kCancelled);
}

TEST_CASE("HttpClient: one bad request of many spoils no other", "[engine]") {
  FakeHttpServer server([](const Request& request) {
    return Answer{.body = "fine", .hang_up = request.target == "/bad"};
  });
  HttpClient client({.url = server.url()});
  const std::vector<HttpRequest> requests = {{.path = "a"}, {.path = "bad"}, {.path = "b"}};
  const auto answers = client.SendAll(requests, 3);
  CHECK(answers[0].ok());
  CHECK(answers[1].status().code() == StatusCode::kUnavailable);
  CHECK(answers[2].ok());
}

// A certificate for `prometheus.internal`, made with the openssl program; false without it.
bool MakeCertificate(const TempFolder& folder) {
  const std::string command =
      "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=prometheus.internal "
      "-addext subjectAltName=DNS:prometheus.internal -keyout " +
      folder.path("key.pem") + " -out " + folder.path("cert.pem") + " 2>/dev/null";
  return std::system(command.c_str()) == 0;
}

TEST_CASE("HttpClient: verifies the server it speaks TLS with", "[engine]") {
  TempFolder folder;
  if (!MakeCertificate(folder)) {
    WARN("skipped: no openssl program to make a certificate with");
    return;
  }
  const std::string cert = folder.path("cert.pem");
  FakeHttpServer server(Hello, FakeHttpServer::Tls{cert, folder.path("key.pem")});

  struct Case {
    const char* name;
    HttpSettings settings;
    StatusCode want;
  };

  const Case cases[] = {
      {"an unknown authority", {.url = server.url()}, StatusCode::kFailedPrecondition},
      {"another name", {.url = server.url(), .ca_file = cert}, StatusCode::kFailedPrecondition},
      {"another name, given",
       {.url = server.url(), .ca_file = cert, .server_name = "prometheus.internal"},
       StatusCode::kOk},
      {"a wrong name given",
       {.url = server.url(), .ca_file = cert, .server_name = "other.internal"},
       StatusCode::kFailedPrecondition},
      {"no verification", {.url = server.url(), .insecure_skip_verify = true}, StatusCode::kOk},
      {"a missing authority file",
       {.url = server.url(), .ca_file = folder.path("none")},
       StatusCode::kFailedPrecondition},
      {"a missing key",
       {.url = server.url(),
        .ca_file = cert,
        .cert_file = cert,
        .key_file = folder.path("none"),
        .server_name = "prometheus.internal"},
       StatusCode::kFailedPrecondition},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      HttpClient client(c.settings);
      const auto response = client.Send({.path = "x"});
      INFO(response.status());
      CHECK(response.status().code() == c.want);
      if (response.ok()) {
        CHECK(server.requests().back().Header("host") == server.url().substr(8));
      } else {
        CHECK(MessageOf(response).starts_with(server.url()));
      }
    }
  }
}

TEST_CASE("UrlEncode: keeps only what is unreserved", "[engine]") {
  CHECK(UrlEncode("az AZ09-._~") == "az%20AZ09-._~");
  CHECK(UrlEncode("a{b=~\"x|y\"}[5m]&+%") == "a%7Bb%3D~%22x%7Cy%22%7D%5B5m%5D%26%2B%25");
  CHECK(UrlEncode("\xc3\xa9") == "%C3%A9");
  CHECK(UrlEncode("").empty());
}

}  // namespace
}  // namespace slowburn
