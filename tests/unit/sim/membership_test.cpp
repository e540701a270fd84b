#include "sim/cluster.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;

TEST_CASE("a change of the members waits for the one before it instead of being refused") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    world w(seed);
    topology who;
    fabric between(w, who);
    cluster c(w, between, who);
    for (auto* n : c.nodes()) c.bring_up(*n);
    REQUIRE(w.run_for(std::chrono::seconds(30), [&] { return c.agree(); }));
    auto* leads = c.leader();
    std::vector<reply> replies;
    for (auto* n : c.servers())
      if (n != leads)
        leads->request("DELETE", "/v1/operator/raft/peer?id=" + n->id(), "",
                       [&](const reply& r) { replies.push_back(r); });
    REQUIRE(w.run_for(std::chrono::seconds(30), [&] { return replies.size() == 2; }));
    for (const auto& r : replies) {
      INFO("seed " << seed << ": " << r.status << " " << r.body);
      CHECK(r.ok());
    }
  }
}
