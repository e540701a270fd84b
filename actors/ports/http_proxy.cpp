#include "actors/ports/http_proxy.hpp"

#include "actors/ports/probe_dial.hpp"
#include "protocol/base/ip_address.hpp"
#include "protocol/base/trim.hpp"
#include "protocol/base/url.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/types/values.hpp"

#include <cstdlib>
#include <optional>

namespace praetor {

namespace {

/// Parses "10.0.0.0/8" or a single address.
std::optional<ip_network> parse_network(const std::string& text) {
  if (auto network = ip_network::parse(text)) return network;
  auto address = ip_address::parse(text);
  if (!address) return std::nullopt;
  return ip_network{*address, address->bits()};
}

bool is_loopback(const ip_address& a) {
  static const auto v6 = *ip_address::parse("::1");
  return a.is_v4 ? a.bytes[0] == 127 : a == v6;
}

/// Parses a URL or "host:port". A malformed value means no proxy.
std::unique_ptr<http_proxy> parse_proxy(const std::string& text) {
  if (text.empty()) return nullptr;
  auto url = parse_url(text);
  if (!url || url->scheme.empty() || url->host.empty()) url = parse_url("http://" + text);
  if (!url || url->host.empty()) return nullptr;
  auto out = std::make_unique<http_proxy>(http_proxy{url->scheme, url->host, url->port, {}});
  if (url->user) out->authorization = "Basic " + base64_encode(*url->user + ":" + url->password.value_or(""));
  return out;
}

} // namespace

/// An entry of NO_PROXY: a network, an address or a domain, with or without a port.
struct proxy_rules::exemption {
  std::optional<ip_network> network;
  std::string suffix; ///< of a domain, with a leading dot
  bool itself = true; ///< matches the domain itself, not only its subdomains
  std::string port;   ///< empty: any

  bool covers(const std::string& host, const std::optional<ip_address>& address, const std::string& at) const {
    if (!port.empty() && port != at) return false;
    if (network) return address && network->contains(*address);
    return host.ends_with(suffix) || (itself && host == std::string_view(suffix).substr(1));
  }
};

proxy_rules::proxy_rules() = default;
proxy_rules::~proxy_rules() = default;
proxy_rules::proxy_rules(proxy_rules&&) noexcept = default;
proxy_rules& proxy_rules::operator=(proxy_rules&&) noexcept = default;

proxy_rules::proxy_rules(const std::function<std::string(const char*)>& variable) {
  auto any = [&](const char* name, const char* other) {
    auto value = variable(name);
    return value.empty() ? variable(other) : value;
  };
  http_ = parse_proxy(any("HTTP_PROXY", "http_proxy"));
  https_ = parse_proxy(any("HTTPS_PROXY", "https_proxy"));
  auto patterns = any("NO_PROXY", "no_proxy");
  for (std::size_t from = 0; from <= patterns.size();) {
    auto end = std::min(patterns.find(',', from), patterns.size());
    exempt(lower_case(trimmed(std::string_view(patterns).substr(from, end - from))));
    from = end + 1;
  }
}

void proxy_rules::exempt(std::string pattern) {
  if (pattern == "*") nothing_ = true;
  exemption one;
  if (one.network = parse_network(pattern); one.network) return exemptions_.push_back(std::move(one));
  if (auto parts = split_host_port(pattern)) {
    pattern = parts->host;
    one.port = parts->port;
  }
  if (pattern.empty()) return;
  if (pattern.find('/') == pattern.npos) one.network = parse_network(pattern);
  if (pattern.starts_with("*.")) pattern.erase(0, 1);
  one.itself = pattern.front() != '.';
  one.suffix = one.itself ? "." + pattern : pattern;
  exemptions_.push_back(std::move(one));
}

bool proxy_rules::is_exempt(const std::string& host, const std::string& port) const {
  auto address = ip_address::parse(host);
  if (nothing_ || host == "localhost" || (address && is_loopback(*address))) return true;
  auto name = lower_case(trimmed(host));
  for (const auto& each : exemptions_)
    if (each.covers(name, address, port)) return true;
  return false;
}

const http_proxy* proxy_rules::proxy_for(const std::string& scheme, const std::string& host,
                                         const std::string& port) const {
  const auto& proxy = scheme == "https" ? https_ : http_;
  return proxy && !is_exempt(host, port) ? proxy.get() : nullptr;
}

std::string environment_variable(const char* name) {
  auto* value = std::getenv(name);
  return value ? value : "";
}

std::string refusal(const http_proxy& proxy) {
  if (proxy.scheme == "http") return {};
  return proxy_error("proxies of scheme " + praetor::quoted(proxy.scheme) + " are not available in this release");
}

std::string tunnel_request(const http_proxy& proxy, const std::string& host, const std::string& port) {
  auto to = join_host_port(host, port);
  auto login = proxy.authorization.empty() ? "" : "Proxy-Authorization: " + proxy.authorization + "\r\n";
  return "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\nUser-Agent: praetor\r\n" + login + "\r\n";
}

std::string tunnel_refusal(unsigned code, const std::string& status) {
  if (code == 200) return {};
  auto space = status.find(' ');
  return space == status.npos ? "unknown status code" : status.substr(space + 1);
}

std::string proxy_error(const std::string& why) { return "proxyconnect tcp: " + why; }

} // namespace praetor
