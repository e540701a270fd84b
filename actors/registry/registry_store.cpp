#include "actors/registry/registry.hpp"

#include "protocol/mutation.hpp"

namespace praetor {

namespace {

/// Reads the stored records of a table. Skips unreadable ones with a warning.
template <class Read, class Use>
void each_record(const ports& outside, storage::agent_table table, Read read, Use use) {
  auto found = outside.store->load(table);
  if (!found) return outside.fatal("reading the agent's own store failed: " + found.error().text);
  for (const auto& record : *found) {
    auto value = read(record.value);
    auto used = value ? use(record.key, *value) : expected<void>(tl::unexpected(value.error()));
    if (!used)
      outside.log_lines->write(log_level::warn, "agent", "a persisted definition can't be read and is left out",
                               {{"id", record.key}, {"error", used.error().text}});
  }
}

} // namespace

void registry_state::load_results() {
  last.emplace();
  auto now = std::chrono::floor<std::chrono::seconds>(options.outside->wall_clock()).count();
  each_record(*options.outside, storage::agent_table::check_states, storage::read_check_state,
              [&](const std::string& id, storage::persisted_check_state& result) -> expected<void> {
                if (result.expires > now)
                  last->checks.emplace(id, std::move(result));
                else
                  forget(storage::agent_table::check_states, id);
                return {};
              });
  each_record(*options.outside, storage::agent_table::service_tags, storage::read_tags,
              [&](const std::string& id, storage::persisted_tags& tags) -> expected<void> {
                last->tags.emplace(id, std::move(tags));
                return {};
              });
}

void registry_state::load_services(const file_definitions& files) {
  each_record(*options.outside, storage::agent_table::services, storage::read_service,
              [&](const std::string& id, storage::persisted_service& kept) -> expected<void> {
                if (files.services.contains(kept.service.id) || !storage::is_known_source(kept.source)) {
                  forget(storage::agent_table::services, id);
                  return {};
                }
                service_registration r;
                r.service = std::move(kept.service);
                r.token = kept.token;
                r.sidecar = kept.locally_registered_as_sidecar;
                return add_service(r);
              });
}

void registry_state::load_checks(const file_definitions& files) {
  each_record(*options.outside, storage::agent_table::checks, storage::read_check,
              [&](const std::string& id, storage::persisted_check& kept) -> expected<void> {
                const auto& check = kept.check;
                auto service = check.service_id.empty() ? nullptr : current->service(check.service_id);
                bool orphaned = !check.service_id.empty() && !service;
                if (mutated(mutation::restart_forgets_checks_of_files)) orphaned |= service && service->from_file;
                if (files.checks.contains(check.check_id) || !storage::is_known_source(kept.source) || orphaned) {
                  forget(storage::agent_table::checks, id);
                  return {};
                }
                if (check.type == "maintenance") return maintain(check.service_id, true, check.notes, kept.token);
                check_registration r;
                r.check = storage::from_persisted(kept.check_type);
                r.check.id = check.check_id;
                r.check.name = check.name;
                r.check.notes = check.notes;
                r.check.service_id = check.service_id;
                r.inside_service = check.interval.empty() || check.timeout.empty();
                r.token = kept.token;
                // A restored check starts as critical, unless the result of a TTL check is still valid.
                r.check.status = std::string(health_critical);
                return add_check(r);
              });
}

void registry_state::persist_service(const local_service& s) {
  storage::persisted_service value;
  value.token = s.token;
  value.service = defined_service(s);
  value.source = storage::source_remote;
  value.locally_registered_as_sidecar = s.sidecar;
  unwritten.push_back(storage::put(value));
}

void registry_state::persist_check(const local_check& c) {
  storage::persisted_check value;
  value.check = *c.check;
  value.check_type = storage::to_persisted(c.definition);
  value.token = c.token;
  value.source = storage::source_remote;
  unwritten.push_back(storage::put(value));
}

void registry_state::persist_ttl(const local_check& c) {
  storage::persisted_check_state value;
  value.check_id = c.check->check_id;
  value.status = c.check->status;
  value.output = c.check->output;
  value.expires = std::chrono::floor<std::chrono::seconds>(options.outside->wall_clock() + c.definition.ttl).count();
  unwritten.push_back(storage::put(value));
}

void registry_state::persist_tags(const local_service& s) {
  unwritten.push_back(storage::put(storage::persisted_tags{s.service->id, s.own_tags, s.service->tags}));
}

void registry_state::forget(storage::agent_table table, const std::string& id) {
  unwritten.push_back({table, id, std::nullopt});
}

void registry_state::when_durable(done_callback done) {
  if (done) unwritten_waiting.push_back(std::move(done));
  flush();
}

void registry_state::flush() {
  // One batch at a time: changes that arrive during a write form the next batch.
  if (!writing.empty()) return;
  if (unwritten.empty()) {
    for (auto& done : std::exchange(unwritten_waiting, {})) done(nullptr);
    return;
  }
  auto job = std::make_shared<store_job>();
  job->number = ++written;
  job->batch = std::exchange(unwritten, {});
  job->owner = registry_actor{self};
  writing.emplace_back(job->number, std::exchange(unwritten_waiting, {}));
  self->send(options.writer, append_atom_v, local<std::shared_ptr<store_job>>{std::move(job)});
}

void registry_state::stored(std::uint64_t number) {
  while (!writing.empty() && writing.front().first <= number) {
    auto waiting = std::move(writing.front().second);
    writing.pop_front();
    for (auto& done : waiting) done(nullptr);
  }
  flush();
}

} // namespace praetor
