#pragma once

#include <cstddef>
#include <cstdint>

namespace praetor {

/// The connections that a kind of listener may hold.
struct descriptor_share {
  std::size_t in_total = 0;
  std::size_t of_one_address = 0;
  bool operator==(const descriptor_share&) const = default;
};

/// How the process's file descriptors are divided. All shares and the reserve together stay within the limit.
struct descriptor_budget {
  std::size_t limit = 0;   ///< of the process
  std::size_t reserve = 0; ///< for the log, snapshots, other files, and connections that this process makes
  descriptor_share http;   ///< HTTP, HTTPS and unix sockets together
  descriptor_share rpc;    ///< nothing on client agents
  descriptor_share dns;    ///< over TCP
  descriptor_share gossip; ///< streams of one pool
  bool operator==(const descriptor_budget&) const = default;
};

/// What a configuration wants of them.
struct descriptor_wishes {
  bool server = false;           ///< there are an RPC listener and a second gossip pool
  std::uint64_t http_of_one = 0; ///< limits.http_max_conns_per_client; 0: any number
  std::uint64_t rpc_of_one = 0;  ///< limits.rpc_max_conns_per_client; 0: any number
  bool operator==(const descriptor_wishes&) const = default;
};

/// @param limit at least 64; 0: unknown, counts as the most that is ever used
descriptor_budget divide_descriptors(std::uint64_t limit, const descriptor_wishes& wishes);

/// The soft limit of this process's descriptors before and after `raise_descriptor_limit`.
struct descriptor_limit {
  std::uint64_t before = 0, now = 0;
};

/// Raises the soft limit to the hard one, or to the most that is ever used if that is less.
descriptor_limit raise_descriptor_limit();

} // namespace praetor
