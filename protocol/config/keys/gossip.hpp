#pragma once

#include <cstdint>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct gossip_settings {
  std::int64_t gossip_nodes = 3;
  nanoseconds gossip_interval{0};
  nanoseconds probe_interval{0};
  nanoseconds probe_timeout{0};
  std::int64_t suspicion_mult = 0;
  std::int64_t retransmit_mult = 0;
  bool operator==(const gossip_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct gossip_section {
  gossip_settings gossip_lan, gossip_wan;
  bool operator==(const gossip_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// The two gossip pools: the members of the datacenter, and the servers of all datacenters.
template <class Config>
inline constexpr key_row gossip[] = {
    {.path = "gossip_lan.gossip_interval",
     .kind = k::duration,
     .initial = "200ms",
     .in_dev_mode = "100ms",
     .member = at<&Config::gossip_lan, &gossip_settings::gossip_interval>,
     .shown = "GossipLANGossipInterval",
     .named = "gossip_lan..gossip_interval",
     .doc = "Time between messages to random members."},
    {.path = "gossip_lan.gossip_nodes",
     .kind = k::integer,
     .initial = "3",
     .member = at<&Config::gossip_lan, &gossip_settings::gossip_nodes>,
     .shown = "GossipLANGossipNodes",
     .doc = "Members that each such message goes to."},
    {.path = "gossip_lan.probe_interval",
     .kind = k::duration,
     .initial = "1s",
     .in_dev_mode = "100ms",
     .member = at<&Config::gossip_lan, &gossip_settings::probe_interval>,
     .shown = "GossipLANProbeInterval",
     .named = "gossip_lan..probe_interval",
     .doc = "Time between probes of a random member."},
    {.path = "gossip_lan.probe_timeout",
     .kind = k::duration,
     .initial = "500ms",
     .in_dev_mode = "100ms",
     .member = at<&Config::gossip_lan, &gossip_settings::probe_timeout>,
     .shown = "GossipLANProbeTimeout",
     .named = "gossip_lan..probe_timeout",
     .doc = "How long a probe waits before it asks others to probe."},
    {.path = "gossip_lan.suspicion_mult",
     .kind = k::integer,
     .initial = "4",
     .in_dev_mode = "3",
     .member = at<&Config::gossip_lan, &gossip_settings::suspicion_mult>,
     .shown = "GossipLANSuspicionMult",
     .doc = "Multiplies the time that a member is suspected before it counts as failed."},
    {.path = "gossip_lan.retransmit_mult",
     .kind = k::integer,
     .initial = "4",
     .member = at<&Config::gossip_lan, &gossip_settings::retransmit_mult>,
     .shown = "GossipLANRetransmitMult",
     .doc = "Multiplies the number of retransmissions of a message."},
    {.path = "gossip_wan.gossip_interval",
     .kind = k::duration,
     .initial = "500ms",
     .in_dev_mode = "100ms",
     .member = at<&Config::gossip_wan, &gossip_settings::gossip_interval>,
     .shown = "GossipWANGossipInterval",
     .named = "gossip_wan..gossip_interval",
     .doc = "Time between messages to random servers."},
    {.path = "gossip_wan.gossip_nodes",
     .kind = k::integer,
     .initial = "3",
     .member = at<&Config::gossip_wan, &gossip_settings::gossip_nodes>,
     .shown = "GossipWANGossipNodes",
     .doc = "Servers that each such message goes to."},
    {.path = "gossip_wan.probe_interval",
     .kind = k::duration,
     .initial = "5s",
     .in_dev_mode = "100ms",
     .member = at<&Config::gossip_wan, &gossip_settings::probe_interval>,
     .shown = "GossipWANProbeInterval",
     .named = "gossip_wan..probe_interval",
     .doc = "Time between probes of a random server."},
    {.path = "gossip_wan.probe_timeout",
     .kind = k::duration,
     .initial = "3s",
     .in_dev_mode = "100ms",
     .member = at<&Config::gossip_wan, &gossip_settings::probe_timeout>,
     .shown = "GossipWANProbeTimeout",
     .named = "gossip_wan..probe_timeout",
     .doc = "How long a probe waits before it asks others to probe."},
    {.path = "gossip_wan.suspicion_mult",
     .kind = k::integer,
     .initial = "6",
     .in_dev_mode = "3",
     .member = at<&Config::gossip_wan, &gossip_settings::suspicion_mult>,
     .shown = "GossipWANSuspicionMult",
     .doc = "Multiplies the time that a server is suspected before it counts as failed."},
    {.path = "gossip_wan.retransmit_mult",
     .kind = k::integer,
     .initial = "4",
     .member = at<&Config::gossip_wan, &gossip_settings::retransmit_mult>,
     .shown = "GossipWANRetransmitMult",
     .doc = "Multiplies the number of retransmissions of a message."},
};

} // namespace praetor::config::keys
