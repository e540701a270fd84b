#include "tests/unit/raft/random_world.hpp"

namespace praetor::raft::test {

namespace {

settings world_settings() {
  settings s; // short times, so that more happens in a run
  s.election_timeout = s.quorum_timeout = std::chrono::milliseconds(160);
  s.heartbeat_interval = std::chrono::milliseconds(30);
  s.lease_promise = std::chrono::milliseconds(100);
  s.lease_margin = std::chrono::milliseconds(10);
  s.reconnect_jitter = std::chrono::milliseconds(20);
  s.snapshot_chunk = 24;
  s.max_append_entries = 3;
  s.max_append_bytes = 300;
  s.max_in_flight_messages = 4;
  s.cache_bytes = 400;
  s.max_apply_bytes = 300;
  s.disk_stall = std::chrono::milliseconds(400);
  return s;
}

} // namespace

random_world::random_world(std::uint64_t seed) : random_(seed) {
  for (const auto* id : {"a", "b", "c"}) add(id, true);
  for (const auto* id : {"d", "e"}) add(id, false);
}

random_world::~random_world() = default;

void random_world::add(const std::string& id, bool member_at_start) {
  auto& m = members_[id];
  m.speed = 1 + static_cast<double>(between(-30, 30)) / 1000;
  m.offset = between(0, 1'000'000);
  m.node = std::make_unique<test_node>(on_first_disk(id), world_settings(), random_());
  auto& n = *m.node;
  n.auto_sync = false;
  n.send = [this](message sent) { post(std::move(sent)); };
  n.on_apply = [this, &n](const entry& e) { check_applied(n, e); };
  n.on_write = [this, &n](const output& batch) { check_written(n, batch); };
  n.on_read = [this](const read_state& read) {
    ++reads;
    if (read.index < asked_reads_.at(read.token)) fail("a read misses an acknowledged write");
  };
  n.on_install = [this, &n](const snapshot_meta& meta) {
    ++installs;
    if (n.state.hash != committed_.at(meta.index).hash) fail("a snapshot differs from the state");
  };
  n.start(clock(m));
  if (member_at_start) n.get().bootstrap(voters({"a", "b", "c"}), clock(m));
}

time_point random_world::clock(const member& m) const {
  return at(
      std::chrono::microseconds(m.offset + static_cast<std::int64_t>(static_cast<double>(now_ms_) * 1000 * m.speed)));
}

void random_world::post(message m) {
  if (!quiet_ && chance(0.03)) return;
  auto copies = !quiet_ && chance(0.03) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    auto delay = chance(0.05) && !quiet_ ? between(0, 600) : between(0, 12);
    network_.emplace(now_ms_ + delay, m);
  }
}

void random_world::deliver() {
  while (!network_.empty() && network_.begin()->first <= now_ms_) {
    auto m = std::move(network_.extract(network_.begin()).mapped());
    auto& target = members_.at(m.to.id);
    if (!up(target) || cut_.contains({m.from.id, m.to.id})) continue;
    // Through the wire format, as in production.
    auto arrived = decode_message(encode(m));
    PRAETOR_ASSERT(arrived && *arrived == m);
    target.node->get().step(std::move(*arrived), clock(target));
    if (chance(0.7))
      target.node->pump(clock(target)); // otherwise several inputs are handled before the output is
                                        // taken
  }
}

void random_world::work_disks() {
  for (auto& [id, m] : members_) {
    if (!up(m) || m.node->writes_waiting() == 0 || now_ms_ < m.disk_busy_until) continue;
    if (!quiet_ && chance(0.002)) {
      m.node->fail_writes(clock(m));
      continue;
    }
    m.node->sync(clock(m), chance(0.5));
    m.disk_busy_until = now_ms_ + (!quiet_ && chance(0.01) ? between(100, 900) : between(0, 6));
  }
}

void random_world::crash(member& m) {
  ++crashes;
  // Some pending writes may have reached the disk without being reported.
  while (chance(0.3) && m.node->writes_waiting() > 0) m.node->write_silently();
  m.node->crash();
  m.restart_at = now_ms_ + (chance(0.5) ? between(1, 60) : between(1, 1500));
  for (auto& [id, other] : members_)
    if (up(other) && chance(0.7)) other.node->get().connection_lost(m.node->who.id, clock(other));
}

/// A disk may be lost only if the others can still decide: at most one of at least three voters.
void random_world::lose_disk(member& m) {
  const machine* leader = nullptr;
  for (auto& [id, other] : members_)
    if (up(other) && other.node->get().role() == role::leader && (!leader || other.node->get().term() > leader->term()))
      leader = &other.node->get();
  if (!lost_.empty() || !leader || leader->own() == m.node->who) return;
  if (leader->committed_members() != leader->members() || leader->members().value.voter_count() < 3) return;
  for (auto& [id, other] : members_) // all must know these members, so that no one decides with fewer
    if (!up(other) ||
        (leader->members().value.find(other.node->who) && other.node->get().committed_members() != leader->members()))
      return;
  // All voters have all committed entries, so that losing one does not affect durability.
  for (const auto& p : leader->peers())
    if (p.member.voter && p.match < leader->last_index()) return;
  if (leader->durable_index() < leader->last_index()) return;
  crash(m);
  m.node->disk = {};
  m.node->who.storage = m.node->who.id + std::to_string(++m.disks);
  lost_ = m.node->who.id;
}

void random_world::make_trouble() {
  for (auto& [id, m] : members_) {
    if (!up(m) && now_ms_ >= m.restart_at) m.node->start(clock(m));
    if (up(m) && chance(0.001)) crash(m);
    if (up(m) && chance(0.0003)) lose_disk(m);
    if (up(m) && chance(0.003)) {
      m.node->take_snapshot();
      if (m.node->disk.snapshot && chance(0.7)) {
        auto& meta = *m.node->disk.snapshot;
        auto up_to = std::min({meta.index, m.node->disk.last(), m.node->get().durable_index()});
        if (auto term = m.node->disk.term(up_to);
            term && m.node->get().term_at(up_to) == term && up_to >= m.node->get().first_index()) {
          m.node->get().compacted(up_to, *term);
          m.node->disk.compact(up_to);
        }
      }
    }
    if (up(m) && chance(0.004)) { // breaks an idle connection: both ends, or one of them, notice
      auto& other = std::next(members_.begin(), between(0, static_cast<std::int64_t>(members_.size()) - 1))->second;
      m.node->get().connection_lost(other.node->who.id, clock(m));
      if (up(other) && chance(0.5)) other.node->get().connection_lost(id, clock(other));
      if (chance(0.5)) m.node->get().connection_restored(other.node->who.id, clock(m));
    }
    for (auto& [other_id, other] : members_) {
      if (id == other_id) continue;
      if (chance(0.0005) && cut_.insert({id, other_id}).second && up(m) && chance(0.5))
        m.node->get().connection_lost(other_id, clock(m));
      if (chance(0.01) && cut_.erase({id, other_id}) != 0 && up(m))
        m.node->get().connection_restored(other_id, clock(m));
    }
  }
  if (chance(0.0005)) { // everything at once
    for (auto& [id, m] : members_)
      if (up(m)) crash(m);
  }
}

void random_world::ask_leader() {
  for (auto& [id, m] : members_) {
    if (!up(m) || m.node->get().role() != role::leader) continue;
    auto& leader = m.node->get();
    if (chance(0.2)) {
      std::vector<proposal> batch;
      for (auto i = between(1, 4); i > 0; --i) batch.push_back({entry_kind::command, std::to_string(next_value_++)});
      (void)leader.propose(std::move(batch), now_ms_ * 1'000'000, clock(m));
    }
    if (chance(0.1)) {
      asked_reads_[next_token_] = committed_.empty() ? 0 : committed_.rbegin()->first;
      (void)leader.read_index(next_token_++, clock(m));
    }
    if (!quiet_ && chance(0.004)) (void)leader.transfer_leadership(std::nullopt, clock(m));
    if (!quiet_ && chance(0.0005)) leader.disk_stalled(clock(m));
    if (!quiet_ && chance(0.02)) change_members(*m.node);
  }
}

void random_world::change_members(test_node& leader) {
  using kind_t = configuration_change::kind_t;
  auto i = std::next(members_.begin(), between(0, static_cast<std::int64_t>(members_.size()) - 1));
  const auto& who = i->second.node->who;
  const auto& now = leader.get().members().value;
  const auto* known = now.find(std::string_view{who.id});
  configuration_change change{kind_t::add_nonvoter, who.id, who.storage, ""};
  if (known && known->who == who) {
    change.kind = known->voter ? (chance(0.5) ? kind_t::remove : kind_t::demote)
                               : (chance(0.8) ? kind_t::promote : kind_t::remove);
    // Not below three voters while a disk may be lost.
    if (known->voter && (now.voter_count() <= (chance(0.9) ? 3u : 1u) || !lost_.empty())) return;
  }
  if (leader.get().propose_configuration(change, now_ms_ * 1'000'000, clock(members_.at(leader.who.id)))) ++changes;
}

// ---- what must hold ------------------------------------------------------------------------------------------------

/// Log matching (Raft 5.3): index and term identify an entry and its predecessor.
void random_world::check_written(const test_node& n, const output& batch) {
  for (const auto& e : batch.entries) {
    auto before = n.get().term_at(e->index - 1);
    auto [i, fresh] = entries_.try_emplace({e->index, e->term}, known_entry{e, before.value_or(0)});
    if (fresh) continue;
    if (*i->second.e != *e) fail("log matching: " + describe(*e) + " and " + describe(*i->second.e));
    if (before && i->second.before != 0 && *before != i->second.before) fail("log matching before " + describe(*e));
  }
}

/// State machine safety (Raft 5.4.3): one entry per index, on all servers.
void random_world::check_applied(test_node& n, const entry& e) {
  auto [i, fresh] = committed_.try_emplace(e.index, committed_entry{e, n.get().term(), n.state.hash});
  if (fresh) ++commits;
  if (i->second.e != e) fail("state machine safety: " + describe(e) + " and " + describe(i->second.e));
  if (i->second.hash != n.state.hash) fail("states differ");
  i->second.known_in = std::min(i->second.known_in, n.get().term());
}

void random_world::check_leader(member& m) {
  const auto& leader = m.node->get();
  // Election safety (Raft 5.2): one leader per term.
  auto [i, fresh] = leader_of_.try_emplace(leader.term(), m.node->who.id);
  if (fresh) ++leaders;
  if (i->second != m.node->who.id) fail("two leaders in term " + std::to_string(leader.term()));
  // Leader append-only (Raft 5.3).
  if (m.led_term == leader.term()) {
    if (leader.last_index() < m.led_last) fail("a leader's log became shorter");
    if (m.led_last >= leader.first_index() && leader.term_at(m.led_last) != m.led_last_term)
      fail("a leader replaced an entry");
  } else if (!committed_.empty()) {
    // Leader completeness (Raft 5.4): a leader has all entries committed in earlier terms.
    for (auto c = committed_.rbegin(); c != committed_.rend(); ++c) {
      if (c->second.known_in >= leader.term()) continue;
      if (c->first >= leader.first_index() && leader.term_at(c->first) != c->second.e.term)
        fail("leader completeness: " + describe(c->second.e));
      break;
    }
  }
  m.led_term = leader.term();
  m.led_last = leader.last_index();
  m.led_last_term = leader.last_term();
}

void random_world::check() {
  for (auto& [id, m] : members_)
    if (up(m) && m.node->get().role() == role::leader) check_leader(m);
  for (auto& [id, m] : members_) {
    if (!up(m)) continue;
    auto lease = m.node->get().lease_valid_until();
    if (!lease || *lease <= clock(m)) continue;
    ++lease_checks;
    // Lease exclusivity: no one leads a later term, and no one knows of a write that this state lacks.
    for (auto& [other_id, other] : members_)
      if (up(other) && other.node->get().role() == role::leader && other.node->get().term() > m.node->get().term())
        fail(other_id + " leads while the lease of " + id + " lasts");
    if (!committed_.empty() && m.node->get().commit_index() < committed_.rbegin()->first)
      fail("a write was committed behind the lease of " + id);
  }
  for (auto& [id, m] : members_)
    if (up(m) && m.node->get().count().conflicts != 0) fail(id + " takes an honest message for a contradiction");
  if (lost_.empty()) return;
  for (auto& [id, m] : members_) // the lost server is back when all know its new disk
    if (!up(m)) return;
  auto& back = *members_.at(lost_).node;
  for (auto& [id, m] : members_)
    if (m.node->get().role() == role::leader && m.node->get().committed_members().value.is_voter(back.who)) lost_ = "";
}

void random_world::run(int steps) {
  for (int i = 0; i < steps && breach.empty(); ++i) {
    now_ms_ += 2;
    deliver();
    make_trouble();
    ask_leader();
    for (auto& [id, m] : members_) {
      if (!up(m)) continue;
      if (m.node->get().next_deadline() <= clock(m)) m.node->get().tick(clock(m));
      m.node->pump(clock(m));
    }
    work_disks();
    check();
  }
  if (breach.empty()) settle();
}

std::string random_world::describe_all() const {
  std::string text;
  for (const auto& [id, m] : members_) {
    if (!m.node->up()) continue;
    const auto& n = m.node->get();
    text += "\n" + m.node->who.storage + ": " + to_string(n.role()) + ", term " + std::to_string(n.term()) + ", log " +
            std::to_string(n.first_index()) + ".." + std::to_string(n.last_index()) + " of " +
            std::to_string(n.last_term()) + ", commit " + std::to_string(n.commit_index()) + ", members";
    for (const auto& s : n.members().value.servers) text += " " + s.who.storage + (s.voter ? "" : "-");
  }
  return text + "\n";
}

/// After the faults end, a leader is elected, writes continue, and all members have the same state.
void random_world::settle() {
  quiet_ = true;
  cut_.clear();
  for (auto& [id, m] : members_) {
    if (!up(m)) m.node->start(clock(m));
    for (auto& [other_id, other] : members_) m.node->get().connection_restored(other_id, clock(m));
  }
  auto before = committed_.size();
  for (int i = 0; i < 6000 && breach.empty(); ++i) {
    now_ms_ += 2;
    deliver();
    if (i < 5000) ask_leader();
    for (auto& [id, m] : members_) {
      m.node->get().tick(clock(m));
      m.node->pump(clock(m));
    }
    work_disks();
    check();
  }
  const machine* leader = nullptr;
  for (auto& [id, m] : members_)
    if (m.node->get().role() == role::leader && (!leader || m.node->get().term() > leader->term()))
      leader = &m.node->get();
  if (!leader) return fail("no leader when all is quiet:" + describe_all());
  if (committed_.size() <= before) return fail("no write succeeds when all is quiet");
  for (const auto& s : leader->members().value.servers) {
    auto& n = *members_.at(s.who.id).node;
    if (n.who == s.who && n.state.index != committed_.rbegin()->first) fail(s.who.id + " does not catch up");
  }
}

} // namespace praetor::raft::test
