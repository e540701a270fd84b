#include "actors/rpc/destination.hpp"

#include "actors/published_state.hpp"
#include "protocol/config/runtime_config.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

/// An agent of dc1. As a server it knows its leader, which it heard from 10 s ago.
struct asked_agent {
  bool heard = true, leads = false;
  steady_time now{1h};
  std::vector<std::string> reached; ///< datacenters of the servers that it knows

  next_hop hop(destination to, bool is_server = true) const {
    published_state known;
    auto leader = std::make_shared<leadership>();
    leader->is_leader = leads;
    known.leader.publish(leader);
    if (heard) known.leader.contacted(now - 10s);
    auto servers = std::make_shared<known_servers>();
    for (const auto& datacenter : reached) servers->servers.emplace_back().datacenter = datacenter;
    known.servers.store(servers);
    if (to.datacenter.empty()) to.datacenter = "dc1";
    return next_hop_of(to, {"dc1", is_server, known, now});
  }
};

} // namespace

TEST_CASE("what each agent answers for itself never goes elsewhere, and a client agent answers nothing else") {
  asked_agent a;
  CHECK(a.hop({.who = answerer::agent}) == next_hop::here);
  CHECK(a.hop({.who = answerer::agent}, false) == next_hop::here);
  CHECK(a.hop({.who = answerer::any_server}) == next_hop::here);
  CHECK(a.hop({.who = answerer::any_server}, false) == next_hop::server);
  CHECK(a.hop({.max_age = any_age}, false) == next_hop::server);
}

TEST_CASE("a server answers for the leader within the age that is accepted") {
  asked_agent a;
  CHECK(a.hop({}) == next_hop::server);
  CHECK(a.hop({.max_age = 9s}) == next_hop::server);
  CHECK(a.hop({.max_age = 10s}) == next_hop::here);
  CHECK(a.hop({.max_age = any_age}) == next_hop::here);
  a.leads = true;
  CHECK(a.hop({}) == next_hop::here);
}

TEST_CASE("a server that has heard of no leader answers for none, however old its state may be") {
  asked_agent a;
  a.heard = false;
  CHECK(a.hop({.max_age = any_age}) == next_hop::server);
  CHECK(a.hop({.who = answerer::any_server}) == next_hop::here);
}

TEST_CASE("no age is not the age of this very moment") {
  published_state known;
  known.leader.contacted(steady_time{1h});
  CHECK(next_hop_of({.datacenter = "dc1"}, {"dc1", true, known, steady_time{1h}}) == next_hop::server);
}

TEST_CASE("a server knows the paths to other datacenters, and a client agent leaves them to its servers") {
  asked_agent a;
  a.leads = true;
  for (auto who : {answerer::leader, answerer::any_server}) {
    destination to{.datacenter = "dc2", .who = who, .max_age = any_age};
    a.reached = {"dc1"};
    CHECK(a.hop(to) == next_hop::none);
    CHECK(a.hop(to, false) == next_hop::server);
    a.reached = {"dc1", "dc2"};
    CHECK(a.hop(to) == next_hop::server);
  }
}

TEST_CASE("what each agent answers for itself has no path to other datacenters") {
  asked_agent a;
  a.reached = {"dc2"};
  for (bool is_server : {false, true})
    CHECK(a.hop({.datacenter = "dc2", .who = answerer::agent}, is_server) == next_hop::none);
}

TEST_CASE("before gossip has said anything no other datacenter has a path") {
  published_state known;
  CHECK(next_hop_of({.datacenter = "dc2"}, {"dc1", true, known, {}}) == next_hop::none);
}

TEST_CASE("the primary datacenter keeps its own records of access control") {
  config::runtime_config c;
  c.datacenter = c.primary_datacenter = "dc1";
  CHECK(keeps_access_records(c));
  c.primary_datacenter = "dc0";
  CHECK_FALSE(keeps_access_records(c));
}
