#include "actors/gossip/user_events.hpp"
#include "protocol/config/runtime_config.hpp"
#include "stage.hpp"

using namespace praetor;

namespace {

std::string id_of(int number) {
  auto digits = std::to_string(number);
  return "00000000-0000-0000-0000-" + std::string(12 - digits.size(), '0') + digits;
}

struct hearing : stage {
  hearing() {
    auto config = std::make_shared<config::runtime_config>();
    config->node_name = "web-1";
    view->settings.store(config);
    events = keep(system.spawn(user_events, ports_ptr(outside), view));
  }
  void fire(user_event e) {
    auto heard = std::make_shared<swim::user_event>();
    heard->name = std::string(user_event_prefix) + e.name;
    heard->payload = encode_event(e);
    caf::anon_send(events, gossip_atom_v, local<std::shared_ptr<const swim::user_event>>{heard});
    run();
  }
  void fire(const std::string& name, int number) {
    user_event e;
    e.name = name;
    e.id = id_of(number);
    fire(e);
  }
  struct heard {
    bool answered = false;
    std::uint64_t index = 0;
    std::vector<std::string> names;
  };
  std::shared_ptr<event_wait> ask(std::shared_ptr<heard> into, const std::string& name = {}, std::uint64_t index = 0,
                                  nanoseconds within = 10s) {
    auto w = std::make_shared<event_wait>();
    w->name = name;
    w->index = index;
    w->deadline = now() + within;
    w->visible = visible;
    w->done = [into](const std::vector<user_event_ptr>& events) {
      into->answered = true;
      into->index = event_index(events);
      for (const auto& e : events) into->names.push_back(e->name);
    };
    caf::anon_send(events, watch_atom_v, local<std::shared_ptr<event_wait>>{w});
    run();
    return w;
  }
  heard list(const std::string& name = {}) {
    auto into = std::make_shared<heard>();
    ask(into, name);
    return *into;
  }
  user_events_actor events;
  std::function<bool(const user_event&)> visible; ///< for later callers
};

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("events are listed oldest first, by name if one is given, and the index is the newest one's") {
  hearing w;
  CHECK(w.list().index == 1);
  w.fire("deploy", 5);
  w.fire("other", 9);
  CHECK(w.list().names == strings{"deploy", "other"});
  CHECK(w.list().index == 9);
  CHECK(w.list("deploy").names == strings{"deploy"});
  CHECK(w.list("deploy").index == 5);
  for (int i = 0; i < 300; ++i) w.fire("many", 100 + i);
  CHECK(w.list().names.size() == 256);
  CHECK(w.list("deploy").names.empty());
}

TEST_CASE("events for other nodes and services are not kept, nor those that can't be read") {
  hearing w;
  user_event e;
  e.name = "deploy";
  e.id = id_of(5);
  e.node_filter = "^db";
  w.fire(e);
  e.node_filter.clear();
  e.service_filter = "web"; // no such service is registered here
  w.fire(e);
  e.service_filter.clear();
  e.version = 2;
  w.fire(e);
  auto broken = std::make_shared<swim::user_event>();
  broken->name = "consul:event:broken";
  broken->payload = "\xc1";
  caf::anon_send(w.events, gossip_atom_v, local<std::shared_ptr<const swim::user_event>>{broken});
  w.run();
  CHECK(w.list().names.empty());
  CHECK(w.log->count("version=2") == 1);
  CHECK(w.log->count("a user event could not be read event=consul:event:broken") == 1);
  e.version = 1;
  e.node_filter = "^web-";
  w.fire(e);
  CHECK(w.list().names == strings{"deploy"});
}

TEST_CASE("who has seen the newest event waits for the next of its name, or for its deadline") {
  hearing w;
  w.fire("deploy", 5);
  auto waiting = std::make_shared<hearing::heard>(), late = std::make_shared<hearing::heard>(),
       gone = std::make_shared<hearing::heard>();
  w.ask(waiting, "deploy", 5);
  w.ask(late, "deploy", 5, 2s);
  auto left = w.ask(gone, "deploy", 5);
  caf::anon_send(w.events, leave_atom_v, local<std::shared_ptr<event_wait>>{left});
  w.fire("other", 9);
  CHECK(!waiting->answered);
  w.advance(2s);
  CHECK(late->answered);
  CHECK(late->index == 5);
  w.fire("deploy", 7);
  CHECK(waiting->index == 7);
  CHECK(waiting->names == strings{"deploy", "deploy"});
  CHECK(!gone->answered);
}

TEST_CASE("an event that may not be seen wakes nobody") {
  hearing w;
  w.fire("deploy", 5);
  w.visible = [](const user_event& e) { return e.name != "secret"; };
  auto waiting = std::make_shared<hearing::heard>();
  w.ask(waiting, {}, 5);
  w.fire("secret", 9);
  CHECK(!waiting->answered);
  w.fire("deploy", 7);
  CHECK(waiting->answered);
  // Its index is that of the newest event that it can see.
  w.fire("secret", 11);
  auto again = std::make_shared<hearing::heard>();
  w.ask(again, {}, 7, 2s);
  CHECK(!again->answered);
  w.advance(2s);
  CHECK(again->answered);
}

TEST_CASE("filters are checked before an event is fired") {
  user_event e;
  CHECK(check_filters(e));
  e.tag_filter = "v1";
  CHECK(check_filters(e).error().text == "Cannot provide tag filter without service filter");
  e.service_filter = "web";
  CHECK(check_filters(e));
  e.node_filter = "(";
  CHECK(check_filters(e).error().text.find("Invalid node filter: ") == 0);
}
