#pragma once

#include <string>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct circonus_settings {
  std::string api_app, api_token, api_url;
  std::string broker_id, broker_select_tag;
  std::string check_display_name, check_force_metric_activation, check_id, check_instance_id, check_search_tag;
  std::string check_tags, submission_interval, submission_url;
  bool operator==(const circonus_settings&) const = default;
};

struct telemetry_settings {
  bool disable = false;
  std::string metrics_prefix = "consul";
  string_list allowed_prefixes, blocked_prefixes;
  bool filter_default = true;
  bool disable_hostname = false;
  nanoseconds prometheus_retention_time{0};
  bool enable_host_metrics = false;
  bool disable_per_tenancy_usage_metrics = false;
  bool retry_failed_connection = true;
  std::string statsd_address, statsite_address, dogstatsd_addr;
  string_list dogstatsd_tags;
  circonus_settings circonus;
  bool operator==(const telemetry_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct telemetry_section {
  telemetry_settings telemetry;
  bool operator==(const telemetry_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Metrics.
template <class Config>
inline constexpr key_row telemetry[] = {
    {.path = "telemetry.metrics_prefix",
     .kind = k::text,
     .initial = "consul",
     .member = at<&Config::telemetry, &telemetry_settings::metrics_prefix>,
     .shown = "Telemetry.MetricsPrefix",
     .doc = "Prefix of each metric's name."},
    {.path = "telemetry.prefix_filter",
     .kind = k::text_list,
     .traits = reloadable,
     .doc = "Names to measure (`+name`) or not to (`-name`), by prefix."},
    {.path = "telemetry.filter_default",
     .kind = k::boolean,
     .initial = "true",
     .member = at<&Config::telemetry, &telemetry_settings::filter_default>,
     .shown = "Telemetry.FilterDefault",
     .doc = "Measure metrics that no filter names."},
    {.path = "telemetry.disable_hostname",
     .kind = k::boolean,
     .member = at<&Config::telemetry, &telemetry_settings::disable_hostname>,
     .shown = "Telemetry.DisableHostname",
     .doc = "Omit the host name from the names of gauges."},
    {.path = "telemetry.prometheus_retention_time",
     .kind = k::duration,
     .member = at<&Config::telemetry, &telemetry_settings::prometheus_retention_time>,
     .shown = "Telemetry.PrometheusOpts.Expiration",
     .named = "prometheus_retention_time",
     .doc = "How long Prometheus text shows a metric that is not set again; 0 disables the format."},
    {.path = "telemetry.enable_host_metrics",
     .kind = k::boolean,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::enable_host_metrics>,
     .shown = "Telemetry.EnableHostMetrics",
     .doc = "Measure the machine."},
    {.path = "telemetry.disable_per_tenancy_usage_metrics",
     .kind = k::boolean,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::disable_per_tenancy_usage_metrics>,
     .shown = "Telemetry.DisablePerTenancyUsageMetrics",
     .doc = "Do not count by tenant."},
    {.path = "telemetry.retry_failed_connection",
     .kind = k::boolean,
     .traits = no_effect,
     .initial = "true",
     .member = at<&Config::telemetry, &telemetry_settings::retry_failed_connection>,
     .shown = "Telemetry.RetryFailedConfiguration",
     .doc = "Retry the connection to a sink."},
    {.path = "telemetry.statsd_address",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::statsd_address>,
     .shown = "Telemetry.StatsdAddr",
     .doc = "Address of a statsd server."},
    {.path = "telemetry.statsite_address",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::statsite_address>,
     .shown = "Telemetry.StatsiteAddr",
     .doc = "Address of a statsite server."},
    {.path = "telemetry.dogstatsd_addr",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::dogstatsd_addr>,
     .shown = "Telemetry.DogstatsdAddr",
     .doc = "Address of a DogStatsD server."},
    {.path = "telemetry.dogstatsd_tags",
     .kind = k::text_list,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::dogstatsd_tags>,
     .shown = "Telemetry.DogstatsdTags",
     .doc = "Tags of these metrics."},
    {.path = "telemetry.circonus_api_app",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::api_app>,
     .shown = "Telemetry.CirconusAPIApp",
     .doc = "Name of this program at Circonus."},
    {.path = "telemetry.circonus_api_token",
     .kind = k::text,
     .traits = no_effect | secret,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::api_token>,
     .shown = "Telemetry.CirconusAPIToken",
     .doc = "Token for Circonus."},
    {.path = "telemetry.circonus_api_url",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::api_url>,
     .shown = "Telemetry.CirconusAPIURL",
     .doc = "URL of its API."},
    {.path = "telemetry.circonus_broker_id",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::broker_id>,
     .shown = "Telemetry.CirconusBrokerID",
     .doc = "Broker for a new check there."},
    {.path = "telemetry.circonus_broker_select_tag",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::broker_select_tag>,
     .shown = "Telemetry.CirconusBrokerSelectTag",
     .doc = "Tag that selects the broker."},
    {.path = "telemetry.circonus_check_display_name",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::check_display_name>,
     .shown = "Telemetry.CirconusCheckDisplayName",
     .doc = "Name of the check that is shown."},
    {.path = "telemetry.circonus_check_force_metric_activation",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::check_force_metric_activation>,
     .shown = "Telemetry.CirconusCheckForceMetricActivation",
     .doc = "Activate metrics that are disabled there."},
    {.path = "telemetry.circonus_check_id",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::check_id>,
     .shown = "Telemetry.CirconusCheckID",
     .doc = "Existing check to use."},
    {.path = "telemetry.circonus_check_instance_id",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::check_instance_id>,
     .shown = "Telemetry.CirconusCheckInstanceID",
     .doc = "Name of this instance in the check."},
    {.path = "telemetry.circonus_check_search_tag",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::check_search_tag>,
     .shown = "Telemetry.CirconusCheckSearchTag",
     .doc = "Tag that identifies the check."},
    {.path = "telemetry.circonus_check_tags",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::check_tags>,
     .shown = "Telemetry.CirconusCheckTags",
     .doc = "Further tags of the check."},
    {.path = "telemetry.circonus_submission_interval",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::submission_interval>,
     .shown = "Telemetry.CirconusSubmissionInterval",
     .doc = "Time between submissions."},
    {.path = "telemetry.circonus_submission_url",
     .kind = k::text,
     .traits = no_effect,
     .member = at<&Config::telemetry, &telemetry_settings::circonus, &circonus_settings::submission_url>,
     .shown = "Telemetry.CirconusSubmissionURL",
     .doc = "URL of the check to submit to."},
};

} // namespace praetor::config::keys
