#include "actors/gossip/wan_flooder.hpp"
#include "stage.hpp"

using namespace praetor;

namespace {

struct flooding : stage {
  flooding() {
    members({server("s1", "10.0.0.1"), server("s2", "10.0.0.2"), client("c1", "10.0.0.9")});
    members({server("s1.dc1", "10.0.0.1")}, true);
    wan_flooder_options o;
    o.outside = outside;
    o.view = view;
    o.prober = prober();
    o.default_port = 8302;
    flooder = keep(system.spawn(wan_flooder, std::move(o)));
  }
  wan_flooder_actor flooder;
};

} // namespace

TEST_CASE("the servers that the WAN pool lacks are joined at the port that they name") {
  membership lan, wan;
  auto other = stage::server("s3", "10.0.0.3"), wrong = stage::server("s4", "10.0.0.4");
  other.tags["wan_join_port"] = "9302";
  wrong.tags["wan_join_port"] = "no port";
  lan.members = swim::member_list({stage::server("s1", "10.0.0.1"), stage::server("s2", "fd00::2"), other, wrong,
                                   stage::server("gone", "10.0.0.5", swim::member_status::failed),
                                   stage::client("c", "10.0.0.6")});
  wan.members = swim::member_list({stage::server("s1.dc1", "10.0.0.1")});
  CHECK(missing_in_wan(lan, wan, 8302) ==
        string_list{"s2.dc1/[fd00::2]:8302", "s3.dc1/10.0.0.3:9302", "s4.dc1/10.0.0.4:8302"});
}

TEST_CASE("a server that came is joined at once when told, one join at a time, and looked for every minute") {
  flooding w;
  REQUIRE(w.joins.size() == 1);
  CHECK(w.joins[0].addresses == string_list{"s2.dc1/10.0.0.2:8302"});
  caf::anon_send(w.flooder, wake_atom_v);
  w.run();
  CHECK(w.joins.size() == 1); // in progress
  w.members({stage::server("s1.dc1", "10.0.0.1"), stage::server("s2.dc1", "10.0.0.2")}, true);
  w.joins[0].done(1, {});
  w.run();
  CHECK(w.joins.size() == 1);
  w.members({stage::server("s1", "10.0.0.1"), stage::server("s2", "10.0.0.2"), stage::server("s3", "10.0.0.3")});
  w.advance(59s);
  CHECK(w.joins.size() == 1);
  w.advance(1s);
  REQUIRE(w.joins.size() == 2);
  CHECK(w.joins[1].addresses == string_list{"s3.dc1/10.0.0.3:8302"});
}

TEST_CASE("servers that could not be joined in the WAN pool are tried again after short waits that double") {
  flooding w;
  auto fail_and_wait = [&] {
    w.joins.back().done(0, {{"10.0.0.2:8302", "refused"}});
    w.run();
    auto before = w.joins.size();
    nanoseconds waited{0};
    for (; w.joins.size() == before && waited < 60s; waited += 5ms) w.advance(5ms);
    return waited;
  };
  CHECK(fail_and_wait() <= 105ms);
  CHECK(fail_and_wait() <= 205ms);
  for (int i = 0; i < 6; ++i) fail_and_wait();
  auto longest = fail_and_wait();
  CHECK(longest > 9s);
  CHECK(longest <= 10005ms);
}
