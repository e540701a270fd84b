#include "actors/ports/handler_attempt.hpp"

#include "actors/ports/spawn.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace praetor {

namespace {

namespace asio = boost::asio;

/// Runs a program.
class program_handler final : public handler_attempt, public std::enable_shared_from_this<program_handler> {
public:
  program_handler(probe_world& world, handler_run run, std::function<void(handler_result)> done)
      : world_(world), what_(std::move(run)), done_(std::move(done)) {}

  void start() override {
    script_settings settings;
    settings.arguments = what_.handler.arguments;
    if (settings.arguments.empty()) settings.arguments = shell_command(what_.handler.line);
    settings.environment = {"CONSUL_INDEX=" + std::to_string(what_.index)};
    settings.input = std::move(what_.news);
    settings.output_limit = what_.output_limit;
    auto run = std::make_shared<script_run>(world_.context, std::move(settings));
    run_ = run;
    auto started = run->start([this, alive = shared_from_this(), output = &run->output()](int status) {
      finish({exit_text(status), 0, {}, output->text()});
    });
    if (!started) finish({started.error().text, 0, {}, {}});
  }

  void abandon() override {
    done_ = nullptr;
    if (auto run = run_.lock()) run->kill();
  }

private:
  void finish(handler_result result) {
    if (auto done = std::exchange(done_, nullptr)) done(std::move(result));
  }

  probe_world& world_;
  handler_run what_;
  std::function<void(handler_result)> done_;
  std::weak_ptr<script_run> run_; ///< lives while the program runs, and keeps this alive
};

http_call call_of(handler_run run) {
  auto& handler = *run.handler.http;
  http_call out;
  out.url = handler.path;
  out.method = handler.method;
  out.body = std::move(run.news);
  // The configured fields are added to these.
  out.header = {{"Content-Type", {"application/json"}}, {"X-Consul-Index", {std::to_string(run.index)}}};
  for (auto& [name, values] : handler.header) {
    auto same = std::find_if(out.header.begin(), out.header.end(),
                             [&](const auto& known) { return equal_fold(known.first, name); });
    auto& into = same == out.header.end() ? out.header[name] : same->second;
    into.insert(into.end(), values.begin(), values.end());
  }
  out.user_agent = "praetor";
  out.tls_skip_verify = handler.tls_skip_verify;
  out.timeout = handler.timeout;
  out.output_limit = run.output_limit;
  return out;
}

/// Calls an HTTP server.
class http_handler_attempt final : public handler_attempt, public std::enable_shared_from_this<http_handler_attempt> {
public:
  http_handler_attempt(probe_world& world, handler_run run, std::function<void(handler_result)> done)
      : world_(world), timeout_(run.handler.http->timeout),
        exchange_(world, world.handler_tls, call_of(std::move(run))), done_(std::move(done)), timer_(world.context) {}

  void start() override {
    timer_.expires_after(timeout_);
    timer_.async_wait([this, alive = shared_from_this()](const boost::system::error_code& ended) {
      if (ended) return;
      finish({exchange_.failed("context deadline exceeded"), 0, {}, {}});
      stop_.emit(asio::cancellation_type::terminal);
    });
    auto run = [](std::shared_ptr<http_handler_attempt> attempt) -> asio::awaitable<void> {
      std::string failure;
      // Asio reports the cancellation of a coroutine by exception.
      try {
        failure = co_await attempt->exchange_.carry_out();
      } catch (const std::exception& e) {
        failure = e.what();
      }
      const auto& exchange = attempt->exchange_;
      attempt->finish({failure, exchange.code(), exchange.status(), exchange.body().text()});
    };
    asio::co_spawn(world_.context, run(shared_from_this()), asio::bind_cancellation_slot(stop_.slot(), asio::detached));
  }

  void abandon() override {
    done_ = nullptr;
    timer_.cancel();
    auto alive = shared_from_this();
    stop_.emit(asio::cancellation_type::terminal);
  }

private:
  void finish(handler_result result) {
    timer_.cancel();
    if (auto done = std::exchange(done_, nullptr)) done(std::move(result));
  }

  probe_world& world_;
  nanoseconds timeout_;
  http_exchange exchange_;
  std::function<void(handler_result)> done_;
  asio::steady_timer timer_;
  asio::cancellation_signal stop_;
};

} // namespace

std::shared_ptr<handler_attempt> make_handler_attempt(probe_world& world, handler_run run,
                                                      std::function<void(handler_result)> done) {
  if (run.handler.http) return std::make_shared<http_handler_attempt>(world, std::move(run), std::move(done));
  return std::make_shared<program_handler>(world, std::move(run), std::move(done));
}

} // namespace praetor
