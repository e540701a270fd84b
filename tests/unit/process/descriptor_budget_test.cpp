#include "frontends/process/descriptor_budget.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

std::size_t sum(const descriptor_budget& b, bool server) {
  auto pools = server ? 2u : 1u;
  return b.reserve + b.http.in_total + b.rpc.in_total + b.dns.in_total + pools * b.gossip.in_total;
}

} // namespace

TEST_CASE("all shares of the descriptors and the reserve stay within the limit") {
  for (std::uint64_t limit : {0u, 64u, 220u, 256u, 1024u, 4096u, 65536u, 1u << 20, 1u << 31})
    for (bool server : {false, true})
      for (std::uint64_t per_client : {0u, 1u, 100u, 200u, 100000u}) {
        auto b = divide_descriptors(limit, {server, per_client, per_client});
        INFO("limit " << limit << ", server " << server << ", per client " << per_client);
        CHECK(sum(b, server) <= b.limit);
        for (auto share : {b.http, b.dns, b.gossip}) {
          CHECK(share.in_total > 0);
          CHECK(share.of_one_address > 0);
          CHECK(share.of_one_address <= share.in_total);
        }
        CHECK((b.rpc.in_total > 0) == server);
        CHECK(b.rpc.of_one_address <= b.rpc.in_total);
      }
}

TEST_CASE("one address never gets all connections of a listener") {
  for (std::uint64_t limit : {256u, 1024u, 65536u}) {
    auto b = divide_descriptors(limit, {true, 0, 0});
    for (auto share : {b.http, b.rpc, b.dns, b.gossip}) CHECK(share.of_one_address < share.in_total);
  }
}

TEST_CASE("descriptors are divided by the table") {
  struct row {
    std::uint64_t limit;
    descriptor_wishes wishes;
    std::size_t reserve;
    descriptor_share http, rpc, dns, gossip;
  };
  for (const auto& r : {row{1024, {true, 200, 100}, 384, {320, 200}, {192, 100}, {76, 38}, {25, 12}},
                        row{1024, {false, 200, 100}, 384, {512, 200}, {0, 0}, {76, 38}, {25, 12}},
                        row{256, {true, 200, 100}, 128, {64, 57}, {38, 28}, {15, 7}, {5, 2}},
                        row{65536, {true, 0, 0}, 8448, {28544, 25689}, {17126, 12844}, {4096, 2048}, {512, 256}}}) {
    INFO("limit " << r.limit << ", server " << r.wishes.server);
    CHECK(divide_descriptors(r.limit, r.wishes) ==
          descriptor_budget{static_cast<std::size_t>(r.limit), r.reserve, r.http, r.rpc, r.dns, r.gossip});
  }
}
