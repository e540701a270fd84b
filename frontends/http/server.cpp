#include "frontends/http/server.hpp"

#include "frontends/http/listener.hpp"

#include <algorithm>
#include <future>
#include <pthread.h>
#include <signal.h>
#include <thread>

namespace praetor::http {

namespace {

constexpr unsigned max_default_threads = 4;

unsigned thread_count(const server_options& options) {
  if (options.threads != 0) return options.threads;
  return std::clamp(std::thread::hardware_concurrency(), 1U, max_default_threads);
}

limit_options normal(limit_options limits) {
  if (limits.max_header_bytes == 0) limits.max_header_bytes = 1 << 20;
  return limits;
}

/// What the connections of HTTPS listeners are made from.
expected<tls_context> make_listener_context(tls_options options) {
  bool certificate = !options.certificate.empty() || !options.cert_file.empty();
  bool key = !options.private_key.empty() || !options.key_file.empty();
  if (!certificate || !key) return fail("an HTTPS listener needs a certificate and its private key");
  options.side = tls_side::listener;
  options.application_protocol = "http/1.1";
  auto context = make_tls_context(options);
  if (!context) return fail(context.error().text());
  return *context;
}

/// Runs `action` on the loop's thread and waits for it.
void run_and_wait(io_loop& loop, std::function<void()> action) {
  auto done = std::make_shared<std::promise<void>>();
  auto finished = done->get_future();
  loop.run_soon([done, action = std::move(action)] {
    action();
    done->set_value();
  });
  finished.wait();
}

} // namespace

struct server::implementation {
  std::shared_ptr<server_core> core;
  std::vector<std::shared_ptr<io_loop>> loops;
  std::vector<std::shared_ptr<listener>> listeners;
  std::vector<listener_options> addresses;
  std::vector<std::thread> threads;
  mutable std::mutex mutex; ///< guards the members below
  tls_context context;

  tls_context current_context() const {
    std::lock_guard lock(mutex);
    return context;
  }

  void spawn_threads() {
    // The main thread handles signals.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    for (std::size_t i = 0; i < loops.size(); ++i) {
      threads.emplace_back([loop = loops[i]] { loop->run(); });
      pthread_setname_np(threads.back().native_handle(), ("http " + std::to_string(i)).c_str());
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
};

server::server() : impl_(std::make_shared<implementation>()) {}
server::~server() { stop(); }

expected<void> server::start(server_options options, api::request_handler handler) {
  auto& impl = *impl_;
  PRAETOR_ASSERT(impl.threads.empty());
  options.limits = normal(options.limits);
  bool tls = std::any_of(options.listeners.begin(), options.listeners.end(), [](auto& l) { return l.tls; });
  if (tls) {
    auto context = make_listener_context(options.tls);
    if (!context) return tl::unexpected(context.error());
    impl.context = std::move(*context);
  }
  std::vector<unique_socket> sockets;
  for (auto& wanted : options.listeners) {
    auto socket = open_listener(wanted);
    if (!socket) return tl::unexpected(socket.error());
    sockets.push_back(std::move(*socket));
  }
  impl.addresses = options.listeners;
  impl.core = std::make_shared<server_core>(std::move(options));
  impl.core->handler = std::move(handler);
  impl.loops.clear();
  impl.listeners.clear();
  for (unsigned i = 0; i < thread_count(impl.core->options); ++i)
    impl.loops.push_back(std::make_shared<io_loop>(impl.core));
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    auto one = std::make_shared<listener>(impl.addresses[i], std::move(sockets[i]), impl.loops,
                                          [state = impl_.get()] { return state->current_context(); });
    impl.listeners.push_back(one);
    impl.loops.front()->run_soon([one] { one->begin(); });
  }
  impl.spawn_threads();
  return {};
}

std::vector<listener_options> server::endpoints() const { return impl_->addresses; }

expected<void> server::reload_tls(const tls_options& tls) {
  auto context = make_listener_context(tls);
  if (!context) return tl::unexpected(context.error());
  std::lock_guard lock(impl_->mutex);
  impl_->context = std::move(*context);
  return {};
}

void server::reload_limits(const limit_options& limits) {
  if (impl_->core) impl_->core->set_totals(limits);
  for (auto& loop : impl_->loops) loop->run_soon([loop, limits = normal(limits)] { loop->set_limits(limits); });
}

void server::stop(std::chrono::milliseconds grace) {
  auto& impl = *impl_;
  if (impl.threads.empty()) return;
  impl.core->stopping = true;
  run_and_wait(*impl.loops.front(), [&] {
    for (auto& one : impl.listeners) one->close();
  });
  for (auto& loop : impl.loops) run_and_wait(*loop, [&] { loop->close_idle(); });
  if (grace.count() > 0) impl.core->wait_until_closed(grace);
  for (auto& loop : impl.loops) loop->run_soon([loop] { loop->close_all(); });
  for (auto& thread : impl.threads) thread.join();
  impl.threads.clear();
  impl.core->disk.stop();
  // Exchanges that are still referenced keep the core alive, but what the callbacks own must not live as long.
  impl.core->handler = nullptr;
  impl.core->options.judge_head = nullptr;
  impl.core->options.judge_later = nullptr;
  impl.core->options.needs_slash = nullptr;
  impl.core->options.refuse_body = nullptr;
  impl.core->options.log = nullptr;
}

server_counters server::counters() const {
  server_counters out;
  auto& impl = *impl_;
  for (auto& loop : impl.loops) {
    auto& one = loop->counters;
    out.requests += one.requests.value();
    out.malformed += one.malformed.value();
    out.over_capacity += one.over_capacity.value();
    out.cancelled += one.cancelled.value();
    out.handshakes_failed += one.handshakes_failed.value();
    out.bytes_received += one.bytes_received.value();
    out.bytes_sent += one.bytes_sent.value();
  }
  for (auto& one : impl.listeners) {
    out.connections += one->accepted();
    out.connections_refused += one->refused();
  }
  if (impl.core) {
    out.in_flight = static_cast<std::uint32_t>(impl.core->requests.used());
    out.body_bytes = impl.core->bodies.used();
    out.answer_bytes = impl.core->answers.used();
    out.connections_open = impl.core->open_connections();
  }
  return out;
}

} // namespace praetor::http
