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
struct tables : catalog_tables, session_tables, cluster_tables {
  acl_tables acl;

  radix_tree<present> kind_names;       ///< kind, service name (local services only); derived from the services
  radix_tree<std::uint64_t> tombstones; ///< key or deleted prefix -> index
  radix_tree<std::string> foreign;      ///< uninterpreted records, kept for snapshots: type byte, number (8 bytes) ->
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
  for_each_member<catalog_tables>(t, visit);
  for_each_member<session_tables>(t, visit);
  for_each_member<acl_tables>(t.acl, visit);
  for_each_member<cluster_tables>(t, visit);
}

} // namespace praetor::state
