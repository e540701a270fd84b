#include "actors/ports.hpp"
#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::metrics_endpoints {

namespace {

constexpr std::string_view prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

/// Compares media type and first parameter literally, without a blank between them, as Consul does.
bool wants_prometheus(const request& req) {
  if (req.query.get("format") == "prometheus") return true;
  auto* accept = req.header("accept");
  if (!accept) return false;
  std::string_view rest = *accept;
  while (!rest.empty()) {
    auto one = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with("application/openmetrics-text") || one.starts_with("text/plain;version=0.4.0")) return true;
  }
  return false;
}

answer prometheus(const metrics::telemetry& measured) {
  answer a;
  if (measured.prometheus_retention().count() <= 0) {
    // Status 200, as in Consul.
    a.headers.emplace_back("X-Consul-Reason", "Prometheus is not enabled since its retention time is not positive");
    return a;
  }
  a.content_type = prometheus_type;
  a.body = std::make_shared<const std::string>(measured.prometheus_text());
  return a;
}

void show(const call& c) {
  auto& measured = c.env.telemetry();
  measured.advance(c.env.outside().wall_clock());
  if (wants_prometheus(c.req)) return respond(c, prometheus(measured));
  respond(c, json_answer(c, measured.report()));
}

void stream(const call& c) {
  answer head;
  head.common_lines = c.common_lines;
  head.content_type = text_type;
  auto out = c.ex->respond_stream(std::move(head));
  auto number = c.env.telemetry().follow([out](const metrics::interval_report& report) {
    if (out->closed()) return;
    std::string text;
    json::write(text, report);
    out->write(laid_out({.indent = true, .newline = true}, std::move(text)));
  });
  c.ex->on_cancel([env = &c.env, number] { env->telemetry().forget(number); });
}

constexpr route_check agent_read = needs(acl::resource::agent, acl::access::read, name_source::own_node);

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/agent/metrics",
          .endpoint = show,
          .summary = "The agent's metrics of the last ten seconds",
          .checks = {agent_read},
          .parameters = {{.name = "format", .meaning = "\"prometheus\": in its text format"}}},
    route{.method = "GET",
          .path = "/v1/agent/metrics/stream",
          .endpoint = stream,
          .summary = "The agent's metrics every ten seconds",
          .checks = {agent_read},
          .answers = media::text},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::metrics_endpoints
