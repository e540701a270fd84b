#include "actors/gossip/gossip_pools.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::chrono_literals;

// tests/unit/swim covers the effects of the settings on the host.

TEST_CASE("each pool goes by its own settings") {
  config::runtime_config c;
  c.gossip_lan = {7, 11ms, 12ms, 13ms, 8, 9};
  c.gossip_wan = {17, 21ms, 22ms, 23ms, 18, 19};
  c.reconnect_timeout_lan = 31s;
  c.reconnect_timeout_wan = 32s;
  c.disable_coordinates = true;
  auto lan = gossip_limits(c, false), wan = gossip_limits(c, true);
  CHECK(lan.gossip_nodes == 7);
  CHECK(lan.gossip_interval == 11ms);
  CHECK(lan.probe_interval == 12ms);
  CHECK(lan.probe_timeout == 13ms);
  CHECK(lan.suspicion_multiplier == 8);
  CHECK(lan.retransmit_multiplier == 9);
  CHECK(lan.reconnect_timeout == 31s);
  CHECK_FALSE(lan.coordinates);
  CHECK(wan.gossip_nodes == 17);
  CHECK(wan.gossip_interval == 21ms);
  CHECK(wan.probe_interval == 22ms);
  CHECK(wan.probe_timeout == 23ms);
  CHECK(wan.suspicion_multiplier == 18);
  CHECK(wan.retransmit_multiplier == 19);
  CHECK(wan.reconnect_timeout == 32s);
}

TEST_CASE("a client agent tells the others when to forget it, a server does not") {
  config::runtime_config c;
  c.advertise_reconnect_timeout = 90s;
  CHECK(own_gossip_member(c, false, "id", "").tags.at("rc_tm") == "1m30s");
  c.server = true;
  CHECK_FALSE(own_gossip_member(c, false, "id", "").tags.contains("rc_tm"));
}

TEST_CASE("members of other networks are kept out, by pool") {
  config::runtime_config c;
  c.datacenter = "dc1";
  c.serf_lan_allowed_cidrs = {"10.0.0.0/8"};
  c.serf_wan_allowed_cidrs = {"192.0.2.0/24"};
  swim::member m;
  m.name = "m";
  m.tags = {{"role", "consul"}, {"dc", "dc1"}, {"id", "1"}};
  auto refused = [&](bool wan, const std::string& address) {
    m.address = address;
    return gossip_merge_check(c, wan, "own")({m}).has_value();
  };
  CHECK_FALSE(refused(false, "10.1.2.3"));
  CHECK(refused(false, "192.0.2.1"));
  CHECK(refused(true, "10.1.2.3"));
  CHECK_FALSE(refused(true, "192.0.2.1"));
}
