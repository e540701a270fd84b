#include "actors/rpc/destination.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

/// A server's view of its leader, with a contact 10 s ago.
struct asked_server {
  bool heard = true, leads = false;
  steady_time now{1h};

  bool answers(const destination& to, bool is_server = true) const {
    leadership_board board;
    auto known = std::make_shared<leadership>();
    known->is_leader = leads;
    board.publish(known);
    if (heard) board.contacted(now - 10s);
    return answers_here(to, is_server, board, now);
  }
};

} // namespace

TEST_CASE("what each agent answers for itself never goes elsewhere, and a client agent answers nothing else") {
  asked_server s;
  CHECK(s.answers({.who = answerer::agent}));
  CHECK(s.answers({.who = answerer::agent}, false));
  CHECK(s.answers({.who = answerer::any_server}));
  CHECK_FALSE(s.answers({.who = answerer::any_server}, false));
  CHECK_FALSE(s.answers({.max_age = any_age}, false));
}

TEST_CASE("a server answers for the leader within the age that is accepted") {
  asked_server s;
  CHECK_FALSE(s.answers({}));
  CHECK_FALSE(s.answers({.max_age = 9s}));
  CHECK(s.answers({.max_age = 10s}));
  CHECK(s.answers({.max_age = any_age}));
  s.leads = true;
  CHECK(s.answers({}));
}

TEST_CASE("a server that has heard of no leader answers for none, however old its state may be") {
  asked_server s;
  s.heard = false;
  CHECK_FALSE(s.answers({.max_age = any_age}));
  CHECK(s.answers({.who = answerer::any_server}));
}

TEST_CASE("no age is not the age of this very moment") {
  asked_server s;
  leadership_board board;
  board.contacted(s.now);
  CHECK_FALSE(answers_here({}, true, board, s.now));
}

TEST_CASE("an agent reaches its own datacenter, by its name or by none") {
  CHECK_FALSE(unreachable("", "dc1"));
  CHECK_FALSE(unreachable("dc1", "dc1"));
  CHECK(unreachable("dc2", "dc1") == error{"No path to datacenter"});
}
