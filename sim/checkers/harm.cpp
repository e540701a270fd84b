#include "sim/checkers/harm.hpp"

#include "actors/gossip/gossip_prober.hpp"
#include "actors/raft/raft_peer.hpp"
#include "actors/rpc/rpc_gateway.hpp"
#include "storage/state/records.hpp"

#include <caf/stateful_actor.hpp>

#include <algorithm>

namespace praetor::sim {

namespace {

/// The maximal latency of a well-behaved client's request while attackers are the only disturbance. Allows for one
/// retransmission on each way to the leader and back.
constexpr duration longest_answer = std::chrono::seconds(1);
/// Of a server's 32,768 concurrent requests, one peer gets half at most, and all together little more than the total:
/// each has 64 reserved.
constexpr std::size_t most_of_one = 16'384, most_of_all = 32'768 + 8 * 64;
/// The same for the bytes of these requests.
constexpr std::size_t most_bytes_of_one = 128 << 20;
/// Limits on foreign members in the pool, on the length of names, and on broadcast queues.
constexpr std::size_t most_strange_members = 64, longest_name = 256, longest_queue = 8'192;

/// The state of a node's actor. Nothing else runs in the world during the inspection.
template <class State, class Handle>
const State* kept_by(const Handle& handle) {
  using actor = std::remove_pointer_t<typename Handle::template stateful_pointer<State>>;
  auto* found = handle ? dynamic_cast<actor*>(caf::actor_cast<caf::abstract_actor*>(handle)) : nullptr;
  return found ? &found->state : nullptr;
}

bool is_attacked_alone(const scenario& what) {
  return std::none_of(what.attackers.begin(), what.attackers.end(),
                      [](const attack& a) { return a.kind == attacker_kind::gossip_member; });
}

/// Whether the gateways must reject the attackers' Raft messages: none of them counts as a server.
bool holds_no_server(const scenario& what) {
  return std::none_of(what.attackers.begin(), what.attackers.end(), [](const attack& a) {
    return a.kind == attacker_kind::server_of_other_cluster || a.kind == attacker_kind::gossip_member;
  });
}

/// A blocking query is answered when there is a change.
bool waits(std::string_view target) { return target.find("index=") != target.npos; }

/// An acceptable answer in a healthy cluster: the object does not exist, a transaction's condition failed, or the state
/// rejected the request.
bool is_fair(const reply& r) {
  return r.status == 200 || r.status == 404 || r.status == 409 ||
         (r.status == 500 && r.body.find("session") != r.body.npos);
}

std::string in_milliseconds(duration d) { return std::to_string(d.count() / 1'000'000) + " ms"; }

} // namespace

harm_checker::harm_checker(siege& where, const scenario& what, bool alone)
    : where_(where), active_(!what.attackers.empty()), strict_(alone && is_attacked_alone(what)),
      raft_is_closed_(strict_ && holds_no_server(what)) {
  if (!active_) return;
  where_.when_begun([this] {
    since_ = where_.world.now();
    for (auto* n : where_.victims.servers())
      if (n->up()) term_ = std::max(term_, n->view().leader.get()->term);
  });
  if (strict_)
    where_.lab.answered = [this](std::string_view target, duration asked, const reply& r) {
      answered(target, asked, r);
    };
}

void harm_checker::look(bool seldom) {
  if (!active_ || !where_.begun()) return;
  if (strict_) look_at_terms();
  if (!seldom) return;
  look_at_marks();
  for (auto* n : where_.victims.nodes()) {
    if (!n->up()) continue;
    auto handles = n->view().handles.load();
    if (!handles) continue;
    if (auto* gateway = kept_by<rpc_gateway_state>(handles->gateway)) look_at_gateway(*n, *gateway);
    if (auto* peer = kept_by<raft_peer_state>(handles->peer); peer && raft_is_closed_) look_at_raft(*n, *peer);
    look_at_gossip(*n);
  }
}

void harm_checker::look_at_terms() {
  for (auto* n : where_.victims.servers()) {
    if (!n->up()) continue;
    auto seen = n->view().leader.get()->term;
    if (seen > term_)
      find("terms stay", n->options().name + " is in term " + std::to_string(seen) + ", and was in " +
                             std::to_string(term_) + " when attackers began");
  }
}

void harm_checker::look_at_marks() {
  for (auto* n : where_.victims.servers()) {
    if (!n->up()) continue;
    state::for_each_record(*n->state(), state::record_scope::internal, [&](std::uint8_t type, std::string_view bytes) {
      for (const auto& mark : where_.forbidden_marks())
        if (bytes.find(mark) != bytes.npos)
          find("no mark of an attacker",
               n->options().name + " has a record of kind " + std::to_string(type) + " with " + mark);
      return true;
    });
  }
}

void harm_checker::look_at_gateway(node& n, const rpc_gateway_state& gateway) {
  const auto& name = n.options().name;
  if (gateway.requests.size() > most_of_all)
    find("bounded peers", name + " carries out " + std::to_string(gateway.requests.size()) + " requests");
  for (const auto& [connection, load] : gateway.peers) {
    if (load.requests.size() > most_of_one)
      find("bounded peers", name + " carries out " + std::to_string(load.requests.size()) + " requests of one peer");
    if (load.bytes > most_bytes_of_one)
      find("bounded peers", name + " holds " + std::to_string(load.bytes) + " bytes of one peer");
  }
  auto before = std::exchange(ownerless_[&n], {});
  for (const auto& [id, request] : gateway.requests) {
    if (gateway.options.outside->links->is_open(request.connection)) continue;
    ownerless_[&n].insert(id);
    if (before.contains(id))
      find("requests end with their connection", name + " still carries out request " + std::to_string(id));
  }
}

void harm_checker::look_at_raft(node& n, const raft_peer_state& peer) {
  if (auto strangers = peer.machine->count().strangers; strangers > 0)
    find("Raft messages of others stop at the gateway",
         n.options().name + "'s Raft host was handed " + std::to_string(strangers));
}

void harm_checker::look_at_gossip(node& n) {
  auto* prober = kept_by<gossip_prober_state>(n.view().handles.load()->lan);
  if (!prober || !prober->machine) return;
  const auto& name = n.options().name;
  const auto& pool = *prober->machine;
  if (pool.member_count() > where_.victims.nodes().size() + most_strange_members)
    find("bounded gossip", name + " has " + std::to_string(pool.member_count()) + " members");
  for (const auto& m : pool.members())
    if (m.name.size() > longest_name)
      find("bounded gossip", name + " has a member with a name of " + std::to_string(m.name.size()) + " letters");
  auto queued = pool.queued();
  auto longest = std::max({queued.nodes, queued.intents, queued.events, queued.queries});
  if (longest > longest_queue)
    find("bounded gossip", name + " has " + std::to_string(longest) + " messages to send on");
}

void harm_checker::answered(std::string_view target, duration asked, const reply& r) {
  if (!active_ || asked < since_) return;
  auto took = where_.world.now() - asked;
  // Requests running at the end have no answer either.
  if (!r.answered() && took < client_patience) return;
  if (!is_fair(r))
    find("others' answers", std::string(target) + " was answered with " + std::to_string(r.status) + " " +
                                r.body.substr(0, 80) + " after " + in_milliseconds(took));
  if (took > longest_answer && !waits(target))
    find("others' latency", std::string(target) + " was answered after " + in_milliseconds(took));
}

void harm_checker::judge() {
  look(true);
  for (auto* n : where_.victims.nodes()) {
    auto handles = active_ && n->up() ? n->view().handles.load() : nullptr;
    auto* gateway = handles ? kept_by<rpc_gateway_state>(handles->gateway) : nullptr;
    if (!gateway) continue;
    std::size_t bytes = 0;
    for (const auto& [id, request] : gateway->requests) bytes += request.bytes;
    if (gateway->slots.used() != gateway->requests.size() || gateway->memory.used() != bytes)
      find("shares are given back", n->options().name + " counts " + std::to_string(gateway->slots.used()) +
                                        " requests of " + std::to_string(gateway->memory.used()) + " bytes, and has " +
                                        std::to_string(gateway->requests.size()) + " of " + std::to_string(bytes));
  }
  active_ = false;
}

} // namespace praetor::sim
