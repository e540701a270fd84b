#include "actors/gossip/user_events.hpp"
#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

void hear(endpoint_stage& s, const std::string& name, char last_digit) {
  user_event e;
  e.name = name;
  e.id = std::string("00000000-0000-0000-0000-00000000000") + last_digit;
  auto heard = std::make_shared<swim::user_event>();
  heard->name = std::string(user_event_prefix) + name;
  heard->payload = encode_event(e);
  caf::anon_send(s.view->handles.load()->events, gossip_atom_v, local<std::shared_ptr<const swim::user_event>>{heard});
  s.run();
}

} // namespace

TEST_CASE("the list of events is filtered before its index is taken") {
  endpoint_stage s;
  auto who = s.token(R"(event "deploy" { policy = "read" })"), nobody = s.token("");
  hear(s, "deploy", '5');
  hear(s, "secret", '9');
  auto all = s.get("/v1/event/list", s.root());
  CHECK(all.index() == 9);
  auto seen = s.get("/v1/event/list", who);
  CHECK(seen.index() == 5);
  CHECK(seen.filtered());
  CHECK_FALSE(seen.has("secret"));
  auto none = s.get("/v1/event/list", nobody);
  CHECK(none.index() == 1);
  CHECK(none.body == "[]");
}

TEST_CASE("who waits for events is not woken by one that it may not see") {
  endpoint_stage s;
  auto who = s.token(R"(event "deploy" { policy = "read" })");
  hear(s, "deploy", '5');
  auto waiting = s.send("GET", "/v1/event/list?index=5&wait=60s", who);
  CHECK_FALSE(waiting->answered());
  hear(s, "secret", '9');
  CHECK_FALSE(waiting->answered());
  hear(s, "deploy", '7');
  CHECK(waiting->answered());
  CHECK(waiting->index() == 7);
}
