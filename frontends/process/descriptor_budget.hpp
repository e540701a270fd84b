#pragma once

#include <cstddef>
#include <cstdint>

namespace praetor {

/// The limits on connections of one kind of listener.
struct descriptor_share {
  std::size_t in_total = 0;
  std::size_t of_one_address = 0;
  bool operator==(const descriptor_share&) const = default;
};

/// The division of the process's file descriptors. All shares and the reserve together stay within the limit.
struct descriptor_budget {
  std::size_t limit = 0;   ///< the process's
  std::size_t reserve = 0; ///< for the log, snapshots, other files, and outgoing connections
  descriptor_share http;   ///< HTTP, HTTPS and unix sockets together
  descriptor_share rpc;    ///< none on client agents
  descriptor_share dns;    ///< over TCP
  descriptor_share gossip; ///< streams of one pool
  bool operator==(const descriptor_budget&) const = default;
};

/// The configuration's requirements.
struct descriptor_wishes {
  bool server = false;           ///< has an RPC listener and a second gossip pool
  std::uint64_t http_of_one = 0; ///< limits.http_max_conns_per_client; 0: unlimited
  std::uint64_t rpc_of_one = 0;  ///< limits.rpc_max_conns_per_client; 0: unlimited
  bool operator==(const descriptor_wishes&) const = default;
};

/// @param limit at least 64; 0: unknown, counts as the useful maximum
descriptor_budget divide_descriptors(std::uint64_t limit, const descriptor_wishes& wishes);

/// This process's soft descriptor limit before and after `raise_descriptor_limit`.
struct descriptor_limit {
  std::uint64_t before = 0, now = 0;
};

/// Raises the soft limit to the hard one, but at most to the useful maximum.
descriptor_limit raise_descriptor_limit();

} // namespace praetor
