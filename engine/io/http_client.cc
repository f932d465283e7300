// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/http_client.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <ctime>
#include <set>
#include <utility>

#include <curl/curl.h>
#include <fmt/format.h>

#include "engine/io/http_client_target.h"
#include "engine/mutex.h"
#include "engine/status_macros.h"

namespace slowburn {
namespace {

constexpr absl::Duration kMaxConnectTime = absl::Seconds(5);
constexpr long kMaxIdleConnections = 64;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

using List = std::unique_ptr<curl_slist, ListDeleter>;
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

void Append(List& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  assert(longer != nullptr);
  (void)list.release();
  list.reset(longer);
}

absl::StatusCode CodeOf(CURLcode code) {
  switch (static_cast<int>(code)) {
    case CURLE_OPERATION_TIMEDOUT:
      return absl::StatusCode::kDeadlineExceeded;
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_OUT_OF_MEMORY:
      return absl::StatusCode::kResourceExhausted;
    case CURLE_BAD_CONTENT_ENCODING:
      return absl::StatusCode::kDataLoss;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
      return absl::StatusCode::kFailedPrecondition;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

// One request on its way.
class Transfer {
 public:
  Transfer(std::size_t index, Easy easy, std::size_t max_body_bytes)
      : index_(index), easy_(std::move(easy)), max_body_bytes_(max_body_bytes) {}

  // Sets everything up.  `request` must outlive the transfer.
  absl::Status Prepare(const HttpSettings& settings, const HttpTarget& target,
                       const HttpRequest& request) {
    SLOWBURN_RETURN_IF_ERROR(target.problem);
    SetBasics(settings, target, request);
    SetTls(settings);
    SetProxy(settings);
    return SetHeaders(settings, target, request);
  }

  // What became of it, after libcurl ended it with `code`.
  absl::StatusOr<HttpResponse> Finish(CURLcode code, const HttpTarget& target) {
    if (too_large_ || code == CURLE_FILESIZE_EXCEEDED) {
      return absl::ResourceExhaustedError(
          fmt::format("{}: answer is larger than {} bytes", target.display, max_body_bytes_));
    }
    if (code != CURLE_OK) {
      const char* const why = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
      return absl::Status(CodeOf(code), fmt::format("{}: {}", target.display, why));
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    response_.date = Date();
    response_.took = Took();
    curl_off_t first_byte_us = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_STARTTRANSFER_TIME_T, &first_byte_us);
    response_.body_took = response_.took - absl::Microseconds(first_byte_us);
    return std::move(response_);
  }

  absl::Duration Took() const {
    curl_off_t us = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_TOTAL_TIME_T, &us);
    return absl::Microseconds(us);
  }

  std::size_t index() const { return index_; }

  CURL* easy() const { return easy_.get(); }

  // Gives the handle back for the next transfer.
  Easy Release() {
    curl_easy_reset(easy_.get());  // Else it would keep pointers into this.
    return std::move(easy_);
  }

 private:
  template <typename T>
  void Set(CURLoption option, T value) {
    [[maybe_unused]] const CURLcode code = curl_easy_setopt(easy_.get(), option, value);
    assert(code == CURLE_OK);
  }

  void SetBasics(const HttpSettings& settings, const HttpTarget& target,
                 const HttpRequest& request) {
    const std::size_t path = std::min(request.path.find_first_not_of('/'), request.path.size());
    Set(CURLOPT_URL, fmt::format("{}/{}", target.url, request.path.substr(path)).c_str());
    Set(CURLOPT_PRIVATE, this);
    Set(CURLOPT_ERRORBUFFER, error_.data());
    Set(CURLOPT_WRITEFUNCTION, &Transfer::OnBody);
    Set(CURLOPT_WRITEDATA, this);
    Set(CURLOPT_NOSIGNAL, 1L);
    // A name server that hangs must not hold a transfer beyond its timeout.
    Set(CURLOPT_QUICK_EXIT, 1L);
    Set(CURLOPT_PROTOCOLS_STR, "http,https");
    // Redirects are not followed: they would carry headers, tenants among them, to strangers.
    Set(CURLOPT_FOLLOWLOCATION, 0L);
    Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    // Set in any case, so that an answer that is compressed unasked is understood.
    Set(CURLOPT_ACCEPT_ENCODING, settings.compression ? "" : "identity");
    Set(CURLOPT_USERAGENT, "slowburn/" SLOWBURN_VERSION);
    Set(CURLOPT_TCP_KEEPALIVE, 1L);
    Set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(max_body_bytes_));
    Set(CURLOPT_TIMEOUT_MS, Millis(settings.timeout));
    Set(CURLOPT_CONNECTTIMEOUT_MS, Millis(std::min(settings.timeout, kMaxConnectTime)));
    if (request.method == "POST") {
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      Set(CURLOPT_POSTFIELDS, request.body.data());
    } else if (request.method != "GET") {
      Set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  void SetTls(const HttpSettings& settings) {
    if (!settings.ca_file.empty()) Set(CURLOPT_CAINFO, settings.ca_file.c_str());
    if (!settings.cert_file.empty()) Set(CURLOPT_SSLCERT, settings.cert_file.c_str());
    if (!settings.key_file.empty()) Set(CURLOPT_SSLKEY, settings.key_file.c_str());
    Set(CURLOPT_CA_CACHE_TIMEOUT, 60L);  // The default is a day: a renewed ca_file must count.
    if (settings.insecure_skip_verify) {
      Set(CURLOPT_SSL_VERIFYPEER, 0L);
      Set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
  }

  // Always set, as libcurl would else ask the environment, of which nobody thinks at night.
  void SetProxy(const HttpSettings& settings) {
    if (settings.proxy_from_environment) return;
    Set(CURLOPT_PROXY, settings.proxy_url.c_str());
    Set(CURLOPT_NOPROXY, settings.no_proxy.c_str());
  }

  absl::Status SetHeaders(const HttpSettings& settings, const HttpTarget& target,
                          const HttpRequest& request) {
    SLOWBURN_ASSIGN_OR_RETURN(std::string password,
                              Secret(settings.password, settings.password_file));
    SLOWBURN_ASSIGN_OR_RETURN(const std::string token,
                              Secret(settings.bearer_token, settings.bearer_token_file));
    const bool of_url = settings.username.empty();
    const std::string& username = of_url ? target.username : settings.username;
    if (of_url && password.empty()) password = target.password;
    if (!username.empty()) {
      Set(CURLOPT_USERNAME, username.c_str());
      Set(CURLOPT_PASSWORD, password.c_str());
      Set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    }
    headers_.reset();
    Append(headers_, "Expect:");  // No pause to ask whether a large body is welcome.
    if (request.method == "POST") Append(headers_, "Content-Type: " + request.content_type);
    if (!token.empty()) Append(headers_, "Authorization: Bearer " + token);
    if (!target.host_header.empty()) Append(headers_, "Host: " + target.host_header);
    for (const auto& [name, value] : settings.headers) {
      if (name.empty() || HasControl(name) || HasControl(value)) {
        return absl::FailedPreconditionError(fmt::format(
            "{}: a header of the configuration has control characters or no name", target.display));
      }
      Append(headers_, value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
    }
    Set(CURLOPT_HTTPHEADER, headers_.get());
    if (!settings.unix_socket.empty()) {
      Set(CURLOPT_UNIX_SOCKET_PATH, settings.unix_socket.c_str());
    }
    if (!target.connect_to.empty()) {
      Append(connect_to_, target.connect_to);
      Set(CURLOPT_CONNECT_TO, connect_to_.get());
    }
    return absl::OkStatus();
  }

  static long Millis(absl::Duration duration) {
    return std::clamp<long>(absl::ToInt64Milliseconds(duration), 1, 24L * 3600 * 1000);
  }

  static std::size_t OnBody(const char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Transfer*>(self)->AddBody({data, size}) ? size : 0;
  }

  bool AddBody(std::string_view data) {
    std::string& body = response_.body;
    if (data.size() > max_body_bytes_ - body.size()) {
      too_large_ = true;
      return false;
    }
    body += data;
    return true;
  }

  std::optional<absl::Time> Date() const {
    curl_header* header = nullptr;
    if (curl_easy_header(easy_.get(), "Date", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
      return std::nullopt;
    }
    const std::time_t seconds = curl_getdate(header->value, nullptr);
    if (seconds == -1) return std::nullopt;
    return absl::FromUnixSeconds(seconds);
  }

  const std::size_t index_;
  Easy easy_;
  const std::size_t max_body_bytes_;
  bool too_large_ = false;
  std::array<char, CURL_ERROR_SIZE> error_{};
  List headers_;
  List connect_to_;
  HttpResponse response_;
};

// What all requests of one client share.
struct Shared {
  const HttpSettings settings;
  const HttpTarget target;
  const std::size_t max_body_bytes;
  std::atomic<bool> cancelled = false;
};

// What one call asks for.
struct Batch {
  std::span<const HttpRequest> requests;
  std::size_t max_in_flight = 1;
  const HttpClient::OnDone& on_done;
  std::vector<absl::StatusOr<HttpResponse>> answers;
  std::size_t next = 0;  // The first request not begun.

  void Done(std::size_t index, absl::Duration took, absl::StatusOr<HttpResponse> answer) {
    answers[index] = std::move(answer);
    if (on_done) on_done(index, took);
  }
};

// A multi handle with its connections.  One call at a time; only Wake is for other threads.
class Session {
 public:
  explicit Session(const Shared& shared) : shared_(shared), multi_(curl_multi_init()) {
    assert(multi_ != nullptr);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kMaxIdleConnections);
  }

  // Sends all of `batch`; requests that a cancellation cut short keep the answer they had.
  void Run(Batch& batch) {
    while (!shared_.cancelled && (batch.next < batch.requests.size() || !flying_.empty())) {
      while (batch.next < batch.requests.size() && flying_.size() < batch.max_in_flight) {
        Begin(batch);
      }
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      if (!EndFinished(batch) && !flying_.empty()) {
        curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
      }
    }
    while (!flying_.empty()) Land(flying_.begin());
  }

  void Wake() { curl_multi_wakeup(multi_.get()); }

 private:
  using Transfers = std::vector<std::unique_ptr<Transfer>>;

  Easy NewEasy() {
    Easy easy;
    if (idle_.empty()) {
      easy.reset(curl_easy_init());
      assert(easy != nullptr);
    } else {
      easy = std::move(idle_.back());
      idle_.pop_back();
    }
    return easy;
  }

  void Begin(Batch& batch) {
    const std::size_t index = batch.next++;
    auto transfer = std::make_unique<Transfer>(index, NewEasy(), shared_.max_body_bytes);
    const absl::Status status =
        transfer->Prepare(shared_.settings, shared_.target, batch.requests[index]);
    if (!status.ok()) {
      idle_.push_back(transfer->Release());
      batch.Done(index, absl::ZeroDuration(), status);
      return;
    }
    curl_multi_add_handle(multi_.get(), transfer->easy());
    flying_.push_back(std::move(transfer));
  }

  // Returns whether any transfer had ended.
  bool EndFinished(Batch& batch) {
    bool any = false;
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto it = std::find_if(flying_.begin(), flying_.end(), [&](const auto& transfer) {
        return transfer->easy() == message->easy_handle;
      });
      assert(it != flying_.end());
      batch.Done((*it)->index(), (*it)->Took(), (*it)->Finish(code, shared_.target));
      Land(it);
      any = true;
    }
    return any;
  }

  void Land(Transfers::iterator it) {
    curl_multi_remove_handle(multi_.get(), (*it)->easy());
    idle_.push_back((*it)->Release());
    flying_.erase(it);
  }

  const Shared& shared_;
  Multi multi_;
  std::vector<Easy> idle_;
  Transfers flying_;
};

void InitializeLibcurl() {
  [[maybe_unused]] static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  assert(once == CURLE_OK);
}

}  // namespace

class HttpClient::Impl {
 public:
  Impl(HttpSettings settings, std::size_t max_body_bytes)
      : shared_{.settings = settings,
                .target = ParseTarget(settings),
                .max_body_bytes = max_body_bytes} {}

  std::vector<absl::StatusOr<HttpResponse>> SendAll(std::span<const HttpRequest> requests,
                                                    int max_in_flight, const OnDone& on_done) {
    Batch batch{.requests = requests,
                .max_in_flight = static_cast<std::size_t>(std::max(max_in_flight, 1)),
                .on_done = on_done,
                .answers = {}};
    const absl::Status cancelled =
        absl::CancelledError(fmt::format("{}: cancelled", shared_.target.display));
    batch.answers.assign(requests.size(), cancelled);
    std::unique_ptr<Session> session = Take();
    session->Run(batch);
    Return(std::move(session));
    return std::move(batch.answers);
  }

  void Cancel() {
    shared_.cancelled = true;
    const MutexLock lock(&mutex_);
    for (Session* session : active_) session->Wake();
  }

  const std::string& display_url() const { return shared_.target.display; }

 private:
  // The session used last has the warmest connections.
  std::unique_ptr<Session> Take() {
    const MutexLock lock(&mutex_);
    std::unique_ptr<Session> session;
    if (idle_.empty()) {
      session = std::make_unique<Session>(shared_);
    } else {
      session = std::move(idle_.back());
      idle_.pop_back();
    }
    active_.insert(session.get());
    return session;
  }

  void Return(std::unique_ptr<Session> session) {
    const MutexLock lock(&mutex_);
    active_.erase(session.get());
    idle_.push_back(std::move(session));
  }

  Shared shared_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Session>> idle_ ABSL_GUARDED_BY(mutex_);
  std::set<Session*> active_ ABSL_GUARDED_BY(mutex_);
};

HttpClient::HttpClient(HttpSettings settings, std::size_t max_body_bytes) {
  InitializeLibcurl();
  impl_ = std::make_unique<Impl>(std::move(settings), max_body_bytes);
}

HttpClient::~HttpClient() = default;

absl::StatusOr<HttpResponse> HttpClient::Send(const HttpRequest& request) {
  return std::move(impl_->SendAll({&request, 1}, 1, {}).front());
}

std::vector<absl::StatusOr<HttpResponse>> HttpClient::SendAll(std::span<const HttpRequest> requests,
                                                              int max_in_flight,
                                                              const OnDone& on_done) {
  return impl_->SendAll(requests, max_in_flight, on_done);
}

void HttpClient::Cancel() {
  impl_->Cancel();
}

const std::string& HttpClient::display_url() const {
  return impl_->display_url();
}

}  // namespace slowburn
