#include "actors/registry.hpp"

#include "protocol/config/definition_validation.hpp"
#include "protocol/types/names.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr std::string_view no_reason = "Maintenance mode is enabled for this ";
constexpr std::string_view no_reason_end = ", but no reason was provided. This is a default message.";

std::string instance_key(const health_check& c) { return c.service_id + '\0' + c.check_id; }

error unknown_check(const std::string& id) {
  return {"Unknown check ID " + praetor::quoted(id) + ". Ensure that the check ID is passed, not the check name.", 404};
}
error unknown_service(const std::string& id) {
  return {"Unknown service ID " + praetor::quoted(id) + ". Ensure that the service ID is passed, not the service name.",
          404};
}

/// TTL checks keep the first bytes of an output that is too long.
std::string cut_front(std::string output, std::size_t limit) {
  if (output.size() <= limit) return output;
  auto total = output.size();
  output.resize(limit);
  return output + " ... (captured " + std::to_string(limit) + " of " + std::to_string(total) + " bytes)";
}

std::size_t output_limit(const registry_settings& settings, const check_definition& d) {
  auto own = d.output_max_size > 0 ? static_cast<std::size_t>(d.output_max_size) : settings.check_output_max_size;
  return std::min(own, settings.check_output_max_size);
}

/// Scripts run whatever their text says: only who may write the configuration, or is told so there, may register them.
expected<void> scripts_allowed(const registry_settings& settings, const check_definition& d, bool from_file) {
  if (d.script_args.empty() || settings.enable_script_checks) return {};
  if (!from_file)
    return fail("Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to "
                "true");
  if (settings.enable_local_script_checks) return {};
  return fail("Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or "
              "'enable_local_script_checks' to true");
}

} // namespace

/// One step from a published local state to the next.
class local_change {
public:
  explicit local_change(registry_state& r) : registry_(r), next_(std::make_shared<local_state>(*r.current)) {}
  ~local_change() {
    registry_.current = std::move(next_);
    if (registry_.open_steps == 0) registry_.publish();
  }
  void put(const local_service_ptr& s) { next_->services.set(s->service->id, s, registry_.retired); }
  void put(const local_check_ptr& c) {
    next_->checks.set(c->check->check_id, c, registry_.retired);
    next_->by_service.set(instance_key(*c->check), c, registry_.retired);
  }
  void drop_service(const std::string& id) { next_->services.erase(id, registry_.retired); }
  void drop_check(const health_check& c) {
    next_->by_service.erase(instance_key(c), registry_.retired);
    next_->checks.erase(std::string(c.check_id), registry_.retired);
  }

private:
  registry_state& registry_;
  std::shared_ptr<local_state> next_;
};

/// Several changes that are seen together or not at all: a service never stands there without its checks.
class joint_change {
public:
  explicit joint_change(registry_state& r) : registry_(r) { ++registry_.open_steps; }
  ~joint_change() {
    if (--registry_.open_steps == 0) registry_.publish();
  }
  joint_change(const joint_change&) = delete;
  joint_change& operator=(const joint_change&) = delete;

private:
  registry_state& registry_;
};

void registry_state::publish() {
  options.view->registry.publish(current);
  std::exchange(retired, {}).wake();
  auto services = std::exchange(changed_services, {}), checks = std::exchange(changed_checks, {});
  if (!sync) return;
  for (const auto& id : services) self->send(sync, changed_atom_v, service_atom_v, id);
  for (const auto& id : checks) self->send(sync, changed_atom_v, check_atom_v, id);
}

std::string service_maintenance_id(const std::string& service_id) { return "_service_maintenance:" + service_id; }

void registry_state::stop_runner(const std::string& check_id) {
  auto it = runners.find(check_id);
  if (it == runners.end()) return;
  self->send_exit(it->second, caf::exit_reason::user_shutdown);
  runners.erase(it);
}

void registry_state::start_runner(const local_check& c, nanoseconds ttl_left) {
  stop_runner(c.check->check_id);
  check_start start;
  start.outside = options.outside;
  start.view = options.view;
  start.registry = registry_actor{self};
  start.definition = c.definition;
  start.definition.id = c.check->check_id;
  start.token = c.token;
  start.from_file = c.from_file;
  start.node_name = options.settings.node_name;
  start.output_limit = output_limit(options.settings, c.definition);
  start.ttl_left = ttl_left;
  if (auto runner = options.start_check(self, std::move(start))) runners.emplace(c.check->check_id, std::move(runner));
}

expected<void> registry_state::add_service(const service_registration& r) {
  if (auto fault = fault_in_names(r.service)) return fail(std::move(*fault), 400);
  if (auto fault = config::fault_in_tagged_addresses(r.service.tagged_addresses)) return fail(std::move(*fault));
  for (const auto& check : r.checks) {
    if (auto valid = config::validate(check); !valid) return fail("Invalid check: " + valid.error().text, 400);
    if (auto allowed = scripts_allowed(options.settings, check, r.from_file); !allowed) return allowed;
  }
  joint_change together(*this);
  auto next = std::make_shared<local_service>();
  next->service = std::make_shared<const node_service>(r.service);
  next->token = r.token;
  next->from_file = r.from_file;
  next->sidecar = r.sidecar;
  {
    local_change change(*this);
    change.put(local_service_ptr(next));
    changed_services.insert(r.service.id);
  }
  if (r.from_file)
    forget(storage::agent_table::services, r.service.id);
  else
    persist_service(*next);

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
  auto sidecar = id + "-sidecar-proxy";
  if (auto s = current->service(sidecar); s && s->sidecar) return remove_service(sidecar);
  return {};
}

expected<void> registry_state::add_check(const check_registration& r, nanoseconds ttl_left) {
  const auto& d = r.check;
  if (auto valid = config::validate(d); !valid) return fail("Check is not valid: " + valid.error().text);
  if (auto allowed = scripts_allowed(options.settings, d, r.from_file); !allowed) return allowed;
  local_service_ptr service;
  if (!d.service_id.empty() && !(service = current->service(d.service_id)))
    return fail("ServiceID " + praetor::quoted(d.service_id) + " does not exist", 404);

  auto check = std::make_shared<health_check>(
      to_health_check(d, options.settings.node_name, service ? service->service.get() : nullptr, r.inside_service));
  if (auto fault = fault_in_names(*check)) return fail(std::move(*fault), 400);
  auto next = std::make_shared<local_check>();
  next->definition = d;
  next->definition.id = check->check_id;
  if (next->definition.interval.count() > 0)
    next->definition.interval = std::max(next->definition.interval, nanoseconds{std::chrono::seconds(1)});
  if (next->definition.deregister_critical_service_after.count() > 0)
    next->definition.deregister_critical_service_after =
        std::max(next->definition.deregister_critical_service_after, options.settings.deregister_interval_min);
  next->token = r.token;
  next->from_file = r.from_file;

  auto existing = current->check(check->check_id);
  // An alias reads the catalog with its token.
  bool same_sight = check_kind(d) != "alias" || (existing && existing->token == next->token);
  bool same = existing && existing->definition == next->definition && same_sight && runners.contains(check->check_id);
  if (existing) {
    check->status = existing->check->status;
    check->output = existing->check->output;
    next->critical_since = existing->critical_since;
  }
  if (check->status == health_critical && !next->critical_since) next->critical_since = self->clock().now();
  next->check = check;
  {
    local_change change(*this);
    if (existing && existing->check->service_id != check->service_id) change.drop_check(*existing->check);
    change.put(local_check_ptr(next));
    changed_checks.insert(check->check_id);
  }
  if (!same) start_runner(*next, ttl_left);
  if (r.from_file)
    forget(storage::agent_table::checks, check->check_id);
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
  if (existing->check->status == status && existing->check->output == output) return;
  bool only_output = existing->check->status == status;
  auto check = std::make_shared<health_check>(*existing->check);
  check->status = std::move(status);
  check->output = std::move(output);
  auto next = std::make_shared<local_check>(*existing);
  if (check->status != health_critical)
    next->critical_since.reset();
  else if (!next->critical_since)
    next->critical_since = self->clock().now();
  next->check = std::move(check);
  {
    local_change change(*this);
    change.put(local_check_ptr(next));
  }
  if (!sync) return;
  auto interval = options.settings.check_update_interval;
  if (only_output && interval.count() > 0) {
    // News of the output alone can wait, so that chatty checks don't flood the servers.
    if (deferred.contains(id)) return;
    auto wait =
        interval / 2 + nanoseconds{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(interval.count()))};
    deferred.emplace(id, self->clock().now() + wait);
    self->delayed_send(self, wait, sync_atom_v);
    return;
  }
  deferred.erase(id);
  self->send(sync, changed_atom_v, check_atom_v, id);
}

void registry_state::sync_due_outputs() {
  auto now = self->clock().now();
  std::erase_if(deferred, [&](auto& item) {
    if (item.second > now) return false;
    if (sync) self->send(sync, changed_atom_v, check_atom_v, item.first);
    return true;
  });
}

expected<void> registry_state::update_ttl(const std::string& id, const std::string& status, std::string output) {
  auto existing = current->check(id);
  if (!existing) return tl::unexpected(unknown_check(id));
  if (check_kind(existing->definition) != "ttl")
    return fail("CheckID " + praetor::quoted(id) + " does not have associated TTL");
  if (auto it = runners.find(id); it != runners.end()) self->send(it->second, renew_atom_v);
  update_check(id, status, cut_front(std::move(output), output_limit(options.settings, existing->definition)));
  if (auto updated = current->check(id)) persist_ttl(*updated);
  return {};
}

expected<void> registry_state::maintain(const std::string& service_id, bool on, const std::string& reason) {
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
  next->token = service ? service->token : std::string();
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
