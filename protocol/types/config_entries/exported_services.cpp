#include "protocol/types/config_entries/exported_services.hpp"

namespace praetor::config_entries {

namespace {

expected<void> check_consumer(const service_consumer& c, const std::string& where) {
  if (int{!c.peer.empty()} + int{!c.partition.empty()} > 1)
    return fail(where + ": must define at most one of Peer, Partition, or SamenessGroup");
  if (c.partition == wildcard) return fail(where + ": exporting to all partitions (wildcard) is not supported");
  if (c.peer == wildcard) return fail(where + ": exporting to all peers (wildcard) is not supported");
  return {};
}

} // namespace

expected<void> exported_services::normalize() {
  for (auto& s : services) s.namespace_name.clear(); // the Community edition has no namespaces
  return {};
}

expected<void> exported_services::validate() const {
  if (name != only_name) return fail("exported-services Name must be \"default\"");
  if (auto good = check_meta(meta).result(); !good) return good;
  for (std::size_t i = 0; i < services.size(); ++i)
    for (std::size_t j = 0; j < services[i].consumers.size(); ++j)
      if (!services[i].consumers[j].sameness_group.empty())
        return fail("Services" + at(i) + ".Consumers" + at(j) + ": sameness-groups are an enterprise-only feature");
  for (std::size_t i = 0; i < services.size(); ++i) {
    auto where = "Services" + at(i);
    if (services[i].name.empty()) return fail(where + ": service name cannot be empty");
    if (services[i].consumers.empty()) return fail(where + ": must have at least one consumer");
    for (std::size_t j = 0; j < services[i].consumers.size(); ++j)
      if (auto good = check_consumer(services[i].consumers[j], where + ".Consumers" + at(j)); !good) return good;
  }
  return {};
}

} // namespace praetor::config_entries
