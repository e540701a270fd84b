#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "protocol/config/builder.hpp"
#include "protocol/config/definition_validation.hpp"
#include "protocol/types/names.hpp"

namespace praetor::config {

using namespace std::chrono_literals;

namespace {

bool is_name(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_dns_label(const std::string& text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_web_address(const std::string& url) {
  for (const char* scheme : {"http://", "https://"})
    if (lower_case(url.substr(0, std::string(scheme).size())) == scheme) return url.size() > std::string(scheme).size();
  return false;
}

expected<void> not_negative(const std::string& key, std::int64_t n) {
  if (n >= 0) return {};
  return fail(key + " cannot be " + std::to_string(n) + ". Must be greater than or equal to zero");
}

/// The position of the first error in standard base64; nothing if it is valid.
std::optional<std::size_t> fault_in_base64(const std::string& text) {
  auto is_digit = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t group = i, digits = 0;
    while (digits < 4 && i < text.size() && is_digit(text[i])) ++i, ++digits;
    if (digits == 4) continue;
    if (i == text.size()) return group; // incomplete group
    if (text[i] != '=' || digits < 2) return i;
    ++i;
    if (digits == 2) {
      if (i == text.size()) return text.size();
      if (text[i] != '=') return i;
      ++i;
    }
    return i < text.size() ? std::optional(i) : std::nullopt;
  }
  return std::nullopt;
}

} // namespace

expected<void> builder::validate() {
  using check = expected<void> (builder::*)();
  for (check step : {&builder::validate_identity, &builder::validate_bootstrap, &builder::validate_limits,
                     &builder::validate_log_store, &builder::validate_clashes, &builder::collected_errors,
                     &builder::validate_definitions, &builder::validate_connect, &builder::validate_automatic})
    if (auto done = (this->*step)(); !done) return done;
  warn_about_the_whole();
  return {};
}

expected<void> builder::validate_identity() {
  const auto& o = out_;
  if (o.raft.protocol != 3)
    return fail("raft_protocol version " + std::to_string(o.raft.protocol) +
                " is not supported by this version of Consul");
  if (o.datacenter.empty()) return fail("datacenter cannot be empty");
  if (!is_name(o.datacenter))
    return fail("datacenter can only contain lowercase alphanumeric, - or _ characters. received: " +
                praetor::quoted(o.datacenter));
  if (o.data_dir.empty() && !o.dev_mode) return fail("data_dir cannot be empty");
  if (auto done = validate_ui(); !done) return done;
  if (!o.data_dir.empty() && env_.kind_of(o.data_dir) == environment::path_kind::file)
    return fail("data_dir " + praetor::quoted(o.data_dir) + " is not a directory");
  if (o.node_name.empty()) return fail("node_name cannot be empty");
  if (auto fault = fault_in_name("node_name", o.node_name)) return fail(std::move(*fault));
  if (!is_dns_label(o.node_name))
    warn("Node name " + praetor::quoted(o.node_name) +
         " will not be discoverable via DNS due to invalid characters. Valid characters include all alpha-numerics and "
         "dashes.");
  else if (o.node_name.size() > 63)
    warn("Node name " + praetor::quoted(o.node_name) +
         " will not be discoverable via DNS due to it being too long. Valid lengths are between 1 and 63 bytes.");
  if (o.locality && o.locality->region.empty() && !o.locality->zone.empty())
    return fail("locality is invalid: zone cannot be set without region");
  if (is_any_address(o.advertise_addr_lan)) return fail("Advertise address cannot be 0.0.0.0, :: or [::]");
  if (is_any_address(o.advertise_addr_wan)) return fail("Advertise WAN address cannot be 0.0.0.0, :: or [::]");
  if (auto done = validate_segments(); !done) return done;
  for (const auto& e : o.dns_addrs)
    if (e.is_unix()) return fail("DNS address cannot be a unix socket");
  for (const auto& label : {std::string("service"), std::string("connect"), std::string("node"), std::string("query"),
                            std::string("addr"), o.datacenter})
    if (lower_case(o.dns_alt_domain).starts_with(label + "."))
      return fail("alt_domain cannot start with {service,connect,node,query,addr," + o.datacenter + "}");
  return {};
}

expected<void> builder::validate_segments() {
  if (const auto* list = find("segments"))
    for (const auto& s : list->items) {
      const auto *name = s.find("name"), *port = s.find("port");
      if (port == nullptr || port->integer <= 0)
        return fail("Port for segment " + praetor::quoted(name == nullptr ? "" : name->text) + " cannot be <= 0");
    }
  const auto* list = find("segments");
  if (!text("segment").empty() || (list != nullptr && !list->items.empty()))
    return fail("Network segments are not supported in this version of Consul");
  return {};
}

expected<void> builder::validate_ui() {
  const auto& u = out_.ui;
  auto path_character = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '/';
  };
  if (!std::ranges::all_of(u.content_path, path_character))
    return fail("ui-content-path can only contain alphanumeric, -, _, or /. received: " +
                praetor::quoted(u.content_path));
  for (std::size_t i = 0; i + 1 < u.content_path.size(); ++i)
    if (u.content_path[i] == 'v' && u.content_path[i + 1] >= '0' && u.content_path[i + 1] <= '9')
      return fail("ui-content-path cannot have 'v[0-9]'. received: " + praetor::quoted(u.content_path));
  if (!u.metrics_provider.empty() && !is_name(u.metrics_provider))
    return fail("ui_config.metrics_provider can only contain lowercase alphanumeric, - or _ characters. received: " +
                praetor::quoted(u.metrics_provider));
  if (!u.metrics_provider_options_json.empty()) {
    auto parsed = nlohmann::json::parse(u.metrics_provider_options_json, nullptr, false);
    if (!parsed.is_object())
      return fail("ui_config.metrics_provider_options_json must be empty or a string containing a valid JSON object. "
                  "received: " +
                  praetor::quoted(u.metrics_provider_options_json));
  }
  if (!u.metrics_proxy_base_url.empty() && !is_web_address(u.metrics_proxy_base_url))
    return fail("ui_config.metrics_proxy.base_url must be a valid http or https URL. received: " +
                praetor::quoted(u.metrics_proxy_base_url));
  for (const auto& path : u.metrics_proxy_path_allowlist)
    if (!path.starts_with('/'))
      return fail("ui_config.metrics_proxy.path_allowlist: path " + praetor::quoted(path) + " is not an absolute path");
  for (const auto& [name, url] : u.dashboard_url_templates) {
    if (!is_name(name))
      return fail("ui_config.dashboard_url_templates key names can only contain lowercase alphanumeric, - or _ "
                  "characters. received: " +
                  praetor::quoted(name));
    if (!is_web_address(url))
      return fail("ui_config.dashboard_url_templates values must be a valid http or https URL. received: " +
                  praetor::quoted(u.metrics_proxy_base_url));
  }
  return {};
}

expected<void> builder::validate_bootstrap() {
  auto& o = out_;
  if (o.bootstrap && !o.server) return fail("'bootstrap = true' requires 'server = true'");
  if (auto done = not_negative("bootstrap_expect", o.bootstrap_expect); !done) return done;
  if (o.bootstrap_expect > 0 && !o.server) return fail("'bootstrap_expect > 0' requires 'server = true'");
  if (o.bootstrap_expect > 0 && o.dev_mode) return fail("'bootstrap_expect > 0' not allowed in dev mode");
  if (o.bootstrap_expect > 0 && o.bootstrap)
    return fail("'bootstrap_expect > 0' and 'bootstrap = true' are mutually exclusive");
  if (o.check_output_max_size < 1)
    return fail("check_output_max_size must be positive, to discard check output use the discard_check_output flag");
  if (o.bootstrap_expect == 1) {
    o.bootstrap = true;
    o.bootstrap_expect = 0;
    warn("BootstrapExpect is set to 1; this is the same as Bootstrap mode.");
  }
  return not_negative("autopilot.max_trailing_logs", integer("autopilot.max_trailing_logs"));
}

expected<void> builder::validate_limits() {
  const auto& o = out_;
  if (!is_name(o.primary_datacenter))
    return fail("primary_datacenter can only contain lowercase alphanumeric, - or _ characters. received: " +
                praetor::quoted(o.primary_datacenter));
  if (!o.dev_mode && o.ui.enabled && !o.ui.dir.empty())
    return fail("Both the ui_config.enabled and ui_config.dir (or -ui and -ui-dir) were specified, please provide only "
                "one.\nIf trying to use your own web UI resources, use ui_config.dir or the -ui-dir flag.\nThe web UI "
                "is included in the binary so use ui_config.enabled or the -ui flag to enable it");
  if (auto done = not_negative("dns_config.udp_answer_limit", o.dns.udp_answer_limit); !done) return done;
  if (auto done = not_negative("dns_config.a_record_limit", o.dns.a_record_limit); !done) return done;
  if (auto fault = fault_in_meta(o.node_meta)) return fail("node_meta invalid: " + *fault);
  if (auto at = fault_in_base64(o.encrypt_key))
    return fail("encrypt has invalid key: illegal base64 data at input byte " + std::to_string(*at));
  if (o.connect.mesh_gateway_wan_federation) {
    std::string federation = "'connect.enable_mesh_gateway_wan_federation = true'";
    if (!o.server) return fail(federation + " requires 'server = true'");
    if (o.node_name.find('/') != std::string::npos)
      return fail(federation + " requires that 'node_name' not contain '/' characters");
    if (!o.retry_join_wan.empty()) return fail("'retry_join_wan' is incompatible with " + federation);
  }
  if (!o.primary_gateways.empty()) {
    if (!o.server) return fail("'primary_gateways' requires 'server = true'");
    if (o.primary_datacenter == o.datacenter)
      return fail("'primary_gateways' should only be configured in a secondary datacenter");
  }
  if (o.server && !o.dev_mode && env_.kind_of(o.data_dir + "/mdb") == environment::path_kind::directory)
    return fail("CRITICAL: Deprecated data folder found at " + praetor::quoted(o.data_dir + "/mdb") +
                "! Its format is too old to be read. Move it away and start again");
  return {};
}

expected<void> builder::validate_clashes() {
  std::map<std::string, std::string> taken;
  auto claim = [&](const std::string& address, const std::string& owner) -> expected<void> {
    auto [at, fresh] = taken.emplace(address, owner);
    if (fresh) return {};
    return fail(owner + " address " + address + " already configured for " + at->second);
  };
  for (const auto& e : out_.dns_addrs)
    if (auto done = claim(e.text() + "/dns", "DNS"); !done) return done;
  // DNS also listens on TCP, where it could collide with HTTP.
  for (const auto& e : out_.dns_addrs) taken.emplace(e.text(), "DNS");
  for (const auto& e : out_.http_addrs)
    if (auto done = claim(e.text(), "HTTP"); !done) return done;
  for (const auto& e : out_.https_addrs)
    if (auto done = claim(e.text(), "HTTPS"); !done) return done;
  if (auto done = claim(out_.rpc_advertise.text(), "RPC Advertise"); !done) return done;
  if (auto done = claim(out_.serf_advertise_lan.text(), "Serf Advertise LAN"); !done) return done;
  if (out_.serf_advertise_wan.is_set()) return claim(out_.serf_advertise_wan.text(), "Serf Advertise WAN");
  return {};
}

expected<void> builder::validate_log_store() {
  const auto& r = out_.raft;
  if (!out_.server) return {};
  if (r.log_backend != "default" && r.log_backend != "boltdb" && r.log_backend != "wal")
    return fail("raft_logstore.backend must be one of 'boltdb' or 'wal'");
  if (r.wal_segment_size_mb < 1) return fail("raft_logstore.wal.segment_size_mb cannot be less than 1MB");
  if (r.wal_segment_size_mb > 1024) return fail("raft_logstore.wal.segment_size_mb cannot be greater than 1024 (1GiB)");
  return {};
}

namespace {

/// Settings common to all CA providers.
struct certificate_settings {
  nanoseconds leaf = 72h, intermediate = 8760h, root = 87600h;
  std::string key_type = "ec";
  std::int64_t key_bits = 256;
};

expected<certificate_settings> certificate_settings_of(const nlohmann::json& given) {
  certificate_settings s;
  std::vector<std::string> faults;
  auto time = [&](const char* name, nanoseconds& out) {
    if (!given.contains(name)) return;
    const auto& v = given[name];
    if (v.is_number_integer()) out = nanoseconds{v.get<std::int64_t>()};
    if (!v.is_string()) return;
    auto parsed = duration_from_text(v.get<std::string>());
    if (parsed.value)
      out = *parsed.value;
    else
      faults.push_back("* error decoding '" + std::string(name) + "': " + parsed.error);
  };
  if (!given.is_object()) return s;
  time("LeafCertTTL", s.leaf);
  time("IntermediateCertTTL", s.intermediate);
  time("RootCertTTL", s.root);
  if (!faults.empty()) {
    auto text = "error decoding config: " + std::to_string(faults.size()) + " error(s) decoding:\n";
    std::ranges::sort(faults);
    for (const auto& f : faults) text += "\n" + f;
    return fail(text);
  }
  if (given.contains("PrivateKeyType") && given["PrivateKeyType"].is_string()) s.key_type = given["PrivateKeyType"];
  if (s.key_type == "rsa") s.key_bits = 2048;
  if (given.contains("PrivateKeyBits") && given["PrivateKeyBits"].is_number_integer())
    s.key_bits = given["PrivateKeyBits"];
  return s;
}

expected<void> check_certificates(const certificate_settings& s) {
  if (s.leaf < 1h) return fail("leaf cert TTL must be greater or equal than 1h0m0s");
  if (s.leaf > 8760h) return fail("leaf cert TTL must be less than 8760h0m0s");
  if (s.intermediate < 3h) return fail("Intermediate Cert TTL must be greater or equal than 3h");
  if (s.intermediate < 3 * s.leaf)
    return fail("Intermediate Cert TTL must be greater or equal than 3 * LeafCertTTL (>=" +
                duration_to_text(3 * s.leaf) + ").");
  if (s.root <= s.intermediate)
    return fail("root cert TTL is set and is not greater than intermediate cert ttl. root cert ttl: " +
                duration_to_text(s.root) + ", intermediate cert ttl: " + duration_to_text(s.intermediate));
  if (s.key_type != "ec" && s.key_type != "rsa") return fail("private key type must be either 'ec' or 'rsa'");
  auto one_of = [&](std::initializer_list<std::int64_t> sizes) {
    return std::ranges::find(sizes, s.key_bits) != sizes.end();
  };
  if (s.key_type == "ec" && !one_of({224, 256, 384, 521}))
    return fail("EC key length must be one of (224, 256, 384, 521) bits");
  if (s.key_type == "rsa" && !one_of({2048, 4096})) return fail("RSA key length must be 2048 or 4096 bits");
  return {};
}

} // namespace

expected<void> builder::validate_connect() {
  const auto& c = out_.connect;
  if (c.ca_provider.empty()) return {};
  if (c.ca_provider != "consul" && c.ca_provider != "vault" && c.ca_provider != "aws-pca")
    return fail(c.ca_provider + " is not a valid CA provider");
  auto settings = certificate_settings_of(c.ca_config.json());
  if (!settings) return tl::unexpected(settings.error());
  auto given = [&](const char* name) {
    const auto& config = c.ca_config.json();
    return config.contains(name) && config[name].is_string() && !config[name].get_ref<const std::string&>().empty();
  };
  if (c.ca_provider == "consul" && given("RootCert") && !given("PrivateKey"))
    return fail("must provide a private key when providing a root cert");
  return check_certificates(*settings);
}

expected<void> builder::validate_automatic() {
  const auto& o = out_;
  if (o.server && o.auto_encrypt.tls) return fail("auto_encrypt.tls can only be used on a client.");
  if (!o.server && o.auto_encrypt.allow_tls) return fail("auto_encrypt.allow_tls can only be used on a server.");
  if (o.server && o.advertise_reconnect_timeout.count() != 0)
    return fail("advertise_reconnect_timeout can only be used on a client");
  auto descriptors = env_.max_file_descriptors();
  auto wanted = o.http.max_conns_per_client + 20;
  if (descriptors != 0 && o.http.max_conns_per_client > 0 && static_cast<std::uint64_t>(wanted) > descriptors)
    return fail("system allows a max of " + std::to_string(descriptors) +
                " file descriptors, but limits.http_max_conns_per_client: " +
                std::to_string(o.http.max_conns_per_client) + " needs at least " + std::to_string(wanted));
  if (o.auto_encrypt.tls && o.auto_config.enabled)
    return fail("both auto_encrypt.tls and auto_config.enabled cannot be set to true.");
  const auto& a = o.auto_config;
  if (a.authorization_enabled) {
    if (!o.server) return fail("auto_config.authorization.enabled cannot be set to true for client agents");
    if (o.tls_internal_rpc.cert_file.empty())
      return fail("auto_config.authorization.enabled cannot be set without providing a TLS certificate for the server");
    int keys = 0;
    const auto& method = a.authorization_static.json();
    for (const char* source : {"jwt_validation_pub_keys", "jwks_url", "oidc_discovery_url"})
      if (method.contains(source) && !method[source].empty()) ++keys;
    if (keys != 1)
      return fail("auto_config.authorization.static has invalid configuration: exactly one of 'JWTValidationPubKeys', "
                  "'JWKSURL', or 'OIDCDiscoveryURL' must be set for type \"jwt\"");
  }
  if (!a.enabled) return {};
  if (!o.tls_internal_rpc.verify_outgoing)
    return fail("auto_config.enabled cannot be set without configuring TLS for server communications");
  if (o.server) return fail("auto_config.enabled cannot be set to true for server agents.");
  if (a.intro_token.empty() && a.intro_token_file.empty())
    return fail("One of auto_config.intro_token, auto_config.intro_token_file or the CONSUL_INTRO_TOKEN environment "
                "variable must be set to enable auto_config");
  if (a.server_addresses.empty()) return fail("auto_config.enabled is set without providing a list of addresses");
  return {};
}

void builder::warn_about_the_whole() {
  const auto& o = out_;
  const std::string table = " See https://www.consul.io/docs/internals/consensus.html#deployment-table";
  if (o.bootstrap_expect == 2)
    warn("bootstrap_expect = 2: A cluster with 2 servers will provide no failure tolerance." + table);
  if (o.bootstrap_expect > 2 && o.bootstrap_expect % 2 == 0)
    warn("bootstrap_expect is even number: A cluster with an even number of servers does not achieve optimum fault "
         "tolerance." +
         table);
  if (o.bootstrap && !o.dev_mode) warn("bootstrap = true: do not enable unless necessary");
  if (o.bootstrap_expect > 0)
    warn("bootstrap_expect > 0: expecting " + std::to_string(o.bootstrap_expect) + " servers");
  if (o.enable_script_checks && !o.acl.enabled && o.http.allow_write_http_from.empty())
    warn("using enable-script-checks without ACLs and without allow_write_http_from is DANGEROUS, use "
         "enable-local-script-checks instead, see "
         "https://www.hashicorp.com/blog/protecting-consul-from-rce-risk-in-specific-configurations/");
  if (o.auto_encrypt.allow_tls && !o.tls_internal_rpc.verify_incoming)
    warn(
        "if auto_encrypt.allow_tls is turned on, tls.internal_rpc.verify_incoming should be enabled (either explicitly "
        "or via tls.defaults.verify_incoming). It is necessary to turn it off during a migration to TLS, but it should "
        "definitely be turned on afterwards.");
  if (!o.server && o.rpc_enable_streaming)
    warn("rpc.enable_streaming = true has no effect when not running in server mode");
  if (o.server && o.use_streaming_backend && !o.rpc_enable_streaming)
    warn("use_streaming_backend = true requires rpc.enable_streaming on servers to work properly");
}

} // namespace praetor::config
