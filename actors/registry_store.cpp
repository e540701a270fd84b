#include "actors/registry.hpp"

#include "storage/agent_store/persisted.hpp"

#include <map>

namespace praetor {

void registry_state::load(const std::set<std::string>& file_services, const std::set<std::string>& file_checks) {
  auto& store = *options.outside->store;
  auto& log = *options.outside->log_lines;
  auto unreadable = [&](const std::string& key, const error& e) {
    log.write(log_level::warn, "agent", "a persisted definition can't be read and is left out",
              {{"id", key}, {"error", e.text}});
  };
  auto records = [&](storage::agent_table table) {
    auto found = store.load(table);
    if (found) return std::move(*found);
    options.outside->fatal("reading the agent's own store failed: " + found.error().text);
    return std::vector<storage::agent_record>{};
  };

  for (const auto& record : records(storage::agent_table::services)) {
    auto read = storage::read_service(record.value);
    if (!read) {
      unreadable(record.key, read.error());
      continue;
    }
    if (file_services.contains(read->service.id) || !storage::is_known_source(read->source)) {
      forget(storage::agent_table::services, record.key);
      continue;
    }
    service_registration r;
    r.service = read->service;
    r.token = read->token;
    r.sidecar = read->locally_registered_as_sidecar;
    if (auto added = add_service(r); !added) unreadable(record.key, added.error());
  }

  std::map<std::string, storage::persisted_check_state> states;
  auto now = std::chrono::floor<std::chrono::seconds>(options.outside->wall_clock()).count();
  for (const auto& record : records(storage::agent_table::check_states)) {
    auto read = storage::read_check_state(record.value);
    if (read && read->expires > now)
      states.emplace(read->check_id, std::move(*read));
    else
      forget(storage::agent_table::check_states, record.key);
  }

  for (const auto& record : records(storage::agent_table::checks)) {
    auto read = storage::read_check(record.value);
    if (!read) {
      unreadable(record.key, read.error());
      continue;
    }
    const auto& kept = read->check;
    if (file_checks.contains(kept.check_id) || !storage::is_known_source(read->source) ||
        (!kept.service_id.empty() && !current->service(kept.service_id))) {
      forget(storage::agent_table::checks, record.key);
      continue;
    }
    if (kept.type == "maintenance") {
      if (auto done = maintain(kept.service_id, true, kept.notes); !done) unreadable(record.key, done.error());
      continue;
    }
    check_registration r;
    r.check = storage::from_persisted(read->check_type);
    r.check.id = kept.check_id;
    r.check.name = kept.name;
    r.check.notes = kept.notes;
    r.check.service_id = kept.service_id;
    r.inside_service = kept.interval.empty() || kept.timeout.empty();
    r.token = read->token;
    // It comes back critical, whatever it was, unless a TTL state says otherwise.
    r.check.status = std::string(health_critical);
    nanoseconds left{0};
    auto state = states.find(kept.check_id);
    if (state != states.end()) left = std::chrono::seconds(state->second.expires - now);
    if (auto added = add_check(r, left); !added) {
      unreadable(record.key, added.error());
      continue;
    }
    if (state != states.end()) update_check(kept.check_id, state->second.status, state->second.output);
  }
}

void registry_state::persist_service(const local_service& s) {
  storage::persisted_service value;
  value.token = s.token;
  value.service = *s.service;
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

void registry_state::forget(storage::agent_table table, const std::string& id) {
  unwritten.push_back({table, id, std::nullopt});
}

void registry_state::when_durable(done_callback done) {
  if (done) unwritten_waiting.push_back(std::move(done));
  flush();
}

void registry_state::flush() {
  // One batch at a time: what comes while it is being written goes into the next one.
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
