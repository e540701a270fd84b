#pragma once

#include "protocol/swim/types.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor {

/// A snapshot of one gossip pool from this agent's view. Published by its gossip_prober.
struct membership {
  std::string own_name;
  swim::member_list members; ///< sorted by name, including this member
  /// Values for agent/self and `info`.
  std::uint64_t member_time = 0, event_time = 0, query_time = 0; ///< Lamport clocks
  std::size_t health_score = 0, intent_queue = 0, event_queue = 0, query_queue = 0;
  std::size_t failed = 0, left = 0;
  bool encrypted = false;
};

/// A server as described by its gossip tags.
struct known_server {
  std::string id, name, datacenter;
  std::string address; ///< of its server RPC, "ip:port"
  std::string storage; ///< of its Raft log; changes when its disk is lost
  swim::member_status status = swim::member_status::none;
  bool bootstrap = false, nonvoter = false, tls = false;
  std::int64_t bootstrap_expect = 0;
  std::string build; ///< the release that it reports

  bool operator==(const known_server&) const = default;
};

/// The servers that requests may be sent to, by id; the own one among them. For now all are of the own datacenter.
struct known_servers {
  std::vector<known_server> servers;

  const known_server* find(const std::string& id) const {
    for (const auto& s : servers)
      if (s.id == id) return &s;
    return nullptr;
  }
  bool operator==(const known_servers&) const = default;
};

/// The value of a tag; empty if the member has none of this name.
std::string_view tag(const swim::member& m, const std::string& name);

/// Parses a member's tags; nothing if it is not a server.
std::optional<known_server> server_of(const swim::member& m);

} // namespace praetor
