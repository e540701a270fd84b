#pragma once

#include "storage/state/acl_tables.hpp"
#include "storage/state/catalog_tables.hpp"
#include "storage/state/cluster_tables.hpp"
#include "storage/state/radix_tree.hpp"
#include "storage/state/session_tables.hpp"
#include "storage/state/table.hpp"
#include "storage/state/tree_key.hpp"

#include <memory>
#include <string>
#include <vector>

namespace praetor::state {

/// The chunks of an archive that have been applied so far.
struct staged_archive {
  std::string id;
  std::uint64_t size = 0;
  std::vector<std::shared_ptr<const std::string>> pieces;
};

/// The whole state. Copying is cheap and serves as a savepoint. The schemas document the keys.
struct tables {
  table<node_schema> nodes;
  table<service_schema> services;
  table<check_schema> checks;
  radix_tree<present> kind_names; ///< kind, service name (local services only); derived from the services

  table<kv_schema> kvs;
  table<session_schema> sessions;
  table<lock_delay_schema> lock_delays;
  radix_tree<std::uint64_t> tombstones; ///< key or deleted prefix -> index

  acl_tables acl;

  table<coordinate_schema> coordinates;
  table<ca_root_schema> ca_roots;
  table<ca_config_schema> ca_config;
  table<ca_provider_schema> ca_provider_states;
  table<system_metadata_schema> system_metadata;
  table<autopilot_schema> autopilot;
  radix_tree<std::string> foreign; ///< uninterpreted records, kept for snapshots: type byte, number (8 bytes) ->
                                   ///< MessagePack

  radix_tree<std::uint64_t> indexes; ///< the index table: key (lower case) -> index
  std::uint64_t last_index = 0;      ///< of the newest change
  /// The offset of a change's index from its log entry's: a restored archive may have had indexes ahead of the log, and
  /// later indexes continue from there.
  std::uint64_t index_offset = 0;
  std::shared_ptr<const staged_archive> staged; ///< a partially received archive; null: none
};

/// Calls visit(table) for each table of records.
template <class Visit>
void for_each_table(const tables& t, Visit&& visit) {
  auto each = [&](const auto&... table) { (visit(table), ...); };
  each(t.nodes, t.services, t.checks, t.kvs, t.sessions, t.lock_delays);
  each(t.acl.tokens, t.acl.policies, t.acl.roles);
  each(t.coordinates, t.ca_roots, t.ca_config, t.ca_provider_states, t.system_metadata, t.autopilot);
}

} // namespace praetor::state
