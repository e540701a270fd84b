#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "protocol/config/debug_view.hpp"
#include "protocol/config/schema.hpp"
#include "protocol/config/sockaddr_template.hpp"
#include "tests/unit/config/table_environment.hpp"

using namespace praetor;
using namespace praetor::config;
using namespace std::chrono_literals;

namespace {

load_result loaded(const sources& from, table_environment env = {}) {
  auto result = load(from, env);
  INFO((result ? std::string() : result.error().text));
  REQUIRE(result);
  return std::move(*result);
}

sources dev(std::vector<std::pair<std::string, std::string>> flags = {}) {
  sources from;
  from.flags = std::move(flags);
  from.dev_mode = true;
  return from;
}

runtime_config with_text(const std::string& hcl) {
  auto from = dev();
  from.fragments = {hcl};
  return loaded(from).config;
}

} // namespace

TEST_CASE("the defaults are those of the reference") {
  sources from;
  from.fragments = {"data_dir = \"/srv/data\""};
  auto c = loaded(from).config;
  CHECK_FALSE(c.server);
  CHECK(c.datacenter == "dc1");
  CHECK(c.primary_datacenter == "dc1");
  CHECK(c.node_name == "host1");
  CHECK(c.bind_addr == "0.0.0.0");
  CHECK(c.advertise_addr_lan == "192.0.2.2");
  CHECK(c.http_addrs == std::vector<endpoint>{{"127.0.0.1", 8500, {}}});
  CHECK(c.dns_addrs == std::vector<endpoint>{{"127.0.0.1", 8600, {}}});
  CHECK(c.https_addrs.empty());
  CHECK(c.ports.grpc_tls == -1);
  CHECK(c.leave_on_terminate);
  CHECK_FALSE(c.skip_leave_on_interrupt);
  CHECK(c.default_query_time == 300s);
  CHECK(c.max_query_time == 600s);
  CHECK(c.raft.election_timeout == 5s);
  CHECK(c.raft.leader_lease_timeout == 2500ms);
  CHECK(c.gossip_wan.probe_timeout == 3s);
  CHECK(c.dns.soa == dns_soa{3600, 600, 86400, 0});
  CHECK(c.tagged_addresses.at("wan_ipv4") == "192.0.2.2");
  CHECK(c.telemetry.blocked_prefixes == string_list{"consul.rpc.server.call"});
  CHECK(c.tls_https.min_version == "TLSv1_2");
}

TEST_CASE("development mode is a server on loopback") {
  auto c = loaded(dev()).config;
  CHECK(c.dev_mode);
  CHECK(c.server);
  CHECK(c.bind_addr == "127.0.0.1");
  CHECK(c.log.level == "DEBUG");
  CHECK(c.ports.grpc == 8502);
  CHECK(c.ports.grpc_tls == 8503);
  CHECK(c.ui.enabled);
  CHECK(c.raft.election_timeout == 52ms);
  CHECK(c.server_health_interval == 10ms);
  CHECK(c.skip_leave_on_interrupt);
  CHECK_FALSE(c.leave_on_terminate);
}

TEST_CASE("later sources win: files, then flags, then fragments; list flags come before the files") {
  table_environment env;
  env.directories.insert("/etc/agent");
  env.files = {
      {"/etc/agent/b.json", R"({"log_level":"warn","recursors":["2.2.2.2"],"node_meta":{"a":"file","b":"file"}})"},
      {"/etc/agent/a.hcl",
       "log_level = \"error\" recursors = [\"1.1.1.1\"] http_config { allow_write_http_from = [\"10.0.0.0/8\"] }"},
      {"/etc/agent/readme.txt", "not read"}};
  sources from = dev({{"config-dir", "/etc/agent"},
                      {"recursor", "3.3.3.3"},
                      {"node-meta", "b:flag:x"},
                      {"node-meta", "c"},
                      {"log-level", "trace"},
                      {"allow-write-http-from", "127.0.0.0/8"},
                      {"http-port", "1234"},
                      {"hcl", "datacenter = \"DC9\""}});
  auto r = loaded(from, env);
  CHECK(r.config.log.level == "trace");
  CHECK(r.config.dns_recursors == string_list{"3.3.3.3:53", "1.1.1.1:53", "2.2.2.2:53"});
  CHECK(r.config.node_meta == string_map{{"a", "file"}, {"b", "flag:x"}, {"c", ""}});
  CHECK(r.config.http.allow_write_http_from == string_list{"10.0.0.0/8", "127.0.0.0/8"});
  CHECK(r.config.http_addrs[0].port == 1234);
  CHECK(r.config.datacenter == "dc9");
  CHECK(r.warnings ==
        std::vector<std::string>{
            "skipping file /etc/agent/readme.txt, extension must be .hcl or .json, or config format must be set"});
}

TEST_CASE("file sources that cannot be read are named") {
  table_environment env;
  env.files["/etc/x.conf"] = "";
  auto failing = [&](sources from) {
    auto r = load(from, env);
    return r ? std::string() : r.error().text;
  };
  sources from;
  from.paths = {"/none"};
  CHECK(failing(from) == "config: Open failed on /none. open /none: no such file or directory");
  from.paths = {"/etc/x.conf"};
  CHECK(failing(from) == "file /etc/x.conf has unknown extension; must be .hcl or .json, or config format must be set");
  from.format = "yaml";
  CHECK(failing(from) == "config: -config-format must be either 'hcl' or 'json'");
  CHECK(
      failing(dev({{"http-port", "abc"}})) ==
      "error parsing flags: invalid value \"abc\" for flag -http-port: strconv.Atoi: parsing \"abc\": invalid syntax");
  CHECK(failing(dev({{"bootstrap-expect", "1"}})) == "'bootstrap_expect > 0' not allowed in dev mode");
}

TEST_CASE("maps overlay, lists add up, blocks merge, blocks held as a whole are replaced") {
  auto from = dev();
  from.fragments = {
      "dns_config { soa { refresh = 1 retry = 2 } udp_answer_limit = 7 } service { name = \"a\" } "
      "http_config { response_headers { X = \"1\" Y = \"1\" } }",
      "dns_config { soa { refresh = 3 } max_stale = \"5s\" } service { name = \"b\" } services = [{ name = \"c\" }] "
      "http_config { response_headers { Y = \"2\" } }"};
  auto c = loaded(from).config;
  CHECK(c.dns.soa == dns_soa{3, 600, 86400, 0});
  CHECK(c.dns.udp_answer_limit == 7);
  CHECK(c.dns.max_stale == 5s);
  CHECK(c.http.response_headers == string_map{{"X", "1"}, {"Y", "2"}});
  REQUIRE(c.services.size() == 3);
  CHECK(c.services[0].name == "a");
  CHECK(c.services[1].name == "c");
  CHECK(c.services[2].name == "b");
}

TEST_CASE("services and checks decode into the shapes of the HTTP API") {
  auto c = with_text(R"(
service {
  name = "web" id = "web1" port = 80 tags = ["a", "b"] meta { v = "1" }
  tagged_addresses { lan { address = "10.0.0.1" port = 81 } }
  weights { passing = 5 }
  checks = [{ http = "http://127.0.0.1/" interval = "5s" header { X = ["1", "2"] } }]
  check { ttl = "30s" deregister_critical_service_after = "1h" failures_before_critical = 2 }
  proxy { upstreams = [{ destination_name = "db" local_bind_port = 9 config { a = 1.0 } }] }
  connect { sidecar_service { port = 20 } }
}
check { id = "disk" args = ["/bin/true"] interval = "10s" service_id = "web1" TLSSkipVerify = true }
watches = [{ type = "key" key = "foo" args = ["a", "b"] }]
)");
  REQUIRE(c.services.size() == 1);
  const auto& s = c.services[0];
  CHECK(s.tags == string_list{"a", "b"});
  CHECK(s.tagged_addresses.at("lan").port == 81);
  CHECK(s.weights == weights_definition({5, 1}));
  CHECK(s.checks[0].header.at("X") == string_list{"1", "2"});
  CHECK(s.checks[0].interval == 5s);
  CHECK(s.check->ttl == 30s);
  CHECK(s.check->deregister_critical_service_after == 1h);
  CHECK(s.all_checks().size() == 2);
  CHECK(s.proxy->upstreams[0].config.json().dump() == "{\"a\":1}");
  CHECK(s.connect->sidecar_service->port == 20);
  REQUIRE(c.checks.size() == 1);
  CHECK(c.checks[0].script_args == string_list{"/bin/true"});
  CHECK(c.checks[0].tls_skip_verify);
  CHECK(c.watches[0].json()["args"].size() == 2);
}

TEST_CASE("in free-form values a list of one stands for its element, but not inside other lists") {
  auto from = dev();
  from.fragments = {
      "{\"service\":{\"name\":\"a\",\"proxy\":{\"config\":{\"l\":[\"s\"],\"m\":[{\"a\":[1]}],\"n\":[\"a\",\"b\"],"
      "\"o\":[],\"p\":[[\"x\"]],\"q\":[{\"r\":[1]},{}]}}}}"};
  CHECK(loaded(from).config.services[0].proxy->config.json() ==
        nlohmann::json::parse(R"({"l":"s","m":{"a":1},"n":["a","b"],"o":[],"p":["x"],"q":[{"r":[1]},{}]})"));
}

TEST_CASE("what users cannot change stays as it is") {
  auto c = with_text("ae_interval = \"1s\" consul { raft { election_timeout = \"9s\" } } check_reap_interval = \"1h\"");
  CHECK(c.ae_interval == 1min);
  CHECK(c.raft.election_timeout == 52ms);
  CHECK(c.check_reap_interval == 30s);
}

TEST_CASE("every flag names a key of the schema") {
  auto known = [](std::string_view path) {
    const auto* fields = &schema();
    while (true) {
      auto dot = path.find('.');
      auto found = std::ranges::find(*fields, path.substr(0, dot), &key_spec::name);
      if (found == fields->end()) return false;
      if (dot == std::string_view::npos) return true;
      if (found->fields == nullptr) return false;
      fields = found->fields;
      path.remove_prefix(dot + 1);
    }
  };
  for (const auto& f : agent_flags()) {
    INFO(f.name);
    CHECK((f.key.empty() || known(f.key)));
  }
}

TEST_CASE("the configuration of the client library's test server loads") {
  table_environment env;
  env.directories.insert("/srv/data");
  env.files["config.json"] = R"({"node_name":"node-1","node_id":"0b4d2bd4-7f5b-3d5e-8f2a-000000000001",
    "node_meta":{"consul-version-x":"1"},"performance":{"raft_multiplier":1},"bootstrap":true,"server":true,
    "data_dir":"/srv/data","segments":null,"disable_update_check":true,"log_level":"debug","bind_addr":"127.0.0.1",
    "addresses":{},"ports":{"dns":20001,"http":20002,"https":20003,"serf_lan":20004,"serf_wan":20005,"server":20006,
    "grpc":20007,"grpc_tls":20008},"raft_protocol":3,"primary_datacenter":"dc1","acl":{"enabled":true,
    "default_policy":"deny","tokens":{"master":"root"}},"encrypt":"","verify_incoming_https":false,
    "enable_script_checks":true,"connect":{"enabled":true,"ca_config":{"cluster_id":"11111111-2222-3333-4444-555555555555"}},
    "enable_debug":true,"skip_leave_on_interrupt":true,"peering":{"enabled":true},
    "autopilot":{"server_stabilization_time":"0s"},"version":"1.19.2","experiments":["x"],
    "locality":{"region":"r","zone":"z"},"retry_join":["127.0.0.1:1"]})";
  env.files["config.json"].replace(env.files["config.json"].find("consul-version-x"), 16, "version");
  sources from;
  from.paths = {"config.json"};
  auto c = loaded(from, env).config;
  CHECK(c.acl.initial_management == "root");
  CHECK(c.connect.ca_config.json()["cluster_id"] == "11111111-2222-3333-4444-555555555555");
  CHECK(c.https_addrs[0].text() == "127.0.0.1:20003");
  CHECK(c.raft.election_timeout == 1s);
}

TEST_CASE("address templates choose among the interfaces") {
  table_environment env;
  env.addresses = {{"lo", "127.0.0.1", 8, 5, false},
                   {"eth1", "10.1.2.3", 16, 1, false},
                   {"eth0", "10.9.0.4", 24, 1, true},
                   {"eth0", "8.8.4.4", 24, 1, true},
                   {"eth2", "fd00::5", 64, 1, false}};
  auto expand = [&](const std::string& text) {
    auto r = expand_template(text, env);
    return r ? *r : "error: " + r.error().text;
  };
  CHECK(expand("plain") == "plain");
  CHECK(expand("{{ GetPrivateIP }}:80") == "10.9.0.4:80");
  CHECK(expand("{{GetPrivateIPs}}") == "10.9.0.4 10.1.2.3 fd00::5");
  CHECK(expand("{{ GetPublicIP }}") == "8.8.4.4");
  CHECK(expand("{{ GetInterfaceIP \"eth1\" }}") == "10.1.2.3");
  CHECK(expand("{{ GetAllInterfaces | include \"name\" \"^eth\" | exclude \"type\" \"ipv6\" | sort \"-address\" | join "
               "\"address\" \",\" }}") == "10.9.0.4,10.1.2.3,8.8.4.4");
  CHECK(expand("{{ GetAllInterfaces | include \"network\" \"10.1.0.0/16\" | attr \"address\" }}") == "10.1.2.3");
  CHECK(expand("{{ GetPrivateInterfaces | limit 1 | math \"address\" \"+5\" | attr \"address\" }}") == "10.9.0.9");
  CHECK(expand("{{ GetPrivateInterfaces | offset 1 | limit 1 | math \"network\" \"-2\" | attr \"address\" }}") ==
        "10.1.255.254");
  CHECK(expand("{{ foo }}") ==
        "error: unable to parse template \"{{ foo }}\": template: sockaddr.Parse:1: function \"foo\" not defined");
  CHECK(expand("{{ GetAllInterfaces | include \"name\" \"none\" | attr \"address\" }}").empty());
}

TEST_CASE("the samples load as they stand") {
  table_environment env;
  env.directories.insert("configs/dev");
  for (const auto* name : {"configs/dev/agent-api.hcl", "configs/dev/heartbeat.hcl"}) {
    std::ifstream in(std::string(PRAETOR_SOURCE_DIR "/") + name);
    env.files[name] = std::string(std::istreambuf_iterator<char>(in), {});
    REQUIRE_FALSE(env.files[name].empty());
  }
  auto r = loaded(dev({{"config-dir", "configs/dev"}}), env);
  CHECK(r.warnings.empty());
  REQUIRE(r.config.services.size() == 2);
  CHECK(r.config.services[0].check->http == "http://127.0.0.1:8500/v1/status/leader");
  CHECK(r.config.services[1].check->ttl == 30s);
}

TEST_CASE("the debug view shows the configuration and hides secrets") {
  auto from = dev();
  from.fragments = {
      "encrypt = \"pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s=\" service { name = \"a\" token = \"secret-1\" check { "
      "ttl = \"5s\" } } "
      "check { name = \"c\" ttl = \"5s\" token = \"secret-2\" } acl { tokens { agent = \"secret-3\" } } "
      "watches = [{ type = \"key\" key = \"k\" token = \"secret-4\" }] "
      "connect { ca_config { private_key = \"secret-5\" } } http_config { response_headers { A = \"b\" } }"};
  auto v = debug_view(loaded(from).config, "11111111-2222-3333-4444-555555555555", "1.19.2").json();
  auto text = v.dump();
  CHECK(text.find("secret-") == std::string::npos);
  CHECK(text.find("pUqJr") == std::string::npos);
  CHECK(v["SerfAdvertiseAddrLAN"] == "tcp://127.0.0.1:8301");
  CHECK(v["DNSAddrs"] == nlohmann::json::parse(R"(["tcp://127.0.0.1:8600","udp://127.0.0.1:8600"])"));
  CHECK(v["GRPCPort"] == 8502);
  CHECK(v["DevMode"] == true);
  CHECK(v["MaxQueryTime"] == "10m0s");
  CHECK(v["HTTPResponseHeaders"] == nlohmann::json::parse(R"({"A":"b"})"));
  CHECK(v["Services"][0]["Checks"][0]["TTL"] == "5s");
  CHECK(v["NodeID"] == "11111111-2222-3333-4444-555555555555");
}

TEST_CASE("the debug view hides what is secret in free-form settings, definitions and URLs") {
  auto from = dev();
  from.fragments = {
      "connect { ca_provider = \"vault\" ca_config { address = \"https://vault.example\" token = \"secret-1\" "
      "auth_method { type = \"approle\" params { secret_id = \"secret-2\" role = \"r\" } } } } "
      "check { name = \"c\" interval = \"5s\" http = \"http://u:secret-3@h/?token=secret-4&q=1\" "
      "header { x-any = [\"secret-5\"] } } "
      "service { name = \"a\" meta { api_key = \"secret-6\" } check { interval = \"5s\" http = "
      "\"http://h/?api_token=secret-7\" header { Authorization = [\"secret-8\"] } } "
      "proxy { config { envoy { password = \"secret-9\" } } } }"};
  auto v = debug_view(loaded(from).config, "", "1.19.2").json();
  auto text = v.dump();
  CAPTURE(text);
  CHECK(text.find("secret-") == std::string::npos);
  CHECK(v["ConnectCAConfig"]["Address"] == "https://vault.example");
  CHECK(v["Checks"][0]["HTTP"] == "http://u:<hidden>@h/?token=<hidden>&q=1");
}

TEST_CASE("the debug view of a service has all fields, set or not, as Consul shows them") {
  auto from = dev();
  from.fragments = {R"(
service { name = "p" kind = "connect-proxy" port = 81 locality { region = "r" } connect {}
          tagged_addresses { lan { address = "10.0.0.1" port = 5 } } checks = [{ id = "c" ttl = "5s" }]
          proxy { destination_service_name = "a" config { x = 1 }
                  upstreams = [{ destination_name = "b" local_bind_port = 9 }]
                  expose { paths = [{ path = "/x" listener_port = 7 local_path_port = 8 }] } } })"};
  auto shown = debug_view(loaded(from).config, "", "1.19.2").json()["Services"][0];
  CHECK(shown["Proxy"] == nlohmann::json::parse(R"({
    "AccessLogs": {"DisableListenerLogs": false, "Enabled": false, "JSONFormat": "", "Path": "", "TextFormat": "",
                   "Type": ""},
    "Config": {"x": 1}, "DestinationServiceID": "", "DestinationServiceName": "a", "EnvoyExtensions": [],
    "Expose": {"Checks": false, "Paths": [{"ListenerPort": 7, "LocalPathPort": 8, "ParsedFromCheck": false,
                                           "Path": "/x", "Protocol": ""}]},
    "LocalServiceAddress": "", "LocalServicePort": 0, "LocalServiceSocketPath": "", "MeshGateway": {"Mode": ""},
    "Mode": "", "TransparentProxy": {"DialedDirectly": false, "OutboundListenerPort": 0},
    "Upstreams": [{"CentrallyConfigured": false, "Config": {}, "Datacenter": "", "DestinationName": "b",
                   "DestinationNamespace": "", "DestinationPartition": "", "DestinationPeer": "",
                   "DestinationType": "service", "LocalBindAddress": "", "LocalBindPort": 9,
                   "LocalBindSocketMode": "", "LocalBindSocketPath": "", "MeshGateway": {"Mode": ""}}]})"));
  CHECK(shown["Check"]["TTL"] == "0s");
  CHECK(shown["Checks"][0]["CheckID"] == "c");
  CHECK_FALSE(shown["Checks"][0].contains("ID"));
  shown.erase("Proxy");
  shown.erase("Check");
  shown.erase("Checks");
  CHECK(shown == nlohmann::json::parse(R"({
    "Address": "", "Connect": {"Native": false, "SidecarService": null}, "EnableTagOverride": false,
    "EnterpriseMeta": {}, "ID": "", "Kind": "connect-proxy", "Locality": {"Region": "r", "Zone": ""}, "Meta": {},
    "Name": "p", "Port": 81, "SocketPath": "", "TaggedAddresses": {"lan": {"Address": "10.0.0.1", "Port": 5}},
    "Tags": [], "Token": "hidden", "Weights": {"Passing": 1, "Warning": 1}})"));
}

TEST_CASE("limits that nothing enforces are not shown as being in force, and named where they are asked for") {
  auto v = debug_view(loaded(dev()).config, "", "1.19.2").json();
  CHECK(v["RequestLimitsMode"] == 0);
  CHECK_FALSE(v.contains("LimitsNotEnforced"));
  auto from = dev();
  from.fragments = {"limits { request_limits { mode = \"enforcing\" read_rate = 5 } rpc_rate = 7 rpc_max_burst = 9 } "
                    "cache { entry_fetch_rate = 3 }"};
  auto asked = loaded(from);
  v = debug_view(asked.config, "", "1.19.2").json();
  CHECK(v["RequestLimitsMode"] == 0);
  auto unlimited = std::numeric_limits<double>::max();
  for (auto key : {"RequestLimitsReadRate", "RequestLimitsWriteRate", "RPCRateLimit"}) CHECK(v[key] == unlimited);
  CHECK(v["Cache"]["EntryFetchRate"] == unlimited);
  CHECK(v["LimitsNotEnforced"] ==
        nlohmann::json({"limits.request_limits", "limits.rpc_rate", "limits.rpc_max_burst", "cache.entry_fetch_rate"}));
  for (auto key : {"limits.request_limits.mode", "limits.rpc_rate", "limits.rpc_max_burst", "cache.entry_fetch_rate"})
    CHECK(std::ranges::count(asked.warnings, "config key \"" + std::string(key) +
                                                 "\" is not in force in this release and has no effect") == 1);
}
