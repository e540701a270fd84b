#pragma once

#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// All CA roots, with the active one and the trust domain ("<cluster id>.consul"). Includes keys and signing
/// certificates: the caller omits them from answers.
result<praetor::ca_roots> connect_roots(const store& s, watch_set* watch);
/// Null before the CA is initialized.
result<std::shared_ptr<const ca_configuration>> connect_config(const store& s, watch_set* watch);

/// Null if the key does not exist.
result<std::shared_ptr<const system_metadata_entry>> system_metadata(const store& s, std::string_view key,
                                                                     watch_set* watch);
/// Null if no configuration has been stored yet.
result<std::shared_ptr<const autopilot_config>> autopilot_configuration(const store& s, watch_set* watch);

/// The index table's value for a key such as "kvs" or "peer.~:service.web"; 0 if absent.
std::uint64_t index_of(const store& s, std::string_view key);

} // namespace praetor::state
