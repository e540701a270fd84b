#include <set>
#include <sstream>

#include "protocol/config/builder.hpp"
#include "protocol/config/sockaddr_template.hpp"

namespace praetor::config {

namespace {

string_list split_fields(const std::string& text) {
  std::istringstream in(text);
  string_list out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

std::string join(const std::vector<endpoint>& all) {
  std::string out;
  for (const auto& e : all) out += (out.empty() ? "" : " ") + (e.is_unix() ? "unix://" + e.path : e.host);
  return out;
}

/// "8.8.8.8" -> "8.8.8.8:53"; keeps a text that has a port or is not an address.
std::string with_dns_port(const std::string& recursor) {
  auto bare = recursor.starts_with('[') && recursor.ends_with(']') ? recursor.substr(1, recursor.size() - 2) : recursor;
  if (auto ip = ip_address::parse(bare)) return endpoint{ip->text(), 53, {}}.text();
  if (recursor.find(':') == std::string::npos) return recursor + ":53";
  return recursor;
}

} // namespace

std::vector<endpoint> builder::expand_addresses(key_path key) {
  auto given = text(key);
  if (given.empty()) return {};
  auto name = std::string(key.text());
  auto expanded = expand_template(given, env_);
  if (!expanded) {
    complain(name + ": error parsing " + praetor::quoted(given) + ": " + expanded.error().text);
    return {};
  }
  std::vector<endpoint> out;
  for (const auto& word : split_fields(*expanded)) {
    if (word.starts_with("unix://")) {
      out.push_back({{}, 0, word.substr(7)});
    } else if (auto ip = ip_address::parse(word)) {
      out.push_back({ip->text(), 0, {}});
    } else {
      complain(name + ": invalid ip address: " + word);
      return {};
    }
  }
  return out;
}

std::optional<std::string> builder::expand_first_ip(key_path key) {
  auto all = expand_addresses(key);
  auto name = std::string(key.text());
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) {
    complain(name + ": multiple addresses found: " + join(all));
    return std::nullopt;
  }
  if (all[0].is_unix()) {
    complain(name + " cannot be a unix socket");
    return std::nullopt;
  }
  return all[0].host;
}

void builder::judge_port(key_path key, std::int64_t& port) {
  if (port > 65535) complain(std::string(key.text()) + ": invalid port: " + std::to_string(port));
  if (port <= 0 || port > 65535) port = -1;
}

expected<void> builder::build_ports() {
  auto& p = out_.ports;
  // Servers use gRPC between themselves, so the port defaults to on.
  if (find("ports.grpc_tls") == nullptr && flag("server")) p.grpc_tls = 8503;
  judge_port("ports.dns", p.dns);
  judge_port("ports.http", p.http);
  judge_port("ports.https", p.https);
  judge_port("ports.server", p.server);
  judge_port("ports.grpc", p.grpc);
  judge_port("ports.serf_lan", p.serf_lan);
  judge_port("ports.serf_wan", p.serf_wan);
  judge_port("ports.proxy_min_port", p.proxy_min);
  judge_port("ports.proxy_max_port", p.proxy_max);
  judge_port("ports.sidecar_min_port", p.sidecar_min);
  judge_port("ports.sidecar_max_port", p.sidecar_max);
  judge_port("ports.expose_min_port", p.expose_min);
  judge_port("ports.expose_max_port", p.expose_max);
  judge_port("ports.grpc_tls", p.grpc_tls);
  if (p.server <= 0) return fail("server-port must be greater than zero");
  if (p.serf_lan <= 0) return fail("serf-lan-port must be greater than zero");
  auto ordered = [](std::int64_t least, std::int64_t most, const std::string& name) -> expected<void> {
    if (most >= least) return {};
    return fail(name + "_min_port must be less than " + name + "_max_port. To disable, set both to zero.");
  };
  if (auto done = ordered(p.proxy_min, p.proxy_max, "proxy"); !done) return done;
  if (auto done = ordered(p.sidecar_min, p.sidecar_max, "sidecar"); !done) return done;
  return ordered(p.expose_min, p.expose_max, "expose");
}

expected<std::string> builder::detect_address(bool v6) {
  std::string kind = v6 ? "public IPv6" : "private IPv4";
  auto interfaces = env_.interfaces();
  if (!interfaces) return fail("Error detecting " + kind + " address: " + interfaces.error().text);
  bool any_beyond_loopback = false;
  for (const auto& i : *interfaces)
    any_beyond_loopback |= (i.flags & interface_flags::up) != 0 && (i.flags & interface_flags::loopback) == 0;
  string_list found;
  for (const auto& i : *interfaces) {
    auto ip = ip_address::parse(i.ip);
    if ((i.flags & interface_flags::up) == 0 || !ip || ip->is_v4 == v6) continue;
    if (any_beyond_loopback && (i.flags & interface_flags::loopback) != 0) continue;
    if (is_private_address(i.ip) != v6) found.push_back(ip->text());
  }
  if (found.empty()) return fail("No " + kind + " address found");
  if (found.size() > 1)
    return fail("Multiple " + kind + " addresses found. Please configure one with 'bind' and/or 'advertise'.");
  return found[0];
}

expected<void> builder::build_bind_address() {
  auto bind = expand_addresses("bind_addr");
  if (bind.empty()) return fail("bind_addr cannot be empty");
  if (bind.size() > 1)
    return fail("bind_addr cannot contain multiple addresses. Use 'addresses.{dns,http,https}' instead.");
  if (bind[0].is_unix()) return fail("bind_addr cannot be a unix socket");
  if (is_any_address(text("advertise_addr"))) return fail("Advertise address cannot be 0.0.0.0, :: or [::]");
  if (is_any_address(text("advertise_addr_wan"))) return fail("Advertise WAN address cannot be 0.0.0.0, :: or [::]");
  bind_ = bind[0].host;
  advertise_ = expand_first_ip("advertise_addr").value_or(bind_);
  if (!is_any_address(advertise_)) return {};
  auto detected = detect_address(!ip_address::parse(advertise_)->is_v4);
  if (!detected) return tl::unexpected(detected.error());
  advertise_ = *detected;
  return {};
}

std::vector<endpoint> builder::listeners(key_path key, std::int64_t port) {
  auto own = expand_addresses(key);
  if (port <= 0) return {};
  if (own.empty())
    for (const auto& c : clients_) own.push_back({c, 0, {}});
  for (auto& e : own)
    if (!e.is_unix()) e.port = port;
  return own;
}

void builder::build_client_addresses() {
  for (const auto& e : expand_addresses("client_addr")) {
    if (e.is_unix()) {
      complain("client_addr cannot be a unix socket");
      clients_.clear();
      break;
    }
    clients_.push_back(e.host);
  }
  if (clients_.empty())
    warn("client_addr is empty, client services (DNS, HTTP, HTTPS, GRPC) will not be listening for connections");
  out_.client_addrs = clients_;
  out_.dns_addrs = listeners("addresses.dns", out_.ports.dns);
  out_.http_addrs = listeners("addresses.http", out_.ports.http);
  out_.https_addrs = listeners("addresses.https", out_.ports.https);
  out_.grpc_addrs = listeners("addresses.grpc", out_.ports.grpc);
  out_.grpc_tls_addrs = listeners("addresses.grpc_tls", out_.ports.grpc_tls);
}

expected<void> builder::build_recursors() {
  std::set<std::string> seen;
  string_list all;
  for (const auto& recursor : texts("recursors")) {
    auto expanded = expand_template(recursor, env_);
    if (!expanded)
      return fail("Invalid DNS recursor template " + praetor::quoted(recursor) + ": " + expanded.error().text);
    for (const auto& address : split_fields(*expanded)) {
      if (address.starts_with("unix://")) return fail("DNS Recursors cannot be unix sockets: " + address);
      if (seen.insert(address).second) all.push_back(address);
    }
  }
  for (auto& recursor : all) {
    if (is_any_address(recursor)) return fail("DNS recursor address cannot be 0.0.0.0, :: or [::]");
    recursor = with_dns_port(recursor);
  }
  out_.dns_recursors = std::move(all);
  return {};
}

expected<void> builder::build_addresses() {
  read(keys::addresses<runtime_config>);
  if (auto done = build_ports(); !done) return done;
  if (auto done = build_bind_address(); !done) return done;
  out_.bind_addr = bind_;
  bool wan = out_.ports.serf_wan > 0;
  out_.rpc_bind = {bind_, out_.ports.server, {}};
  out_.serf_bind_lan = {expand_first_ip("serf_lan").value_or(bind_), out_.ports.serf_lan, {}};
  if (wan) out_.serf_bind_wan = {expand_first_ip("serf_wan").value_or(bind_), out_.ports.serf_wan, {}};

  auto lan = expand_first_ip("advertise_addr").value_or(advertise_);
  auto& tags = out_.tagged_addresses;
  auto of_family = [&](key_path key, const std::string& general, const std::string& tag) -> expected<void> {
    bool v6 = tag.ends_with("6");
    auto own = expand_first_ip(key);
    auto ip = ip_address::parse(own.value_or(general));
    if (own && ip->is_v4 == v6)
      return fail(std::string(key.text()) + " must be an " + (v6 ? "ipv6" : "ipv4") + " address");
    if (ip && ip->is_v4 != v6) tags[tag] = ip->text();
    return {};
  };
  tags["lan"] = lan;
  if (auto done = of_family("advertise_addr_ipv4", lan, "lan_ipv4"); !done) return done;
  if (auto done = of_family("advertise_addr_ipv6", lan, "lan_ipv6"); !done) return done;
  auto far = expand_first_ip("advertise_addr_wan").value_or(lan);
  tags["wan"] = far;
  if (auto done = of_family("advertise_addr_wan_ipv4", far, "wan_ipv4"); !done) return done;
  if (auto done = of_family("advertise_addr_wan_ipv6", far, "wan_ipv6"); !done) return done;
  out_.advertise_addr_lan = lan;
  out_.advertise_addr_wan = far;
  out_.rpc_advertise = {lan, out_.ports.server, {}};
  out_.serf_advertise_lan = {lan, out_.ports.serf_lan, {}};
  if (wan) out_.serf_advertise_wan = {far, out_.ports.serf_wan, {}};

  build_client_addresses();
  return build_recursors();
}

expected<void> builder::build_cidrs() {
  auto networks = [&](key_path key, string_list& out) -> expected<void> {
    std::vector<std::string> wrong;
    string_list good;
    for (const auto& text : texts(key)) {
      if (auto network = ip_network::parse(text))
        good.push_back(network->text());
      else
        wrong.push_back("invalid cidr: " + text);
    }
    out = std::move(good);
    if (wrong.empty()) return {};
    return fail(std::string(key.text()) + ": " + list_of_errors(wrong));
  };
  if (auto done = networks("serf_lan_allowed_cidrs", out_.serf_lan_allowed_cidrs); !done) return done;
  return networks("serf_wan_allowed_cidrs", out_.serf_wan_allowed_cidrs);
}

/// Expands values that look like templates and keeps all others (cloud auto-join strings, names).
string_list builder::expand_optional_addresses(key_path key) {
  string_list out;
  for (const auto& given : texts(key)) {
    auto expanded = expand_template(given, env_);
    if (!expanded) {
      complain(std::string(key.text()) + ": error parsing " + praetor::quoted(given) + ": " + expanded.error().text);
      continue;
    }
    if (*expanded == given)
      out.push_back(given);
    else
      for (auto& word : split_fields(*expanded)) out.push_back(std::move(word));
  }
  return out;
}

} // namespace praetor::config
