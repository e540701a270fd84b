#include "actors/registry/registry_steps.hpp"

#include "protocol/base/randomness.hpp"
#include "protocol/mutation.hpp"
#include "protocol/types/same_record.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr std::string_view no_reason = "Maintenance mode is enabled for this ";
constexpr std::string_view no_reason_end = ", but no reason was provided. This is a default message.";

error unknown_check(const std::string& id) {
  return {"Unknown check ID " + praetor::quoted(id) + ". Ensure that the check ID is passed, not the check name.", 404};
}
error unknown_service(const std::string& id) {
  return {"Unknown service ID " + praetor::quoted(id) + ". Ensure that the service ID is passed, not the service name.",
          404};
}

/// TTL checks keep the first bytes of an overlong output.
std::string cut_front(std::string output, std::size_t limit) {
  if (output.size() <= limit) return output;
  auto total = output.size();
  output.resize(limit);
  return output + " ... (captured " + std::to_string(limit) + " of " + std::to_string(total) + " bytes)";
}

/// Whether two definitions need the same runner: members that are only shown, or evaluated elsewhere, may differ.
bool same_work(check_definition a, check_definition b) {
  for (auto* d : {&a, &b}) {
    d->name.clear();
    d->notes.clear();
    d->service_id.clear();
    d->deregister_critical_service_after = nanoseconds{0};
  }
  return a == b;
}

/// The token determines what an alias can read.
bool same_sight(const local_check& a, const local_check& b) {
  return check_kind(a.definition) != "alias" || (a.token == b.token && a.from_file == b.from_file);
}

bool same_registration(const local_service& a, const local_service& b) {
  return a.token == b.token && a.from_file == b.from_file && a.sidecar == b.sidecar &&
         defined_service(a) == defined_service(b);
}
bool same_registration(const local_check& a, const local_check& b) {
  return a.token == b.token && a.from_file == b.from_file && a.definition == b.definition &&
         same_record(*a.check, *b.check);
}

/// The checks of a service whose record has another name or other tags of it.
std::vector<local_check_ptr> misnamed_checks(const local_state& local, const node_service& service) {
  std::vector<local_check_ptr> out;
  local.for_checks_of(service.id, nullptr, [&](const local_check_ptr& c) {
    if (c->check->service_name != service.name || c->check->service_tags != service.tags) out.push_back(c);
  });
  return out;
}

} // namespace

void registry_state::publish() {
  options.view->registry.publish(current);
  std::exchange(retired, {}).wake();
  for (const auto& [id, ttl_left] : std::exchange(due_runners, {}))
    if (auto c = current->check(id)) start_runner(*c, ttl_left);
  auto services = std::exchange(changed_services, {}), checks = std::exchange(changed_checks, {});
  if (!sync) return;
  for (const auto& id : services) self->send(sync, messages::service_changed{id});
  for (const auto& id : checks) self->send(sync, messages::check_changed{id});
}

std::string service_maintenance_id(const std::string& service_id) { return "_service_maintenance:" + service_id; }

void registry_state::stop_runner(const std::string& check_id) {
  due_runners.erase(check_id);
  auto it = runners.find(check_id);
  if (it == runners.end()) return;
  self->send_exit(it->second, caf::exit_reason::user_shutdown);
  runners.erase(it);
}

void registry_state::start_runner(const local_check& c, nanoseconds ttl_left) {
  stop_runner(c.check->check_id);
  if (open_steps > 0) {
    due_runners.emplace(c.check->check_id, ttl_left);
    return;
  }
  check_start start;
  start.outside = options.outside;
  start.view = options.view;
  start.registry = registry_actor{self};
  start.definition = c.definition;
  start.definition.id = c.check->check_id;
  start.token = c.token;
  start.from_file = c.from_file;
  start.node_name = options.settings.node_name;
  start.ttl_left = ttl_left;
  if (auto runner = options.start_check(self, std::move(start))) runners.emplace(c.check->check_id, std::move(runner));
}

expected<void> registry_state::add_service(const service_registration& r) {
  if (auto good = admissible(r, options.settings, probes_to_ask()); !good) return good;
  auto existing = current->service(r.service.id);
  auto next = std::make_shared<local_service>();
  next->service = std::make_shared<const node_service>(r.service);
  next->own_tags = r.service.tags;
  next->token = r.token;
  next->from_file = r.from_file;
  next->sidecar = r.sidecar;
  choose_tags(*next, existing);
  joint_change together(*this);
  if (!existing || !same_registration(*existing, *next)) {
    {
      local_change change(*this);
      change.put(local_service_ptr(next));
      changed_services.insert(r.service.id);
    }
    for (const auto& c : misnamed_checks(*current, *next->service)) changed_checks.insert(c->check->check_id);
    rename_checks(*next->service);
    if (r.from_file)
      forget(storage::agent_table::services, r.service.id);
    else
      persist_service(*next);
    if (existing && !next->service->enable_tag_override) forget(storage::agent_table::service_tags, r.service.id);
  }

  std::set<std::string> named;
  for (const auto& check : r.checks) {
    named.insert(check.id);
    check_registration one{check, r.token, r.from_file, true};
    one.check.service_id = r.service.id;
    if (auto added = add_check(one); !added) return added;
  }
  if (!r.replace_existing_checks) return {};
  std::vector<std::string> gone;
  current->for_checks_of(r.service.id, nullptr, [&](const local_check_ptr& c) {
    if (!named.contains(c->check->check_id) && c->check->check_id != service_maintenance_id(r.service.id))
      gone.push_back(c->check->check_id);
  });
  for (const auto& id : gone) (void)remove_check(id);
  return {};
}

void registry_state::choose_tags(local_service& next, const local_service_ptr& existing) const {
  if (!next.service->enable_tag_override) return;
  const string_list* in_force = nullptr;
  if (existing) {
    if (existing->own_tags != next.own_tags) return;
    next.tags_by = existing->tags_by;
    in_force = &existing->service->tags;
  } else if (last) {
    auto kept = last->tags.find(next.service->id);
    if (kept == last->tags.end()) {
      next.tags_by = tag_owner::unknown;
    } else if (kept->second.own == next.own_tags) {
      next.tags_by = tag_owner::catalog;
      in_force = &kept->second.in_force;
    }
  }
  if (!in_force || *in_force == next.service->tags) return;
  auto service = std::make_shared<node_service>(*next.service);
  service->tags = *in_force;
  next.service = std::move(service);
}

void registry_state::settle_tags(const tag_settlement& settled) {
  auto existing = current->service(settled.service_id);
  if (!existing || !existing->service->enable_tag_override || existing->own_tags != settled.own) return;
  if (existing->tags_by == tag_owner::catalog && existing->service->tags == settled.in_force) return;
  auto service = std::make_shared<node_service>(*existing->service);
  service->tags = settled.in_force;
  auto next = std::make_shared<local_service>(*existing);
  next->service = std::move(service);
  next->tags_by = tag_owner::catalog;
  joint_change together(*this);
  {
    local_change change(*this);
    change.put(local_service_ptr(next));
  }
  // The catalog takes over the tags of the service with the next change of its checks.
  rename_checks(*next->service);
  persist_tags(*next);
}

void registry_state::rename_checks(const node_service& service) {
  for (const auto& c : misnamed_checks(*current, service)) {
    auto check = std::make_shared<health_check>(*c->check);
    check->service_name = service.name;
    check->service_tags = service.tags;
    auto next = std::make_shared<local_check>(*c);
    next->check = std::move(check);
    local_change change(*this);
    change.put(local_check_ptr(next));
  }
}

expected<void> registry_state::remove_service(const std::string& id) {
  if (!current->service(id)) return tl::unexpected(unknown_service(id));
  joint_change together(*this);
  std::vector<std::string> checks;
  current->for_checks_of(id, nullptr, [&](const local_check_ptr& c) { checks.push_back(c->check->check_id); });
  for (const auto& check : checks) (void)remove_check(check);
  {
    local_change change(*this);
    change.drop_service(id);
    changed_services.insert(id);
  }
  forget(storage::agent_table::services, id);
  forget(storage::agent_table::service_tags, id);
  auto sidecar = id + "-sidecar-proxy";
  if (auto s = current->service(sidecar); s && s->sidecar) return remove_service(sidecar);
  return {};
}

expected<void> registry_state::add_check(const check_registration& r) {
  auto service = r.check.service_id.empty() ? nullptr : current->service(r.check.service_id);
  if (auto good = admissible(r, options.settings, service ? service->service.get() : nullptr, probes_to_ask()); !good)
    return good;
  auto check = std::make_shared<health_check>(to_health_check(
      r.check, options.settings.node_name, service ? service->service.get() : nullptr, r.inside_service));
  auto next = std::make_shared<local_check>();
  auto& d = next->definition = r.check;
  d.id = check->check_id;
  d.token.clear();
  d.status.clear(); // applies to the initial status only
  if (d.interval.count() > 0) d.interval = std::max(d.interval, nanoseconds{std::chrono::seconds(1)});
  if (d.deregister_critical_service_after.count() > 0)
    d.deregister_critical_service_after =
        std::max(d.deregister_critical_service_after, options.settings.deregister_interval_min);
  next->token = r.token;
  next->from_file = r.from_file;

  auto existing = current->check(check->check_id);
  nanoseconds ttl_left{0};
  if (existing) {
    check->status = existing->check->status;
    check->output = existing->check->output;
    next->critical_since = existing->critical_since;
  } else if (last && check_kind(d) == "ttl") {
    if (auto result = last->checks.find(d.id); result != last->checks.end()) {
      check->status = result->second.status;
      if (!options.settings.discard_check_output) check->output = result->second.output;
      ttl_left = std::chrono::seconds(result->second.expires) -
                 std::chrono::floor<std::chrono::seconds>(options.outside->wall_clock());
      if (check->status == health_critical) next->critical_since = self->clock().now();
    }
  }
  if (mutated(mutation::critical_before_first_result) && check->status == health_critical && !next->critical_since)
    next->critical_since = self->clock().now();
  next->check = check;
  if (existing && same_registration(*existing, *next)) return {};
  {
    local_change change(*this);
    if (existing && existing->check->service_id != check->service_id) change.drop_check(*existing->check);
    change.put(local_check_ptr(next));
    changed_checks.insert(check->check_id);
  }
  bool is_running = runners.contains(d.id) || due_runners.contains(d.id);
  bool goes_on = existing && is_running && same_work(existing->definition, d) && same_sight(*existing, *next);
  if (!goes_on) start_runner(*next, ttl_left);
  if (r.from_file)
    forget(storage::agent_table::checks, d.id);
  else
    persist_check(*next);
  return {};
}

expected<void> registry_state::remove_check(const std::string& id) {
  auto existing = current->check(id);
  if (!existing) return tl::unexpected(unknown_check(id));
  stop_runner(id);
  deferred.erase(id);
  {
    local_change change(*this);
    change.drop_check(*existing->check);
    changed_checks.insert(id);
  }
  forget(storage::agent_table::checks, id);
  forget(storage::agent_table::check_states, id);
  return {};
}

void registry_state::update_check(const std::string& id, std::string status, std::string output) {
  auto existing = current->check(id);
  if (!existing) return;
  if (options.settings.discard_check_output) output.clear();
  bool only_output = existing->check->status == status;
  bool same = only_output && existing->check->output == output;
  auto since = status == health_critical ? existing->critical_since : std::nullopt;
  if (status == health_critical && !since) since = self->clock().now();
  if (same && since == existing->critical_since) return;
  auto next = std::make_shared<local_check>(*existing);
  next->critical_since = since;
  if (!same) {
    auto check = std::make_shared<health_check>(*existing->check);
    check->status = std::move(status);
    check->output = std::move(output);
    next->check = std::move(check);
  }
  {
    local_change change(*this);
    change.put(local_check_ptr(next));
  }
  if (!sync || same) return;
  auto interval = options.settings.check_update_interval;
  if (only_output && interval.count() > 0) {
    // A change of the output alone is deferred, so that chatty checks do not flood the servers.
    if (deferred.contains(id)) return;
    auto wait = interval / 2 + jitter(random, interval);
    deferred.emplace(id, self->clock().now() + wait);
    self->delayed_send(self, wait, sync_atom_v);
    return;
  }
  deferred.erase(id);
  self->send(sync, messages::check_changed{id});
}

void registry_state::sync_outputs(steady_time due) {
  std::erase_if(deferred, [&](auto& item) {
    if (item.second > due) return false;
    if (sync) self->send(sync, messages::check_changed{item.first});
    return true;
  });
}

expected<void> registry_state::update_ttl(const std::string& id, const std::string& status, std::string output) {
  auto existing = current->check(id);
  if (!existing) return tl::unexpected(unknown_check(id));
  if (check_kind(existing->definition) != "ttl")
    return fail("CheckID " + praetor::quoted(id) + " does not have associated TTL");
  if (auto it = runners.find(id); it != runners.end()) self->send(it->second, renew_atom_v);
  auto limit = output_limit(existing->definition, options.settings.check_output_max_size);
  update_check(id, status, cut_front(std::move(output), limit));
  if (auto updated = current->check(id)) persist_ttl(*updated);
  return {};
}

expected<void> registry_state::maintain(const std::string& service_id, bool on, const std::string& reason,
                                        const std::string& token) {
  auto service = service_id.empty() ? nullptr : current->service(service_id);
  if (!service_id.empty() && !service) return tl::unexpected(unknown_service(service_id));
  auto id = service ? service_maintenance_id(service_id) : std::string(node_maintenance_id);
  auto existing = current->check(id);
  if (!on) return existing ? remove_check(id) : expected<void>{};
  if (existing) return {};
  check_definition d;
  d.id = id;
  d.name = service ? "Service Maintenance Mode" : "Node Maintenance Mode";
  d.notes = reason;
  if (reason.empty()) d.notes = std::string(no_reason) + (service ? "service" : "node") + std::string(no_reason_end);
  d.service_id = service_id;
  auto check = std::make_shared<health_check>(
      to_health_check(d, options.settings.node_name, service ? service->service.get() : nullptr, true));
  check->type = "maintenance";
  auto next = std::make_shared<local_check>();
  next->definition = d;
  next->check = check;
  next->token = token;
  {
    local_change change(*this);
    change.put(local_check_ptr(next));
    changed_checks.insert(id);
  }
  persist_check(*next);
  return {};
}

void registry_state::reap() {
  auto now = self->clock().now();
  std::set<std::string> due;
  current->checks.for_each([&](std::string_view, const local_check_ptr& c) {
    auto after = c->definition.deregister_critical_service_after;
    if (after.count() > 0 && !c->check->service_id.empty() && c->critical_since && now - *c->critical_since > after)
      due.insert(c->check->service_id);
  });
  for (const auto& id : due) {
    options.outside->log_lines->write(log_level::info, "agent",
                                      "Check for service has been critical for too long; deregistered service",
                                      {{"service", id}});
    (void)remove_service(id);
  }
}

} // namespace praetor
