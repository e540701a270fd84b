#pragma once

#include "sim/clients.hpp"

namespace praetor::sim {

/// Reads (consistent, default and stale), writes, compares-and-sets and deletes keys `kv/0`, `kv/1`, ...
std::unique_ptr<client> make_kv_client(laboratory& lab, unsigned keys, duration pause);
/// Transactions over keys `txn/0`, `txn/1`, ...
std::unique_ptr<client> make_transaction_client(laboratory& lab, unsigned keys, duration pause);
/// Opens sessions and takes locks `lock/0`, `lock/1`, ...
std::unique_ptr<client> make_lock_client(laboratory& lab, unsigned locks, duration pause);
/// Acquires slots of semaphores `semaphore/0`, ..., each of which has two.
std::unique_ptr<client> make_semaphore_client(laboratory& lab, unsigned semaphores, duration pause);
/// Services of external nodes, through catalog/register and catalog/deregister.
std::unique_ptr<client> make_catalog_client(laboratory& lab, unsigned nodes, duration pause);
/// A service of an agent, with a check that fails occasionally: acknowledged changes survive the agent's restart.
std::unique_ptr<client> make_service_client(laboratory& lab, unsigned number, duration pause);
/// The definitions in an agent's configuration, with clients' additions, across reloads and restarts: unchanged
/// definitions are not touched. At most one per agent.
std::unique_ptr<client> make_definition_client(laboratory& lab, unsigned number, duration pause);
/// Repeats a blocking query: its index never decreases, it misses no change, and it wakes for nothing else.
std::unique_ptr<client> make_watch_client(laboratory& lab, unsigned which);
/// Looks up the services' addresses.
std::unique_ptr<client> make_dns_client(laboratory& lab, duration pause);
/// Saves the whole state, and restores it occasionally.
std::unique_ptr<client> make_snapshot_client(laboratory& lab, duration pause);

} // namespace praetor::sim
