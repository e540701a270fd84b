#include "frontends/api/dns/dns_lookup.hpp"

#include "actors/queries/catalog.hpp"
#include "actors/queries/health.hpp"
#include "frontends/api/dns/dns_instance.hpp"
#include "frontends/api/dns/dns_scope.hpp"
#include "protocol/base/big_endian.hpp"
#include "protocol/base/hex.hpp"

#include <algorithm>
#include <set>

namespace praetor::dns {

namespace {

constexpr int deepest_alias = 3;
constexpr std::size_t most_plain_resolved = 5; // records behind a host name, for clients without EDNS
constexpr std::size_t most_name_servers = 3;

std::uint32_t seconds_of(nanoseconds d) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(d).count());
}

/// The name under `domain` (a wire name) that these dotted parts make; empty if they make none.
std::string below(std::initializer_list<std::string_view> parts, std::string_view domain) {
  std::string out;
  for (auto part : parts)
    if (part.empty() || !append_labels(out, part)) return {};
  out += domain;
  return out.size() <= 255 ? out : std::string();
}

record alias(std::string owner, std::string target, std::uint32_t ttl) {
  record r;
  r.owner = std::move(owner);
  r.type = rr::cname;
  r.ttl = ttl;
  r.name = std::move(target);
  return r;
}

bool is_address_type(std::uint16_t type) { return type == rr::a || type == rr::aaaa; }

class lookup {
public:
  lookup(const lookup_world& world, bool edns, lookup_result& result) : world_(world), edns_(edns), result_(result) {}

  answer_set question(std::string_view name, std::uint16_t type, int depth);

private:
  const lookup_settings& settings() const { return world_.settings; }
  const config::dns_settings& dns() const { return world_.settings.dns; }

  answer_set in_domain(const parsed_name& asked, std::uint16_t type, int depth);
  answer_set reverse(const std::vector<std::string>& labels, std::uint16_t type);
  answer_set services(const parsed_name& asked, std::uint16_t type, int depth);
  answer_set node(const parsed_name& asked, std::uint16_t type, int depth);
  answer_set address(const parsed_name& asked, std::uint16_t type);
  answer_set virtual_address(const parsed_name& asked);
  answer_set name_servers(std::uint16_t type);
  answer_set nothing(rcode code);

  /// The part of the state that the caller may read.
  template <class Query>
  typename Query::value_type found(const Query& q) {
    return queries::run(q, world_.store, world_.who, world_.watch).value;
  }
  std::vector<service_entry> instances(const parsed_name& asked);
  void add_instance(answer_set& into, const parsed_name& asked, const service_entry& e, std::uint16_t type, int depth);
  answer_set::group target_group(const parsed_name& asked, const service_entry& e, const chosen_address& at,
                                 std::uint32_t ttl, int depth);
  std::vector<record> metadata(const praetor::node& n, const std::string& owner, std::uint32_t ttl);
  std::string node_name(const praetor::node& n) const;
  std::vector<record> resolve(const std::string& host, std::uint32_t ttl, int depth);
  std::vector<record> resolve_inside(const std::string& name, int depth);
  std::vector<record> resolve_outside(const std::string& host, const std::string& name);
  record soa() const;

  const lookup_world& world_;
  bool edns_;
  lookup_result& result_;
  // Of the question at hand:
  std::string_view name_;   // as asked
  std::string_view domain_; // the suffix of it, as asked, or the configured one
  bool below_alt_ = false;
};

record lookup::soa() const {
  const auto& domain = below_alt_ ? settings().alt_domain : settings().domain;
  const auto& numbers = dns().soa;
  record r;
  r.owner = domain;
  r.type = rr::soa;
  r.ttl = numbers.min_ttl;
  r.name = below({"ns"}, domain);
  r.second_name = below({"hostmaster"}, domain);
  append_big_endian<std::uint32_t>(r.tail, 0);
  for (auto n : {numbers.refresh, numbers.retry, numbers.expire, numbers.min_ttl})
    append_big_endian<std::uint32_t>(r.tail, n);
  return r;
}

answer_set lookup::nothing(rcode code) {
  answer_set out;
  out.code = code;
  out.authority.push_back(soa());
  return out;
}

answer_set lookup::question(std::string_view name, std::uint16_t type, int depth) {
  name_ = name;
  domain_ = settings().domain;
  auto other = find_suffix(name, settings().alt_domain);
  below_alt_ = other && *other > 0;
  if (auto start = start_of_domain(settings(), name)) {
    domain_ = name.substr(*start);
    if (type == rr::axfr) {
      answer_set out;
      out.code = rcode::not_implemented;
      return out;
    }
    if (type == rr::soa || type == rr::ns) return name_servers(type);
    return in_domain(parse_head(name.substr(0, *start), type), type, depth);
  }
  auto labels = labels_of(lowered(std::string(name)));
  if (!labels.empty() && labels.back() == "arpa") return reverse(labels, type);
  answer_set out;
  out.code = rcode::refused;
  out.authoritative = false;
  out.forward = true;
  return out;
}

answer_set lookup::in_domain(const parsed_name& asked, std::uint16_t type, int depth) {
  if (asked.kind == form::address) return address(asked, type);
  if (!asked.datacenter.empty() && asked.datacenter != settings().datacenter) {
    result_.foreign = true;
    return nothing(rcode::name_error);
  }
  switch (asked.kind) {
  case form::service:
  case form::connect: return services(asked, type, depth);
  case form::node: return node(asked, type, depth);
  case form::virtual_address: return virtual_address(asked);
  default: return nothing(rcode::name_error);
  }
}

answer_set lookup::reverse(const std::vector<std::string>& labels, std::uint16_t type) {
  below_alt_ = false;
  auto points_to = [&](std::string target) {
    answer_set out;
    record r;
    r.type = rr::ptr;
    r.name = std::move(target);
    out.answers.push_back(std::move(r));
    if (type == rr::soa) out.authority.push_back(soa());
    return out;
  };
  if (auto text = reversed_address(labels)) {
    auto owners = found(queries::address_owners{*text});
    for (const auto& n : owners.nodes)
      if (auto target = below({n->name, "node", settings().datacenter}, settings().domain); !target.empty())
        return points_to(std::move(target));
    for (const auto& i : owners.services)
      if (auto target = below({i.service->name, "service", settings().datacenter}, settings().domain); !target.empty())
        return points_to(std::move(target));
  }
  auto out = nothing(rcode::name_error);
  if (type == rr::soa) out.authority.push_back(soa());
  out.forward = true;
  return out;
}

answer_set lookup::address(const parsed_name& asked, std::uint16_t type) {
  auto bytes = address_bytes(asked.name);
  if (!bytes) return nothing(rcode::name_error);
  answer_set out;
  auto r = address_record(*bytes, seconds_of(dns().node_ttl));
  r.owner = lowered(std::string(name_.substr(0, name_.size() - domain_.size()))) + std::string(domain_);
  answer_set::group g;
  (type == r.type || type == rr::any ? g.answers : g.extra).push_back(std::move(r));
  out.groups.push_back(std::move(g));
  return out;
}

answer_set lookup::virtual_address(const parsed_name& asked) {
  answer_set out;
  if (!world_.who.allowed(acl::resource::service, acl::access::read, asked.name)) out.code = rcode::server_failure;
  return out;
}

std::string lookup::node_name(const praetor::node& n) const {
  if (!n.peer_name.empty()) return below({n.name, "node", n.peer_name, "peer"}, domain_);
  return below({n.name, "node", settings().datacenter}, domain_);
}

std::vector<record> lookup::metadata(const praetor::node& n, const std::string& owner, std::uint32_t ttl) {
  std::vector<record> out;
  for (const auto& [key, value] : n.meta) {
    record r;
    r.owner = owner;
    r.type = rr::txt;
    r.ttl = ttl;
    std::string_view rest;
    auto text = metadata_text(key, value);
    rest = text;
    do {
      auto piece = rest.substr(0, 255);
      rest.remove_prefix(piece.size());
      r.tail.push_back(static_cast<char>(piece.size()));
      r.tail += piece;
    } while (!rest.empty());
    out.push_back(std::move(r));
  }
  return out;
}

answer_set lookup::node(const parsed_name& asked, std::uint16_t type, int depth) {
  answer_set out;
  if (!is_address_type(type) && type != rr::any && type != rr::txt) return out;
  auto n = found(queries::find_node{asked.name, asked.peer});
  if (!n) return nothing(rcode::name_error);
  auto ttl = seconds_of(dns().node_ttl);
  answer_set::group g;
  if (type != rr::txt) {
    auto at = node_address(*n, type, false);
    if (auto bytes = ip_bytes(at)) {
      g.answers.push_back(address_record(*bytes, ttl));
    } else if (auto target = wire_name(at); !at.empty() && !target.empty()) {
      g.answers.push_back(alias({}, std::move(target), ttl));
      for (auto& r : resolve(at, ttl, depth)) g.answers.push_back(std::move(r));
    }
  }
  bool in_answer = type == rr::txt || type == rr::any;
  if (in_answer || dns().node_meta_txt)
    for (auto& r : metadata(*n, {}, ttl)) (in_answer ? g.answers : g.extra).push_back(std::move(r));
  out.groups.push_back(std::move(g));
  return out;
}

std::vector<service_entry> lookup::instances(const parsed_name& asked) {
  queries::service_health q;
  q.service = asked.name;
  q.connect = asked.kind == form::connect;
  q.peer = asked.peer;
  if (!asked.tag.empty()) q.tags = {asked.tag};
  auto entries = found(q);
  std::erase_if(entries, [&](const service_entry& e) { return !is_healthy(e, dns().only_passing); });
  return entries;
}

answer_set lookup::services(const parsed_name& asked, std::uint16_t type, int depth) {
  auto entries = instances(asked);
  if (entries.empty()) return nothing(rcode::name_error);
  answer_set out;
  // Instances that would be told apart by nothing count once: by record, or by node, address and port.
  std::set<std::string> seen;
  for (const auto& e : entries) {
    if (type == rr::srv &&
        !seen.insert(e.node->name + ':' + e.service->address + ':' + std::to_string(e.service->port)).second)
      continue;
    auto before = out.groups.size();
    add_instance(out, asked, e, type, depth);
    if (type == rr::srv || out.groups.size() == before) continue;
    const auto& last = out.groups.back();
    if (last.address && last.answers.size() == 1 &&
        !seen.insert(std::to_string(last.answers[0].type) + ':' + last.answers[0].tail).second)
      out.groups.pop_back();
  }
  if (out.groups.empty()) return nothing(rcode::no_error);
  if ((is_address_type(type) || type == rr::any) && dns().a_record_limit > 0)
    out.most_answers = static_cast<std::size_t>(dns().a_record_limit);
  return out;
}

void lookup::add_instance(answer_set& into, const parsed_name& asked, const service_entry& e, std::uint16_t type,
                          int depth) {
  auto ttl = service_ttl(dns(), asked.name);
  auto at = instance_address(*e.node, *e.service, type, false);
  if (at.text.empty()) return;
  auto bytes = ip_bytes(at.text);
  if (!bytes) {
    auto target = wire_name(at.text);
    if (target.empty()) return;
    // A service that is an alias of itself means its node.
    if (lowered(target) == lowered(std::string(name_)) && ip_bytes(e.node->address)) {
      at = {node_address(*e.node, type, false), chosen_address::origin::node};
      bytes = ip_bytes(at.text);
      if (!bytes) return; // of the other family
    }
  }
  if (type == rr::srv) {
    auto g = target_group(asked, e, at, ttl, depth);
    if (!g.answers.empty()) into.groups.push_back(std::move(g));
    return;
  }
  answer_set::group g;
  if (bytes) {
    if (is_address_type(type) || type == rr::any || type == rr::txt)
      g.answers.push_back(address_record(*bytes, ttl));
    else
      return;
  } else {
    g.address = false;
    g.answers.push_back(alias({}, wire_name(at.text), ttl));
    for (auto& r : resolve(at.text, ttl, depth)) g.answers.push_back(std::move(r));
  }
  into.groups.push_back(std::move(g));
}

answer_set::group lookup::target_group(const parsed_name& asked, const service_entry& e, const chosen_address& at,
                                       std::uint32_t ttl, int depth) {
  answer_set::group g;
  record srv;
  srv.type = rr::srv;
  srv.ttl = ttl;
  auto append = [&](std::int64_t n) {
    append_big_endian(srv.head, static_cast<std::uint16_t>(std::clamp<std::int64_t>(n, 0, 0xffff)));
  };
  append(1);
  append(weight_of(e));
  append(service_port(*e.service, false));
  auto bytes = ip_bytes(at.text);
  auto in_node_zone = node_name(*e.node);
  if (!bytes) {
    srv.name = wire_name(at.text);
    for (auto& r : resolve(at.text, ttl, depth)) g.extra.push_back(std::move(r));
  } else {
    if (at.from == chosen_address::origin::node)
      srv.name = in_node_zone;
    else if (asked.peer.empty())
      srv.name = below({hex(*bytes), "addr", settings().datacenter}, domain_);
    else
      srv.name = below({hex(*bytes), "addr"}, domain_);
    auto r = address_record(*bytes, ttl);
    r.owner = srv.name;
    g.extra.push_back(std::move(r));
  }
  if (srv.name.empty()) return {};
  g.answers.push_back(std::move(srv));
  if (dns().node_meta_txt && !in_node_zone.empty())
    for (auto& r : metadata(*e.node, in_node_zone, ttl)) g.extra.push_back(std::move(r));
  return g;
}

answer_set lookup::name_servers(std::uint16_t type) {
  answer_set out;
  if (type == rr::soa) {
    out.answers.push_back(soa());
    out.groups_go = answer_set::place::authority;
  }
  out.most_groups = most_name_servers;
  parsed_name servers;
  servers.kind = form::service;
  servers.name = "consul";
  auto ttl = seconds_of(dns().node_ttl);
  auto zone = lowered(std::string(domain_));
  for (const auto& e : instances(servers)) {
    const auto& name = e.node->name;
    if (!std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; })) continue;
    record ns;
    ns.owner = domain_;
    ns.type = rr::ns;
    ns.ttl = ttl;
    ns.name = below({lowered(name), "node", settings().datacenter}, zone);
    if (ns.name.empty()) continue;
    answer_set::group g;
    auto at = instance_address(*e.node, *e.service, rr::any, false).text;
    if (auto bytes = ip_bytes(at)) {
      g.extra.push_back(address_record(*bytes, ttl));
      g.extra.back().owner = ns.name;
    } else if (auto target = wire_name(at); !at.empty() && !target.empty()) {
      g.extra.push_back(alias(ns.name, std::move(target), ttl));
      for (auto& r : resolve(at, ttl, deepest_alias)) g.extra.push_back(std::move(r));
    }
    g.answers.push_back(std::move(ns));
    out.groups.push_back(std::move(g));
  }
  return out;
}

std::vector<record> lookup::resolve(const std::string& host, std::uint32_t ttl, int depth) {
  auto name = wire_name(host);
  if (name.empty() || depth == 0) return {};
  bool inside = find_suffix(name, settings().domain) || find_suffix(name, settings().alt_domain);
  auto out = inside ? resolve_inside(name, depth) : resolve_outside(host, lowered(name));
  std::erase_if(out, [](const record& r) { return r.type != rr::cname && !is_address_type(r.type); });
  if (!edns_ && out.size() > most_plain_resolved) out.resize(most_plain_resolved);
  for (auto& r : out) r.ttl = ttl;
  return out;
}

std::vector<record> lookup::resolve_inside(const std::string& name, int depth) {
  lookup inner(world_, edns_, result_);
  auto set = inner.question(name, rr::any, depth - 1);
  std::vector<record> out = std::move(set.answers);
  bool addresses = std::any_of(set.groups.begin(), set.groups.end(), [](const auto& g) { return g.address; });
  for (auto& g : set.groups) {
    if (g.address != addresses) continue;
    std::move(g.answers.begin(), g.answers.end(), std::back_inserter(out));
    if (!addresses) break;
  }
  for (auto& r : out)
    if (r.owner.empty()) r.owner = name;
  return out;
}

std::vector<record> lookup::resolve_outside(const std::string& host, const std::string& name) {
  if (!settings().has_recursors) return {};
  result_.used_resolved = true;
  if (world_.resolved)
    if (auto found = world_.resolved->find(name); found != world_.resolved->end()) return found->second;
  if (std::find(result_.unresolved.begin(), result_.unresolved.end(), host) == result_.unresolved.end())
    result_.unresolved.push_back(host);
  return {};
}

} // namespace

lookup_settings::lookup_settings(const config::runtime_config& c)
    : datacenter(c.datacenter), has_recursors(!c.dns_recursors.empty()), domain(wire_name(c.dns_domain)),
      alt_domain(c.dns_alt_domain.empty() ? "" : wire_name(c.dns_alt_domain)), dns(c.dns) {}

lookup_result look_up(const lookup_world& world, std::string_view name, std::uint16_t type, bool edns) {
  lookup_result out;
  out.set = lookup(world, edns, out).question(name, type, deepest_alias);
  return out;
}

std::uint32_t service_ttl(const config::dns_settings& dns, std::string_view service) {
  if (auto exact = dns.service_ttl.find(std::string(service)); exact != dns.service_ttl.end())
    return seconds_of(exact->second);
  std::size_t longest = 0;
  std::uint32_t ttl = 0;
  for (const auto& [key, value] : dns.service_ttl) {
    if (!key.ends_with('*') || key.size() <= longest ||
        !service.starts_with(std::string_view(key).substr(0, key.size() - 1)))
      continue;
    longest = key.size();
    ttl = seconds_of(value);
  }
  return ttl;
}

} // namespace praetor::dns
