#include "storage/state/queries_cluster.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/reading.hpp"

namespace praetor::state {

result<praetor::ca_roots> connect_roots(const store& s, watch_set* watch) {
  reading r(s, watch);
  praetor::ca_roots out;
  r.t.ca_roots.for_each({}, watch, [&](std::string_view, const ca_root_ptr& root) {
    out.roots.push_back(root);
    if (root->active) out.active_root_id = root->id;
  });
  if (auto config = r.t.ca_config.find({}, watch)) out.trust_domain = (*config)->cluster_id + ".consul";
  return r.done(index_value(r.t, "connect-ca-roots"), std::move(out));
}

result<std::shared_ptr<const ca_configuration>> connect_config(const store& s, watch_set* watch) {
  reading r(s, watch);
  auto found = r.t.ca_config.find({}, watch);
  auto config = found ? *found : nullptr;
  return r.done(config ? config->modify_index : 0, config);
}

result<std::shared_ptr<const system_metadata_entry>> system_metadata(const store& s, std::string_view key,
                                                                     watch_set* watch) {
  reading r(s, watch);
  auto found = r.t.system_metadata.find(key, watch);
  return r.done(index_value(r.t, "system-metadata"), found ? *found : nullptr);
}

result<std::shared_ptr<const autopilot_config>> autopilot_configuration(const store& s, watch_set* watch) {
  reading r(s, watch);
  auto found = r.t.autopilot.find({}, watch);
  auto config = found ? *found : nullptr;
  return r.done(config ? config->modify_index : 0, config);
}

std::uint64_t index_of(const store& s, std::string_view key) { return index_value(s.tables(), lower_case(key)); }

} // namespace praetor::state
