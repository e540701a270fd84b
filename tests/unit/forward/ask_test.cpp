#include "actors/rpc/ask.hpp"
#include "router_world.hpp"
#include "storage/state/command.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

/// A follower of server "one" that sends a node query.
struct asking_follower : router_world {
  asking_follower() : router_world(true) {
    servers({"own", "one", "two"});
    link("one", true);
    link("two", true);
    leader("one");
  }

  void ask_for(const std::string& node) {
    request_terms terms;
    terms.to = {.datacenter = "dc1", .hold = 7s};
    terms.patience = 10s;
    node_records_request question;
    question.node = node;
    ask<rpc_kind::node_records>(router, std::move(terms), std::move(question),
                                [this](expected<node_records> reply) { replies.push_back(std::move(reply)); });
    run();
  }

  std::vector<expected<node_records>> replies;
};

remote_request put_request() {
  remote_request r;
  r.method = "PUT";
  return r;
}

} // namespace

TEST_CASE("a question travels as its kind declares it, and so does the reply") {
  asking_follower w;
  w.ask_for("n");
  REQUIRE(w.calls.size() == 1);
  CHECK(w.calls[0].call->request.kind == static_cast<std::uint16_t>(rpc_kind::node_records));
  CHECK(w.calls[0].call->deadline == w.now() + 17s);
  auto asked = read_body<node_records_request>(w.calls[0].request.body);
  REQUIRE(asked);
  CHECK(asked->node == "n");
  node_records found;
  found.services.push_back(std::make_shared<node_service>());
  w.answer(0, rpc_kind::node_records, packed_body(found));
  REQUIRE(w.replies.size() == 1);
  REQUIRE(w.replies[0]);
  CHECK(w.replies[0]->services.size() == 1);
}

TEST_CASE("a reply that can't be read is an error with a sentence, and a refusal keeps its code") {
  asking_follower w;
  w.ask_for("n");
  w.ask_for("n");
  w.answer(0, rpc_kind::node_records, "\xc1");
  w.answer(1, rpc_kind::refused, packed_body(rpc_refusal({error_code::permission_denied, "no", 403}, false)));
  REQUIRE(w.replies.size() == 2);
  REQUIRE_FALSE(w.replies[0]);
  CHECK(w.replies[0].error().code == error_code::unknown_outcome);
  CHECK(w.replies[1] == tl::unexpected(error{error_code::permission_denied, "no", 403}));
}

TEST_CASE("what may be sent again is said by the kind and the question") {
  asking_follower w;
  w.ask_for("n");
  request_terms terms;
  terms.to = {.datacenter = "dc1", .hold = 7s};
  terms.patience = 60s;
  bool failed = false;
  ask<rpc_kind::request>(w.router, terms, put_request, [&](const expected<remote_answer>& reply) { failed = !reply; });
  w.run();
  REQUIRE(w.calls.size() == 2);
  w.fail_call(0, true);
  w.fail_call(1, true);
  CHECK(failed);
  w.leader("two", 2);
  w.advance(2s);
  REQUIRE(w.calls.size() == 3);
  CHECK(w.calls[2].server == "two");
  CHECK(w.calls[2].call->request.kind == static_cast<std::uint16_t>(rpc_kind::node_records));
}

TEST_CASE("a write whose result can't be read may have been carried out, whatever came in its place") {
  asking_follower w;
  auto p = std::make_shared<proposal>();
  std::optional<state::apply_result> told;
  p->done = [&](const state::apply_result& result) { told = result; };
  caf::anon_send(w.router, propose_atom_v, local<std::shared_ptr<proposal>>{p});
  w.run();
  SECTION("bytes that are none") { w.answer(0, rpc_kind::propose, "\xc1"); }
  SECTION("a stream") { w.answer(0, rpc_kind::streamed, ""); }
  REQUIRE(told);
  CHECK_FALSE(told->ok());
  CHECK_FALSE(told->not_appended);
}
