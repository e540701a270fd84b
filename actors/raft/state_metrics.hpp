#pragma once

#include "actors/telemetry/group.hpp"
#include "storage/state/tables.hpp"

namespace praetor {

/// The number of records in the state.
struct state_metrics : metrics::group {
  using group::group;

  metrics::gauge nodes{*this, "state.nodes", "Nodes in the catalog."};
  metrics::gauge services{*this, "state.services", "Names of services in the catalog."};
  metrics::gauge service_instances{*this, "state.service_instances", "Instances of services in the catalog."};
  metrics::gauge kv_entries{*this, "state.kv_entries", "Keys in the key-value store."};

  void read(const state::tables& t) const {
    nodes.set(t.nodes.size());
    services.set(t.kind_names.size());
    service_instances.set(t.services.size());
    kv_entries.set(t.kvs.size());
  }
};

} // namespace praetor
