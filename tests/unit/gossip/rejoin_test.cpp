#include "pool.hpp"

using namespace praetor;
using namespace praetor::gossip_test;
using swim::member_status;

TEST_CASE("a member that left comes back by itself if rejoin_after_leave says so, from its first run on") {
  for (bool wanted : {true, false}) {
    CAPTURE(wanted);
    pool p;
    std::string more = wanted ? "rejoin_after_leave = true" : "";
    p.start("a");
    p.start("b", more);
    REQUIRE(p.join("b", {"10.0.0.1:8301"}).first == 1);
    REQUIRE(p.within(60s, [&] { return p.agree(); }));
    bool left = false;
    ask_gossip(p.members["b"].prober, gossip_command::leave{[&] { left = true; }});
    REQUIRE(p.within(60s, [&] { return left && p.status("a", "b") == member_status::left; }));
    p.kill("b");
    p.start("b", more);
    CHECK(p.within(60s, [&] { return p.status("a", "b") == member_status::alive; }) == wanted);
  }
}
