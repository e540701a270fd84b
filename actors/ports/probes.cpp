#include "actors/ports/probes.hpp"

#include "actors/ports/configured_tls.hpp"
#include "actors/ports/handler_attempt.hpp"
#include "actors/ports/outbound_attempt.hpp"
#include "actors/ports/probe_attempt.hpp"
#include "protocol/types/check_kinds.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

namespace praetor {

namespace {

namespace asio = boost::asio;

/// Posts tasks to the I/O thread, for owners that may outlive it.
class probe_entrance {
public:
  explicit probe_entrance(asio::io_context& context) : context_(&context) {}
  template <class Task>
  void post(Task task) {
    std::lock_guard lock(mutex_);
    if (context_) asio::post(*context_, std::move(task));
  }
  void close() {
    std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

private:
  std::mutex mutex_;
  asio::io_context* context_; // guarded by mutex_
};

class attempt_under_way final : public running_probe {
public:
  attempt_under_way(std::shared_ptr<probe_entrance> entrance, std::shared_ptr<probe_listener> listener,
                    std::weak_ptr<probe_attempt> attempt)
      : entrance_(std::move(entrance)), listener_(std::move(listener)), attempt_(std::move(attempt)) {}

  void cancel() override {
    if (!listener_->forget()) return;
    entrance_->post([attempt = attempt_] {
      if (auto alive = attempt.lock()) alive->abandon();
    });
  }

private:
  std::shared_ptr<probe_entrance> entrance_;
  std::shared_ptr<probe_listener> listener_;
  std::weak_ptr<probe_attempt> attempt_;
};

std::string first_nameserver() {
  std::ifstream file("/etc/resolv.conf");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string word, address;
    if (words >> word >> address && word == "nameserver")
      return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":53";
  }
  return "127.0.0.1:53";
}

probe_tls tls_of_checks(const config::runtime_config& config) {
  return config.enable_agent_tls_for_checks ? probe_tls(configured_tls(config.tls_internal_rpc)) : probe_tls();
}

class handler_under_way final : public running_handler {
public:
  handler_under_way(std::shared_ptr<probe_entrance> entrance, std::weak_ptr<handler_attempt> attempt)
      : entrance_(std::move(entrance)), attempt_(std::move(attempt)) {}
  ~handler_under_way() override {
    entrance_->post([attempt = attempt_] {
      if (auto alive = attempt.lock()) alive->abandon();
    });
  }

private:
  std::shared_ptr<probe_entrance> entrance_;
  std::weak_ptr<handler_attempt> attempt_;
};

class production_probes final : public outward_port {
public:
  explicit production_probes(const config::runtime_config& config) {
    world_.tls = tls_of_checks(config);
    world_.proxies = proxy_rules(environment_variable);
    world_.nameserver = first_nameserver();
    thread_ = std::thread([this] {
      // Block signals: the main thread handles them.
      sigset_t all;
      sigfillset(&all);
      pthread_sigmask(SIG_BLOCK, &all, nullptr);
      world_.context.run();
    });
  }
  ~production_probes() override {
    entrance_->close();
    world_.context.stop();
    thread_.join();
  }

  expected<void> possible(const check_definition& d) const override {
    const auto* row = row_of(check_kind(d));
    return row && row->means ? row->means() : expected<void>();
  }

  std::shared_ptr<running_probe> start(const probe_request& request, std::function<void(probe_result)> done) override {
    auto listener = std::make_shared<probe_listener>(std::move(done));
    auto attempt = make(request, listener);
    if (!attempt) {
      listener->tell(critical("This kind of check cannot be carried out"));
      return std::make_shared<attempt_under_way>(entrance_, listener, attempt);
    }
    auto handle = std::make_shared<attempt_under_way>(entrance_, listener, attempt);
    entrance_->post([attempt = std::move(attempt)] { attempt->start(); });
    return handle;
  }

  std::shared_ptr<running_handler> run(handler_run what, std::function<void(handler_result)> done) override {
    auto attempt = make_handler_attempt(world_, std::move(what), std::move(done));
    entrance_->post([attempt] { attempt->start(); });
    return std::make_shared<handler_under_way>(entrance_, attempt);
  }

  void fetch(outbound_request request, std::function<void(outbound_reply)> done) override {
    entrance_->post([this, request = std::move(request), done = std::move(done)]() mutable {
      start_outbound(world_, std::move(request), std::move(done));
    });
  }

  void reload(const config::runtime_config& config) override {
    entrance_->post([this, tls = tls_of_checks(config)] { world_.tls = tls; });
  }

private:
  std::shared_ptr<probe_attempt> make(const probe_request& request, const std::shared_ptr<probe_listener>& listener) {
    const auto* row = row_of(check_kind(request.definition));
    return row ? row->make(world_, request, listener) : nullptr;
  }

  static const probe_row* row_of(std::string_view kind) {
    const auto* found = std::ranges::find(probe_rows, kind, &probe_row::kind);
    return found == std::end(probe_rows) ? nullptr : found;
  }

  probe_world world_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{world_.context.get_executor()};
  std::shared_ptr<probe_entrance> entrance_ = std::make_shared<probe_entrance>(world_.context);
  std::thread thread_;
};

} // namespace

std::shared_ptr<outward_port> make_production_probes(const config::runtime_config& config) {
  return std::make_shared<production_probes>(config);
}

} // namespace praetor
