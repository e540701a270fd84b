#include "actors/registry/registry.hpp"

#include "protocol/config/runtime_config.hpp"

namespace praetor {

std::size_t check_start::output_limit() const {
  auto now = view->settings.load();
  return praetor::output_limit(definition,
                               (now ? registry_settings_of(*now) : registry_settings{}).check_output_max_size);
}

registry_state::~registry_state() {
  for (auto& [id, runner] : runners) caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
}

namespace {

/// Reports a failure at once, or success when the change is durable.
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
  auto outcome = s.load(*found);
  s.flush();
  if (auto loaded = std::exchange(s.options.loaded, nullptr)) loaded(outcome ? nullptr : &outcome.error());
  self->delayed_send(self, s.options.settings.reap_interval, wake_atom_v);
  return {
      [self](service_atom, local<std::shared_ptr<service_registration>>& r, local<done_callback>& done) {
        finish(self->state, self->state.add_service(*r.value), done.value);
      },
      [self](messages::remove_service& m) { finish(self->state, self->state.remove_service(m.service), m.done); },
      [self](check_atom, local<std::shared_ptr<check_registration>>& r, local<done_callback>& done) {
        finish(self->state, self->state.add_check(*r.value), done.value);
      },
      [self](messages::remove_check& m) { finish(self->state, self->state.remove_check(m.check), m.done); },
      [self](const messages::check_result& m) { self->state.update_check(m.check, m.status, m.output); },
      [self](messages::update_ttl& m) {
        finish(self->state, self->state.update_ttl(m.check, m.status, m.output), m.done);
      },
      [self](messages::set_maintenance& m) {
        finish(self->state, self->state.maintain(m.service, m.on, m.reason, m.token), m.done);
      },
      [self](reload_atom, local<std::shared_ptr<const config::runtime_config>>& config, local<done_callback>& done) {
        finish(self->state, self->state.take_definitions(*config.value), done.value);
      },
      [self](changed_atom, local<std::shared_ptr<const tag_settlement>>& settled) {
        self->state.settle_tags(*settled.value);
        self->state.flush();
      },
      [self](messages::changes_stored m) { self->state.stored(m.through); },
      [self](sync_atom, anti_entropy_actor& sync) { self->state.sync = std::move(sync); },
      [self](sync_atom) { self->state.sync_outputs(self->clock().now()); },
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
        auto outcome = store.write(std::exchange(job.value->batch, {})); // the message may be delivered again: leave
                                                                         // nothing to write twice
        if (auto delay = store.sync_delay(); outcome && delay.count() > 0)
          return self->delayed_send(self, delay, append_atom_v, std::move(job));
        if (outcome) outcome = store.sync();
        if (!outcome) {
          self->state.outside->fatal("writing the agent's own store failed: " + outcome.error().text);
          return self->quit(caf::exit_reason::unhandled_exception);
        }
        self->send(job.value->owner, messages::changes_stored{job.value->number});
      },
  };
}

} // namespace praetor
