#include "protocol/filter/filter.hpp"

#include "protocol/filter/go_text.hpp"
#include "protocol/filter/regexp.hpp"
#include "protocol/types/catalog.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <random>

using namespace praetor;

namespace {

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\')
      out += text[i];
    else if (char c = text[++i]; c == 'n')
      out += '\n';
    else if (c == 't')
      out += '\t';
    else if (c == 'r')
      out += '\r';
    else
      out += c;
  }
  return out;
}

template <class T>
std::string error_of(std::string_view text) {
  auto compiled = filter::compile<T>(text);
  return compiled ? "ok" : compiled.error().text;
}

template <class T>
bool holds(std::string_view text, const T& value) {
  auto compiled = filter::compile<T>(text);
  INFO(text);
  if (!compiled) FAIL(compiled.error().text);
  return compiled->matches(value);
}

struct instance {
  node_ptr host;
  node_service_ptr service;
  std::vector<health_check_ptr> checks;
  std::map<std::string, string_list> headers;
  double load = 0;
  std::uint8_t level = 0;
  std::vector<std::int64_t> ports;
  nanoseconds age{0};
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.host);
    f(field{"Service"}, x.service);
    f(field{"Checks"}, x.checks);
    f(field{"headers", field_flags::none, "Headers"}, x.headers);
    f(field{"Load"}, x.load);
    f(field{"Level"}, x.level);
    f(field{"Ports"}, x.ports);
    f(field{"Age"}, x.age);
  }
};

node_service web() {
  node_service s;
  s.id = "web-1", s.name = "web", s.port = 8000;
  s.tags = {"a", "b"};
  s.meta = {{"v", "1"}};
  s.tagged_addresses = {{"lan", {"1.2.3.4", 80}}};
  s.weights = service_weights{2, 3};
  return s;
}

node_service proxied() {
  node_service s;
  s.kind = "connect-proxy", s.id = "p", s.name = "web4-sidecar-proxy";
  upstream db, cache;
  db.destination_name = "db", db.local_bind_port = 9191;
  cache.destination_name = "cache";
  s.proxy.upstreams = {db, cache};
  s.proxy.mesh_gateway.mode = "local";
  return s;
}

} // namespace

TEST_CASE("errors have the texts that clients know") {
  std::ifstream file(PRAETOR_TEST_DATA "/errors.tsv");
  std::size_t cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    auto first = line.find('\t'), second = line.rfind('\t');
    auto expression = unescaped(line.substr(first + 1, second - first - 1));
    auto wanted = unescaped(line.substr(second + 1));
    if (wanted != "ok") wanted = std::string(filter::error_prefix) + wanted;
    INFO(expression);
    CHECK((line.starts_with("node\t") ? error_of<node>(expression) : error_of<node_service>(expression)) == wanted);
  }
  CHECK(cases > 200);
}

TEST_CASE("scalars are compared in their own type") {
  auto s = web();
  for (auto yes : {"Service == web",
                   "Service != \"x\"",
                   "Port == 8000",
                   "Port == \"0x1f40\"",
                   "Port == \"8_000\"",
                   "Port != 1",
                   "EnableTagOverride == false",
                   "EnableTagOverride == F",
                   "Weights.Passing == 2",
                   "Connect.Native == 0",
                   "eb in Service",
                   "Service contains e",
                   "x not in Service",
                   "Service not contains xx",
                   "Service matches \"^w.b$\"",
                   "Service matches e",
                   "Service not matches \"^e\"",
                   "Service==web",
                   "Service == `web`",
                   "Service == \"w\\x65b\""})
    CHECK(holds(yes, s));
  for (auto no : {"Service == Web", "Service != web", "Port == 80", "x in Service", "Service matches \"^e\""})
    CHECK_FALSE(holds(no, s));
}

TEST_CASE("lists and maps are searched") {
  auto s = web();
  for (auto yes :
       {"a in Tags", "Tags contains b", "c not in Tags", "Tags is not empty", "v in Meta", "w not in Meta",
        "Meta is not empty", "Meta.v == 1", "Meta[\"v\"] == 1", "Meta.v contains 1", "lan in TaggedAddresses",
        "TaggedAddresses.lan.Port == 80", "TaggedAddresses.lan.Address == \"1.2.3.4\"", "Proxy.Upstreams is empty"})
    CHECK(holds(yes, s));
  for (auto no : {"c in Tags", "Tags is empty", "w in Meta", "Meta.v == 2", "TaggedAddresses is empty"})
    CHECK_FALSE(holds(no, s));
}

TEST_CASE("a key that is not in a map fails what asserts and passes what denies") {
  auto s = web();
  for (auto yes : {"Meta.w != 1", "Meta.w matches x", "Meta.w not matches x", "\"x\" not in Meta.w",
                   "TaggedAddresses.wan.Port != 80"})
    CHECK(holds(yes, s));
  for (auto no : {"Meta.w == 1", "\"x\" in Meta.w", "TaggedAddresses.wan.Port == 80"}) CHECK_FALSE(holds(no, s));
}

TEST_CASE("a test inside a list of structs holds if it holds for any of them") {
  auto s = proxied();
  for (auto yes : {"Proxy.Upstreams.DestinationName == db", "Proxy.Upstreams.DestinationName != db",
                   "Proxy.Upstreams.LocalBindPort == 9191", "Proxy.Upstreams is not empty",
                   "Proxy.Upstreams.MeshGateway.Mode == \"\"", "Proxy.MeshGateway.Mode == local"})
    CHECK(holds(yes, s));
  CHECK_FALSE(holds("Proxy.Upstreams.DestinationName == other", s));
  CHECK_FALSE(holds("not Proxy.Upstreams.DestinationName != db", s));
  CHECK_FALSE(holds("Proxy.Upstreams.DestinationName != db", web()));
}

TEST_CASE("what is unset counts as its zero value") {
  auto s = web();
  CHECK(holds("Proxy.TransparentProxy.DialedDirectly == false", s));
  CHECK(holds("Proxy.TransparentProxy.OutboundListenerPort == 0", s));
  CHECK(holds("Node.Node == \"\" and Service.Port == 0", instance{}));
}

TEST_CASE("pointers, nested lists and all kinds of numbers are reached") {
  instance x;
  node n;
  n.name = "n1";
  n.meta = {{"rack", "r1"}};
  health_check passing, critical;
  passing.status = "passing";
  critical.status = "critical", critical.service_tags = {"a"};
  x.host = std::make_shared<node>(n);
  x.service = std::make_shared<node_service>(web());
  x.checks = {std::make_shared<health_check>(passing), std::make_shared<health_check>(critical)};
  x.headers = {{"h", {"1", "2"}}};
  x.load = 1.5, x.level = 200, x.ports = {80, 443}, x.age = nanoseconds{7};
  for (auto yes : {"Node.Node == n1", "Node.Meta.rack == r1", "Service.Port == 8000", "Service.Tags contains a",
                   "Checks.Status == critical", "Checks.ServiceTags contains a", "Checks.ServiceTags is empty",
                   "Headers.h contains 2", "Headers.h is not empty", "Headers.x is empty", "Load == 1.5",
                   "Load == \"15e-1\"", "Level == 200", "443 in Ports", "\"0x50\" in Ports", "Age == 7"})
    CHECK(holds(yes, x));
  CHECK(error_of<instance>("Level == 256") ==
        std::string(filter::error_prefix) + "Failed to coerce value \"256\" for selector \"Level\": strconv.ParseUint: "
                                            "parsing \"256\": value out of range");
  CHECK(error_of<instance>("x in Ports") ==
        std::string(filter::error_prefix) +
            "Failed to coerce value \"x\" for selector \"Ports\": strconv.ParseInt: parsing \"x\": invalid syntax");
  CHECK(error_of<instance>("headers is empty") ==
        std::string(filter::error_prefix) + "Selector \"headers\" is not valid");
}

TEST_CASE("not binds closer than and, and closer than or") {
  auto s = web();
  CHECK(holds("Service == x and Service == y or Service == web", s));
  CHECK(holds("Service == web or Service == x and Service == y", s));
  CHECK_FALSE(holds("(Service == web or Service == x) and Service == y", s));
  CHECK(holds("not Service == x and Service == web", s));
  CHECK_FALSE(holds("not (Service == x or Service == web)", s));
  CHECK(holds("not not Service == web", s));
  CHECK(holds("((Service == web) and (Port == 8000))", s));
}

TEST_CASE("an expression can be as long as it likes, but not as deep") {
  std::string wide = "Service == web", deep;
  for (int i = 0; i < 5'000; ++i) wide += " or Service == web";
  CHECK(holds(wide, web()));
  for (int i = 0; i < 100'000; ++i) deep += "(";
  CHECK(error_of<node>(deep).find("nested too deep") != std::string::npos);
  deep.clear();
  for (int i = 0; i < 30'000; ++i) deep += "not ";
  CHECK(error_of<node>(deep + "Node == a").find("nested too deep") != std::string::npos);
}

TEST_CASE("broken UTF-8 is an error of its own") {
  auto prefix = std::string(filter::error_prefix);
  CHECK(error_of<node>("Node==\"\xff\"") == prefix + "1:8 (7): rule \"string\": invalid encoding");
  CHECK(error_of<node>("\xff") == prefix + "1:1 (0): invalid encoding");
}

TEST_CASE("only the first errors of a text are told") {
  std::string broken;
  for (int i = 0; i < 1000; ++i) broken += "\xff\n";
  auto text = error_of<node>("Node == `" + broken + "`");
  CHECK(std::count(text.begin(), text.end(), '\n') == 9);
  CHECK(text.find("1:10 (9): rule \"string\": invalid encoding\n") != std::string::npos);
  CHECK(text.find("2:1 (11): rule \"string\": invalid encoding\n") != std::string::npos);
}

TEST_CASE("an expression has limits, and who exceeds one is told which") {
  auto prefix = std::string(filter::error_prefix);
  auto with_status = [](const std::string& text) {
    auto compiled = filter::compile<node>(text);
    return compiled ? "ok" : std::to_string(compiled.error().status) + " " + compiled.error().text;
  };
  CHECK(with_status("Node == `" + std::string(filter::longest_expression, 'a') + "`") ==
        "400 " + prefix + "the expression has 131082 bytes; the most is 131072");
  std::string patterns = "Node matches a";
  for (std::size_t i = 1; i < filter::most_patterns; ++i) patterns += " or Node matches a";
  CHECK(with_status(patterns) == "ok");
  CHECK(with_status(patterns + " or Node matches a") == "400 " + prefix + "more than 32 regular expressions");
  CHECK(with_status("Node matches `" + std::string(filter::longest_pattern, 'a') + "`") == "ok");
  auto longer = with_status("Node matches `" + std::string(filter::longest_pattern + 1, 'a') + "`");
  CHECK(longer.ends_with("error parsing regexp: expression too large: 2049 bytes, the most is 2048"));
  auto large = with_status("Node matches `(a[^b]{1000}){1,1}(c.{900}){1}`");
  CHECK(large.find("too large") != std::string::npos);
  std::string several = "Node matches `[^a]{120}`";
  for (int i = 0; i < 20; ++i) several += " and Node matches `[^a]{120}`";
  CHECK(with_status(several) ==
        "400 " + prefix + "the regular expressions are too large: together they have more than 4096 steps");
}

TEST_CASE("an expression that is long or has patterns counts as costly") {
  CHECK_FALSE(filter::is_costly("Service == web and \"a\" in Tags"));
  CHECK(filter::is_costly("Service matches web"));
  CHECK(filter::is_costly("Service == `" + std::string(300, 'a') + "`"));
}

TEST_CASE("mutated expressions never crash the parser") {
  std::vector<std::string> seeds = {"Node == \"a\" and (Meta[\"x\"] != `y` or not 5 in Node)",
                                    "Meta.x matches \"^a+\" or ID is not empty and Meta is empty"};
  std::mt19937 random(7);
  auto n = node{};
  for (int round = 0; round < 20'000; ++round) {
    auto text = seeds[random() % seeds.size()];
    for (unsigned k = random() % 5 + 1; k > 0; --k) {
      auto at = random() % text.size();
      switch (random() % 3) {
      case 0: text[at] = static_cast<char>(random()); break;
      case 1: text.erase(at, random() % 6); break;
      default: text.insert(at, 1, "()\"`.[] -0=!"[random() % 12]);
      }
      if (text.empty()) text = " ";
    }
    if (auto compiled = filter::compile<node>(text)) (void)compiled->matches(n);
  }
}
