#include "sim/attackers/hostile_raft.hpp"

#include "protocol/codec/command.hpp"

#include <limits>

namespace praetor::sim {

namespace {

constexpr raft::term_t far_ahead = 1000;

/// What a forger must know to be credible; the simulation's attackers know it.
struct forgery {
  sim::world& world;
  raft::identity own, leader;
  std::string mark;
  raft::term_t term = 0;      ///< of the target
  raft::index_t last = 0;     ///< the last applied index
  raft::term_t last_term = 0; ///< of that entry

  bool coin() { return world.one_in(2); }
};

raft::term_t any_term(forgery& f) {
  switch (f.world.below(6)) {
  case 0: return f.term;
  case 1: return f.term + far_ahead;
  case 2: return std::numeric_limits<raft::term_t>::max();
  case 3: return 0;
  default: return f.term + 1;
  }
}

raft::configuration only(const raft::identity& who) {
  raft::configuration c;
  c.servers.push_back({who, "10.66.0.1:8300", true});
  return c;
}

std::string marked_command(const std::string& mark) {
  kv_request r;
  r.op = "set";
  r.entry.key = "attack/" + mark;
  r.entry.value.bytes = mark;
  return pack_command(command_type::kvs, r);
}

raft::append_request entries(forgery& f, raft::term_t term) {
  raft::append_request out;
  out.prev_index = f.last;
  out.prev_term = f.last_term;
  out.epoch = 1;
  auto count = f.world.below(3);
  for (raft::index_t i = 1; i <= count; ++i) {
    raft::entry e;
    e.index = f.last + i;
    e.term = f.world.one_in(8) ? 0 : term;
    bool members = f.world.one_in(4);
    e.kind = members ? raft::entry_kind::configuration : raft::entry_kind::command;
    e.data = members ? raft::encode(only(f.own)) : marked_command(f.mark);
    out.entries.push_back(std::make_shared<const raft::entry>(std::move(e)));
  }
  out.commit = f.coin() ? f.last + count : std::numeric_limits<raft::index_t>::max();
  return out;
}

raft::snapshot_request snapshot(forgery& f, raft::term_t term) {
  raft::snapshot_request out;
  out.meta.id = f.mark;
  out.meta.index = f.last + 1 + f.world.below(far_ahead);
  out.meta.term = std::max<raft::term_t>(term, 1);
  out.meta.members = {out.meta.index, only(f.own)};
  out.data = f.coin() ? f.mark : std::string();
  out.meta.size = f.coin() ? out.data.size() : std::numeric_limits<std::uint64_t>::max();
  out.done = out.meta.size == out.data.size() && !out.data.empty();
  return out;
}

raft::message_body any_body(forgery& f, raft::term_t term) {
  raft::lease_token token{f.coin() ? f.term : term, f.world.below(4)};
  switch (f.world.below(7)) {
  case 0: {
    auto last = f.coin() ? f.last + far_ahead : std::numeric_limits<raft::index_t>::max();
    return raft::vote_request{f.coin(), last, term, token};
  }
  case 1: return raft::vote_result{f.coin(), true, term, std::chrono::nanoseconds(0)};
  case 2: {
    raft::append_result r;
    r.rejected = f.coin();
    r.match = r.rejected ? 0 : f.last + f.world.below(far_ahead);
    r.rejected_prev = r.rejected ? f.last + far_ahead : 0;
    r.hint_term = f.term;
    r.epoch = 1;
    r.promise = std::chrono::hours(24 * 365);
    return r;
  }
  case 3: return snapshot(f, term);
  case 4: return raft::snapshot_result{f.mark, std::numeric_limits<std::uint64_t>::max(), f.coin()};
  case 5: return raft::timeout_now{token};
  default: return entries(f, term);
  }
}

} // namespace

std::string hostile_raft_message(siege& where, node& target, const raft::identity& own, raft_source source,
                                 const std::string& mark) {
  raft::message m;
  m.to = siege::identity_of(target);
  forgery f{where.world, own, {}, mark};
  f.term = target.view().leader.get()->term;
  f.last = target.state()->log_index();
  f.last_term = target.disk().log().term(f.last).value_or(0);
  m.from = own;
  if (source == raft_source::member) {
    auto* leads = where.victims.leader();
    auto& posed = leads && leads != &target && where.world.one_in(2) ? *leads : where.any_server();
    m.from = siege::identity_of(posed);
  }
  m.term = any_term(f);
  m.body = any_body(f, m.term);
  return raft::encode(m);
}

} // namespace praetor::sim
