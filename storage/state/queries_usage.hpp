#pragma once

#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// Counts of what the catalog holds, imported records aside.
struct usage_counts {
  std::uint64_t services = 0, instances = 0, nodes = 0;
  std::uint64_t billable_instances = 0;                   ///< typical ones, the servers' own service aside
  std::map<std::string, std::uint64_t> connect_instances; ///< by kind, each kind of the mesh and "connect-native"

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Services"}, x.services);
    f(field{"ServiceInstances"}, x.instances);
    f(field{"ConnectServiceInstances"}, x.connect_instances);
    f(field{"BillableServiceInstances"}, x.billable_instances);
    f(field{"Nodes"}, x.nodes);
  }
};
result<usage_counts> usage(const store& s, watch_set* watch);

} // namespace praetor::state
