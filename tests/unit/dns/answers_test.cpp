#include "tests/unit/dns/asking.hpp"

#include <set>
#include <sstream>

using namespace praetor;
using namespace praetor::dns;
using lines = std::vector<std::string>;

namespace {

const lines start_of_authority{"consul. 0 SOA ns.consul. hostmaster.consul. 1700000000 3600 600 86400 0"};

datacenter three() {
  datacenter dc;
  auto tagged = service("web", 8001);
  tagged.tags = {"Blue", "v1.2"};
  dc.add("n1", "10.9.0.1", tagged, {{"zone", "a"}});
  auto weighted = service("web", 8002, "10.9.1.2");
  weighted.weights = service_weights{7, 3};
  dc.add("n2", "10.9.0.2", weighted);
  dc.add("n3", "fd00::3", service("web", 8003));
  dc.add("srv1", "10.0.0.1", service("consul", 8300));
  return dc;
}

} // namespace

TEST_CASE("a service's addresses are those of its instances, by family") {
  auto dc = three();
  auto a = dc.ask("web.service.consul", rr::a);
  CHECK(a.code == 0);
  CHECK(a.authoritative);
  CHECK(a.recursion_desired);
  CHECK_FALSE(a.recursion_available);
  CHECK(sorted(a.answers) == lines{"web.service.consul. 0 A 10.9.0.1", "web.service.consul. 0 A 10.9.1.2"});
  CHECK(a.extra.empty());
  CHECK(dc.ask("web.service.consul", rr::aaaa).answers == lines{"web.service.consul. 0 AAAA fd00::3"});
  CHECK(dc.ask("web.service.consul", rr::any).answers.size() == 3);
  CHECK(dc.ask("web.service.consul", rr::txt).answers.size() == 3);
}

TEST_CASE("targets keep the client's letters of the domain, and carry addresses and metadata of their nodes") {
  auto dc = three();
  auto a = dc.ask("Web.Service.ConSul", rr::srv, {transport::udp, 1232});
  CHECK(sorted(a.answers) == lines{"Web.Service.ConSul. 0 SRV 1 1 8001 n1.node.dc1.ConSul.",
                                   "Web.Service.ConSul. 0 SRV 1 1 8003 n3.node.dc1.ConSul.",
                                   "Web.Service.ConSul. 0 SRV 1 7 8002 0a090102.addr.dc1.ConSul."});
  CHECK(sorted(a.extra) == lines{"0a090102.addr.dc1.ConSul. 0 A 10.9.1.2", "n1.node.dc1.ConSul. 0 A 10.9.0.1",
                                 "n1.node.dc1.ConSul. 0 TXT \"zone=a\"", "n3.node.dc1.ConSul. 0 AAAA fd00::3"});
  CHECK(a.edns);
  CHECK(a.edns_size == 1232);
}

TEST_CASE("all forms of a name") {
  auto dc = three();
  node_service proxy = service("web-proxy", 2100);
  proxy.kind = "connect-proxy";
  proxy.proxy.destination_service_name = "web";
  dc.add("n1", "10.9.0.1", proxy, {{"zone", "a"}});
  struct row {
    const char* name;
    std::uint16_t type;
    int code;
    std::size_t answers;
    bool soa;
  };
  const row rows[] = {
      {"blue.web.service.consul", rr::a, 0, 1, false},
      {"v1.2.web.service.consul", rr::a, 0, 1, false},
      {"green.web.service.consul", rr::a, 3, 0, true},
      {"_web._tcp.service.consul", rr::srv, 0, 3, false},
      {"_web._blue.service.consul", rr::a, 0, 1, false},
      {"_web._tcp.consul", rr::srv, 0, 3, false},
      {"_web._tcp.dc1.consul", rr::srv, 0, 3, false},
      {"_web._tcp.consul", rr::a, 3, 0, true},
      {"web.service.dc1.consul", rr::srv, 0, 3, false},
      {"web.service.dc1.dc.consul", rr::srv, 0, 3, false},
      {"web.service.dc2.consul", rr::srv, 3, 0, true},
      {"web.service.p.peer.consul", rr::srv, 3, 0, true},
      {"web.service.x.ns.consul", rr::srv, 3, 0, true},
      {"web.service.consul", 15, 0, 0, true},
      {"web.service.consul", rr::axfr, 4, 0, false},
      {"nope.service.consul", rr::a, 3, 0, true},
      {"service.consul", rr::a, 3, 0, true},
      {"consul", rr::a, 3, 0, true},
      {"ns.consul", rr::a, 3, 0, true},
      {"web.connect.consul", rr::srv, 0, 1, false},
      {"web.ingress.consul", rr::a, 3, 0, true},
      {"web.virtual.consul", rr::a, 0, 0, false},
      {"web.query.consul", rr::a, 3, 0, true},
      {"n1.node.consul", rr::a, 0, 1, false},
      {"n1.node.dc1.consul", rr::any, 0, 2, false},
      {"n1.node.consul", rr::txt, 0, 1, false},
      {"n1.node.consul", rr::aaaa, 0, 0, false},
      {"n1.node.consul", 15, 0, 0, false},
      {"nope.node.consul", 15, 0, 0, false},
      {"nope.node.consul", rr::a, 3, 0, true},
      {"0a090001.addr.consul", rr::a, 0, 1, false},
      {"0a090001.addr.dc1.consul", rr::txt, 0, 0, false},
      {"0a09.addr.consul", rr::a, 3, 0, true},
      {"x.0a090001.addr.consul", rr::a, 3, 0, true},
      {"1.0.9.10.in-addr.arpa", rr::ptr, 0, 1, false},
      {"99.0.9.10.in-addr.arpa", rr::ptr, 3, 0, true},
      {"example.com", rr::a, 5, 0, false},
  };
  for (const auto& r : rows) {
    CAPTURE(r.name, r.type);
    auto a = dc.ask(r.name, r.type);
    CHECK(a.code == r.code);
    CHECK(a.answers.size() == r.answers);
    CHECK(a.authority == (r.soa ? start_of_authority : lines{}));
    CHECK(a.authoritative == (r.code != 5));
  }
}

TEST_CASE("what is found elsewhere than in the answer section") {
  auto dc = three();
  CHECK(dc.ask("0A090001.Addr.Consul", rr::a).answers == lines{"0a090001.addr.Consul. 0 A 10.9.0.1"});
  CHECK(dc.ask("0a090001.addr.consul", rr::aaaa).extra == lines{"0a090001.addr.consul. 0 A 10.9.0.1"});
  CHECK(dc.ask("n1.node.consul", rr::aaaa).extra == lines{"n1.node.consul. 0 TXT \"zone=a\""});
  auto soa = dc.ask("foo.consul", rr::soa);
  CHECK(soa.answers == start_of_authority);
  CHECK(soa.authority == lines{"consul. 0 NS srv1.node.dc1.consul."});
  CHECK(soa.extra == lines{"srv1.node.dc1.consul. 0 A 10.0.0.1"});
  auto ns = dc.ask("CONSUL", rr::ns);
  CHECK(ns.answers == lines{"CONSUL. 0 NS srv1.node.dc1.consul."});
  CHECK(dc.ask("2.1.9.10.in-addr.arpa", rr::soa).authority == start_of_authority);
}

TEST_CASE("reverse names lead to nodes first, then to services") {
  auto dc = three();
  CHECK(dc.ask("1.0.9.10.in-addr.arpa", rr::ptr).answers == lines{"1.0.9.10.in-addr.arpa. 0 PTR n1.node.dc1.consul."});
  CHECK(dc.ask("2.1.9.10.in-addr.arpa", rr::a).answers ==
        lines{"2.1.9.10.in-addr.arpa. 0 PTR web.service.dc1.consul."});
  std::string v6 = "3.";
  for (int i = 0; i < 27; ++i) v6 += "0.";
  v6 += "0.0.d.f.ip6.arpa";
  CHECK(dc.ask(v6, rr::ptr).answers.at(0).ends_with("PTR n3.node.dc1.consul."));
}

TEST_CASE("host names are followed inside the domain, three deep") {
  auto dc = three();
  dc.add("h1", "10.9.0.5", service("alias", 5, "web.service.consul"));
  dc.add("h2", "ext.example.com", service("external", 6));
  dc.add("h3", "10.9.0.7", service("self", 7, "self.service.consul"));
  dc.add("h4", "10.9.0.8", service("loop1", 7, "loop2.service.consul"));
  dc.add("h4", "10.9.0.8", service("loop2", 7, "loop1.service.consul"));
  auto a = dc.ask("alias.service.consul", rr::a);
  CHECK(a.answers.at(0) == "alias.service.consul. 0 CNAME web.service.consul.");
  asking wide{transport::udp, 1232};
  CHECK(dc.ask("alias.service.consul", rr::a, wide).answers.size() == 4);
  auto srv = dc.ask("alias.service.consul", rr::srv, wide);
  CHECK(srv.answers == lines{"alias.service.consul. 0 SRV 1 1 5 web.service.consul."});
  CHECK(srv.extra.size() == 3);
  CHECK(dc.ask("external.service.consul", rr::a).answers == lines{"external.service.consul. 0 CNAME ext.example.com."});
  CHECK(dc.ask("self.service.consul", rr::a).answers == lines{"self.service.consul. 0 A 10.9.0.7"});
  CHECK(dc.ask("self.service.consul", rr::aaaa).authority == start_of_authority);
  CHECK(dc.ask("loop1.service.consul", rr::a, wide).answers.size() == 4);
  CHECK(dc.ask("loop1.service.consul", rr::srv, wide).extra.size() == 3);
  CHECK(dc.ask("h2.node.consul", rr::aaaa).answers == lines{"h2.node.consul. 0 CNAME ext.example.com."});
}

TEST_CASE("only instances that are well enough are handed out, with the weight of their state") {
  auto dc = three();
  dc.check("n1", "critical");
  dc.check("n2", "warning", "web");
  auto a = dc.ask("web.service.consul", rr::srv, {transport::udp, 1232});
  CHECK(sorted(a.answers) == lines{"web.service.consul. 0 SRV 1 1 8003 n3.node.dc1.consul.",
                                   "web.service.consul. 0 SRV 1 3 8002 0a090102.addr.dc1.consul."});
  dc.front.reset();
  dc.config.dns.only_passing = true;
  CHECK(dc.ask("web.service.consul", rr::any).answers == lines{"web.service.consul. 0 AAAA fd00::3"});
}

TEST_CASE("a server is asked only for what the catalog decides") {
  datacenter dc;
  dc.config.dns_alt_domain = "alt.";
  question_sources s;
  s.state = [&] { return dc.state->now_published(); };
  s.who = [] { return acl::allow_nothing(); };
  s.wall_clock = [] { return std::chrono::seconds(1700000000); };
  s.next_hop_of = [](const destination& to) {
    if (to.who == answerer::agent) return next_hop::here;
    return to.datacenter == "dc1" ? next_hop::server : next_hop::none;
  };
  questions client(std::move(s), dc.config);
  struct row {
    const char* name;
    std::uint16_t type;
    int code; ///< of the agent's own answer; -1: forwarded to a server
  };
  for (const auto& [name, type, code] : std::vector<row>{
           {"web.service.consul", rr::a, -1},
           {"blue.web.service.dc1.alt", rr::srv, -1},
           {"_web._tcp.consul", rr::srv, -1},
           {"web.connect.consul", rr::a, -1},
           {"web.virtual.consul", rr::a, -1},
           {"n1.node.consul", rr::a, -1},
           {"n1.node.consul", 15, -1},
           {"consul", rr::ns, -1},
           {"any.thing.alt", rr::soa, -1},
           {"1.0.9.10.in-addr.arpa", rr::ptr, -1},
           {"consul", rr::a, 3},
           {"nonsense.consul", rr::a, 3},
           {"a.b.nonsense.alt", rr::any, 3},
           {"service.consul", rr::a, 3},
           {"_web._tcp.consul", rr::a, 3},
           {"web.service.dc2.consul", rr::a, 3},
           {"web.service.x.ns.consul", rr::a, 3},
           {"web.query.consul", rr::a, 3},
           {"web.ingress.consul", rr::a, 3},
           {"0a090001.addr.consul", rr::a, 0},
           {"0a09.addr.consul", rr::a, 3},
           {"web.service.consul", rr::axfr, 4},
           {"9.10.in-addr.arpa", rr::ptr, 3},
           {"arpa", rr::ptr, 3},
           {"example.com", rr::a, 5},
       }) {
    CAPTURE(name, type);
    auto result = client.answer(request(name, type), transport::udp);
    REQUIRE(result.what == (code < 0 ? outcome::action::ask : outcome::action::reply));
    if (code >= 0) CHECK(parse_answer(result.message).code == code);
  }
}

TEST_CASE("a question about another datacenter goes there as soon as there is a path") {
  auto dc = three();
  bool path = false;
  question_sources s;
  s.state = [&] { return dc.state->now_published(); };
  s.who = [] { return acl::allow_all(); };
  s.wall_clock = [] { return std::chrono::seconds(1700000000); };
  s.next_hop_of = [&](const destination& to) {
    if (to.datacenter == "dc1") return next_hop::here;
    return path && to.datacenter == "dc2" ? next_hop::server : next_hop::none;
  };
  questions server(std::move(s), dc.config);
  auto ask = [&](const char* name) { return server.answer(request(name, rr::a), transport::udp); };
  CHECK(parse_answer(ask("web.service.dc2.consul").message).code == 3);
  path = true;
  CHECK(ask("WEB.service.DC2.consul").what == outcome::action::ask);
  CHECK(ask("n1.node.dc2.dc.consul").what == outcome::action::ask);
  CHECK(parse_answer(ask("web.service.dc3.consul").message).code == 3);
  CHECK(parse_answer(ask("web.service.DC1.consul").message).code == 0);
  CHECK(parse_answer(ask("0a090001.addr.dc2.consul").message).code == 0);
}

TEST_CASE("a kept set ends with the state that it was made of") {
  auto dc = three();
  CHECK(dc.ask("web.service.consul", rr::a).answers.size() == 2);
  CHECK(dc.ask("WEB.service.consul", rr::a).answers.at(0).starts_with("WEB.service.consul."));
  CHECK(dc.ready().kept() == 1);
  dc.add("n4", "10.9.0.4", service("other", 1));
  CHECK(dc.ask("web.service.consul", rr::a).answers.size() == 2);
  dc.add("n4", "10.9.0.4", service("web", 1));
  CHECK(dc.ask("web.service.consul", rr::a).answers.size() == 3);
  CHECK(dc.ask("late.service.consul", rr::a).code == 3);
  dc.add("n5", "10.9.0.5", service("late", 1));
  CHECK(dc.ask("late.service.consul", rr::a).code == 0);
}

TEST_CASE("instances come in every order") {
  auto dc = three();
  std::set<lines> orders;
  for (int i = 0; i < 200; ++i) orders.insert(dc.ask("web.service.consul", rr::any).answers);
  CHECK(orders.size() == 6);
}

TEST_CASE("time to live: the exact name, then the longest prefix") {
  config::dns_settings dns;
  using std::chrono::seconds;
  dns.service_ttl = {{"web", seconds(1)}, {"w*", seconds(2)}, {"we*", seconds(3)}, {"*", seconds(4)}};
  CHECK(service_ttl(dns, "web") == 1);
  CHECK(service_ttl(dns, "west") == 3);
  CHECK(service_ttl(dns, "wine") == 2);
  CHECK(service_ttl(dns, "db") == 4);
  CHECK(service_ttl({}, "db") == 0);
}

TEST_CASE("every record lives as long as what it was asked as: a service, a node or the zone") {
  auto dc = three();
  using std::chrono::seconds;
  dc.config.dns.node_ttl = seconds(11);
  dc.config.dns.service_ttl = {{"*", seconds(22)}, {"web", seconds(33)}};
  dc.config.dns.soa = {3600, 600, 86400, 55};
  dc.add("host", "elsewhere.example.com", service("hosted", 1), {{"m", "1"}});
  dc.add("n1", "10.9.0.1", service("inner", 1, "n2.node.consul"), {{"zone", "a"}});
  dc.add("n1", "10.9.0.1", service("chain", 1, "web.service.consul"), {{"zone", "a"}});
  node_service proxy = service("web-proxy", 2100);
  proxy.kind = "connect-proxy";
  proxy.proxy.destination_service_name = "web";
  dc.add("n1", "10.9.0.1", proxy, {{"zone", "a"}});
  // "section type ttl" of all records, without duplicates.
  auto lives = [&](const char* name, std::uint16_t type) {
    auto a = dc.ask(name, type, {transport::tcp});
    std::set<std::string> out;
    auto add = [&](const char* section, const lines& records) {
      for (const auto& text : records) {
        std::istringstream in(text);
        std::string owner, ttl, kind;
        in >> owner >> ttl >> kind;
        out.insert(std::string(section) + " " + kind + " " + ttl);
      }
    };
    add("answer", a.answers);
    add("authority", a.authority);
    add("extra", a.extra);
    return out;
  };
  struct row {
    const char* name;
    std::uint16_t type;
    std::set<std::string> lives;
  };
  for (const auto& [name, type, wanted] : std::vector<row>{
           {"web.service.consul", rr::a, {"answer A 33"}},
           {"web.service.consul", rr::aaaa, {"answer AAAA 33"}},
           {"web.service.consul", rr::any, {"answer A 33", "answer AAAA 33"}},
           {"web.service.consul", rr::srv, {"answer SRV 33", "extra A 33", "extra AAAA 33", "extra TXT 33"}},
           {"blue.web.service.consul", rr::srv, {"answer SRV 33", "extra A 33", "extra TXT 33"}},
           {"_web._tcp.service.consul", rr::srv, {"answer SRV 33", "extra A 33", "extra AAAA 33", "extra TXT 33"}},
           {"web.connect.consul", rr::srv, {"answer SRV 33", "extra A 33", "extra TXT 33"}},
           {"web-proxy.service.consul", rr::srv, {"answer SRV 22", "extra A 22", "extra TXT 22"}},
           {"web.service.consul", 15, {"authority SOA 55"}},
           {"absent.service.consul", rr::a, {"authority SOA 55"}},
           {"hosted.service.consul", rr::a, {"answer CNAME 22"}},
           {"hosted.service.consul", rr::srv, {"answer SRV 22", "extra TXT 22"}},
           {"inner.service.consul", rr::a, {"answer CNAME 22", "answer A 22"}},
           {"inner.service.consul", rr::srv, {"answer SRV 22", "extra A 22", "extra TXT 22"}},
           {"chain.service.consul", rr::a, {"answer CNAME 22", "answer A 22", "answer AAAA 22"}},
           {"n1.node.consul", rr::a, {"answer A 11", "extra TXT 11"}},
           {"n1.node.consul", rr::any, {"answer A 11", "answer TXT 11"}},
           {"n1.node.consul", rr::txt, {"answer TXT 11"}},
           {"n3.node.consul", rr::aaaa, {"answer AAAA 11"}},
           {"host.node.consul", rr::a, {"answer CNAME 11", "extra TXT 11"}},
           {"absent.node.consul", rr::a, {"authority SOA 55"}},
           {"0a090001.addr.consul", rr::a, {"answer A 11"}},
           {"0a090001.addr.consul", rr::aaaa, {"extra A 11"}},
           {"0a09.addr.consul", rr::a, {"authority SOA 55"}},
           {"consul", rr::soa, {"answer SOA 55", "authority NS 11", "extra A 11"}},
           {"consul", rr::ns, {"answer NS 11", "extra A 11"}},
           {"consul", rr::a, {"authority SOA 55"}},
           {"nonsense.consul", rr::a, {"authority SOA 55"}},
           {"web.query.consul", rr::a, {"authority SOA 55"}},
           {"1.0.9.10.in-addr.arpa", rr::ptr, {"answer PTR 0"}},
           {"99.0.9.10.in-addr.arpa", rr::ptr, {"authority SOA 55"}},
       }) {
    CAPTURE(name, type);
    CHECK(lives(name, type) == wanted);
  }
}

TEST_CASE("the second domain answers like the first, under its own name") {
  auto dc = three();
  dc.config.dns_alt_domain = "test-domain.";
  CHECK(dc.ask("web.service.test-domain", rr::srv).answers.at(0).ends_with(".dc1.test-domain."));
  CHECK(dc.ask("nope.service.test-domain", rr::a).authority.at(0).starts_with("test-domain. 0 SOA ns.test-domain."));
  CHECK(dc.ask("test-domain", rr::a).authority.at(0).starts_with("consul. 0 SOA"));
}

TEST_CASE("with recursors, foreign names are theirs, and host names are resolved by them") {
  auto dc = three();
  dc.add("h2", "ext.example.com", service("external", 6));
  dc.config.dns_recursors = {"127.0.0.1:53"};
  auto& q = dc.ready();
  CHECK(q.answer(request("example.com", rr::a), transport::udp).what == outcome::action::forward);
  CHECK(q.answer(request("9.9.9.9.in-addr.arpa", rr::ptr), transport::udp).what == outcome::action::forward);
  CHECK(dc.ask("web.service.consul", rr::a).recursion_available);
  auto message = request("external.service.consul", rr::a);
  auto first = q.answer(message, transport::udp);
  CHECK(first.what == outcome::action::resolve);
  CHECK(first.hosts == lines{"ext.example.com"});
  resolved_names found;
  record r;
  r.owner = wire_name("ext.example.com");
  r.type = rr::a;
  r.ttl = 77;
  r.tail = std::string("\x01\x02\x03\x04", 4);
  found[r.owner] = {r};
  auto second = q.answer(message, transport::udp, &found);
  REQUIRE(second.what == outcome::action::reply);
  CHECK(parse_answer(second.message).answers ==
        lines{"external.service.consul. 0 CNAME ext.example.com.", "ext.example.com. 0 A 1.2.3.4"});
  auto failed = parse_answer(q.failure(request("example.com", rr::a), transport::udp));
  CHECK(failed.code == 2);
  CHECK(failed.recursion_available);
  CHECK_FALSE(failed.authoritative);
}
