#pragma once

#include "actors/gossip/membership.hpp"
#include "protocol/actors.hpp"
#include "protocol/swim/key_queries.hpp"
#include "protocol/swim/machine.hpp"
#include "protocol/types/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace praetor {

/// A snapshot of a pool's status.
struct gossip_status {
  std::shared_ptr<const membership> members;
  swim::coordinate place;
  std::size_t coordinate_resets = 0;
  swim::counters counts;
  swim::join_failures join_errors; ///< of the latest join, even if it reached others
};

/// The commands of a gossip_prober. Callbacks run once, on the prober's thread, and may be null.
struct gossip_command {
  /// Exchanges states with every member that answers at one of the addresses.
  struct join {
    string_list addresses; ///< "host", "host:port", IPv6 in brackets, and "name/host:port" in the WAN pool
    /// The number of addresses that answered, and the errors of the others.
    std::function<void(std::size_t reached, const swim::join_failures& errors)> done;
  };
  /// Joins a member known from an earlier run; retries until one answers or another member appears.
  struct rejoin {};
  /// Leaves the pool; done once the leave has had time to spread.
  struct leave {
    std::function<void()> done;
  };
  /// Makes the pool treat a failed member as left; with `prune` it is removed.
  struct force_leave {
    std::string name;
    bool prune = false;
    done_callback done;
  };
  /// Broadcasts a user event.
  struct fire {
    std::string name, payload;
    done_callback done;
  };
  /// Sends a query to every member.
  struct ask {
    std::string name, payload;
    swim::query_options options;
    std::function<void(const swim::query_reply&)> reply; ///< called for each ack and answer
    done_callback done;                                  ///< no more replies follow, or the error
  };
  /// Runs a key ring operation on every member; with `local_only` on this one only.
  struct keys {
    swim::key_operation operation = swim::key_operation::list;
    std::string key; ///< base64
    std::uint8_t relay_factor = 0;
    bool local_only = false;
    std::function<void(const swim::key_tally*, const error*)> done; ///< one of them is null
  };
  /// Republishes the members and returns the status.
  struct look {
    std::function<void(const gossip_status&)> done;
  };
  /// Sets this member's tags.
  struct tags {
    string_map tags;
    done_callback done;
  };

  std::variant<join, rejoin, leave, force_leave, fire, ask, keys, look, tags> what;
};

/// Sends a command: `ask_gossip(prober, gossip_command::leave{...})`.
template <class Command>
void ask_gossip(const gossip_prober_actor& prober, Command command) {
  auto wrapped = std::make_shared<gossip_command>();
  wrapped->what = std::move(command);
  caf::anon_send(prober, gossip_atom_v, local<std::shared_ptr<gossip_command>>{std::move(wrapped)});
}

} // namespace praetor
