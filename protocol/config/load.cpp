#include "protocol/config/load.hpp"

#include <algorithm>

#include "protocol/config/builder.hpp"
#include "protocol/config/schema.hpp"
#include "protocol/config/sources.hpp"

namespace praetor::config {

namespace {

using hcl::value;

/// `check` and `service` become elements of the lists, so that sources never merge them with one another.
void gather(value& tree, std::string_view single, std::string_view list) {
  auto* one = tree.find(single);
  if (one == nullptr) return;
  auto moved = std::move(*one);
  tree.erase(single);
  auto& all = tree[list];
  if (!all.is(value::kind::list)) all = value::empty_list();
  all.items.push_back(std::move(moved));
}

/// Notes every key that a source sets, as a path. List and map entries count as their key.
void note_keys(const std::vector<key_spec>& fields, const value& tree, const std::string& path, string_list& out) {
  for (const auto& spec : fields) {
    const auto* v = tree.find(spec.name);
    if (v == nullptr) continue;
    auto name = path.empty() ? spec.name : path + "." + spec.name;
    if (spec.kind == key_kind::block)
      note_keys(*spec.fields, *v, name, out);
    else if (std::ranges::find(out, name) == out.end())
      out.push_back(name);
  }
}

expected<value> accept(const source_text& source, std::vector<std::string>& warnings) {
  auto result = decode(schema(), source.tree);
  if (!result.type_errors.empty()) {
    auto text = std::to_string(result.type_errors.size()) + " error(s) decoding:\n\n";
    for (std::size_t i = 0; i < result.type_errors.size(); ++i) text += (i > 0 ? "\n* " : "* ") + result.type_errors[i];
    return fail("failed to parse " + source.name + ": " + text);
  }
  std::vector<std::string> unknown;
  for (const auto& key : result.unknown_keys) {
    if (key == "acl_enforce_version_8")
      warnings.push_back("config key " + praetor::quoted(key) + " is deprecated and should be removed");
    else if (key.starts_with("audit.sink[") && key.ends_with("].name"))
      warnings.push_back("config key audit.sink[].name is deprecated and should be removed");
    else
      unknown.push_back("invalid config key " + key);
  }
  if (!unknown.empty()) return fail("failed to parse " + source.name + ": " + list_of_errors(unknown));
  drop_enterprise(result.tree, warnings);
  replace_deprecated(result.tree, warnings);
  return std::move(result.tree);
}

bool covers(const std::string& prefix, const std::string& key) {
  return key == prefix || (key.starts_with(prefix) && key[prefix.size()] == '.');
}

} // namespace

const std::vector<std::string>& not_in_force() {
  static const std::vector<std::string> all = {
      "acl.enable_token_replication",
      "acl.tokens.replication",
      "auto_config",
      "auto_encrypt",
      "auto_reload_config",
      "cache",
      "cloud",
      "config_entries",
      "connect.ca_provider",
      "connect.enable_mesh_gateway_wan_federation",
      "default_intention_policy",
      "discovery_max_stale",
      "enable_central_service_config",
      "enable_syslog",
      "limits.request_limits",
      "limits.rpc_client_timeout",
      "limits.rpc_max_burst",
      "limits.rpc_rate",
      "peering",
      "ports.grpc",
      "ports.grpc_tls",
      "ports.proxy_max_port",
      "ports.proxy_min_port",
      "ports.expose_max_port",
      "ports.expose_min_port",
      "ports.sidecar_max_port",
      "ports.sidecar_min_port",
      "primary_gateways",
      "primary_gateways_interval",
      "raft_logstore",
      "rpc",
      "server_rejoin_age_max",
      "telemetry.circonus_api_app",
      "telemetry.circonus_api_token",
      "telemetry.circonus_api_url",
      "telemetry.circonus_submission_interval",
      "telemetry.circonus_submission_url",
      "telemetry.circonus_check_id",
      "telemetry.dogstatsd_addr",
      "telemetry.dogstatsd_tags",
      "telemetry.enable_host_metrics",
      "telemetry.statsd_address",
      "telemetry.statsite_address",
      "tls.grpc",
      "ui_config",
      "use_streaming_backend",
      "xds",
  };
  return all;
}

expected<load_result> load(const sources& from, environment& env) {
  std::vector<std::string> warnings;
  auto all = collect(from, env, warnings);
  if (!all) return tl::unexpected(all.error());
  auto merged = value::empty_object();
  string_list set_by_user;
  for (const auto& source : *all) {
    auto tree = accept(source, warnings);
    if (!tree) return tl::unexpected(tree.error());
    gather(*tree, "check", "checks");
    gather(*tree, "service", "services");
    if (source.from_user) note_keys(schema(), *tree, "", set_by_user);
    merge(schema(), merged, std::move(*tree));
  }
  builder b(merged, env, wants_dev_mode(from));
  auto built = b.build();
  if (!built) return tl::unexpected(built.error());
  for (auto& w : b.take_warnings()) warnings.push_back(std::move(w));
  std::ranges::sort(set_by_user);
  for (const auto& key : set_by_user)
    if (std::ranges::any_of(not_in_force(), [&](const auto& prefix) { return covers(prefix, key); }))
      warnings.push_back("config key " + praetor::quoted(key) + " is not in force in this release and has no effect");
  return load_result{std::move(*built), std::move(warnings)};
}

} // namespace praetor::config
