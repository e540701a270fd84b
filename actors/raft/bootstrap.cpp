#include "actors/raft/bootstrap.hpp"

#include "actors/agent.hpp"
#include "actors/gossip/gossip_command.hpp"
#include "actors/rpc/ask.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/swim/address.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr auto look_interval = std::chrono::milliseconds(200);
constexpr auto answer_limit = std::chrono::seconds(2);
/// The minimal gap between log lines about the wait. Servers that start together have found each other before the first
/// one.
constexpr nanoseconds least_report_gap = std::chrono::seconds(1), same_report_gap = std::chrono::minutes(1);

/// Whether an address that could not be joined belongs to a member that has appeared since.
bool is_of_a_member(const swim::join_failure& failure, const membership& members) {
  return std::any_of(members.members.begin(), members.members.end(), [&](const swim::member& m) {
    return m.status == swim::member_status::alive && failure.address == swim::join_address(m.address, m.port);
  });
}

} // namespace

expected<raft::configuration> founders_among(const known_servers& servers, std::int64_t expect) {
  raft::configuration out;
  for (const auto& s : servers.servers) {
    if (s.status != swim::member_status::alive || s.nonvoter) continue;
    if (s.bootstrap)
      return fail("server " + s.name + " is in bootstrap mode: it begins a cluster of its own, expect mode is off");
    if (s.bootstrap_expect != 0 && s.bootstrap_expect != expect)
      return fail("server " + s.name + " expects " + std::to_string(s.bootstrap_expect) + " servers and this one " +
                  std::to_string(expect) + ": bootstrap_expect has to be the same on all");
    if (s.storage.empty()) return fail("server " + s.name + " does not say which disk its log is on");
    out.servers.push_back({{s.id, s.storage}, s.address, true});
  }
  std::sort(out.servers.begin(), out.servers.end(), [](auto& a, auto& b) { return a.who.id < b.who.id; });
  return out;
}

std::vector<std::string> founder_texts(const raft::configuration& founders) {
  std::vector<std::string> out;
  for (const auto& s : founders.servers) out.push_back(s.who.id + " " + s.who.storage + " " + s.address);
  return out;
}

log_state log_state_of(const raft_status& status, const agent_view& view) {
  log_state out;
  out.has_log = status.last_index > 0 || status.term > 0;
  auto settings = view.settings.load();
  auto servers = view.servers.load();
  if (!settings || !servers) return out;
  if (auto founders = founders_among(*servers, settings->bootstrap_expect)) out.founders = founder_texts(*founders);
  return out;
}

void bootstrap_state::report(log_level level, const std::string& text, std::initializer_list<log_field> fields) {
  std::string all = text;
  for (const auto& f : fields) all.append(" ").append(f.key).append("=").append(f.value);
  auto now = self->clock().now();
  if (now < reported_at + (all == last_report ? same_report_gap : least_report_gap)) return;
  last_report = std::move(all);
  reported_at = now;
  outside->log_lines->write(level, "agent.server", text, fields);
}

void bootstrap_state::ask_for_trouble() {
  auto handles = view->handles.load();
  auto now = self->clock().now();
  if (!handles || !handles->lan || now < asked_at + least_report_gap) return;
  asked_at = now;
  gossip_command::look look;
  look.done = [trouble = trouble](const gossip_status& status) {
    std::string all;
    for (const auto& each : status.join_errors)
      if (!status.members || !is_of_a_member(each, *status.members)) all += (all.empty() ? "" : "; ") + each.text();
    trouble->store(all.empty() ? nullptr : std::make_shared<const std::string>(std::move(all)));
  };
  ask_gossip(handles->lan, std::move(look));
}

void bootstrap_state::report_missing(std::size_t seen) {
  ask_for_trouble();
  auto failed = trouble->load();
  std::string why = failed ? *failed : "no other server has been heard of through gossip yet";
  if (!failed && seen > 1) why = "the others have not been heard of through gossip yet";
  report(log_level::warn, "waiting for servers before a cluster begins",
         {{"seen", seen}, {"expected", expect}, {"reason", why}});
}

void bootstrap_state::report_wait(const std::string& why) {
  report(log_level::warn, "waiting for servers before a cluster begins",
         {{"seen", founders.servers.size()}, {"expected", expect}, {"reason", why}});
}

std::string bootstrap_state::name_of(const std::string& id) const {
  auto servers = view->servers.load();
  auto* known = servers ? servers->find(id) : nullptr;
  return known ? known->name + " at " + known->address : id;
}

void bootstrap_state::look() {
  self->delayed_send(self, look_interval, wake_atom_v);
  auto me = bootstrap_actor{self};
  self->send(peer, status_atom_v, local<std::function<void(const raft_status&)>>{[me](const raft_status& status) {
               if (status.last_index > 0) caf::anon_send(me, ended_atom_v);
             }});
  if (!unasked.empty()) return; // a round is in progress
  auto servers = view->servers.load();
  if (!servers) return;
  look_at(*servers);
}

void bootstrap_state::look_at(const known_servers& servers) {
  auto found = founders_among(servers, expect);
  if (!found) return report(log_level::error, "no cluster can begin yet", {{"error", found.error().text}});
  if (found->servers.size() < static_cast<std::size_t>(expect) || !found->find(own_id))
    return report_missing(found->servers.size());
  auto links = view->links.load();
  founders = std::move(*found);
  ++round;
  std::vector<std::pair<std::string, peer_link_actor>> asked;
  for (const auto& s : founders.servers) {
    if (s.who.id == own_id) continue;
    auto link = links ? links->find(s.who.id) : peer_links::const_iterator{};
    if (!links || link == links->end()) return report_wait("there is no link to server " + name_of(s.who.id) + " yet");
    asked.emplace_back(s.who.id, link->second);
  }
  for (const auto& [id, link] : asked) unasked.insert(id);
  for (const auto& [id, link] : asked) ask(id, link);
  if (unasked.empty()) begin_cluster();
}

void bootstrap_state::ask(const std::string& id, const peer_link_actor& link) {
  auto told = [me = bootstrap_actor{self}, number = round, id](expected<log_state> answer) {
    auto said = answer ? std::make_shared<const log_state>(std::move(*answer)) : nullptr;
    caf::anon_send(me, messages::log_state_answered{number, id, std::move(said)});
  };
  ask_over<rpc_kind::log_state>(link, {}, self->clock().now() + answer_limit, std::move(told));
}

void bootstrap_state::answered(std::uint64_t of_round, const std::string& id, const log_state* said) {
  if (of_round != round || !unasked.contains(id)) return;
  if (!said || said->has_log || said->founders != founder_texts(founders)) {
    if (!said)
      report_wait("server " + name_of(id) + " does not answer on its RPC port");
    else if (said->has_log)
      report(log_level::info, "no cluster can begin yet",
             {{"reason", "server " + id + " is part of a cluster already: this one waits to be added"}});
    else
      report_wait("server " + name_of(id) + " sees " + std::to_string(said->founders.size()) +
                  " servers, which are not the same as here");
    unasked.clear(); // the next check asks again
    return;
  }
  unasked.erase(id);
  if (unasked.empty()) begin_cluster();
}

void bootstrap_state::begin_cluster() {
  outside->log_lines->write(log_level::info, "agent.server", "found expected number of peers, beginning a cluster",
                            {{"peers", founders.servers.size()}});
  self->send(peer, start_atom_v,
             local<std::shared_ptr<const raft::configuration>>{std::make_shared<const raft::configuration>(founders)},
             local<done_callback>{[me = bootstrap_actor{self}](const error* failed) {
               if (!failed) caf::anon_send(me, ended_atom_v);
             }});
}

bootstrap_actor::behavior_type bootstrap(bootstrap_actor::stateful_pointer<bootstrap_state> self, ports_ptr outside,
                                         agent_view_ptr view, raft_peer_actor peer, std::string own_id,
                                         std::int64_t expect) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.peer = std::move(peer);
  s.own_id = std::move(own_id);
  s.expect = expect;
  s.reported_at = self->clock().now();
  self->send(self, wake_atom_v);
  return {
      [self](wake_atom) { self->state.look(); },
      [self](const messages::log_state_answered& m) { self->state.answered(m.round, m.server, m.answer.get()); },
      [self](ended_atom) { self->quit(); },
  };
}

} // namespace praetor
