#pragma once

#include "frontends/api/dns/dns_questions.hpp"
#include "tests/unit/state/cluster.hpp"

// Before any `using namespace praetor::dns`: Asio looks up its customization point `query` unqualified.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <ldns/ldns.h>

namespace praetor::dns {

/// A response as an independent parser (ldns) decodes it.
struct read_answer {
  int code = -1;
  bool authoritative = false, truncated = false, recursion_available = false, recursion_desired = false;
  bool edns = false;
  int edns_size = 0;
  std::size_t size = 0;
  std::vector<std::string> answers, authority, extra; ///< "owner ttl type data", in order
};

inline std::vector<std::string> texts_of(const ldns_rr_list* list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
    char* text = ldns_rr2str(ldns_rr_list_rr(list, i));
    std::string line;
    std::string word;
    int column = 0;
    for (const char* c = text;; ++c) {
      if (*c && *c != '\t' && *c != '\n') {
        word += *c;
        continue;
      }
      if (!word.empty() && column++ != 2) line += (line.empty() ? "" : " ") + word; // without the class
      word.clear();
      if (!*c) break;
    }
    std::free(text);
    out.push_back(line);
  }
  return out;
}

inline read_answer parse_answer(std::string_view message) {
  read_answer out;
  ldns_pkt* p = nullptr;
  REQUIRE(ldns_wire2pkt(&p, reinterpret_cast<const std::uint8_t*>(message.data()), message.size()) == LDNS_STATUS_OK);
  out.code = ldns_pkt_get_rcode(p);
  out.authoritative = ldns_pkt_aa(p);
  out.truncated = ldns_pkt_tc(p);
  out.recursion_available = ldns_pkt_ra(p);
  out.recursion_desired = ldns_pkt_rd(p);
  out.edns = ldns_pkt_edns(p);
  out.edns_size = ldns_pkt_edns_udp_size(p);
  out.size = message.size();
  out.answers = texts_of(ldns_pkt_answer(p));
  out.authority = texts_of(ldns_pkt_authority(p));
  out.extra = texts_of(ldns_pkt_additional(p));
  ldns_pkt_free(p);
  return out;
}

struct asking {
  transport how = transport::udp;
  int edns = -1; ///< UDP size; -1: no EDNS
  std::uint16_t flags = flag::recursion_desired;
};

inline std::string request(std::string_view name, std::uint16_t type, const asking& a = {}) {
  auto out = address_query(0x1234, name);
  out[2] = static_cast<char>(a.flags >> 8);
  out[3] = static_cast<char>(a.flags & 0xff);
  out[out.size() - 4] = static_cast<char>(type >> 8);
  out[out.size() - 3] = static_cast<char>(type & 0xff);
  if (a.edns >= 0) {
    out[11] = 1;
    out.append({0, 0, 41, static_cast<char>(a.edns >> 8), static_cast<char>(a.edns & 0xff), 0, 0, 0, 0, 0, 0});
  }
  return out;
}

/// A datacenter whose catalog answers queries.
struct datacenter {
  std::unique_ptr<state::cluster> state = std::make_unique<state::cluster>();
  config::runtime_config config;
  std::unique_ptr<questions> front;

  datacenter() {
    config.datacenter = "dc1";
    config.dns_domain = "consul.";
  }

  void add(const std::string& node, const std::string& address, std::optional<node_service> service = {},
           const string_map& meta = {}, const string_map& tagged = {}) {
    register_request r;
    r.node = node;
    r.address = address;
    r.node_meta = meta;
    r.tagged_addresses = tagged;
    if (service) {
      if (service->id.empty()) service->id = service->name;
      r.service = std::make_shared<const node_service>(*service);
    }
    REQUIRE(state->add(r).ok());
  }
  void check(const std::string& node, const std::string& status, const std::string& service_id = {}) {
    register_request r;
    r.node = node;
    r.skip_node_update = true;
    REQUIRE(state->add(praetor::state::with_check(r, "check-" + service_id, status, service_id)).ok());
  }

  questions& ready() {
    if (front) return *front;
    question_sources s;
    s.state = [this] { return state->now_published(); };
    s.who = [] { return acl::allow_all(); };
    s.wall_clock = [] { return std::chrono::seconds(1700000000); };
    s.seed = 7;
    front = std::make_unique<questions>(std::move(s), config);
    return *front;
  }
  read_answer ask(std::string_view name, std::uint16_t type, const asking& a = {}) {
    auto result = ready().answer(request(name, type, a), a.how);
    REQUIRE(result.what == outcome::action::reply);
    return parse_answer(result.message);
  }
};

inline node_service service(const std::string& name, std::int64_t port, const std::string& address = {}) {
  node_service s;
  s.name = name;
  s.port = port;
  s.address = address;
  return s;
}

inline std::vector<std::string> sorted(std::vector<std::string> v) {
  std::sort(v.begin(), v.end());
  return v;
}

} // namespace praetor::dns
