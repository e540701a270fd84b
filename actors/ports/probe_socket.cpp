#include "actors/ports/probe_dial.hpp"

#include "actors/ports/as_tuple.hpp"
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace praetor {

namespace {

namespace asio = boost::asio;
using asio::ip::udp;

/// Passing once connected; with TLS, once the handshake is complete too.
class tcp_attempt final : public network_attempt {
public:
  using network_attempt::network_attempt;

private:
  asio::awaitable<probe_result> carry_out() override {
    const auto& d = request_.definition;
    auto to = split_host_port(d.tcp);
    if (!to) co_return critical("dial tcp: " + to.error());
    boost::beast::tcp_stream stream(world_.context);
    auto failed = co_await dial(world_, stream, *to, request_.timeout);
    if (!failed.empty()) co_return critical(failed);
    if (!d.tcp_use_tls) co_return passing("TCP connect " + d.tcp + ": Success");
    connected_ = true;
    auto context = world_.tls.context();
    if (!context) co_return critical(context.error().text);
    tls_layer tls(stream, *context);
    auto name = d.tls_server_name.empty() ? to->host : d.tls_server_name;
    failed = co_await shake_hands(tls.stream(), name, d.tls_skip_verify);
    if (!failed.empty()) co_return critical(failed);
    co_return passing("TCP+TLS connect " + d.tcp + ": Success");
  }

  probe_result timed_out() override {
    if (connected_) return critical("context deadline exceeded");
    return critical("dial tcp " + request_.definition.tcp + ": i/o timeout");
  }

  bool connected_ = false;
};

/// Sends an empty datagram. Passing if an answer or nothing arrives in time: only a refusal (ICMP port unreachable)
/// shows that no one listens.
class udp_attempt final : public network_attempt {
public:
  using network_attempt::network_attempt;

private:
  asio::awaitable<probe_result> carry_out() override {
    auto to = split_host_port(request_.definition.udp);
    if (!to) co_return critical("dial udp: " + to.error());
    udp::resolver resolver(world_.context);
    auto host = to->host.empty() ? std::string("127.0.0.1") : to->host;
    boost::system::error_code unknown;
    auto found = co_await look_up(resolver, host, to->port, unknown);
    if (unknown) co_return critical("dial udp: " + lookup_error_text(world_, to->host, unknown));
    udp::socket socket(world_.context);
    auto there = found.begin()->endpoint();
    auto [failed] = co_await socket.async_connect(there, as_tuple);
    auto address = [](const udp::endpoint& e) {
      return join_host_port(e.address().to_string(), std::to_string(e.port()));
    };
    if (failed) co_return critical("dial udp " + address(there) + ": connect: " + system_error_text(failed));
    boost::system::error_code ignored;
    auto path = "udp " + address(socket.local_endpoint(ignored)) + "->" + address(there);
    std::array<char, 1> answer;
    auto [unsent, sent] = co_await socket.async_send(asio::buffer(answer, 0), as_tuple);
    if (unsent) co_return critical("write " + path + ": write: " + system_error_text(unsent));
    auto [lost, size] = co_await socket.async_receive(asio::buffer(answer), as_tuple);
    if (lost && lost != asio::error::message_size)
      co_return critical("read " + path + ": read: " + system_error_text(lost));
    co_return timed_out();
  }

  probe_result timed_out() override { return passing("UDP connect " + request_.definition.udp + ": Success"); }
};

} // namespace

std::shared_ptr<probe_attempt> make_tcp_probe(probe_world& world, probe_request request,
                                              std::shared_ptr<probe_listener> listener) {
  return std::make_shared<tcp_attempt>(world, std::move(request), std::move(listener));
}

std::shared_ptr<probe_attempt> make_udp_probe(probe_world& world, probe_request request,
                                              std::shared_ptr<probe_listener> listener) {
  return std::make_shared<udp_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
