#include "actors/ports/remoting_frames.hpp"
#include "actors/remote_call.hpp"
#include "processes.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

using namespace praetor;
using caf::io::basp::header;
using caf::io::basp::message_type;

namespace {

constexpr caf::actor_id gateway = 7;
constexpr std::uint64_t asynchronous = caf::message_id::default_async_value;
constexpr std::uint64_t request = caf::message_id::default_async_value | 5;
constexpr std::uint64_t response = caf::message_id::response_flag_mask | request;

/// A filter before the gateway, and what its peer sends.
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
                     caf::actor_id to = gateway, std::uint8_t flags = 0) {
    header head{kind, flags, static_cast<std::uint32_t>(payload.size()), id, 3, to};
    auto first = filter.judge(head);
    if (first != frame_verdict::pass) return first;
    auto verdict = filter.judge(head, payload);
    if (verdict == frame_verdict::pass) CHECK(head.payload_len == payload.size());
    return verdict;
  }
  frame_filter shaken(bool dialled) {
    frame_filter filter(system, dialled, alias, dialled ? 0 : gateway);
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
  CHECK(f.pass(filter, message_type::direct_message, ask, request) == frame_verdict::pass);
  CHECK(f.pass(filter, message_type::direct_message, tell, asynchronous) == frame_verdict::pass);
  // Another actor; an actor by its name.
  CHECK(f.pass(filter, message_type::direct_message, ask, request, 8) == frame_verdict::drop);
  CHECK(f.pass(filter, message_type::direct_message, ask, request, gateway, header::named_receiver_flag) ==
        frame_verdict::drop);
  // Other types, and those of a request without asking.
  auto text = f.message(std::string("hello")), exit = f.message(caf::exit_msg{});
  CHECK(f.pass(filter, message_type::direct_message, text, asynchronous) == frame_verdict::refuse);
  CHECK(f.pass(filter, message_type::direct_message, exit, asynchronous) == frame_verdict::refuse);
  CHECK(f.pass(filter, message_type::direct_message, ask, asynchronous) == frame_verdict::refuse);
  CHECK(filter.objection() == "sent a message that the gateway does not know");
  CHECK(f.pass(filter, message_type::routed_message, ask, request) == frame_verdict::refuse);
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
  CHECK(f.pass(filter, message_type::client_handshake, greeting) == frame_verdict::pass);
  CHECK(greeting == f.bytes(f.alias));
  auto watch = f.bytes(f.other, f.other);
  CHECK(f.pass(filter, message_type::monitor_message, watch) == frame_verdict::pass);
  CHECK(watch == f.bytes(f.alias, f.system.node()));
  auto down = f.bytes(f.other, f.other, caf::make_error(caf::exit_reason::kill));
  CHECK(f.pass(filter, message_type::down_message, down) == frame_verdict::pass);
  CHECK(down == f.bytes(f.alias, f.system.node(), caf::make_error(caf::exit_reason::remote_link_unreachable)));
}

TEST_CASE("frames out of turn, too large, empty or of no kind are refused") {
  filtered f;
  frame_filter fresh(f.system, false, f.alias, gateway);
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
