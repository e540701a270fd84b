#include "actors/registry.hpp"

#include "protocol/config/runtime_config.hpp"

namespace praetor {

registry_settings registry_settings_of(const config::runtime_config& c) {
  registry_settings s;
  s.node_name = c.node_name;
  s.enable_script_checks = c.enable_script_checks;
  s.enable_local_script_checks = c.enable_local_script_checks;
  s.discard_check_output = c.discard_check_output;
  s.check_output_max_size = static_cast<std::size_t>(c.check_output_max_size);
  s.check_update_interval = c.check_update_interval;
  s.deregister_interval_min = c.check_deregister_interval_min;
  s.reap_interval = c.check_reap_interval;
  return s;
}

registry_state::~registry_state() {
  for (auto& [id, runner] : runners) caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
}

void registry_state::load_definitions(const config::runtime_config& c) {
  auto report = [&](const char* what, const std::string& id, const expected<void>& outcome) {
    if (!outcome)
      options.outside->log_lines->write(log_level::error, "agent", std::string("Failed to register ") + what,
                                        {{"id", id}, {"error", outcome.error().text}});
  };
  // What an earlier configuration defined and this one does not is gone.
  std::set<std::string> services, checks;
  for (const auto& d : c.services) services.insert(d.id.empty() ? d.name : d.id);
  for (const auto& d : c.checks) checks.insert(d.id.empty() ? d.name : d.id);
  std::vector<std::string> old_services, old_checks;
  current->services.for_each([&](std::string_view id, const local_service_ptr& s) {
    if (s->from_file && !services.contains(std::string(id))) old_services.emplace_back(id);
  });
  current->checks.for_each([&](std::string_view id, const local_check_ptr& check) {
    if (check->from_file && check->check->service_id.empty() && !checks.contains(std::string(id)))
      old_checks.emplace_back(id);
  });
  for (const auto& id : old_services) (void)remove_service(id);
  for (const auto& id : old_checks) (void)remove_check(id);

  for (const auto& d : c.services) {
    service_registration r;
    r.service = to_node_service(d);
    r.checks = service_checks(d, d.all_checks());
    r.token = d.token;
    r.from_file = true;
    r.replace_existing_checks = true;
    report("service", r.service.id, add_service(r));
  }
  for (auto d : c.checks) {
    normalize(d);
    report("check", d.id.empty() ? d.name : d.id, add_check({d, d.token, true}));
  }
}

namespace {

/// Tells the caller at once what went wrong, or later that the change is durable.
void finish(registry_state& s, expected<void> outcome, done_callback& done) {
  if (outcome) return s.when_durable(std::move(done));
  if (done) done(&outcome.error());
  s.flush();
}

} // namespace

registry_actor::behavior_type registry(registry_actor::stateful_pointer<registry_state> self, registry_options options,
                                       std::shared_ptr<const config::runtime_config> found) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  s.random.seed(s.options.outside->seed());
  std::set<std::string> services, checks;
  for (const auto& d : found->services) services.insert(d.id.empty() ? d.name : d.id);
  for (const auto& d : found->checks) checks.insert(d.id.empty() ? d.name : d.id);
  s.load(services, checks);
  s.load_definitions(*found);
  s.flush();
  self->delayed_send(self, s.options.settings.reap_interval, wake_atom_v);
  return {
      [self](service_atom, local<std::shared_ptr<service_registration>>& r, local<done_callback>& done) {
        finish(self->state, self->state.add_service(*r.value), done.value);
      },
      [self](remove_atom, service_atom, const std::string& id, local<done_callback>& done) {
        finish(self->state, self->state.remove_service(id), done.value);
      },
      [self](check_atom, local<std::shared_ptr<check_registration>>& r, local<done_callback>& done) {
        finish(self->state, self->state.add_check(*r.value), done.value);
      },
      [self](remove_atom, check_atom, const std::string& id, local<done_callback>& done) {
        finish(self->state, self->state.remove_check(id), done.value);
      },
      [self](result_atom, const std::string& id, const std::string& status, const std::string& output) {
        self->state.update_check(id, status, output);
      },
      [self](ttl_atom, const std::string& id, const std::string& status, const std::string& output,
             local<done_callback>& done) {
        finish(self->state, self->state.update_ttl(id, status, output), done.value);
      },
      [self](maintain_atom, const std::string& service_id, bool on, const std::string& reason,
             local<done_callback>& done) {
        finish(self->state, self->state.maintain(service_id, on, reason), done.value);
      },
      [self](reload_atom, local<std::shared_ptr<const config::runtime_config>>& config, local<done_callback>& done) {
        auto& s = self->state;
        s.options.settings = registry_settings_of(*config.value);
        s.load_definitions(*config.value);
        s.when_durable(std::move(done.value));
      },
      [self](stored_atom, std::uint64_t number) { self->state.stored(number); },
      [self](sync_atom, anti_entropy_actor& sync) { self->state.sync = std::move(sync); },
      [self](sync_atom) { self->state.sync_due_outputs(); },
      [self](wake_atom) {
        auto& s = self->state;
        s.reap();
        s.flush();
        self->delayed_send(self, s.options.settings.reap_interval, wake_atom_v);
      },
  };
}

registry_writer_actor::behavior_type
registry_writer(registry_writer_actor::stateful_pointer<registry_writer_state> self, ports_ptr outside) {
  self->state.outside = std::move(outside);
  return {
      [self](append_atom, local<std::shared_ptr<store_job>>& job) {
        auto& store = *self->state.outside->store;
        auto outcome = store.write(std::exchange(job.value->batch, {})); // nothing is left of it when it comes again
        if (auto delay = store.sync_delay(); outcome && delay.count() > 0)
          return self->delayed_send(self, delay, append_atom_v, std::move(job));
        if (outcome) outcome = store.sync();
        if (!outcome) {
          self->state.outside->fatal("writing the agent's own store failed: " + outcome.error().text);
          return self->quit(caf::exit_reason::unhandled_exception);
        }
        self->send(job.value->owner, stored_atom_v, job.value->number);
      },
  };
}

} // namespace praetor
