#include "sim/workloads/workloads.hpp"

namespace praetor::sim {

namespace {

void name_registers(laboratory& lab, const char* prefix, unsigned count) {
  for (unsigned i = 0; i < count; ++i) lab.registers.insert(prefix + std::to_string(i));
}

std::unique_ptr<client> make_client(laboratory& lab, const workload& what, unsigned number) {
  switch (what.kind) {
  case workload_kind::kv: return make_kv_client(lab, what.names, what.pause);
  case workload_kind::transactions: return make_transaction_client(lab, what.names, what.pause);
  case workload_kind::locks: return make_lock_client(lab, what.names, what.pause);
  case workload_kind::semaphores: return make_semaphore_client(lab, what.names, what.pause);
  case workload_kind::catalog: return make_catalog_client(lab, what.names, what.pause);
  case workload_kind::services: return make_service_client(lab, static_cast<unsigned>(lab.services.size()), what.pause);
  case workload_kind::definitions: return make_definition_client(lab, number, what.pause);
  case workload_kind::watches: return make_watch_client(lab, number);
  case workload_kind::dns: return make_dns_client(lab, what.pause);
  case workload_kind::snapshots: return make_snapshot_client(lab, what.pause);
  }
  return nullptr;
}

} // namespace

void add_clients(clients& to, laboratory& lab, const workload& what) {
  if (what.kind == workload_kind::kv) name_registers(lab, "kv/", what.names);
  if (what.kind == workload_kind::transactions) name_registers(lab, "txn/", std::max(what.names, 2u));
  if (what.kind == workload_kind::catalog) name_registers(lab, "catalog/outside", what.names);
  for (unsigned i = 0; i < what.clients; ++i) to.push_back(make_client(lab, what, i));
}

} // namespace praetor::sim
