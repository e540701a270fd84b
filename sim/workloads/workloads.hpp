#pragma once

#include "sim/clients.hpp"

namespace praetor::sim {

/// Reads (consistent, default and stale), writes, compares-and-sets and deletes keys `kv/0`, `kv/1`, ...
std::unique_ptr<client> make_kv_client(laboratory& lab, unsigned keys, duration pause);
/// Transactions over keys `txn/0`, `txn/1`, ...
std::unique_ptr<client> make_transaction_client(laboratory& lab, unsigned keys, duration pause);
/// Opens sessions and takes locks `lock/0`, `lock/1`, ...
std::unique_ptr<client> make_lock_client(laboratory& lab, unsigned locks, duration pause);
/// Takes places of semaphores `semaphore/0`, ..., each of which has two.
std::unique_ptr<client> make_semaphore_client(laboratory& lab, unsigned semaphores, duration pause);
/// Services of external nodes, over catalog/register and catalog/deregister.
std::unique_ptr<client> make_catalog_client(laboratory& lab, unsigned nodes, duration pause);
/// A service of an agent, with a check that fails now and then: what was acknowledged is there in the agent's next
/// life.
std::unique_ptr<client> make_service_client(laboratory& lab, unsigned number, duration pause);
/// The definitions in an agent's configuration, with what clients add to them, over reloads and restarts: what was not
/// changed does not move. At most one for each agent.
std::unique_ptr<client> make_definition_client(laboratory& lab, unsigned number, duration pause);
/// Waits on one question again and again: its index never goes back, no change is slept through, and nothing else
/// wakes.
std::unique_ptr<client> make_watch_client(laboratory& lab, unsigned which);
/// Looks up the services' addresses.
std::unique_ptr<client> make_dns_client(laboratory& lab, duration pause);
/// Saves the whole state, and puts it back now and then.
std::unique_ptr<client> make_snapshot_client(laboratory& lab, duration pause);

} // namespace praetor::sim
