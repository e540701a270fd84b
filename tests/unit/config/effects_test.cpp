#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "protocol/config/effects.hpp"
#include "tests/unit/config/table_environment.hpp"

// Every configuration key has an effect that a test shows, or the agent warns at start that it has none. The keys come
// from the schema.

using namespace praetor;
using namespace praetor::config;

namespace {

struct known_key {
  std::string path;
  key_spec spec;
  unsigned traits;
};

/// `service` and `check` become elements of the lists, and a check has the same keys everywhere.
std::string canonical(std::string path) {
  for (std::string_view one : {"service.", "check."})
    if (path.starts_with(one)) path.insert(one.size() - 1, "s");
  for (std::string_view one : {"services.check.", "services.checks."})
    if (path.starts_with(one)) path = "checks." + path.substr(one.size());
  return path;
}

const std::vector<known_key>& all_keys() {
  static const auto keys = [] {
    std::map<std::string, known_key> found;
    for_each_key([&](const std::string& path, const key_spec& spec, unsigned traits) {
      found.emplace(canonical(path), known_key{canonical(path), spec, traits});
    });
    std::vector<known_key> out;
    for (auto& [path, k] : found) out.push_back(std::move(k));
    return out;
  }();
  return keys;
}

bool has(const known_key& k, unsigned traits) { return (k.traits & traits) != 0; }

/// A value of a key that requests something. Validated keys have valid values.
nlohmann::json sample(const known_key& k) {
  static const std::map<std::string, nlohmann::json> particular = {
      {"auto_config.authorization.static.clock_skew_leeway", "1s"},
      {"auto_config.authorization.static.expiration_leeway", "1s"},
      {"auto_config.authorization.static.not_before_leeway", "1s"},
      {"auto_encrypt.ip_san", nlohmann::json::array({"10.0.0.1"})},
      {"acl_ttl", "1s"},
      {"addresses.grpc", "127.0.0.1"},
      {"addresses.grpc_tls", "127.0.0.1"},
      {"config_entries.bootstrap", nlohmann::json::array({{{"kind", "proxy-defaults"}, {"name", "global"}}})},
      {"connect.ca_config.intermediate_cert_ttl", "8000h"},
      {"connect.ca_config.leaf_cert_ttl", "80h"},
      {"connect.ca_config.private_key_bits", 384},
      {"connect.ca_config.private_key_type", "ec"},
      {"connect.ca_provider", "vault"},
      {"dns_config.cache_max_age", "5s"},
      {"limits.request_limits.mode", "permissive"},
      {"performance.grpc_keepalive_interval", "10s"},
      {"performance.grpc_keepalive_timeout", "10s"},
      {"ports.expose_max_port", 22000},
      {"ports.proxy_max_port", 22000},
      {"ports.sidecar_max_port", 22000},
      {"primary_gateways_interval", "10s"},
      {"raft_logstore.backend", "wal"},
      {"raft_logstore.verification.interval", "10s"},
      {"server_rejoin_age_max", "7h"},
      {"services.connect.sidecar_service", nlohmann::json::object()},
      {"tls.grpc.tls_cipher_suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
      {"tls.grpc.tls_min_version", "TLSv1_3"},
      {"tls_cipher_suites", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
      {"tls_min_version", "tls12"},
      {"ui_config.dashboard_url_templates", {{"a", "http://h/"}}},
      {"ui_config.metrics_provider_options_json", "{}"},
      {"ui_config.metrics_proxy.base_url", "http://h/"},
      {"ui_config.metrics_proxy.path_allowlist", nlohmann::json::array({"/x"})},
  };
  if (auto found = particular.find(k.path); found != particular.end()) return found->second;
  switch (k.spec.kind) {
  case key_kind::boolean: return k.spec.satisfied_by != "true";
  case key_kind::text: return "x";
  case key_kind::duration: return "77s";
  case key_kind::text_list: return nlohmann::json::array({"x"});
  case key_kind::text_map:
  case key_kind::any_map: return {{"a", "x"}};
  case key_kind::any_map_list: return nlohmann::json::array({{{"a", "x"}}});
  case key_kind::number: return 1.5;
  default: return 1;
  }
}

/// A configuration that sets only the key and what it requires.
nlohmann::json document(const known_key& k) {
  nlohmann::json out = nlohmann::json::object();
  auto* at = &out;
  const auto* fields = &schema();
  std::string_view path = k.path;
  while (true) {
    auto dot = path.find('.');
    auto name = std::string(path.substr(0, dot));
    auto spec = std::ranges::find(*fields, name, &key_spec::name);
    REQUIRE(spec != fields->end());
    if (dot == std::string_view::npos) {
      (*at)[name] = sample(k);
      return out;
    }
    auto& inside = (*at)[name];
    if (spec->kind == key_kind::block_list)
      inside = nlohmann::json::array({nlohmann::json::object()}), at = &inside[0];
    else if (spec->kind == key_kind::block_map)
      inside = {{"k", nlohmann::json::object()}}, at = &inside["k"];
    else
      inside = nlohmann::json::object(), at = &inside;
    if (name == "segments") *at = {{"name", "s"}, {"port", 1}};
    if (name == "services") *at = {{"name", "s"}, {"port", 1}};
    if (name == "checks") *at = {{"name", "c"}, {"interval", "10s"}, {"http", "http://h/"}};
    fields = spec->fields;
    path.remove_prefix(dot + 1);
  }
}

/// Where this configuration sets the key.
nlohmann::json::json_pointer place_of(const known_key& k) {
  std::string out;
  const auto* fields = &schema();
  for (std::string_view path = k.path;;) {
    auto dot = path.find('.');
    auto spec = std::ranges::find(*fields, path.substr(0, dot), &key_spec::name);
    out += "/" + spec->name;
    if (dot == path.npos) return nlohmann::json::json_pointer(out);
    if (spec->kind == key_kind::block_list) out += "/0";
    if (spec->kind == key_kind::block_map) out += "/k";
    fields = spec->fields;
    path.remove_prefix(dot + 1);
  }
}

/// Settings required for the value to be accepted, and whether the agent is a client agent.
struct companion {
  bool client = false;
  std::string hcl;
};

companion company_of(const std::string& path) {
  static const std::map<std::string, companion> needed = {
      {"auto_config.authorization.enabled", {false, R"(tls { internal_rpc { cert_file = "c" } }
                  auto_config { authorization { static { jwks_url = "http://h" } } })"}},
      {"auto_config.enabled", {true, R"(tls { internal_rpc { verify_outgoing = true } }
                 auto_config { intro_token = "t" server_addresses = ["h"] })"}},
      {"auto_encrypt.tls", {true, ""}},
      // A certificate and a plain port for gRPC exclude each other.
      {"cert_file", {false, "ports { grpc = -1 }"}},
      {"tls.grpc.cert_file", {false, "ports { grpc = -1 }"}},
      {"tls.grpc.use_auto_cert", {false, "ports { grpc = -1 }"}},
      {"primary_gateways", {false, "primary_datacenter = \"dc0\""}},
  };
  auto found = needed.find(path);
  return found == needed.end() ? companion{} : found->second;
}

/// Keys that every TLS stanza accepts but that have no meaning in some, where they are rejected.
const std::map<std::string, std::string>& misplaced() {
  static const std::map<std::string, std::string> all = [] {
    std::map<std::string, std::string> out;
    for (std::string stanza : {"https", "grpc"})
      out["tls." + stanza + ".verify_server_hostname"] =
          "verify_server_hostname is only valid in the tls.defaults and tls.internal_rpc stanzas";
    for (std::string stanza : {"defaults", "internal_rpc", "https"})
      out["tls." + stanza + ".use_auto_cert"] = "use_auto_cert is only valid in the tls.grpc stanza";
    out["tls.grpc.verify_outgoing"] = "verify_outgoing is not valid in the tls.grpc stanza";
    return out;
  }();
  return all;
}

/// The agent's reaction to a configuration that sets the key: its warnings, or the error.
std::vector<std::string> said_about(const known_key& k) {
  table_environment env;
  env.files["key.json"] = document(k).dump();
  auto with = company_of(k.path);
  sources from;
  from.dev_mode = !with.client;
  from.paths = {"key.json"};
  if (with.client) from.fragments.push_back("data_dir = \"/srv/data\"");
  from.fragments.push_back(with.hcl);
  auto loaded = load(from, env);
  if (!loaded) return {"refused: " + loaded.error().text};
  return loaded->warnings;
}

std::string name_in_warnings(const known_key& k) {
  static const std::map<std::string, std::string> others = {
      {"read_replica", "read_replica (or the deprecated non_voting_server)"}};
  if (auto found = others.find(k.path); found != others.end()) return found->second;
  // A Consul Enterprise block causes a single warning.
  for (std::string_view whole : {"audit", "acl.tokens.managed_service_provider"})
    if (k.path.starts_with(std::string(whole) + ".")) return std::string(whole);
  return k.path;
}

bool contains(const std::vector<std::string>& texts, const std::string& wanted) {
  return std::ranges::find(texts, wanted) != texts.end();
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// key -> "FILE: NAME" of the test that shows its effect
std::map<std::string, std::string> read_effects() {
  std::ifstream in(PRAETOR_TEST_DATA "/effects.txt");
  std::map<std::string, std::string> out;
  std::string test;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] != ' ') {
      test = line;
      continue;
    }
    std::istringstream keys(line);
    for (std::string key; keys >> key;) {
      CAPTURE(key);
      CHECK(out.emplace(key, test).second);
    }
  }
  return out;
}

std::string last_word(const std::string& path) { return path.substr(path.rfind('.') + 1); }

} // namespace

TEST_CASE("a key without effect is warned about by name when something is asked of it") {
  for (const auto& k : all_keys()) {
    if (!has(k, no_effect) || has(k, fixed | enterprise | deprecated) || misplaced().contains(k.path)) continue;
    auto said = said_about(k);
    CAPTURE(k.path, document(k).dump(), said);
    CHECK(contains(said, "config key \"" + k.path + "\" is not in force in this release and has no effect"));
  }
}

TEST_CASE("a key that means nothing where it stands is refused by name") {
  std::size_t found = 0;
  for (const auto& k : all_keys()) {
    auto place = misplaced().find(k.path);
    if (place == misplaced().end()) continue;
    ++found;
    CAPTURE(k.path);
    CHECK(said_about(k) == std::vector<std::string>{"refused: " + place->second});
  }
  CHECK(found == misplaced().size());
}

TEST_CASE("a key that nobody can change is warned about by name") {
  for (const auto& k : all_keys()) {
    if (!has(k, fixed)) continue;
    auto said = said_about(k);
    CAPTURE(k.path, said);
    CHECK(contains(said, "config key \"" + k.path + "\" cannot be changed and is ignored"));
  }
}

TEST_CASE("a key of the other edition is warned about or refused by name") {
  for (const auto& k : all_keys()) {
    if (!has(k, enterprise)) continue;
    auto said = said_about(k);
    CAPTURE(k.path, said);
    if (k.path.starts_with("segment"))
      CHECK(contains(said, "refused: Network segments are not supported in this version of Consul"));
    else
      CHECK(contains(said,
                     "\"" + name_in_warnings(k) + "\" is a Consul Enterprise configuration and will have no effect"));
  }
}

TEST_CASE("a deprecated key is warned about by name") {
  for (const auto& k : all_keys()) {
    if (!has(k, deprecated)) continue;
    auto said = said_about(k);
    CAPTURE(k.path, said);
    auto name = k.path.starts_with("raft_boltdb") ? std::string("raft_boltdb") : k.path;
    CHECK(std::ranges::any_of(said,
                              [&](const auto& w) { return w.starts_with("The '" + name + "' field is deprecated"); }));
  }
}

TEST_CASE("what asks for nothing is not warned about") {
  table_environment env;
  sources from;
  from.dev_mode = true;
  from.fragments = {R"(
disable_update_check = true disable_anonymous_signature = true auto_reload_config = false
ui_config { enabled = false } peering { enabled = false } ports { grpc = -1 grpc_tls = 0 }
limits { rpc_rate = -1 request_limits { mode = "disabled" read_rate = -1 } }
acl { tokens { replication = "" } } experiments = [] connect { ca_provider = "consul" }
raft_logstore { backend = "default" } telemetry { statsd_address = "" dogstatsd_tags = [] }
discovery_max_stale = "1s" enable_syslog = false use_streaming_backend = false limits { rpc_client_timeout = "9s" })"};
  auto fragments = from.fragments[0];
  auto second = fragments.rfind("limits");
  from.fragments = {fragments.substr(0, second), fragments.substr(second)};
  auto loaded = load(from, env);
  REQUIRE(loaded);
  CHECK(loaded->warnings.empty());
}

TEST_CASE("what a later source takes back is not warned about, nor are the built-in values") {
  table_environment env;
  sources from;
  from.dev_mode = true;
  CHECK(load(from, env)->warnings.empty());
  from.fragments = {"ui_config { enabled = true }", "ui_config { enabled = false }"};
  CHECK(load(from, env)->warnings.empty());
  from.fragments = {"ui_config { enabled = false }", "ui_config { enabled = true }"};
  CHECK(load(from, env)->warnings.size() == 1);
}

TEST_CASE("keys in definitions are warned about once, however many definitions have them") {
  table_environment env;
  sources from;
  from.dev_mode = true;
  from.fragments = {R"(
services = [{ name = "a" proxy { expose { port = 1 } } }, { name = "b" proxy { expose { port = 2 } } }])"};
  auto loaded = load(from, env);
  REQUIRE(loaded);
  CHECK(loaded->warnings ==
        std::vector<std::string>{
            "config key \"services.proxy.expose.port\" is not in force in this release and has no effect"});
}

TEST_CASE("every other key has a test that shows its effect") {
  auto effects = read_effects();
  std::set<std::string> known;
  for (const auto& k : all_keys()) {
    if (has(k, no_effect | fixed | enterprise | deprecated) || misplaced().contains(k.path)) continue;
    known.insert(k.path);
    INFO("tests/unit/config/data/effects.txt names no test that shows the effect of this key: " << k.path);
    CHECK(effects.contains(k.path));
  }
  std::map<std::string, std::string> texts;
  for (const auto& [key, test] : effects) {
    CAPTURE(key, test);
    CHECK(known.contains(key));
    auto colon = test.find(": ");
    REQUIRE(colon != test.npos);
    auto file = test.substr(0, colon), name = test.substr(colon + 2);
    auto [text, fresh] = texts.try_emplace(file);
    if (fresh) text->second = read_text(std::filesystem::path(PRAETOR_SOURCE_DIR) / file);
    CHECK(text->second.find(name) != std::string::npos);
    // A Python test writes the key as in a file; a test of actors or endpoints sets the member.
    if (file.ends_with(".py")) CHECK(text->second.find(last_word(key)) != std::string::npos);
  }
}

TEST_CASE("each key of a definition is read: a value for it makes another definition") {
  static const std::map<std::string, nlohmann::json> particular = {
      {"checks.interval", "78s"},
      {"services.port", 2},
      {"services.weights.passing", 2},
      {"services.weights.warning", 2},
      {"services.proxy.mode", "direct"},
      {"services.proxy.mesh_gateway.mode", "local"},
      {"services.proxy.upstreams.mesh_gateway.mode", "local"},
      {"services.proxy.upstreams.local_bind_socket_mode", "600"},
  };
  table_environment env;
  auto read = [&](const nlohmann::json& document) {
    env.files["key.json"] = document.dump();
    sources from;
    from.dev_mode = true;
    from.paths = {"key.json"};
    return load(from, env);
  };
  std::size_t loaded = 0;
  for (const auto& k : all_keys()) {
    bool in_definition = k.path.starts_with("services.") || k.path.starts_with("checks.");
    if (!in_definition || has(k, no_effect)) continue;
    auto with = document(k);
    auto key = place_of(k);
    if (auto found = particular.find(k.path); found != particular.end()) with[key] = found->second;
    auto without = with;
    without[key.parent_pointer()].erase(key.back());
    CAPTURE(k.path, with.dump(), without.dump());
    auto set = read(with), unset = read(without);
    if (!set) continue; // the other keys refuse it
    ++loaded;
    CHECK((!unset || !(set->config == unset->config)));
  }
  CHECK(loaded > 50);
}

TEST_CASE("each flag of the agent does what its key does") {
  static const std::map<std::string, std::pair<std::string, std::string>> particular = {
      // flag: its value, and the key's
      {"advertise", {"10.1.1.1", "\"10.1.1.1\""}},
      {"advertise-wan", {"10.1.1.1", "\"10.1.1.1\""}},
      {"allow-write-http-from", {"10.0.0.0/8", "[\"10.0.0.0/8\"]"}},
      {"bind", {"127.0.0.2", "\"127.0.0.2\""}},
      {"client", {"127.0.0.2", "\"127.0.0.2\""}},
      {"data-dir", {"/srv/data", "\"/srv/data\""}},
      {"encrypt", {"pUqJrVyVRj5jsiYEkM/tFQ==", "\"pUqJrVyVRj5jsiYEkM/tFQ==\""}},
      {"node-meta", {"a:b", "{ a = \"b\" }"}},
      {"protocol", {"3", "3"}},
      {"raft-protocol", {"3", "3"}},
      {"recursor", {"10.1.1.1", "[\"10.1.1.1\"]"}},
      {"serf-lan-allowed-cidrs", {"10.0.0.0/8", "[\"10.0.0.0/8\"]"}},
      {"serf-lan-bind", {"127.0.0.2", "\"127.0.0.2\""}},
      {"serf-wan-allowed-cidrs", {"10.0.0.0/8", "[\"10.0.0.0/8\"]"}},
      {"serf-wan-bind", {"127.0.0.2", "\"127.0.0.2\""}},
      {"ui-dir", {"/srv/ui", "\"/srv/ui\""}},
  };
  table_environment env;
  auto take = [&](const agent_flag& f, bool as_flag, const std::string& flag, const std::string& key) {
    sources from;
    from.dev_mode = f.name != "bootstrap-expect" && f.name != "server" && f.name != "bootstrap";
    if (!from.dev_mode) from.fragments = {"data_dir = \"/srv/data\""};
    if (!from.dev_mode && f.name != "server") from.fragments[0] += " server = true";
    if (f.name == "primary-gateway") from.fragments = {"primary_datacenter = \"dc0\""};
    if (as_flag) {
      from.flags.emplace_back(f.name, flag);
    } else if (!key.empty()) {
      auto dot = f.key.find('.');
      from.fragments.push_back(dot == f.key.npos
                                   ? f.key + " = " + key
                                   : f.key.substr(0, dot) + " { " + f.key.substr(dot + 1) + " = " + key + " }");
    }
    auto loaded = load(from, env);
    INFO((loaded ? std::string() : loaded.error().text));
    REQUIRE(loaded);
    return std::move(*loaded);
  };
  for (const auto& f : agent_flags()) {
    if (f.key.empty() || f.name == "segment") continue; // segments are refused
    CAPTURE(f.name);
    std::pair<std::string, std::string> value;
    if (auto found = particular.find(f.name); found != particular.end())
      value = found->second;
    else if (f.kind == flag_kind::boolean)
      value = {"true", "true"};
    else if (f.kind == flag_kind::integer)
      value = {"2017", "2017"};
    else if (f.kind == flag_kind::duration)
      value = {"77s", "\"1m17s\""};
    else if (f.kind == flag_kind::text_list)
      value = {"x", "[\"x\"]"};
    else
      value = {"x", "\"x\""};
    auto by_flag = take(f, true, value.first, ""), by_key = take(f, false, "", value.second);
    CHECK(by_flag.config == by_key.config);
    if (!f.key_of_deprecated.empty() || f.name == "read-replica") {
      CHECK_FALSE(by_flag.warnings.empty());
      continue;
    }
    auto without = take(f, false, "", "");
    if (f.kind != flag_kind::boolean) {
      if (f.name != "raft-protocol") CHECK_FALSE(by_flag.config == without.config);
      continue;
    }
    // One of the two is the default.
    auto off = take(f, true, "false", "");
    CHECK_FALSE(off.config == by_flag.config);
  }
}

TEST_CASE("what a stanza of TLS leaves open is taken from the defaults, key by key") {
  table_environment env;
  auto stanzas = [&](const std::string& hcl) {
    sources from;
    from.dev_mode = true;
    // A certificate and a plain port for gRPC exclude each other.
    from.fragments = {"tls { defaults { " + hcl + " } } ports { grpc = -1 }"};
    auto loaded = load(from, env);
    REQUIRE(loaded);
    return std::pair(loaded->config.tls_internal_rpc, loaded->config.tls_https);
  };
  for (auto [key, member] : {std::pair("ca_file", &tls_settings::ca_file),
                             {"ca_path", &tls_settings::ca_path},
                             {"cert_file", &tls_settings::cert_file},
                             {"key_file", &tls_settings::key_file}}) {
    auto [rpc, https] = stanzas(std::string(key) + " = \"x\"");
    CHECK(rpc.*member == "x");
    CHECK(https.*member == "x");
  }
  for (auto [key, member] : {std::pair("verify_incoming", &tls_settings::verify_incoming),
                             {"verify_outgoing", &tls_settings::verify_outgoing}}) {
    auto [rpc, https] = stanzas(std::string(key) + " = true");
    CHECK(rpc.*member);
    CHECK(https.*member);
  }
  CHECK(stanzas("verify_server_hostname = true").first.verify_server_hostname);
  CHECK_FALSE(stanzas("verify_server_hostname = true").second.verify_server_hostname);
  CHECK(stanzas("tls_min_version = \"TLSv1_3\"").first.min_version == "TLSv1_3");
  CHECK(stanzas("tls_cipher_suites = \"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\"").second.cipher_suites ==
        string_list{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
}

TEST_CASE("a reload leaves what only a start applies as it was at the start") {
  table_environment env;
  auto read = [&](const std::string& hcl, const start_values* started_with = nullptr) {
    sources from;
    from.dev_mode = true;
    from.fragments = {hcl};
    auto loaded = load(from, env, started_with);
    INFO((loaded ? std::string() : loaded.error().text));
    REQUIRE(loaded);
    return std::move(*loaded);
  };
  auto start =
      read("node_name = \"old\" acl { enabled = true tokens { agent = \"a\" } } dns_config { node_ttl = \"1s\" }");
  auto reload =
      read("node_name = \"new\" datacenter = \"dc2\" acl { enabled = false default_policy = \"deny\" tokens { "
           "agent = \"b\" } } autopilot { min_quorum = 3 } dns_config { node_ttl = \"2s\" }",
           &start.until_restart);
  CHECK(reload.config.node_name == "old");
  CHECK(reload.config.datacenter == "dc1");
  CHECK(reload.config.acl.enabled);
  CHECK(reload.config.acl.default_policy == start.config.acl.default_policy);
  CHECK(reload.config.autopilot.min_quorum == 0);
  CHECK(reload.config.acl.agent_token == "b");
  CHECK(reload.config.dns.node_ttl == std::chrono::seconds(2));
  CHECK(
      changed_keys(start.until_restart, reload.until_restart) ==
      std::vector<std::string>{"acl.default_policy", "acl.enabled", "autopilot.min_quorum", "datacenter", "node_name"});
  auto empty = read("", &start.until_restart);
  CHECK(empty.config.node_name == "old");
  CHECK(empty.config.acl.enabled);
}

TEST_CASE("a reload names the keys that only a start applies") {
  table_environment env;
  auto values = [&](const std::string& hcl) {
    sources from;
    from.dev_mode = true;
    from.fragments = {hcl};
    auto loaded = load(from, env);
    INFO((loaded ? std::string() : loaded.error().text));
    REQUIRE(loaded);
    return loaded->until_restart;
  };
  auto changed = [&](const std::string& before, const std::string& after) {
    return changed_keys(values(before), values(after));
  };
  CHECK(changed("", "").empty());
  CHECK(changed("ports { http = 1 }", "ports { http = 2 } bootstrap = true") ==
        std::vector<std::string>{"bootstrap", "ports.http"});
  CHECK(changed("node_name = \"a\"", "") == std::vector<std::string>{"node_name"});
  CHECK(changed("retry_join = [\"a\"]", "retry_join = [\"a\", \"b\"]") == std::vector<std::string>{"retry_join"});
  // Keys that a reload applies, and keys that are never applied.
  CHECK(changed("log_level = \"info\" service { name = \"a\" } dns_config { node_ttl = \"1s\" soa { retry = 1 } }",
                "log_level = \"warn\" service { name = \"b\" } dns_config { node_ttl = \"2s\" soa { retry = 2 } }")
            .empty());
  CHECK(changed("ui_config { enabled = true }", "ui_config { enabled = false }").empty());
}
