#include "gateway_world.hpp"

using namespace praetor;

namespace {

std::string a_request() {
  remote_request r;
  r.method = "GET";
  r.path = "/v1/kv/x";
  r.query = {{"raw", ""}};
  r.headers = {{"x-consul-token", "secret"}};
  r.requester.node = "asking";
  return msgpack::pack(r);
}

} // namespace

TEST_CASE("another agent's request is handed to the frontends, and their answer goes back") {
  gateway_world w;
  w.ask(rpc_kind::request, a_request());
  REQUIRE(w.frontends->requests.size() == 1);
  auto& kept = w.frontends->requests[0];
  CHECK(kept.request.path == "/v1/kv/x");
  CHECK(kept.request.headers[0].value == "secret");
  CHECK(kept.request.requester.node == "asking");
  CHECK(kept.hops == 1);
  CHECK(w.answers.empty());
  remote_answer answer;
  answer.status = 404;
  answer.lines = "X-Cache: MISS\r\n";
  answer.meta = {7, "hash", "stale", false, std::chrono::milliseconds(20), "streaming", true};
  kept.done(answer);
  w.coordinator.run();
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].kind == static_cast<std::uint16_t>(rpc_kind::request));
  remote_answer read;
  REQUIRE(msgpack::unpack(w.answers[0].bytes, read));
  CHECK(read.status == 404);
  CHECK(read.lines == answer.lines);
  CHECK(read.meta == answer.meta);
}

TEST_CASE("what was surely not carried out is refused as such") {
  gateway_world w;
  w.ask(rpc_kind::request, a_request());
  remote_answer answer;
  answer.status = 500;
  answer.body = "No cluster leader";
  answer.not_carried_out = true;
  w.frontends->requests[0].done(answer);
  w.coordinator.run();
  CHECK(w.refusal(0).not_carried_out);
  CHECK(w.refusal(0).text == "No cluster leader");
}

TEST_CASE("a request whose client has gone is ended, once") {
  gateway_world w;
  w.ask(rpc_kind::request, a_request(), 5);
  w.ask(rpc_kind::request, a_request(), 6);
  w.send(rpc_kind::cancel, msgpack::pack(cancelled_request{5}));
  CHECK(w.frontends->cancelled == 1);
  REQUIRE(w.answers.size() == 1);
  w.frontends->requests[0].done({});
  w.coordinator.run();
  CHECK(w.answers.size() == 1);
  // Cancels no other connection's request with the same number.
  w.peer.connection = 2;
  w.send(rpc_kind::cancel, msgpack::pack(cancelled_request{6}));
  CHECK(w.frontends->cancelled == 1);
  // The whole agent goes.
  caf::anon_send(w.gateway, messages::connection_ended{1});
  w.coordinator.run();
  CHECK(w.frontends->cancelled == 2);
}

TEST_CASE("a message without a connection, or of one that has ended, is refused") {
  gateway_world w;
  w.peer.connection = 0;
  w.ask(rpc_kind::request, a_request());
  CHECK(w.refusal(0).status == 403);
  w.send(rpc_kind::raft, "vote");
  w.peer.connection = 1;
  w.links->open.clear();
  w.ask(rpc_kind::request, a_request());
  CHECK(w.refusal(1).text == "the connection has ended");
  CHECK(w.frontends->requests.empty());
  CHECK(w.raft_messages.empty());
}

TEST_CASE("Raft messages are taken from servers that a certificate or gossip confirms, with their names on them") {
  gateway_world w;
  auto sent = [&] {
    w.raft_messages.clear();
    w.send(rpc_kind::raft, "vote");
    return w.raft_messages.size() == 1;
  };
  CHECK(!sent()); // a client agent
  w.peer.claims_server = true;
  CHECK(!sent()); // unknown to gossip
  w.gossip_knows("10.0.0.3:8300");
  CHECK(!sent()); // connects from another address
  w.gossip_knows("10.0.0.2:8300");
  CHECK(sent());
  CHECK(w.raft_messages.at(0).from.id == "id-of-peer");
  CHECK(w.raft_messages.at(0).bytes == "vote");
  w.peer.claims_server = false;
  CHECK(!sent()); // does not claim to be a server
  w.view->servers.store(nullptr);
  w.peer.claims_server = w.peer.certified_server = true;
  CHECK(sent());
  w.peer.id = "own-id";
  CHECK(!sent()); // claims to be this server
  w.peer.id = "id-of-peer";
  w.peer.datacenter = "dc2";
  CHECK(!sent());
}

TEST_CASE("bytes of a message are given back to its connection when the last part of the server has dealt with them") {
  gateway_world w;
  w.peer.claims_server = w.peer.certified_server = true;
  w.send(rpc_kind::raft, "12345");
  CHECK(w.links->dealt_with[1] == 0);
  w.raft_messages.clear();
  CHECK(w.links->dealt_with[1] == 5);
  w.send(rpc_kind::cancel, "x");
  CHECK(w.links->dealt_with[1] == 6);
}

TEST_CASE("what is no request is refused, whoever sends it") {
  gateway_world w;
  w.peer.claims_server = w.peer.certified_server = true;
  w.ask(rpc_kind::refused, "");
  CHECK(w.refusal(0).status == 403);
  CHECK(!w.refusal(0).not_carried_out);
}

TEST_CASE("a server that gossip does not know yet proposes like a client agent, and is told to try again") {
  gateway_world w;
  w.guard(true);
  w.peer.claims_server = true;
  w.ask(rpc_kind::propose, pack_command(command_type::kvs, kv_request{}));
  CHECK(w.refusal(0).not_carried_out);
  CHECK(w.refusal(0).text.find("gossip knows no server with its id") != std::string::npos);
}

TEST_CASE("one agent's requests leave room for those of others") {
  gateway_world w;
  std::uint64_t number = 0;
  while (w.answers.empty()) w.ask(rpc_kind::request, a_request(), ++number);
  CHECK(w.refusal(0).status == 503);
  CHECK(w.refusal(0).text.find("too many requests") == 0);
  auto first = w.frontends->requests.size();
  CHECK(first > 1000);
  w.peer.connection = 2;
  for (std::uint64_t i = 1; i <= first / 2; ++i) w.ask(rpc_kind::request, a_request(), i);
  CHECK(w.frontends->requests.size() == first + first / 2);
  CHECK(w.answers.size() == 1);
  // With the connection all of its share is given back: the second has what the first had alone.
  caf::anon_send(w.gateway, messages::connection_ended{1});
  w.coordinator.run();
  w.answers.clear();
  for (number = first; w.answers.empty();) w.ask(rpc_kind::request, a_request(), ++number);
  CHECK(w.frontends->requests.size() == 2 * first);
}

TEST_CASE("agents of other datacenters, requests of other releases and broken ones are refused with a sentence") {
  gateway_world w;
  w.ask(static_cast<rpc_kind>(999), "");
  CHECK(w.refusal(0).text.find("999") != std::string::npos);
  CHECK(w.refusal(0).not_carried_out);
  w.send(rpc_kind::request, "\xc1");
  CHECK(w.refusal(1).status == 400);
  w.peer.datacenter = "dc2";
  w.ask(rpc_kind::request, a_request());
  CHECK(w.refusal(2).status == 403);
  CHECK(w.frontends->requests.empty());
}

TEST_CASE("an agent's requests are carried out up to their limit of bytes, and others wait elsewhere") {
  gateway_world w;
  remote_request large;
  large.body.assign(40 << 20, 'x');
  auto bytes = msgpack::pack(large);
  for (std::uint64_t number = 1; number <= 4; ++number) w.ask(rpc_kind::request, bytes, number);
  REQUIRE(w.frontends->requests.size() == 3);
  CHECK(w.refusal(0).not_carried_out);
  CHECK(w.refusal(0).status == 503);
  w.frontends->requests[0].done({});
  w.coordinator.run();
  w.ask(rpc_kind::request, bytes, 5);
  CHECK(w.frontends->requests.size() == 4);
}

TEST_CASE("before the frontends are there, requests may be sent elsewhere") {
  gateway_world w;
  w.view->requests.store(nullptr);
  w.ask(rpc_kind::request, a_request());
  CHECK(w.refusal(0).not_carried_out);
  w.ask(rpc_kind::dns, "known");
  CHECK(w.refusal(1).not_carried_out);
}

TEST_CASE("DNS questions are answered by the frontends, and what the catalog has of a node from the state") {
  gateway_world w;
  w.ask(rpc_kind::dns, "known");
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].bytes == "records");
  w.ask(rpc_kind::dns, "other");
  CHECK(w.refusal(1).not_carried_out);
  // This server has not heard from a leader: its state may be too old.
  node_records_request question;
  question.node = "n";
  w.ask(rpc_kind::node_records, msgpack::pack(question));
  CHECK(w.refusal(2).not_carried_out);
  auto leads = std::make_shared<leadership>();
  leads->is_leader = true;
  w.view->leader.publish(leads);
  w.ask(rpc_kind::node_records, msgpack::pack(question));
  node_records found;
  REQUIRE(msgpack::unpack(w.answers.at(3).bytes, found));
  CHECK(!found.node);
}

TEST_CASE("with access control on, what a client agent writes by itself is refused unless its token allows it") {
  gateway_world w;
  w.guard(true);
  register_request r;
  r.node = "n";
  r.address = "1.1.1.1";
  w.ask(rpc_kind::propose, pack_command(command_type::register_node, r));
  CHECK(w.refusal(0).status == 403);
  CHECK(w.refusal(0).text.find("lacks permission 'node:write' on \"n\"") != std::string::npos);
  w.ask(rpc_kind::propose, pack_command(command_type::kvs, kv_request{}));
  CHECK(w.refusal(1).status == 403);
}

TEST_CASE("a command of another process is checked before it is proposed, and not every kind is everybody's") {
  gateway_world w;
  w.guard(GENERATE(false, true)); // authorizes the validated command
  register_request r;
  r.node = "n";
  r.checks = {nullptr};
  w.ask(rpc_kind::propose, pack_command(command_type::register_node, r));
  CHECK(w.refusal(0).status == 400);
  CHECK(w.refusal(0).text == "Invalid registration: Checks[0]: null is not allowed");
  kv_request write;
  write.op = "set";
  write.entry.key = "k";
  w.ask(rpc_kind::propose, pack_command(command_type::kvs, write));
  CHECK(w.refusal(1).status == 403);
  CHECK(w.refusal(1).text == "Permission denied: key/value command is not for other agents to propose");
  w.ask(rpc_kind::propose, "\x7f");
  CHECK(w.refusal(2).status == 400);
  w.peer.claims_server = w.peer.certified_server = true;
  w.ask(rpc_kind::propose, pack_command(command_type::tombstone, tombstone_request{}));
  CHECK(w.refusal(3).status == 403);
  write.op = "steal";
  w.ask(rpc_kind::propose, pack_command(command_type::kvs, write));
  CHECK(w.refusal(4).status == 400);
  CHECK(w.refusal(4).text.find("Op: \"steal\" is unknown") != std::string::npos);
  CHECK_FALSE(w.refusal(4).not_carried_out);
}

TEST_CASE("with access control on, who may read nothing is shown nothing of a node") {
  gateway_world w;
  w.guard(true);
  auto leads = std::make_shared<leadership>();
  leads->is_leader = true;
  w.view->leader.publish(leads);
  node_records_request question;
  question.node = "n";
  question.token = "unknown";
  w.ask(rpc_kind::node_records, msgpack::pack(question));
  CHECK(w.refusal(0).status == 403);
}

TEST_CASE("a server says who holds a token, once it knows the state") {
  gateway_world w;
  w.guard(true);
  w.ask(rpc_kind::token, "secret");
  CHECK(w.refusal(0).not_carried_out);
  auto leads = std::make_shared<leadership>();
  leads->is_leader = true;
  w.view->leader.publish(leads);
  token_holder holder;
  w.ask(rpc_kind::token, "secret");
  REQUIRE(msgpack::unpack(w.answers.at(1).bytes, holder));
  CHECK(holder.accessor.empty());
  CHECK(holder.refusal.find("ACL not found") != std::string::npos);
  w.ask(rpc_kind::token, "anonymous");
  REQUIRE(msgpack::unpack(w.answers.at(2).bytes, holder));
  CHECK(holder.accessor == "00000000-0000-0000-0000-000000000002");
  w.guard(false);
  w.ask(rpc_kind::token, "secret");
  REQUIRE(msgpack::unpack(w.answers.at(3).bytes, holder));
  CHECK(holder.disabled);
}

namespace {

/// A request that a server sends on behalf of a client.
void ask_for(gateway_world& w, const std::string& origin, std::uint64_t number) {
  rpc_request r;
  r.number = number;
  r.origin = origin;
  r.body = a_request();
  w.send(rpc_kind::request, msgpack::pack(r));
}

} // namespace

TEST_CASE("those whom one server asks for share what it may have, and none of them takes all") {
  gateway_world w;
  w.gossip_knows("10.0.0.2:8300");
  w.peer.claims_server = true;
  std::uint64_t number = 0;
  while (w.answers.empty()) ask_for(w, "client 192.0.2.1", ++number);
  CHECK(w.refusal(0).status == 503);
  CHECK(w.refusal(0).not_carried_out);
  CHECK(w.refusal(0).text.find("client 192.0.2.1") != std::string::npos);
  auto first = w.frontends->requests.size();
  CHECK(first > 1000);
  for (std::uint64_t i = 0; i < first / 2; ++i) ask_for(w, "client 192.0.2.2", ++number);
  CHECK(w.frontends->requests.size() == first + first / 2);
  CHECK(w.answers.size() == 1);
  CHECK(w.frontends->requests.back().request.origin == "client 192.0.2.2");
  // The answers release the share.
  for (auto& each : w.frontends->requests) each.done({});
  w.coordinator.run();
  w.answers.clear();
  ask_for(w, "client 192.0.2.1", ++number);
  CHECK(w.answers.empty());
}

TEST_CASE("an agent that is no server asks for itself, whatever it says") {
  gateway_world w;
  ask_for(w, "client 192.0.2.1", 1);
  REQUIRE(w.frontends->requests.size() == 1);
  CHECK(w.frontends->requests[0].request.origin == "agent id-of-peer");
  w.peer.claims_server = true; // without confirmation
  ask_for(w, "client 192.0.2.1", 2);
  CHECK(w.frontends->requests[1].request.origin == "agent id-of-peer");
  w.gossip_knows("10.0.0.2:8300");
  ask_for(w, "client 192.0.2.1", 3);
  CHECK(w.frontends->requests[2].request.origin == "client 192.0.2.1");
  ask_for(w, "", 4);
  CHECK(w.frontends->requests[3].request.origin == "agent id-of-peer");
}
