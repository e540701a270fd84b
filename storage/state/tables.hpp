#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/commands.hpp"
#include "protocol/types/connect.hpp"
#include "protocol/types/coordinate.hpp"
#include "protocol/types/kv.hpp"
#include "storage/state/acl_tables.hpp"
#include "storage/state/radix_tree.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace praetor::state {

/// An instance of a service as it is stored: with the name of its node.
struct service_record {
  std::string node;
  node_service service;
};
using service_record_ptr = std::shared_ptr<const service_record>;

/// The instance in a record, sharing the record's life.
inline node_service_ptr service_of(const service_record_ptr& r) { return node_service_ptr(r, &r->service); }

/// Keys of the trees are made of parts; each but the last ends with a zero byte. Names that are compared without regard
/// to case go in as lower case.
std::string tree_key(std::initializer_list<std::string_view> parts);
/// The prefix of all keys that begin with these parts.
std::string tree_prefix(std::initializer_list<std::string_view> parts);

/// The state of an archive, as far as its pieces came through the log.
struct staged_archive {
  std::string id;
  std::uint64_t size = 0;
  std::vector<std::shared_ptr<const std::string>> pieces;
};

/// All tables with their secondary indexes: one tree each. Copying is cheap and gives a savepoint.
/// `peer` is the name of the peering that a record was imported through, empty for local ones.
struct tables {
  // Catalog.
  radix_tree<node_ptr> nodes;                      ///< peer, name
  radix_tree<node_ptr> nodes_by_id;                ///< peer, id
  radix_tree<service_record_ptr> services;         ///< peer, node, id
  radix_tree<service_record_ptr> services_by_name; ///< peer, name, node, id
  radix_tree<service_record_ptr> services_connect; ///< peer, destination (or own name if native), node, id
  radix_tree<service_record_ptr> services_by_kind; ///< peer, kind, node, id
  radix_tree<present> kind_names;                  ///< kind, service name (local ones only)
  radix_tree<health_check_ptr> checks;             ///< peer, node, id
  radix_tree<health_check_ptr> checks_by_instance; ///< peer, node, service id (empty: the node's own), id
  radix_tree<health_check_ptr> checks_by_service;  ///< peer, service name, node, id (none for the node's own)
  radix_tree<health_check_ptr> checks_by_status;   ///< peer, status, node, id

  // Keys and sessions.
  radix_tree<kv_entry_ptr> kvs;           ///< the key itself
  radix_tree<present> keys_by_session;    ///< session id, key
  radix_tree<std::uint64_t> tombstones;   ///< key or deleted prefix -> index
  radix_tree<session_ptr> sessions;       ///< id
  radix_tree<present> sessions_by_node;   ///< node, id
  radix_tree<present> sessions_by_check;  ///< node, check id, session id
  radix_tree<std::int64_t> lock_delays;   ///< key -> end, nanoseconds since 1970
  radix_tree<present> lock_delays_by_end; ///< end (8 bytes, big endian), key

  acl_tables acl;

  // The cluster.
  radix_tree<node_coordinate_ptr> coordinates;                              ///< node, segment
  radix_tree<ca_root_ptr> ca_roots;                                         ///< id
  radix_tree<std::shared_ptr<const ca_configuration>> ca_config;            ///< one, at ""
  radix_tree<std::shared_ptr<const ca_provider_state>> ca_provider_states;  ///< id
  radix_tree<std::shared_ptr<const system_metadata_entry>> system_metadata; ///< key
  radix_tree<std::shared_ptr<const autopilot_config>> autopilot;            ///< one, at ""
  radix_tree<std::string> foreign; ///< records that are only carried along: type byte, number (8 bytes) -> MessagePack

  radix_tree<std::uint64_t> indexes; ///< the index table: key (lower case) -> index
  std::uint64_t last_index = 0;      ///< of the newest change
  /// What a change's index is ahead of that of its entry in the log: an archive whose indexes are ahead of the log may
  /// have taken the place of the state, and indexes go on after it.
  std::uint64_t index_offset = 0;
  std::shared_ptr<const staged_archive> staged; ///< an archive that is on its way into the state; null: none
};

} // namespace praetor::state
