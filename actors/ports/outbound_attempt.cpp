#include "actors/ports/outbound_attempt.hpp"

#include "actors/ports/http_exchange.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

namespace praetor {

namespace {

namespace asio = boost::asio;

http_call call_of_request(outbound_request request) {
  http_call out;
  out.url = std::move(request.url);
  out.method = std::move(request.method);
  out.body = std::move(request.body);
  out.header = std::move(request.header);
  out.user_agent = "praetor";
  out.follow_redirects = request.follow_redirects;
  out.timeout = request.timeout;
  out.output_limit = request.largest_body;
  out.whole_body = true;
  return out;
}

tls_options authorities_of(const outbound_request& request) {
  tls_options out;
  if (!request.authorities.empty()) out.ca_certificates = {request.authorities};
  return out;
}

/// One request on the I/O thread. It lives as long as one of its operations is pending.
class outbound_attempt final : public std::enable_shared_from_this<outbound_attempt> {
public:
  outbound_attempt(probe_world& world, outbound_request request, std::function<void(outbound_reply)> done)
      : world_(world), delay_(request.delay), timeout_(request.timeout), tls_(authorities_of(request)),
        exchange_(world, tls_, call_of_request(std::move(request))), done_(std::move(done)), timer_(world.context) {}

  void start() {
    if (delay_.count() == 0) return send();
    timer_.expires_after(delay_);
    timer_.async_wait([this, alive = shared_from_this()](const boost::system::error_code& ended) {
      if (!ended) send();
    });
  }

private:
  void send() {
    timer_.expires_after(timeout_);
    timer_.async_wait([this, alive = shared_from_this()](const boost::system::error_code& ended) {
      if (ended) return;
      finish(exchange_.failed("context deadline exceeded (Client.Timeout exceeded while awaiting headers)"));
      stop_.emit(asio::cancellation_type::terminal);
    });
    auto run = [](std::shared_ptr<outbound_attempt> attempt) -> asio::awaitable<void> {
      std::string failure;
      // Asio reports the cancellation of a coroutine by exception.
      try {
        failure = co_await attempt->exchange_.carry_out();
      } catch (const std::exception& e) {
        failure = e.what();
      }
      attempt->finish(std::move(failure));
    };
    asio::co_spawn(world_.context, run(shared_from_this()), asio::bind_cancellation_slot(stop_.slot(), asio::detached));
  }

  void finish(std::string failure) {
    timer_.cancel();
    auto done = std::exchange(done_, nullptr);
    if (!done) return;
    outbound_reply reply;
    reply.failure = std::move(failure);
    if (reply.failure.empty()) {
      reply.code = exchange_.code();
      reply.status = exchange_.status();
      reply.content_type = exchange_.content_type();
      reply.body = exchange_.body().kept();
    }
    done(std::move(reply));
  }

  probe_world& world_;
  const nanoseconds delay_, timeout_;
  probe_tls tls_;
  http_exchange exchange_;
  std::function<void(outbound_reply)> done_;
  asio::steady_timer timer_;
  asio::cancellation_signal stop_;
};

} // namespace

void start_outbound(probe_world& world, outbound_request request, std::function<void(outbound_reply)> done) {
  std::make_shared<outbound_attempt>(world, std::move(request), std::move(done))->start();
}

} // namespace praetor
