#include "link_world.hpp"

using namespace praetor;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

TEST_CASE("a link connects, says so, and carries requests and messages in order") {
  link_world w;
  CHECK(w.links->attempts.at(0).address == "10.0.0.2:8300");
  w.accept();
  CHECK(w.router_heard == strings{"up"});
  auto a = w.ask("a"), b = w.ask("b");
  w.tell("m");
  CHECK(w.requests == strings{"a", "b"});
  CHECK(w.messages == strings{"m"});
  CHECK(w.links->sent == 3);
  CHECK(!a->answered);
  w.answer("to a");
  w.answer("to b");
  CHECK(a->text == "to a");
  CHECK(b->text == "to b");
  CHECK(b->reached);
}

TEST_CASE("a request that nobody answers ends at its deadline, and an answer that comes later is dropped") {
  link_world w;
  w.accept();
  auto quick = w.ask("quick", 1s), slow = w.ask("slow", 3s);
  w.advance(999ms);
  CHECK(!quick->answered);
  w.advance(2ms);
  CHECK(quick->text == "server other did not answer in time");
  CHECK(quick->reached);
  CHECK(!slow->answered);
  w.answer("too late");
  w.answer("in time");
  CHECK(slow->text == "in time");
  auto over = w.ask("over", 0s);
  CHECK(over->answered);
  CHECK(!over->reached);
  CHECK(w.requests == strings{"quick", "slow"});
}

TEST_CASE("what was under way when the connection broke may have arrived; what comes after surely has not") {
  link_world w;
  auto early = w.ask("early");
  CHECK(early->text == "no connection to server other at 10.0.0.2:8300");
  CHECK(!early->reached);
  auto gateway = w.accept();
  auto under_way = w.ask("under way");
  w.end(gateway);
  CHECK(under_way->text == "the connection to server other broke before its answer came");
  CHECK(under_way->reached);
  CHECK(w.router_heard == strings{"up", "down"});
  auto after = w.ask("after");
  CHECK(after->text == "no connection to server other at 10.0.0.2:8300: the connection broke");
  CHECK(!after->reached);
  w.tell("lost");
  CHECK(w.messages.empty());
}

TEST_CASE("a broken link is made again with growing waits, and soon again once it has worked") {
  link_world w;
  w.end(w.accept());
  std::vector<std::chrono::nanoseconds> waits;
  for (int i = 0; i < 12; ++i) {
    auto before = w.now();
    auto attempts = w.links->attempts.size();
    w.advance(10s);
    REQUIRE(w.links->attempts.size() == attempts + 1);
    waits.push_back(w.links->attempts.back().at - before);
    w.refuse("no route");
  }
  CHECK(waits[0] >= 25ms);
  CHECK(waits[0] <= 50ms);
  CHECK(waits[3] >= 200ms);
  CHECK(waits[3] <= 400ms);
  CHECK(waits[11] >= 1500ms);
  CHECK(waits[11] <= 3s);
  CHECK(w.ask("x")->text == "no connection to server other at 10.0.0.2:8300: no route");
  w.advance(10s);
  auto gateway = w.accept();
  CHECK(w.router_heard == strings{"up", "down", "up"});
  auto before = w.now();
  w.end(gateway);
  w.advance(10s);
  CHECK(w.links->attempts.back().at - before <= 50ms);
}

TEST_CASE("a server that takes too little is not sent more") {
  link_world w;
  w.accept();
  w.links->backlog = 16 << 20;
  auto refused = w.ask("more");
  CHECK(refused->text == "server other takes messages too slowly: 16777216 bytes wait for it");
  CHECK(!refused->reached);
  w.tell("more");
  CHECK(w.requests.empty());
  CHECK(w.messages.empty());
  w.links->backlog = 1000;
  w.ask("a little");
  w.tell("too");
  CHECK(w.requests == strings{"a little"});
  CHECK(w.messages == strings{"too"});
}

TEST_CASE("a server that answers too little is not asked more, whatever way its answers or their absence end") {
  link_world w;
  auto gateway = w.accept();
  auto first = w.ask(std::string(40 << 20, 'x'), 3s), quick = w.ask("quick", 1s);
  auto refused = w.ask(std::string(30 << 20, 'y'));
  CHECK(refused->text == "server other has requests of 41943045 bytes to answer already");
  CHECK(!refused->reached);
  w.tell("messages go on");
  CHECK(w.messages.size() == 1);
  w.answer("done");
  CHECK(first->text == "done");
  auto second = w.ask(std::string(60 << 20, 'y'), 3s);
  CHECK(!second->answered);
  w.advance(4s);
  CHECK(second->text == "server other did not answer in time");
  auto third = w.ask(std::string(60 << 20, 'z'), 100s);
  CHECK(!third->answered);
  w.end(gateway);
  w.advance(10s);
  w.accept();
  CHECK(!w.ask(std::string(60 << 20, 'z'))->answered);
}

TEST_CASE("what no server takes is not sent") {
  link_world w;
  w.accept();
  auto refused = w.ask(std::string(largest_envelope + 1, 'x'));
  CHECK(!refused->reached);
  CHECK(refused->text.find("is larger than what servers exchange") != std::string::npos);
}

TEST_CASE("a server that moved is reached at its new address") {
  link_world w;
  w.accept();
  auto under_way = w.ask("under way");
  caf::anon_send(w.link, messages::server_moved{"10.0.0.3:8300"});
  w.run();
  CHECK(under_way->answered);
  CHECK(w.links->disconnected == 1);
  CHECK(w.links->attempts.back().address == "10.0.0.3:8300");
  w.accept();
  CHECK(w.router_heard == strings{"up", "down", "up"});
  caf::anon_send(w.link, messages::server_moved{"10.0.0.3:8300"});
  w.run();
  CHECK(w.links->attempts.size() == 2);
}

TEST_CASE("a connection that comes when nobody wants it any more is ended") {
  link_world w;
  auto late = w.links->attempts.at(0).done;
  w.links->attempts[0].done = nullptr;
  caf::anon_send(w.link, messages::server_moved{"10.0.0.3:8300"});
  w.run();
  w.accept();
  late(w.make_gateway());
  w.run();
  CHECK(w.links->disconnected == 1);
  CHECK(w.router_heard == strings{"up"});
}

TEST_CASE("a link that ends tells those who wait and ends its connection") {
  link_world w;
  w.accept();
  auto under_way = w.ask("under way");
  caf::anon_send_exit(w.link, caf::exit_reason::user_shutdown);
  w.run();
  CHECK(under_way->answered);
  CHECK(under_way->reached);
  CHECK(w.links->disconnected == 1);
}
