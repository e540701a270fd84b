#include "actors/ports/probe_attempt.hpp"

#include "protocol/types/catalog.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace praetor {

namespace asio = boost::asio;

probe_result passing(std::string output) { return {std::string(health_passing), std::move(output)}; }
probe_result critical(std::string output) { return {std::string(health_critical), std::move(output)}; }

probe_attempt::probe_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
    : world_(world), request_(std::move(request)), listener_(std::move(listener)), timer_(world.context) {}

void probe_attempt::start() {
  if (listener_->finished()) return;
  timer_.expires_after(request_.timeout);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ended) {
    if (ended) return;
    if (auto attempt = weak.lock()) attempt->time_is_up();
  });
  begin();
}

void probe_attempt::finish(probe_result result) {
  timer_.cancel();
  listener_->tell(std::move(result));
}

void network_attempt::begin() {
  auto run = [](std::shared_ptr<network_attempt> attempt) -> asio::awaitable<void> {
    // Asio reports the cancellation of a coroutine, and Beast some misuses, by exception.
    try {
      auto result = co_await attempt->carry_out();
      attempt->finish(std::move(result));
    } catch (const std::exception& e) {
      attempt->finish(critical(e.what()));
    }
  };
  auto self = std::static_pointer_cast<network_attempt>(shared_from_this());
  asio::co_spawn(world_.context, run(std::move(self)), asio::bind_cancellation_slot(stop_.slot(), asio::detached));
}

void network_attempt::time_is_up() {
  auto alive = shared_from_this();
  finish(timed_out());
  stop_.emit(asio::cancellation_type::terminal);
}

void network_attempt::abandon() {
  auto alive = shared_from_this();
  stop_.emit(asio::cancellation_type::terminal);
}

} // namespace praetor
