#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct connect_settings {
  bool enabled = true;
  std::string ca_provider; ///< "" means consul
  free_form ca_config;     ///< names in CamelCase
  bool mesh_gateway_wan_federation = false;
  bool operator==(const connect_settings&) const = default;
};

struct ui_settings {
  bool enabled = false;
  std::string dir;
  std::string content_path = "/ui/";
  std::string metrics_provider;
  string_list metrics_provider_files;
  std::string metrics_provider_options_json;
  std::string metrics_proxy_base_url;
  std::vector<std::pair<std::string, std::string>> metrics_proxy_add_headers;
  string_list metrics_proxy_path_allowlist;
  string_map dashboard_url_templates;
  bool operator==(const ui_settings&) const = default;
};

struct cloud_settings {
  std::string resource_id, client_id, client_secret, hostname, auth_url, scada_address;
  bool operator==(const cloud_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct mesh_section {
  connect_settings connect;
  std::vector<free_form> config_entries_bootstrap;
  bool peering_enabled = true;
  ui_settings ui;
  cloud_settings cloud;
  double cache_entry_fetch_rate = 0; ///< negative means unlimited
  std::int64_t cache_entry_fetch_max_burst = 2;
  double xds_update_max_per_second = 250;
  bool enable_central_service_config = true;
  std::string default_intention_policy;
  string_list primary_gateways;
  std::string server_name;
  bool operator==(const mesh_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Service mesh, web interface, and other keys without an actor so far.
template <class Config>
inline constexpr key_row mesh[] = {
    {.path = "connect.enabled",
     .kind = k::boolean,
     .initial = "true",
     .member = at<&Config::connect, &connect_settings::enabled>,
     .shown = "ConnectEnabled",
     .doc = "Maintain a root certificate for the mesh."},
    {.path = "connect.ca_provider",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::connect, &connect_settings::ca_provider>,
     .shown = "ConnectCAProvider",
     .satisfied_by = "consul",
     .doc = "Who signs certificates: `consul`, `vault` or `aws-pca`."},
    {.path = "connect.ca_config.cluster_id",
     .kind = k::text,
     .doc = "UUID that names the cluster in its root certificate."},
    {.path = "connect.ca_config.root_cert_ttl",
     .kind = k::text,
     .alias = "RootCertTTL",
     .doc = "Life of the root certificate."},
    {.path = "connect.ca_config.skip_validate",
     .kind = k::boolean,
     .traits = no_effect,
     .alias = "SkipValidate",
     .doc = "Do not validate the provider's settings."},
    {.path = "connect.ca_config.leaf_cert_ttl",
     .kind = k::text,
     .traits = no_effect,
     .alias = "LeafCertTTL",
     .doc = "Life of a service's certificate."},
    {.path = "connect.ca_config.intermediate_cert_ttl",
     .kind = k::text,
     .traits = no_effect,
     .alias = "IntermediateCertTTL",
     .doc = "Life of an intermediate certificate."},
    {.path = "connect.ca_config.csr_max_per_second",
     .kind = k::number,
     .traits = no_effect,
     .alias = "CSRMaxPerSecond",
     .doc = "Maximum signatures per second."},
    {.path = "connect.ca_config.csr_max_concurrent",
     .kind = k::integer,
     .traits = no_effect,
     .alias = "CSRMaxConcurrent",
     .doc = "Maximum concurrent signatures."},
    {.path = "connect.ca_config.private_key_type",
     .kind = k::text,
     .traits = no_effect,
     .alias = "PrivateKeyType",
     .doc = "Kind of keys: `ec` or `rsa`."},
    {.path = "connect.ca_config.private_key_bits",
     .kind = k::integer,
     .traits = no_effect,
     .alias = "PrivateKeyBits",
     .doc = "Size of keys."},
    {.path = "connect.ca_config.private_key",
     .kind = k::text,
     .traits = no_effect | secret,
     .alias = "PrivateKey",
     .doc = "Key to sign with, in PEM."},
    {.path = "connect.ca_config.root_cert",
     .kind = k::text,
     .traits = no_effect,
     .alias = "RootCert",
     .doc = "Root certificate for this key, in PEM."},
    {.path = "connect.enable_mesh_gateway_wan_federation",
     .kind = k::boolean,
     .traits = no_effect,
     .member = at<&Config::connect, &connect_settings::mesh_gateway_wan_federation>,
     .shown = "ConnectMeshGatewayWANFederationEnabled",
     .doc = "Reach other datacenters through mesh gateways."},
    {.path = "config_entries.bootstrap",
     .kind = k::any_map_list,
     .doc = "Configuration entries that a new cluster starts with."},
    {.path = "peering.enabled",
     .kind = k::boolean,
     .initial = "true",
     .member = at<&Config::peering_enabled>,
     .shown = "PeeringEnabled",
     .doc = "Let clusters peer with one another."},
    {.path = "ui_config.enabled",
     .kind = k::boolean,
     .in_dev_mode = "true",
     .member = at<&Config::ui, &ui_settings::enabled>,
     .shown = "UIConfig.Enabled",
     .flag = "ui",
     .doc = "Serve the web interface."},
    {.path = "ui_config.dir",
     .kind = k::text,
     .member = at<&Config::ui, &ui_settings::dir>,
     .shown = "UIConfig.Dir",
     .flag = "ui-dir",
     .doc = "Directory with the files of the web interface."},
    {.path = "ui_config.content_path",
     .kind = k::text,
     .initial = "/ui/",
     .member = at<&Config::ui, &ui_settings::content_path>,
     .shown = "UIConfig.ContentPath",
     .flag = "ui-content-path",
     .doc = "Path of the web interface."},
    {.path = "ui_config.metrics_provider",
     .kind = k::text,
     .member = at<&Config::ui, &ui_settings::metrics_provider>,
     .shown = "UIConfig.MetricsProvider",
     .doc = "Source of metrics for the web interface."},
    {.path = "ui_config.metrics_provider_files",
     .kind = k::text_list,
     .member = at<&Config::ui, &ui_settings::metrics_provider_files>,
     .shown = "UIConfig.MetricsProviderFiles",
     .doc = "Scripts of that source for the web interface."},
    {.path = "ui_config.metrics_provider_options_json",
     .kind = k::text,
     .member = at<&Config::ui, &ui_settings::metrics_provider_options_json>,
     .shown = "UIConfig.MetricsProviderOptionsJSON",
     .doc = "Options for it, as a JSON object."},
    {.path = "ui_config.metrics_proxy.base_url",
     .kind = k::text,
     .traits = reloadable,
     .member = at<&Config::ui, &ui_settings::metrics_proxy_base_url>,
     .shown = "UIConfig.MetricsProxy.BaseURL",
     .doc = "Server that receives requests for metrics."},
    {.path = "ui_config.metrics_proxy.add_headers.name",
     .kind = k::text,
     .traits = reloadable,
     .doc = "Name of a header field added to these requests."},
    {.path = "ui_config.metrics_proxy.add_headers.value",
     .kind = k::text,
     .traits = reloadable,
     .doc = "Value of this field."},
    {.path = "ui_config.metrics_proxy.path_allowlist",
     .kind = k::text_list,
     .traits = reloadable,
     .member = at<&Config::ui, &ui_settings::metrics_proxy_path_allowlist>,
     .shown = "UIConfig.MetricsProxy.PathAllowlist",
     .doc = "Allowed paths."},
    {.path = "ui_config.dashboard_url_templates",
     .kind = k::text_map,
     .member = at<&Config::ui, &ui_settings::dashboard_url_templates>,
     .shown = "UIConfig.DashboardURLTemplates",
     .doc = "URLs of dashboards by kind."},
    {.path = "cloud.resource_id",
     .kind = k::text,
     .member = at<&Config::cloud, &cloud_settings::resource_id>,
     .shown = "Cloud.ResourceID",
     .doc = "Cluster's name at the cloud service."},
    {.path = "cloud.client_id",
     .kind = k::text,
     .member = at<&Config::cloud, &cloud_settings::client_id>,
     .shown = "Cloud.ClientID",
     .doc = "Login name there."},
    {.path = "cloud.client_secret",
     .kind = k::text,
     .traits = secret,
     .member = at<&Config::cloud, &cloud_settings::client_secret>,
     .shown = "Cloud.ClientSecret",
     .doc = "Login secret there."},
    {.path = "cloud.hostname",
     .kind = k::text,
     .member = at<&Config::cloud, &cloud_settings::hostname>,
     .shown = "Cloud.Hostname",
     .doc = "Host of the cloud service."},
    {.path = "cloud.auth_url",
     .kind = k::text,
     .member = at<&Config::cloud, &cloud_settings::auth_url>,
     .shown = "Cloud.AuthURL",
     .doc = "URL to log in at."},
    {.path = "cloud.scada_address",
     .kind = k::text,
     .member = at<&Config::cloud, &cloud_settings::scada_address>,
     .shown = "Cloud.ScadaAddress",
     .doc = "Address of its broker."},
    {.path = "cache.entry_fetch_max_burst",
     .kind = k::integer,
     .initial = "2",
     .member = at<&Config::cache_entry_fetch_max_burst>,
     .shown = "Cache.EntryFetchMaxBurst",
     .doc = "Maximum concurrent fetches of a cached answer."},
    {.path = "cache.entry_fetch_rate",
     .kind = k::number,
     .initial = "-1",
     .member = at<&Config::cache_entry_fetch_rate>,
     .doc = "Fetches of one cached answer a second; negative means unlimited."},
    {.path = "xds.update_max_per_second",
     .kind = k::number,
     .initial = "250",
     .member = at<&Config::xds_update_max_per_second>,
     .doc = "Maximum updates of proxies per second."},
    {.path = "enable_central_service_config",
     .kind = k::boolean,
     .traits = no_effect,
     .initial = "true",
     .member = at<&Config::enable_central_service_config>,
     .shown = "EnableCentralServiceConfig",
     .doc = "Apply configuration entries to the agent's services."},
    {.path = "default_intention_policy",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::default_intention_policy>,
     .shown = "DefaultIntentionPolicy",
     .doc = "Decision for connections without an intention."},
    {.path = "primary_gateways",
     .kind = k::text_list,
     .traits = no_effect,
     .member = at<&Config::primary_gateways>,
     .shown = "PrimaryGateways",
     .flag = "primary-gateway",
     .doc = "Address of a mesh gateway of the primary datacenter; may be given several times."},
    {.path = "server_name",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::server_name>,
     .shown = "ServerName",
     .doc = "Name of this server in certificates."},
    {.path = "segment_limit",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "64",
     .doc = "Maximum number of network segments."},
    {.path = "snapshot_agent", .kind = k::any_map, .traits = no_effect, .doc = "Settings of another program."},
};

} // namespace praetor::config::keys
