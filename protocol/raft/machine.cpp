#include "protocol/raft/machine.hpp"

#include "protocol/raft/core.hpp"

namespace praetor::raft {

const char* to_string(role value) {
  switch (value) {
  case role::follower: return "follower";
  case role::pre_candidate: return "pre-candidate";
  case role::candidate: return "candidate";
  case role::leader: return "leader";
  }
  return "";
}

const char* to_string(refusal value) {
  switch (value) {
  case refusal::not_leader: return "not the leader";
  case refusal::transferring: return "leadership is being transferred";
  case refusal::overloaded: return "too many writes wait for a majority";
  case refusal::not_ready: return "the leader has not committed an entry of its term yet";
  case refusal::change_pending: return "another membership change is not committed yet";
  case refusal::unknown_server: return "no such server in the configuration";
  case refusal::nothing_to_do: return "the configuration is that way already";
  case refusal::last_voter: return "no voter would be left";
  case refusal::not_caught_up: return "the server lags too far behind to vote";
  case refusal::not_a_voter: return "no voter to hand leadership to";
  case refusal::not_valid:
    return "the configuration would have too many servers, or one without a proper ID and storage";
  case refusal::shut_down: return "the server is shutting down";
  }
  return "";
}

machine::machine(identity own, settings limits, const log_view& log, std::mt19937_64& random)
    : core_(std::make_unique<core>(std::move(own), limits, log, random)) {}
machine::~machine() = default;
machine::machine(machine&&) noexcept = default;
machine& machine::operator=(machine&&) noexcept = default;

void machine::restore(const initial_state& state, time_point now) { core_->restore(state, now); }
bool machine::bootstrap(const configuration& members, time_point now) { return core_->bootstrap(members, now); }
void machine::step(message incoming, time_point now) { core_->step(std::move(incoming), now); }
void machine::tick(time_point now) { core_->tick(now); }
time_point machine::next_deadline() const { return core_->next_deadline(); }

result<index_range> machine::propose(std::vector<proposal> batch, std::int64_t wall_ns, time_point now) {
  return core_->propose(std::move(batch), wall_ns, now);
}
result<index_t> machine::propose_configuration(const configuration_change& change, std::int64_t wall_ns,
                                               time_point now) {
  return core_->propose_configuration(change, wall_ns, now);
}
result<identity> machine::transfer_leadership(std::optional<std::string> target, time_point now) {
  return core_->transfer_leadership(target, now);
}
result<void> machine::read_index(std::uint64_t token, time_point now) { return core_->read_index(token, now); }

void machine::log_written(std::uint64_t write, time_point now) { core_->log_written(write, now); }
void machine::log_failed(time_point now) { core_->log_failed(now); }
void machine::applied(index_t index) { core_->applied(index); }
void machine::disk_stalled(time_point now) { core_->disk_stalled(now); }
void machine::connection_lost(const std::string& id, time_point now) { core_->connection_lost(id, now); }
void machine::connection_restored(const std::string& id, time_point now) { core_->connection_restored(id, now); }

void machine::snapshot_written(const snapshot_meta& meta) { core_->snapshot_written(meta); }
void machine::compacted(index_t index, term_t term) { core_->compacted(index, term); }
void machine::snapshot_chunk_read(const chunk_request& request, std::string data, bool done, time_point now) {
  core_->snapshot_chunk_read(request, std::move(data), done, now);
}
void machine::snapshot_chunk_missing(const chunk_request& request, time_point now) {
  core_->snapshot_chunk_missing(request, now);
}
void machine::snapshot_chunk_stored(const std::string& snapshot, std::uint64_t size, time_point now) {
  core_->snapshot_chunk_stored(snapshot, size, now);
}
void machine::snapshot_installed(const snapshot_meta& meta, time_point now) { core_->snapshot_installed(meta, now); }
void machine::snapshot_failed(const std::string& snapshot, time_point now) { core_->snapshot_failed(snapshot, now); }

void machine::shut_down(time_point now) { core_->shut_down(now); }
void machine::configure(const settings& limits) { core_->configure(limits); }
bool machine::has_output() const { return core_->has_output(); }
output machine::take_output(time_point now) { return core_->take_output(now); }

const identity& machine::own() const { return core_->own(); }
role machine::role() const { return core_->role(); }
term_t machine::term() const { return core_->term(); }
const identity& machine::leader() const { return core_->leader(); }
index_t machine::commit_index() const { return core_->commit_index(); }
index_t machine::applied_index() const { return core_->applied_index(); }
index_t machine::first_index() const { return core_->log().first(); }
index_t machine::last_index() const { return core_->log().last(); }
term_t machine::last_term() const { return core_->log().last_term(); }
std::int64_t machine::last_time_ns() const { return core_->log().last_time_ns(); }
index_t machine::durable_index() const { return core_->durable_index(); }
std::optional<term_t> machine::term_at(index_t index) const { return core_->log().term(index); }
const indexed_configuration& machine::members() const { return core_->members(); }
const indexed_configuration& machine::committed_members() const { return core_->committed_members(); }
const counters& machine::count() const { return core_->count(); }
time_point machine::last_contact(time_point now) const { return core_->last_contact(now); }
std::vector<peer_status> machine::peers() const { return core_->peers(); }
std::optional<time_point> machine::lease_valid_until() const { return core_->lease_valid_until(); }
time_point machine::promised_until() const { return core_->promised_until(); }

} // namespace praetor::raft
