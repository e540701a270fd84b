#include "storage/state/queries_usage.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/reading.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

constexpr std::string_view servers_own_service = "consul";

} // namespace

result<usage_counts> usage(const store& s, watch_set* watch) {
  reading r(s, watch);
  usage_counts out;
  for (auto kind :
       {"api-gateway", "connect-native", "connect-proxy", "ingress-gateway", "mesh-gateway", "terminating-gateway"})
    out.connect_instances[kind] = 0;
  const auto local = tree_prefix({{}});
  r.t.nodes.for_each(local, watch, [&](std::string_view, const node_ptr&) { ++out.nodes; });
  std::string last;
  r.t.services.by<"name">().for_each(local, watch, [&](std::string_view, const service_record_ptr& record) {
    const auto& instance = record->service;
    auto name = lower_case(instance.name);
    if (out.instances++ == 0 || name != last) ++out.services;
    last = std::move(name);
    auto kind = out.connect_instances.find(instance.kind);
    if (kind != out.connect_instances.end())
      ++kind->second;
    else if (instance.kind.empty() && last != servers_own_service)
      ++out.billable_instances;
    if (instance.connect.native) ++out.connect_instances["connect-native"];
  });
  auto index =
      std::max(index_value(r.t, peer_index_key({}, "nodes")), index_value(r.t, peer_index_key({}, "services")));
  return r.done(index, std::move(out));
}

} // namespace praetor::state
