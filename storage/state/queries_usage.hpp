#pragma once

#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// The numbers of records in the catalog, without imported ones.
struct usage_counts {
  std::uint64_t services = 0, instances = 0, nodes = 0;
  std::uint64_t billable_instances = 0;                   ///< typical services, without the consul service
  std::map<std::string, std::uint64_t> connect_instances; ///< by kind: each mesh kind and "connect-native"

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
