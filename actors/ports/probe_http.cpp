#include "actors/ports/http_exchange.hpp"
#include "protocol/types/catalog.hpp"

namespace praetor {

namespace {

http_call call_of(const probe_request& request) {
  const auto& d = request.definition;
  http_call out;
  out.url = d.http;
  out.method = d.method.empty() ? "GET" : d.method;
  out.body = d.body;
  out.header = d.header;
  out.user_agent = "Consul Health Check";
  out.accept = "text/plain, text/*, */*";
  out.tls_server_name = d.tls_server_name;
  out.tls_skip_verify = d.tls_skip_verify;
  out.follow_redirects = !d.disable_redirects;
  out.timeout = request.timeout;
  out.output_limit = request.output_limit;
  return out;
}

/// One attempt over HTTP.
class http_attempt final : public network_attempt {
public:
  http_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : network_attempt(world, std::move(request), std::move(listener)), call_(call_of(request_)),
        exchange_(world, world.tls, call_) {}

private:
  boost::asio::awaitable<probe_result> carry_out() override {
    auto wrong = co_await exchange_.carry_out();
    co_return wrong.empty() ? verdict() : critical(wrong);
  }

  probe_result verdict() const {
    auto code = exchange_.code();
    auto status = code >= 200 && code < 300 ? health_passing : code == 429 ? health_warning : health_critical;
    return {std::string(status), "HTTP " + call_.method + " " + call_.url + ": " + exchange_.status() +
                                     " Output: " + std::string(exchange_.body().kept())};
  }

  probe_result timed_out() override {
    if (exchange_.answered()) return verdict();
    return critical(exchange_.failed("context deadline exceeded (Client.Timeout exceeded while awaiting headers)"));
  }

  http_call call_;
  http_exchange exchange_;
};

} // namespace

std::shared_ptr<probe_attempt> make_http_probe(probe_world& world, probe_request request,
                                               std::shared_ptr<probe_listener> listener) {
  return std::make_shared<http_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
