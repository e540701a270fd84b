#include "protocol/base/ip_address.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace praetor;

TEST_CASE("a network is read in CIDR form and shown without host bits") {
  struct row {
    std::string_view text, canonical;
  };
  for (const auto& r : std::vector<row>{{"10.1.2.3/8", "10.0.0.0/8"},
                                        {"10.1.2.3/32", "10.1.2.3/32"},
                                        {"1.2.3.4/0", "0.0.0.0/0"},
                                        {"2001:db8::1/33", "2001:db8::/33"},
                                        {"::1/128", "::1/128"},
                                        {"::ffff:10.1.2.3/104", "10.0.0.0/8"}}) {
    CAPTURE(r.text);
    auto network = ip_network::parse(r.text);
    REQUIRE(network);
    CHECK(network->text() == r.canonical);
  }
  for (auto text : {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0/8", "::/129",
                    "::ffff:10.0.0.0/8"})
    CHECK_FALSE(ip_network::parse(text));
}

TEST_CASE("an address is within a network of its own family that shares the prefix") {
  struct row {
    std::string_view address;
    std::string network;
    bool within;
  };
  for (const auto& r : std::vector<row>{{"10.255.0.1", "10.0.0.0/8", true},
                                        {"11.0.0.0", "10.0.0.0/8", false},
                                        {"10.0.0.127", "10.0.0.0/25", true},
                                        {"10.0.0.128", "10.0.0.0/25", false},
                                        {"1.2.3.4", "0.0.0.0/0", true},
                                        {"::1", "0.0.0.0/0", false},
                                        {"1.2.3.4", "::/0", false},
                                        {"2001:db8:8000::1", "2001:db8:8000::/33", true},
                                        {"2001:db8::1", "2001:db8:8000::/33", false},
                                        {"::ffff:10.1.1.1", "10.0.0.0/8", true},
                                        {"not an address", "0.0.0.0/0", false},
                                        {"1.2.3.4", "not a network", false}}) {
    CAPTURE(r.address, r.network);
    CHECK(is_within(r.address, std::vector{r.network}) == r.within);
  }
  CHECK(is_within("2.2.2.2", std::vector<std::string>{"1.0.0.0/8", "2.0.0.0/8"}));
  CHECK_FALSE(is_within("2.2.2.2", {}));
}
