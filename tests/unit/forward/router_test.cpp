#include "protocol/codec/msgpack.hpp"
#include "router_world.hpp"
#include "storage/state/command.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

/// A follower that knows two other servers, the first of which leads.
struct follower : router_world {
  follower() : router_world(true) {
    servers({"own", "one", "two"});
    link("one", true);
    link("two", true);
    leader("one");
  }
};

/// A follower that also knows two servers of dc2.
struct federated_follower : follower {
  federated_follower() {
    auto known = std::make_shared<known_servers>();
    for (auto [id, datacenter] : {std::pair{"own", "dc1"}, {"one", "dc1"}, {"far", "dc2"}, {"further", "dc2"}}) {
      auto& s = known->servers.emplace_back();
      s.id = s.name = id;
      s.datacenter = datacenter;
      s.status = swim::member_status::alive;
    }
    servers(known);
  }

  forwarded_request_ptr request_to(const std::string& datacenter) {
    auto r = request(true);
    r->terms.to.datacenter = datacenter;
    return r;
  }
};

bool unknown(const expected<std::string>& answer) {
  return !answer && answer.error().status == 500 && answer.error().code == error_code::unknown_outcome;
}

} // namespace

TEST_CASE("a write goes to the leader and its answer comes back") {
  follower w;
  w.send(w.request(false));
  REQUIRE(w.calls.size() == 1);
  CHECK(w.calls[0].server == "one");
  CHECK(w.calls[0].request.body == "body");
  CHECK(w.calls[0].request.hops == 1);
  CHECK(w.calls[0].request.hold == 7s);
  w.answer(0, rpc_kind::request, "done");
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0] == expected<std::string>("done"));
}

TEST_CASE("while there is no leader a request is held, and sent as soon as there is one") {
  follower w;
  w.leader("");
  w.send(w.request(false));
  w.advance(3s);
  CHECK(w.calls.empty());
  w.leader("two", 2);
  w.advance(50ms);
  REQUIRE(w.calls.size() == 1);
  CHECK(w.calls[0].server == "two");
  CHECK(w.calls[0].request.hold < 4s);
}

TEST_CASE("after the hold time the client hears that there is no leader") {
  follower w;
  w.leader("");
  w.send(w.request(true));
  w.advance(6900ms);
  CHECK(w.answers.empty());
  w.advance(200ms);
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].error() == error{error_code::no_leader, "No cluster leader"});
}

TEST_CASE("a write that may have arrived is not sent again, and its caller hears that the outcome is unknown") {
  follower w;
  w.send(w.request(false));
  w.fail_call(0, true);
  w.advance(10s);
  CHECK(w.calls.size() == 1);
  REQUIRE(w.answers.size() == 1);
  CHECK(unknown(w.answers[0]));
}

TEST_CASE("a write that has surely never left goes to the next leader") {
  follower w;
  w.send(w.request(false));
  w.fail_call(0, false);
  w.leader("two", 2);
  w.advance(50ms);
  REQUIRE(w.calls.size() == 2);
  CHECK(w.calls[1].server == "two");
}

TEST_CASE("a read is asked again when the server that had it is lost, even after waiting for long") {
  follower w;
  auto r = w.request(true);
  r->terms.patience = 593s;
  w.send(r);
  w.advance(100s);
  w.leader("");
  w.fail_call(0, true);
  w.advance(2s);
  CHECK(w.answers.empty());
  w.leader("two", 2);
  w.advance(50ms);
  REQUIRE(w.calls.size() == 2);
  CHECK(w.calls[1].server == "two");
}

TEST_CASE("a read whose deadline has passed is not asked again") {
  follower w;
  w.send(w.request(true));
  w.advance(68s);
  w.fail_call(0, true);
  w.advance(1s);
  CHECK(w.calls.size() == 1);
  CHECK(w.answers.size() == 1);
}

TEST_CASE("what another server has surely not carried out is tried again, with growing pauses") {
  follower w;
  w.send(w.request(false));
  for (std::size_t i = 0; i < w.calls.size() && i < 100; ++i) {
    w.refuse(i, "No cluster leader", true);
    w.advance(2s);
  }
  CHECK(w.calls.size() > 2);
  CHECK(w.calls.size() < 20);
  w.advance(7s);
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].error() == error{error_code::no_leader, "No cluster leader"});
}

TEST_CASE("other refusals are passed on") {
  follower w;
  w.send(w.request(true));
  w.refuse(0, "too much", false);
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].error().text == "too much");
  w.advance(10s);
  CHECK(w.calls.size() == 1);
}

TEST_CASE("who becomes the leader while a request is held carries it out itself") {
  follower w;
  w.leader("");
  w.send(w.request(false));
  w.leader("own", 2);
  w.advance(50ms);
  CHECK(w.led_here == 1);
  CHECK(w.calls.empty());
}

TEST_CASE("a request whose client has gone is cancelled at the other side and never answered") {
  follower w;
  auto r = w.request(true);
  w.send(r);
  w.leave(r);
  REQUIRE(w.told.size() == 1);
  CHECK(w.told[0].second.kind == static_cast<std::uint16_t>(rpc_kind::cancel));
  cancelled_request gone;
  REQUIRE(msgpack::unpack(w.told[0].second.bytes, gone));
  CHECK(gone.number == w.calls[0].request.number);
  w.answer(0, rpc_kind::request, "late");
  CHECK(w.answers.empty());

  auto held = w.request(true);
  w.leader("");
  w.send(held);
  w.leave(held);
  w.advance(10s);
  CHECK(w.answers.empty());
  CHECK(w.calls.size() == 1);
}

TEST_CASE("a client agent that knows no server says so at once") {
  router_world w(false);
  w.send(w.request(true));
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].error() == error{error_code::no_servers, "No known Consul servers"});
}

TEST_CASE("a client agent whose servers are gone says so at once, and holds requests only while one may come back") {
  using swim::member_status;
  const auto gone = error{error_code::no_servers, "No known Consul servers"};
  router_world w(false);
  w.servers({"one", "two"});
  w.link("one", true);
  w.link("two", true);
  w.link("one", false);
  w.link("two", false);
  w.send(w.request(true));
  w.advance(3s);
  CHECK(w.answers.empty()); // gossip counts them as alive: they may have been restarted
  w.servers({"one", "two"}, member_status::failed);
  REQUIRE(w.answers.size() == 1); // held requests are not held any longer
  CHECK(w.answers[0].error() == gone);
  w.send(w.request(false));
  REQUIRE(w.answers.size() == 2);
  CHECK(w.answers[1].error() == gone);

  // A reachable server is used, whatever gossip says; when it is lost, its requests fail.
  w.link("two", true);
  w.send(w.request(true));
  REQUIRE(w.calls.size() == 1);
  w.link("two", false);
  w.fail_call(0, true);
  REQUIRE(w.answers.size() == 3);
  CHECK(w.answers[2].error() == gone);

  w.servers({"one", "two"});
  w.send(w.request(true));
  w.advance(1s);
  CHECK(w.answers.size() == 3);
  w.link("one", true);
  CHECK(w.calls.size() == 2);
}

TEST_CASE("a server holds requests whatever gossip says of the others, because it may lead itself") {
  router_world w(true);
  w.servers({"own", "one"}, swim::member_status::failed);
  w.send(w.request(true));
  w.advance(6s);
  CHECK(w.answers.empty());
}

TEST_CASE("a client agent keeps to one server until that one fails") {
  router_world w(false);
  w.servers({"one", "two", "three"});
  for (auto id : {"one", "two", "three"}) w.link(id, true);
  w.send(w.request(true));
  w.send(w.request(true));
  REQUIRE(w.calls.size() == 2);
  CHECK(w.calls[0].server == w.calls[1].server);
  auto first = w.calls[0].server;
  w.fail_call(0, true);
  w.advance(1s);
  REQUIRE(w.calls.size() == 3);
  CHECK(w.calls[2].server != first);
  w.link(w.calls[2].server, false);
  w.send(w.request(true));
  REQUIRE(w.calls.size() == 4);
  CHECK(w.calls[3].server != w.calls[2].server);
}

TEST_CASE("a write that two servers have handed on is given back where neither leads") {
  follower w;
  auto p = std::make_shared<proposal>();
  p->hops = most_hops;
  p->hold = 7s;
  std::optional<state::apply_result> result;
  p->done = [&](const state::apply_result& r) { result = r; };
  caf::anon_send(w.router, propose_atom_v, local<std::shared_ptr<proposal>>{p});
  w.run();
  CHECK(w.calls.empty());
  REQUIRE(result);
  CHECK(result->not_appended);
}

TEST_CASE("the agent's own writes are carried with their results") {
  follower w;
  auto p = std::make_shared<proposal>();
  kv_request write;
  write.op = "set";
  write.entry.key = "k";
  p->command = *encode_command(command_type::kvs, write);
  std::optional<state::apply_result> result;
  p->done = [&](const state::apply_result& r) { result = r; };
  caf::anon_send(w.router, propose_atom_v, local<std::shared_ptr<proposal>>{p});
  w.run();
  REQUIRE(w.calls.size() == 1);
  CHECK(w.calls[0].request.body == pack_command(command_type::kvs, write));
  CHECK(w.calls[0].call->request.kind == static_cast<std::uint16_t>(rpc_kind::propose));
  w.answer(0, rpc_kind::propose, msgpack::pack(state::apply_result::done(false)));
  REQUIRE(result);
  CHECK(result->flag == false);
}

TEST_CASE("a server that left has no link, and one that failed keeps its own") {
  follower w;
  auto known = std::make_shared<known_servers>();
  for (auto [id, status] : {std::pair{"one", swim::member_status::left}, {"two", swim::member_status::failed}}) {
    known_server s;
    s.id = s.name = id;
    s.datacenter = "dc1";
    s.status = status;
    known->servers.push_back(std::move(s));
  }
  w.servers(known);
  auto links = w.view->links.load();
  REQUIRE(links);
  CHECK(links->size() == 1);
  CHECK(links->contains("two"));
}

TEST_CASE("a request to another datacenter goes to one of its servers, even if this agent leads its own") {
  federated_follower w;
  w.leader("own", 2);
  w.send(w.request_to("dc2"));
  w.advance(1s);
  CHECK(w.calls.empty()); // none of them is reached yet
  w.link("far", true);
  REQUIRE(w.calls.size() == 1);
  CHECK(w.calls[0].server == "far");
  CHECK(w.led_here == 0);
}

TEST_CASE("when a server of another datacenter is lost the next one is asked, and never one of the own") {
  federated_follower w;
  w.link("far", true);
  w.link("further", true);
  w.send(w.request_to("dc2"));
  REQUIRE(w.calls.size() == 1);
  auto first = w.calls[0].server;
  w.link(first, false);
  w.fail_call(0, true);
  w.advance(1s);
  REQUIRE(w.calls.size() == 2);
  CHECK(w.calls[1].server == (first == "far" ? "further" : "far"));
}

TEST_CASE("a datacenter of which no server is known has no path") {
  federated_follower w;
  w.send(w.request_to("dc3"));
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].error() == no_path());

  w.send(w.request_to("dc2"));
  w.servers({"own", "one"}); // those of dc2 have left
  w.advance(1s);
  REQUIRE(w.answers.size() == 2);
  CHECK(w.answers[1].error() == no_path());
}

TEST_CASE("a client agent's own servers are asked for every datacenter") {
  router_world w(false);
  w.servers({"one"});
  w.link("one", true);
  auto r = w.request(true);
  r->terms.to.datacenter = "dc2";
  w.send(r);
  REQUIRE(w.calls.size() == 1);
  CHECK(w.calls[0].server == "one");
}
