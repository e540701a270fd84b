#include "actors/agent.hpp"
#include "actors/raft/bootstrap.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "protocol/codec/msgpack.hpp"
#include "stage.hpp"

#include <map>

using namespace praetor;

namespace {

known_server known(const std::string& id, std::int64_t expect = 3) {
  known_server s;
  s.id = id;
  s.name = "name-of-" + id;
  s.address = "10.0.0." + id + ":8300";
  s.storage = "disk-of-" + id;
  s.status = swim::member_status::alive;
  s.bootstrap_expect = expect;
  return s;
}

/// The local server has the id "1"; the test acts as its peer and the links to the others.
struct beginning : stage {
  void start(std::int64_t expect = 3) {
    agent_handles handles;
    handles.lan = prober();
    view->handles.store(std::make_shared<const agent_handles>(handles));
    auto peer = system.spawn(played_peer, this);
    keep(peer);
    actor =
        keep(system.spawn(bootstrap, outside, view, caf::actor_cast<raft_peer_actor>(peer), std::string("1"), expect));
  }
  void servers(const std::vector<known_server>& all) {
    auto now = std::make_shared<known_servers>();
    now->servers = all;
    view->servers.store(now);
    auto links = std::make_shared<peer_links>();
    for (const auto& s : all)
      if (s.id != "1")
        links->emplace(s.id, caf::actor_cast<peer_link_actor>(keep(system.spawn(played_link, this, s.id))));
    view->links.store(links);
  }
  void say(const std::string& id, bool has_log, const std::vector<known_server>& founders) {
    log_state s;
    s.has_log = has_log;
    known_servers list;
    list.servers = founders;
    s.founders = founder_texts(*founders_among(list, 3));
    answers[id] = msgpack::pack(s);
  }

  static caf::behavior played_peer(caf::event_based_actor*, beginning* s) {
    return {
        [](status_atom, local<std::function<void(const raft_status&)>>& tell) { tell.value(raft_status{}); },
        [s](start_atom, local<std::shared_ptr<const raft::configuration>>& c, local<done_callback>& done) {
          s->begun = c.value;
          if (done.value) done.value(nullptr);
        },
    };
  }
  static caf::behavior played_link(caf::event_based_actor*, beginning* s, std::string id) {
    return {[s, id](rpc_atom, local<std::shared_ptr<remote_call>>& call) {
      auto answer = s->answers.find(id);
      if (answer == s->answers.end()) return call.value->done(fail("no connection to server"), false);
      envelope e;
      e.kind = static_cast<std::uint16_t>(rpc_kind::log_state);
      e.bytes = answer->second;
      call.value->done(std::move(e), true);
    }};
  }

  bootstrap_actor actor;
  std::map<std::string, std::string> answers;
  std::shared_ptr<const raft::configuration> begun;
};

} // namespace

TEST_CASE("a cluster begins when as many servers as expected say that they would begin the same one") {
  beginning w;
  std::vector<known_server> all{known("1"), known("2"), known("3")};
  w.servers(all);
  w.say("2", false, all);
  w.say("3", false, all);
  w.start();
  REQUIRE(w.begun);
  CHECK(w.begun->servers.size() == 3);
  CHECK(w.log->count("waiting for servers") == 0);
}

TEST_CASE("a server that waits for others says how many it sees and why it can't reach the rest") {
  beginning w;
  w.servers({known("1")});
  w.start();
  w.advance(900ms);
  CHECK(w.log->count("waiting for servers") == 0); // a normal start logs nothing
  w.advance(300ms);
  CHECK(w.log->count("waiting for servers before a cluster begins seen=1 expected=3 reason=no other server has been") ==
        1);
  w.join_errors = {{"10.0.0.2", "refused"}, {"10.0.0.3", "refused"}};
  w.advance(2500ms);
  CHECK(w.log->count("seen=1 expected=3 reason=Failed to join 10.0.0.2: refused; Failed to join 10.0.0.3: refused") ==
        1);
  w.advance(30s);
  CHECK(w.log->count("waiting for servers") == 2); // unchanged
  w.advance(35s);
  CHECK(w.log->count("waiting for servers") == 3); // a reminder
  // The first one has joined by itself.
  w.join_errors = {{"10.0.0.2:8301", "refused"}, {"10.0.0.3:8301", "refused"}};
  w.members({stage::server("name-of-1", "10.0.0.1"), stage::server("name-of-2", "10.0.0.2")});
  w.servers({known("1"), known("2")});
  w.advance(2500ms);
  CHECK(w.log->count("seen=2 expected=3 reason=Failed to join 10.0.0.3:8301: refused") == 1);
  w.join_errors = {};
  w.advance(2500ms);
  CHECK(w.log->count("seen=2 expected=3 reason=the others have not been heard of") == 1);
}

TEST_CASE("a server that sees all that it expects says which of them keeps the cluster from its beginning") {
  beginning w;
  std::vector<known_server> all{known("1"), known("2"), known("3")};
  w.servers(all);
  w.say("2", false, all);
  w.start();
  w.advance(1200ms);
  CHECK(w.log->count("seen=3 expected=3 reason=server name-of-3 at 10.0.0.3:8300 does not answer on its RPC port") ==
        1);
  w.say("3", false, {known("1"), known("3")});
  w.advance(1200ms);
  CHECK(w.log->count("server name-of-3 at 10.0.0.3:8300 sees 2 servers, which are not the same as here") == 1);
  w.say("3", false, all);
  w.advance(1200ms);
  CHECK(w.begun);
}

TEST_CASE("servers that expect different numbers are named, once") {
  beginning w;
  w.servers({known("1"), known("2", 5), known("3")});
  w.start();
  w.advance(10s);
  CHECK(w.log->count("server name-of-2 expects 5 servers and this one 3") == 1);
}
