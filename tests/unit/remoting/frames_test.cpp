#include "actors/ports/remoting_frames.hpp"
#include "actors/rpc/remote_call.hpp"
#include "processes.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

using namespace praetor;
using caf::io::basp::header;
using caf::io::basp::message_type;

namespace {

constexpr caf::actor_id gateway = 7, requester = 12;
constexpr std::uint64_t asynchronous = caf::message_id::default_async_value;
constexpr std::uint64_t request = caf::message_id::default_async_value | 5;
constexpr std::uint64_t response = caf::message_id::response_flag_mask | request;

/// A filter in front of the gateway, and its peer's frames.
struct filtered {
  filtered() {
    host.fill(9);
    alias = caf::make_node_id(1, host);
    other = caf::make_node_id(2, host);
  }
  template <class... Ts>
  std::vector<char> bytes(const Ts&... values) {
    std::vector<char> out;
    caf::binary_serializer sink{system, out};
    REQUIRE(!sink(values...));
    return out;
  }
  template <class... Ts>
  std::vector<char> message(const Ts&... values) {
    return bytes(std::vector<caf::strong_actor_ptr>{}, caf::make_message(values...));
  }
  frame_verdict pass(frame_filter& filter, message_type kind, std::vector<char>& payload, std::uint64_t id = 0,
                     caf::actor_id to = gateway, std::uint8_t flags = 0, caf::actor_id from = 3) {
    header head{kind, flags, static_cast<std::uint32_t>(payload.size()), id, from, to};
    auto first = filter.judge(head);
    if (first != frame_verdict::pass) return first;
    auto verdict = filter.judge(head, payload);
    if (verdict == frame_verdict::pass) CHECK(head.payload_len == payload.size());
    return verdict;
  }
  frame_filter fresh(bool dialled) {
    peer_identity who;
    who.connection = 1;
    who.name = "peer";
    return frame_filter(system, {dialled, alias, dialled ? requester : gateway, who});
  }
  frame_filter shaken(bool dialled) {
    auto filter = fresh(dialled);
    auto greeting =
        dialled ? bytes(other, std::vector<std::string>{"x"}, gateway, std::set<std::string>{"y"}) : bytes(other);
    CHECK(pass(filter, dialled ? message_type::server_handshake : message_type::client_handshake, greeting) ==
          frame_verdict::pass);
    return filter;
  }

  caf::actor_system_config config = [] {
    caf::actor_system_config c;
    c.set("scheduler.policy", caf::atom("testing"));
    c.add_message_types<caf::id_block::praetor>();
    return c;
  }();
  caf::actor_system system{config};
  caf::node_id::default_data::host_id_type host;
  caf::node_id alias, other;
};

} // namespace

TEST_CASE("requests and messages to the gateway pass, and nothing else") {
  filtered f;
  auto filter = f.shaken(false);
  envelope e;
  e.bytes = "x";
  auto ask = f.message(rpc_atom_v, e), tell = f.message(send_atom_v, e);
  const auto plain = ask;
  CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::pass);
  CHECK(f.pass(filter, message_type::direct_message, tell, asynchronous) == frame_verdict::pass);
  // They carry the sender's identity.
  peer_identity who;
  who.connection = 1;
  who.name = "peer";
  CHECK(ask == f.message(rpc_atom_v, e, who));
  CHECK(tell == f.message(send_atom_v, e, who));
  CHECK(filter.envelope_size() == 1);
  // A stamp supplied by the peer.
  CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::refuse);
  ask = plain;
  // Another actor; an actor by name.
  CHECK(f.pass(filter, message_type::direct_message, ask, request, 8) == frame_verdict::drop);
  CHECK(f.pass(filter, message_type::direct_message, ask, request, gateway, header::named_receiver_flag) ==
        frame_verdict::drop);
  // Other types, and a request's types in a one-way message.
  auto text = f.message(std::string("hello")), exit = f.message(caf::exit_msg{});
  CHECK(f.pass(filter, message_type::direct_message, text, asynchronous) == frame_verdict::refuse);
  CHECK(f.pass(filter, message_type::direct_message, exit, asynchronous) == frame_verdict::refuse);
  CHECK(f.pass(filter, message_type::direct_message, ask, asynchronous) == frame_verdict::refuse);
  CHECK(filter.objection() == "sent a message that the gateway does not know");
  CHECK(f.pass(filter, message_type::routed_message, ask, request) == frame_verdict::refuse);
}

TEST_CASE("nobody asks without a name, in several names, or with an envelope of a wrong length") {
  filtered f;
  auto filter = f.shaken(false);
  envelope e;
  e.bytes.assign(300, 'x');
  auto ask = f.message(rpc_atom_v, e);
  const auto plain = ask;
  CHECK(f.pass(filter, message_type::direct_message, ask, request, gateway, 0, 0) == frame_verdict::refuse);
  CHECK(filter.objection() == "sent a message in nobody's name");
  CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::pass);
  CHECK(filter.envelope_size() == 300);
  ask = plain;
  CHECK(f.pass(filter, message_type::direct_message, ask, request, gateway, 0, 4) == frame_verdict::refuse);
  CHECK(filter.objection() == "sent messages in the name of several actors");
  for (std::size_t cut : {1, 299, 302}) {
    ask = plain;
    ask.resize(ask.size() - cut);
    CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::refuse);
  }
  ask = plain;
  ask.push_back('x');
  CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::refuse);
  CHECK(filter.objection() == "sent an envelope of a wrong length");
}

TEST_CASE("an answer is taken on a dialled connection only, for the actor that asks over it") {
  filtered f;
  envelope e;
  e.bytes = "forged";
  auto answer = f.message(e);
  auto accepted = f.shaken(false);
  CHECK(f.pass(accepted, message_type::direct_message, answer, response, gateway) == frame_verdict::refuse);
  CHECK(accepted.objection() == "sent an answer, where nothing was asked");
  auto dialled = f.shaken(true);
  CHECK(f.pass(dialled, message_type::direct_message, answer, response, 13) == frame_verdict::drop);
  CHECK(dialled.objection() == "sent an answer to who has not asked it: dropped");
  CHECK(f.pass(dialled, message_type::direct_message, answer, response, requester) == frame_verdict::pass);
}

TEST_CASE("a peer watches the gateway once, and nobody else") {
  filtered f;
  auto filter = f.shaken(false);
  auto watch = f.bytes(f.other, f.other);
  CHECK(f.pass(filter, message_type::monitor_message, watch, 0, 8) == frame_verdict::drop);
  CHECK(f.pass(filter, message_type::monitor_message, watch) == frame_verdict::pass);
  CHECK(f.pass(filter, message_type::monitor_message, watch) == frame_verdict::drop);
}

TEST_CASE("answers pass, and errors without what they carry") {
  filtered f;
  auto filter = f.shaken(true);
  envelope e;
  e.bytes = "answer";
  auto answer = f.message(e);
  CHECK(f.pass(filter, message_type::direct_message, answer, response, 12) == frame_verdict::pass);
  auto failed = f.message(caf::make_error(caf::sec::unexpected_message, std::string(100, 'x')));
  CHECK(f.pass(filter, message_type::direct_message, failed, response, 12) == frame_verdict::pass);
  CHECK(failed == f.message(caf::make_error(caf::sec::request_receiver_down)));
  auto other = f.message(std::string("no envelope"));
  CHECK(f.pass(filter, message_type::direct_message, other, response, 12) == frame_verdict::refuse);
  auto ask = f.message(rpc_atom_v, e);
  CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::refuse);
  CHECK(filter.objection() == "sent a message, where only answers are taken");
}

TEST_CASE("whatever node a peer says it is, here it is what this process calls it") {
  filtered f;
  auto filter = f.shaken(false);
  auto greeting = f.bytes(f.other);
  auto fresh = f.fresh(false);
  CHECK(f.pass(fresh, message_type::client_handshake, greeting) == frame_verdict::pass);
  CHECK(greeting == f.bytes(f.alias));
  CHECK(f.pass(fresh, message_type::client_handshake, greeting) == frame_verdict::drop);
  auto ask = f.message(rpc_atom_v, envelope{});
  CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::pass);
  auto watch = f.bytes(f.other, f.other);
  CHECK(f.pass(filter, message_type::monitor_message, watch) == frame_verdict::pass);
  CHECK(watch == f.bytes(f.alias, f.system.node()));
  auto down = f.bytes(f.other, f.other, caf::make_error(caf::exit_reason::kill));
  CHECK(f.pass(filter, message_type::down_message, down) == frame_verdict::pass);
  CHECK(down == f.bytes(f.alias, f.system.node(), caf::make_error(caf::exit_reason::remote_link_unreachable)));
}

TEST_CASE("frames out of turn, too large, empty or of no kind are refused") {
  filtered f;
  auto fresh = f.fresh(false);
  auto ask = f.message(rpc_atom_v, envelope{});
  CHECK(f.pass(fresh, message_type::direct_message, ask, request) == frame_verdict::refuse);
  CHECK(fresh.objection() == "sent a frame before its handshake");
  auto filter = f.shaken(false);
  header huge{message_type::direct_message, 0, 2000000000, request, 3, gateway};
  CHECK(filter.judge(huge) == frame_verdict::refuse);
  CHECK(filter.objection().find("announced a frame of 2000000000 bytes") == 0);
  header large{message_type::client_handshake, 0, 100000, 0, 0, 0};
  CHECK(filter.judge(large) == frame_verdict::refuse);
  header empty{message_type::direct_message, 0, 0, request, 3, gateway};
  CHECK(filter.judge(empty) == frame_verdict::refuse);
  header unknown{static_cast<message_type>(77), 0, 1, request, 3, gateway};
  CHECK(filter.judge(unknown) == frame_verdict::refuse);
  header beat{message_type::heartbeat, 0, 0, 0, 0, 0};
  CHECK(filter.judge(beat) == frame_verdict::drop);
  auto server_greeting = f.bytes(f.other);
  CHECK(f.pass(filter, message_type::server_handshake, server_greeting) == frame_verdict::refuse);
}
