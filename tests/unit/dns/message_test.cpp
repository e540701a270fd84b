#include "tests/unit/dns/asking.hpp"

#include "frontends/api/dns/dns_forms.hpp"
#include "frontends/api/dns/dns_instance.hpp"
#include "protocol/base/hex.hpp"

using namespace praetor;
using namespace praetor::dns;
using lines = std::vector<std::string>;

namespace {

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

std::string header(std::string_view rest) { return from_hex("1234" + std::string(rest)); }

datacenter many(int count) {
  datacenter dc;
  for (int i = 0; i < count; ++i) {
    auto n = std::to_string(100 + i);
    dc.add("node" + n, "10.0." + std::to_string(i / 250) + "." + std::to_string(1 + i % 250), service("many", 1000 + i),
           {{"k", n}});
  }
  return dc;
}

} // namespace

TEST_CASE("packets that are no questions") {
  datacenter dc;
  dc.add("n1", "10.9.0.1", service("web", 1));
  struct row {
    const char* what;
    std::string packet;
    const char* answer; ///< hexadecimal; "": none
  };
  auto question = request("web.service.consul", rr::a).substr(12);
  auto hex_question = hex(question);
  const row rows[] = {
      {"too short", "abc", ""},
      {"a response", header("81000001000000000000") + question, ""},
      {"a header alone", header("01000001000000000000"), "123481050000000000000000"},
      {"no question", header("01000000000000000000"), "123481010000000000000000"},
      {"two questions", header("01000002000000000000") + question + question, "123481010000000000000000"},
      {"garbage", header("01000001000000000000") + std::string(30, '\xff'), "123481010000000000000000"},
      {"a pointer to itself", header("01000001000000000000") + from_hex("c00c00010001"), "123481010000000000000000"},
      {"an update", header("29000001000000000000") + question, "1234a9040000000000000000"},
      {"a status request", header("11000001000000000000") + question, "123491040000000000000000"},
      {"cut off in the question", header("01000001000000000000") + question.substr(0, question.size() - 3),
       "123481010000000000000000"},
      {"too many records", header("01000001000000000003") + question, "123481010000000000000000"},
      {"a long label", header("01000001000000000000") + from_hex("40") + std::string(64, 'a') + from_hex("0000010001"),
       "123481010000000000000000"},
      {"a bad network",
       header("01000001000000000001") + question + from_hex("0000291000000000000008") + from_hex("0008000400012100"),
       "bad"},
  };
  for (const auto& r : rows) {
    CAPTURE(r.what);
    auto result = dc.ready().answer(r.packet, transport::udp);
    std::string expected = r.answer;
    if (expected == "bad") expected = "123481010001000000000000" + hex_question;
    if (expected.empty())
      CHECK(result.what == outcome::action::drop);
    else
      CHECK(hex(result.message) == expected);
  }
}

TEST_CASE("the client's network comes back, cut to its prefix") {
  datacenter dc;
  dc.add("n1", "10.9.0.1", service("web", 1));
  auto packet = header("01000001000000000001") + request("web.service.consul", rr::a).substr(12) +
                from_hex("000029100000000000000b0008000700011400") + from_hex("0102ff");
  auto result = dc.ready().answer(packet, transport::udp);
  CHECK(hex(result.message).ends_with("000029100000000000000b00080007000114000102f0"));
}

TEST_CASE("the wire form of targets: whole names, which later names point into") {
  datacenter dc;
  dc.add("n1", "10.9.0.1", service("web", 1));
  auto message = dc.ready().answer(request("web.service.consul", rr::srv), transport::udp).message;
  CHECK(hex(message) == "123485000001000100000001"
                        "03776562077365727669636506636f6e73756c0000210001"
                        "c00c002100010000000000"
                        "1a000100010001026e31046e6f64650364633106636f6e73756c00"
                        "c036000100010000000000040a090001");
}

TEST_CASE("how many answers a datagram carries") {
  auto dc = many(60);
  struct row {
    std::uint16_t type;
    int edns;
    std::size_t least, most;
    bool has_edns;
  };
  const row rows[] = {
      {rr::a, -1, 3, 3, false},    {rr::srv, -1, 3, 3, false},     {rr::a, 512, 3, 3, true},
      {rr::srv, 512, 3, 3, false}, {rr::a, 600, 34, 34, false},    {rr::srv, 700, 8, 11, false},
      {rr::a, 4096, 60, 60, true}, {rr::srv, 65000, 60, 60, true},
  };
  for (const auto& r : rows) {
    CAPTURE(r.type, r.edns);
    auto a = dc.ask("many.service.consul", r.type, {transport::udp, r.edns});
    CHECK(a.answers.size() >= r.least);
    CHECK(a.answers.size() <= r.most);
    CHECK_FALSE(a.truncated);
    CHECK(a.size <= static_cast<std::size_t>(std::max(r.edns, 512)));
    if (r.edns < 4096 && r.type == rr::srv) CHECK(a.extra.size() == a.answers.size());
  }
  dc.front.reset();
  dc.config.dns.enable_truncate = true;
  dc.config.dns.udp_answer_limit = 20;
  auto a = dc.ask("many.service.consul", rr::a);
  CHECK(a.truncated);
  CHECK(a.answers.size() == 8);
  CHECK_FALSE(dc.ask("many.service.consul", rr::a, {transport::udp, 4096}).truncated);
  dc.front.reset();
  dc.config.dns.a_record_limit = 5;
  CHECK(dc.ask("many.service.consul", rr::a, {transport::udp, 4096}).answers.size() == 5);
  CHECK(dc.ask("many.service.consul", rr::srv, {transport::tcp, -1}).answers.size() == 60);
}

TEST_CASE("without compression every name is whole") {
  auto dc = many(3);
  auto small = dc.ask("many.service.consul", rr::srv, {transport::tcp, -1});
  dc.front.reset();
  dc.config.dns.disable_compression = true;
  auto large = dc.ask("many.service.consul", rr::srv, {transport::tcp, -1});
  CHECK(large.size > small.size);
  CHECK(sorted(large.extra) == sorted(small.extra));
}

TEST_CASE("a stream carries what fits into its length field") {
  auto dc = many(1500);
  auto a = dc.ask("many.service.consul", rr::srv, {transport::tcp, -1});
  CHECK(a.size <= 65523);
  CHECK(a.answers.size() > 500);
  CHECK(a.answers.size() < 1024);
}

TEST_CASE("metadata as text") {
  struct row {
    const char *key, *value, *text;
  };
  const row rows[] = {
      {"key", "value", "key=value"},
      {"RFC1035-x", "plain", "plain"},
      {"k=`y ", "v`=w", "k`=``y` =v``=w"},
      {"  a b ", "", "` ` a b` ="},
      {"", "v", "=v"},
      {"rfc1035", "v", "rfc1035=v"},
  };
  for (const auto& r : rows) CHECK(metadata_text(r.key, r.value) == r.text);
}

TEST_CASE("which address stands for an instance") {
  node n;
  n.address = "10.0.0.1";
  n.tagged_addresses = {{"wan", "1.1.1.1"}, {"lan_ipv6", "fd00::1"}};
  node_service s;
  s.port = 80;
  using origin = chosen_address::origin;
  auto text = [&](std::uint16_t type, bool afar) { return instance_address(n, s, type, afar).text; };
  CHECK(text(rr::a, false) == "10.0.0.1");
  CHECK(text(rr::aaaa, false) == "fd00::1");
  CHECK(text(rr::srv, false) == "fd00::1");
  CHECK(instance_address(n, s, rr::srv, false).from == origin::translated_node);
  CHECK(instance_address(n, s, rr::a, false).from == origin::node);
  CHECK(text(rr::a, true) == "1.1.1.1");
  s.address = "10.1.0.1";
  s.tagged_addresses["wan"] = {"2.2.2.2", 8080};
  CHECK(text(rr::aaaa, false).empty());
  CHECK(text(rr::srv, false) == "10.1.0.1");
  CHECK(text(rr::a, true) == "2.2.2.2");
  CHECK(service_port(s, false) == 80);
  CHECK(service_port(s, true) == 8080);
  s.address = "host.example";
  s.tagged_addresses.clear();
  CHECK(text(rr::aaaa, false) == "host.example");
}

TEST_CASE("addresses in a recursor's reply") {
  // ext. CNAME b.ext., b.ext. A 1.2.3.4, then a truncated record
  auto reply = header("81800001000300000000") + from_hex("0365787400"
                                                         "00010001"
                                                         "c00c000500010000003c00040162c00c"
                                                         "c021000100010000003c000401020304"
                                                         "c00c0001");
  auto found = addresses_in(reply);
  REQUIRE(found.size() == 2);
  CHECK(found[0].name == wire_name("b.ext"));
  CHECK(found[1].owner == wire_name("b.ext"));
  for (std::size_t n = 0; n < reply.size(); ++n) (void)addresses_in(std::string_view(reply).substr(0, n));
}
