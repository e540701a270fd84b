#include "actors/ports/probes.hpp"

#include "actors/ports/handler_attempt.hpp"
#include "protocol/config/runtime_config.hpp"

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

probe_tls_settings tls_settings_of(const config::runtime_config& config) {
  probe_tls_settings settings;
  if (!config.enable_agent_tls_for_checks) return settings;
  settings.ca_file = config.tls_internal_rpc.ca_file;
  settings.ca_path = config.tls_internal_rpc.ca_path;
  settings.cert_file = config.tls_internal_rpc.cert_file;
  settings.key_file = config.tls_internal_rpc.key_file;
  return settings;
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
    world_.tls = probe_tls(tls_settings_of(config));
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

  void reload(const config::runtime_config& config) override {
    entrance_->post([this, settings = tls_settings_of(config)] { world_.tls = probe_tls(settings); });
  }

private:
  std::shared_ptr<probe_attempt> make(const probe_request& request, const std::shared_ptr<probe_listener>& listener) {
    const auto& d = request.definition;
    if (!d.http.empty()) return make_http_probe(world_, request, listener);
    if (!d.tcp.empty()) return make_tcp_probe(world_, request, listener);
    if (!d.udp.empty()) return make_udp_probe(world_, request, listener);
    if (!d.script_args.empty()) return make_script_probe(world_, request, listener);
    return nullptr;
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
