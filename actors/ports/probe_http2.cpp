#include "actors/ports/grpc_answer.hpp"
#include "actors/ports/http2_connection.hpp"
#include "protocol/codec/grpc_health.hpp"

namespace praetor {

namespace {

namespace asio = boost::asio;

http2_target target_of(const check_definition& d, host_and_port address, bool tls, nanoseconds timeout) {
  return {std::move(address), tls, d.tls_server_name, d.tls_skip_verify, timeout};
}

/// Passing once the server has answered a ping.
class h2ping_attempt final : public network_attempt {
public:
  h2ping_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : network_attempt(world, std::move(request), std::move(listener)), connection_(world) {}

private:
  asio::awaitable<probe_result> carry_out() override {
    const auto& d = request_.definition;
    auto to = split_host_port(d.h2ping);
    if (!to) co_return critical(not_dialled("dial tcp: " + to.error()));
    auto target = target_of(d, std::move(*to), d.h2ping_use_tls.value_or(true), request_.timeout);
    auto failed = co_await connection_.open(target);
    if (!failed.empty()) co_return critical(not_dialled(failed));
    connection_.session().send_ping();
    failed = co_await connection_.run([this] { return connection_.session().pong(); });
    if (!failed.empty()) co_return critical("HTTP2 ping failed: " + failed);
    co_return passing("HTTP2 ping was successful");
  }

  probe_result timed_out() override {
    switch (connection_.reached()) {
    case http2_connection::phase::dialling:
      return critical(not_dialled("dial tcp " + request_.definition.h2ping + ": i/o timeout"));
    case http2_connection::phase::handshake: return critical(not_dialled("context deadline exceeded"));
    default: return critical("HTTP2 ping failed: context deadline exceeded");
    }
  }

  std::string not_dialled(const std::string& why) const {
    return "Failed to dial to " + request_.definition.h2ping + ": " + why;
  }

  http2_connection connection_;
};

/// Passing if the server reports that the service, or without a service the server itself, is serving.
class grpc_attempt final : public network_attempt {
public:
  grpc_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : network_attempt(world, std::move(request), std::move(listener)), connection_(world) {}

private:
  asio::awaitable<probe_result> carry_out() override {
    const auto& d = request_.definition;
    auto slash = d.grpc.find('/');
    auto server = d.grpc.substr(0, slash);
    auto service = slash == std::string::npos ? "" : d.grpc.substr(slash + 1);
    auto to = split_host_port(server);
    if (!to) co_return unconnected("transport: Error while dialing: dial tcp: " + to.error());
    auto target = target_of(d, std::move(*to), d.grpc_use_tls, request_.timeout);
    auto failed = co_await connection_.open(target);
    using phase = http2_connection::phase;
    if (!failed.empty() && connection_.reached() == phase::dialling)
      co_return unconnected("transport: Error while dialing: " + failed);
    if (!failed.empty()) co_return unconnected("transport: authentication handshake failed: " + failed);
    auto& session = connection_.session();
    session.send_request(head(server), encode_health_request(service));
    failed = co_await connection_.run([&session] { return session.answer().ended; });
    if (auto type = session.wrong_first_frame(); !type.empty())
      co_return unconnected("initial http2 frame from server is not a settings frame: *http2." + type + "Frame");
    if (!failed.empty() && !session.settled()) co_return unconnected("error reading server preface: " + failed);
    if (!failed.empty()) co_return critical(grpc_error_text("Unavailable", "error reading from server: " + failed));
    if (session.leaving() && session.answer().head.empty())
      co_return critical(grpc_error_text("Unavailable", "the connection is draining"));
    auto health = judge_grpc_answer(session.answer());
    if (!health) co_return critical(health.error().text);
    if (*health == serving_status_serving) co_return passing("gRPC check " + d.grpc + ": success");
    co_return critical("gRPC " + d.grpc + " serving status: " + serving_status_name(*health));
  }

  http2_fields head(const std::string& server) const {
    const auto& d = request_.definition;
    auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(request_.timeout).count();
    return {{":method", "POST"},
            {":scheme", d.grpc_use_tls ? "https" : "http"},
            {":path", std::string(grpc_health_path)},
            {":authority", d.grpc_use_tls && !d.tls_server_name.empty() ? d.tls_server_name : server},
            {"content-type", "application/grpc"},
            {"user-agent", "Consul Health Check"},
            {"te", "trailers"},
            {"grpc-timeout", std::to_string(milliseconds) + "m"}};
  }

  static probe_result unconnected(const std::string& why) {
    return critical(grpc_error_text("Unavailable", "connection error: desc = " + praetor::quoted(why)));
  }

  probe_result timed_out() override {
    return critical(grpc_error_text("DeadlineExceeded", "context deadline exceeded"));
  }

  http2_connection connection_;
};

} // namespace

std::shared_ptr<probe_attempt> make_h2ping_probe(probe_world& world, probe_request request,
                                                 std::shared_ptr<probe_listener> listener) {
  return std::make_shared<h2ping_attempt>(world, std::move(request), std::move(listener));
}

std::shared_ptr<probe_attempt> make_grpc_probe(probe_world& world, probe_request request,
                                               std::shared_ptr<probe_listener> listener) {
  return std::make_shared<grpc_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
