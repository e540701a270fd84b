#include "frontends/api/endpoint_metrics.hpp"

#include "storage/state/record_kinds.hpp"

namespace praetor::api {

endpoint_metrics::endpoint_metrics(metrics::telemetry* into) : group(into) {
  if (!into) return;
  for (const auto& kind : state::record_kinds()) {
    const auto& [name, meaning] = kind.metric;
    if (name.empty()) continue;
    into->declare({metrics::kind::sample, name, meaning});
    applied_[static_cast<std::size_t>(kind.type)] = &into->find(metrics::kind::sample, name);
  }
}

} // namespace praetor::api
