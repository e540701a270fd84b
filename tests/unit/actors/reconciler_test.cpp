#include "actors/leader/leader_duties.hpp"
#include "actors/leader/reconciler.hpp"
#include "stage.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

using namespace praetor;
using swim::member_status;

namespace {

struct reconciling : stage {
  reconciling() {
    members({server("s1", "10.0.0.1"), client("c1", "10.0.0.9")});
    auto own = member_of(server("s1", "10.0.0.1"));
    actor = keep(system.spawn(reconciler, ports_ptr(outside), view, writes(), std::string("dc1"), own));
  }
  void look() {
    caf::anon_send(actor, sync_atom_v);
    run();
  }
  std::string health(const std::string& node) {
    auto check = state::find_check(*view->state.load(), node, "serfHealth", nullptr).value;
    return check ? check->status : "none";
  }
  node_ptr node(const std::string& name) { return state::find_node(*view->state.load(), name, nullptr).value; }
  reconciler_actor actor;
};

} // namespace

TEST_CASE("the catalog has the members, their health, and the consul service of servers") {
  reconciling w;
  CHECK(w.health("s1") == "passing");
  CHECK(w.health("c1") == "passing");
  CHECK(w.node("c1")->address == "10.0.0.9");
  CHECK(w.node("c1")->id == "id-of-c1");
  auto store = w.view->state.load();
  CHECK(state::find_service(*store, "s1", "consul", nullptr).value->port == 8300);
  CHECK(!state::find_service(*store, "c1", "consul", nullptr).value);
  auto writes = w.proposed.size();
  w.look();
  CHECK(w.proposed.size() == writes); // no-op writes are skipped
}

TEST_CASE("a failed member is critical, one that left is gone, and one that comes back is passing") {
  reconciling w;
  w.members({stage::server("s1", "10.0.0.1"), stage::client("c1", "10.0.0.9", member_status::failed)});
  w.look();
  CHECK(w.health("c1") == "critical");
  w.members({stage::server("s1", "10.0.0.1"), stage::client("c1", "10.0.0.10")});
  w.look();
  CHECK(w.health("c1") == "passing");
  CHECK(w.node("c1")->address == "10.0.0.10");
  w.members({stage::server("s1", "10.0.0.1"), stage::client("c1", "10.0.0.10", member_status::left)});
  w.look();
  CHECK(!w.node("c1"));
  CHECK(w.node("s1"));
}

TEST_CASE("a reaped member goes at once, one that no leader has seen as a member within a minute") {
  reconciling w;
  w.members({stage::server("s1", "10.0.0.1")});
  w.look();
  CHECK(!w.node("c1"));

  reconciling later;
  auto actor = later.actor;
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  later.members({stage::server("s1", "10.0.0.1")});
  auto own = member_of(stage::server("s1", "10.0.0.1"));
  later.keep(later.system.spawn(reconciler, ports_ptr(later.outside), later.view, later.writes(), std::string("dc1"),
                                own)); // a new leader, for whom c1 was never a member
  CHECK(later.node("c1"));
  later.advance(60s);
  CHECK(!later.node("c1"));
}

TEST_CASE("a leader that is told to look for foreign nodes does so at once, and once a minute as before") {
  reconciling w;
  caf::anon_send_exit(w.actor, caf::exit_reason::kill);
  w.members({stage::server("s1", "10.0.0.1")});
  auto foreign = w.view->state.load()->tables();
  auto own = member_of(stage::server("s1", "10.0.0.1"));
  auto actor = w.keep(w.system.spawn(reconciler, ports_ptr(w.outside), w.view, w.writes(), std::string("dc1"), own));
  auto look = [&] {
    caf::anon_send(actor, wake_atom_v);
    w.run();
  };
  CHECK(w.node("c1"));
  look();
  CHECK(!w.node("c1"));
  look();
  for (int minute = 1; minute <= 3; ++minute) {
    w.view->state.replace(foreign);
    w.advance(59s);
    CHECK(w.node("c1"));
    w.advance(1s);
    CHECK(!w.node("c1"));
  }
}

TEST_CASE("foreign nodes go at once when a state was restored, and when a leader begins that has met everybody") {
  reconciling w;
  auto leads = std::make_shared<leadership>();
  leads->is_leader = leads->ready = true;
  w.view->leader.publish(leads);
  leader_duties_options o;
  o.outside = w.outside;
  o.view = w.view;
  o.writes = w.writes();
  o.datacenter = "dc1";
  o.own = member_of(stage::server("s1", "10.0.0.1"));
  o.connect_enabled = false;
  auto foreign = w.view->state.load()->tables();
  caf::anon_send_exit(w.actor, caf::exit_reason::kill);
  w.members({stage::server("s1", "10.0.0.1")});
  auto duties = w.keep(w.system.spawn(leader_duties, std::move(o)));
  auto lead = [&](std::uint64_t term) {
    caf::anon_send(duties, messages::leadership_gained{term});
    w.run();
  };
  auto resign = [&] {
    caf::anon_send(duties, stop_atom_v);
    w.run();
  };
  lead(1);
  CHECK(w.node("c1")); // c1 may not have been found yet
  w.view->state.replace(foreign);
  w.run();
  CHECK(!w.node("c1"));
  CHECK(w.health("s1") == "passing");
  resign();
  w.view->state.replace(foreign);
  w.advance(59s);
  lead(2);
  CHECK(w.node("c1"));
  resign();
  w.advance(1s);
  lead(3);
  CHECK(!w.node("c1"));
}

TEST_CASE("the own server is not deregistered, even if gossip says that it left") {
  reconciling w;
  w.members({stage::server("s1", "10.0.0.1", member_status::left), stage::client("c1", "10.0.0.9")});
  w.look();
  CHECK(w.health("s1") == "passing");
}

TEST_CASE("a pass waits for the writes of the last one, and failed writes are tried again with growing waits") {
  reconciling w;
  w.hold = true;
  auto before = w.proposed.size();
  w.members({stage::server("s1", "10.0.0.1"), stage::client("c1", "10.0.0.9", member_status::failed)});
  w.look();
  w.look();
  CHECK(w.proposed.size() == before + 1);
  w.refused = {error_code::no_leader, "No cluster leader"};
  w.apply();
  w.run();
  CHECK(w.log->count("failed to reconcile member member=c1 error=No cluster leader") == 1);
  CHECK(w.proposed.size() == before + 2); // changes during the pass are handled
  w.apply();
  w.run();
  w.hold = false;
  w.refused = {};
  w.advance(1s);
  w.advance(2s);
  CHECK(w.health("c1") == "critical");
}
