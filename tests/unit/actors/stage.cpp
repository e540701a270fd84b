#include "stage.hpp"

#include "actors/raft/proposal.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/transaction.hpp"

namespace praetor {

namespace {

rpc_router_actor::behavior_type played_router(rpc_router_actor::pointer,
                                              std::function<void(std::shared_ptr<proposal>)> take) {
  return {
      [take](propose_atom, local<std::shared_ptr<proposal>>& p) { take(std::move(p.value)); },
      [](read_atom, local<done_callback>&) {},
      [](wake_atom) {},
      [](wake_up<spread_agents>) {},
      [](forward_atom, local<std::shared_ptr<forwarded_request>>&) {},
      [](leave_atom, local<std::shared_ptr<forwarded_request>>&) {},
      [](const messages::attempt_ended&) {},
      [](members_atom, local<std::shared_ptr<const known_servers>>&) {},
      [](const messages::link_changed&) {},
  };
}

gossip_prober_actor::behavior_type played_prober(gossip_prober_actor::pointer, stage* s) {
  return {
      [](packet_atom, local<std::shared_ptr<gossip_packet>>&) {},
      [](packet_atom, local<std::shared_ptr<gossip_request>>&) {},
      [](const messages::exchange_ended&) {},
      [](wake_up<>) {},
      [](flush_atom) {},
      [s](gossip_atom, local<std::shared_ptr<gossip_command>>& c) {
        if (auto* look = std::get_if<gossip_command::look>(&c.value->what)) {
          gossip_status status;
          status.join_errors = s->join_errors;
          status.members = s->view->lan.load();
          return look->done(status);
        }
        s->joins.push_back(std::get<gossip_command::join>(std::move(c.value->what)));
      },
      [](reload_atom, local<std::shared_ptr<const config::runtime_config>>&) {},
  };
}

} // namespace

stage::stage() {
  outside->log_lines = log;
  outside->fatal = [this](const std::string& why) { fatal.push_back(why); };
  outside->seed = [] { return std::uint64_t{1}; };
  outside->detach = false;
}

stage::~stage() {
  joins.clear();
  held_.clear();
  for (const auto& a : std::exchange(kept_, {}))
    caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
  finish();
}

write_path stage::writes() {
  auto router = keep(system.spawn(played_router, [this](std::shared_ptr<proposal> p) {
    proposed.push_back(p->command.bytes());
    held_.push_back(std::move(p));
    if (!hold) apply();
  }));
  return {view, {}, router};
}

void stage::apply() {
  for (auto& p : std::exchange(held_, {})) {
    auto result = state::apply_result::failure(refused);
    if (refused.text.empty()) {
      state::transaction t(view->state.load());
      std::string_view bytes = p->command.bytes();
      auto type = static_cast<command_type>(static_cast<std::uint8_t>(bytes.at(0)));
      ++index_;
      result = state::apply(t, index_, nanoseconds{index_}, type, bytes.substr(1));
      view->state.publish(std::move(t));
    }
    if (p->done) p->done(result);
  }
}

gossip_prober_actor stage::prober() { return keep(system.spawn(played_prober, this)); }

void stage::members(const std::vector<swim::member>& all, bool wan) {
  auto m = std::make_shared<membership>();
  m->own_name = all.empty() ? "" : all.front().name;
  m->members = swim::member_list(all);
  (wan ? view->wan : view->lan).store(std::move(m));
}

swim::member stage::client(const std::string& name, const std::string& address, swim::member_status status) {
  swim::member m;
  m.name = name;
  m.address = address;
  m.port = 8301;
  m.status = status;
  m.tags = {{"role", "node"}, {"dc", "dc1"}, {"id", "id-of-" + name}, {"build", "1.19.2:"}};
  return m;
}

swim::member stage::server(const std::string& name, const std::string& address, swim::member_status status) {
  auto m = client(name, address, status);
  m.tags["role"] = "consul";
  m.tags["port"] = "8300";
  return m;
}

} // namespace praetor
