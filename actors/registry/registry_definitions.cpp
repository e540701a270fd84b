#include "actors/registry/registry_steps.hpp"

#include "protocol/config/runtime_config.hpp"
#include "protocol/mutation.hpp"

namespace praetor {

namespace {

/// Removes entries that came from files and are no longer defined.
template <class Pointer, class Defined>
std::vector<std::string> left_out(const state::radix_tree<Pointer>& current, const Defined& defined) {
  std::vector<std::string> out;
  current.for_each([&](std::string_view id, const Pointer& one) {
    if (one->from_file && !defined.contains(std::string(id))) out.emplace_back(id);
  });
  return out;
}

} // namespace

expected<void> registry_state::load(const config::runtime_config& c) {
  joint_change together(*this);
  load_results();
  auto files = definitions_of(c);
  load_services(files); // before the checks, which may belong to them
  if (auto taken = take_definitions(c); !taken) {
    unwritten.clear();
    last.reset();
    return taken;
  }
  load_checks(files); // after the configured services, which they may belong to
  for (const auto& [id, result] : last->checks)
    if (!current->check(id)) forget(storage::agent_table::check_states, id);
  for (const auto& [id, tags] : last->tags)
    if (!current->service(id)) forget(storage::agent_table::service_tags, id);
  last.reset();
  return {};
}

expected<void> registry_state::take_definitions(const config::runtime_config& c) {
  if (auto no = refused_definitions(c, *current, options.outside->probes.get())) return tl::unexpected(std::move(*no));
  auto before = std::exchange(options.settings, registry_settings_of(c));
  // The waiting outputs were scheduled with the old interval.
  if (before.check_update_interval != options.settings.check_update_interval) sync_outputs(steady_time::max());
  auto next = definitions_of(c);
  joint_change together(*this);
  if (mutated(mutation::reload_starts_afresh))
    for (const auto& [id, r] : next.services) (void)remove_service(id);
  for (const auto& id : left_out(current->services, next.services)) (void)remove_service(id);
  for (const auto& id : left_out(current->checks, next.checks)) (void)remove_check(id);
  // All possible failures were checked above.
  for (const auto& [id, r] : next.services) (void)add_service(r);
  for (const auto& [id, r] : next.checks) (void)add_check(r);
  drop_refused_scripts();
  return {};
}

void registry_state::drop_refused_scripts() {
  std::map<std::string, error> refused;
  current->checks.for_each([&](std::string_view id, const local_check_ptr& c) {
    if (c->from_file || c->definition.script_args.empty()) return;
    auto service = c->check->service_id.empty() ? nullptr : current->service(c->check->service_id);
    auto good = admissible({c->definition, c->token, false, false}, options.settings,
                           service ? service->service.get() : nullptr, nullptr);
    if (!good) refused.emplace(id, good.error());
  });
  for (const auto& [id, why] : refused) {
    options.outside->log_lines->write(log_level::warn, "agent", "Check is not allowed any more and was deregistered",
                                      {{"check", id}, {"error", why.text}});
    (void)remove_check(id);
  }
}

} // namespace praetor
