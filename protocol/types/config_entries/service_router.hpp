#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct header_match : header_condition {
  static constexpr std::string_view type_name = "ServiceRouteHTTPMatchHeader";
};
struct query_param_match {
  static constexpr std::string_view type_name = "ServiceRouteHTTPMatchQueryParam";

  std::string name;
  bool present = false;
  std::string exact, regex;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Present", omit_empty}, x.present);
    f(field{"Exact", omit_empty}, x.exact);
    f(field{"Regex", omit_empty}, x.regex);
  }
  bool operator==(const query_param_match&) const = default;
};
struct http_match {
  static constexpr std::string_view type_name = "ServiceRouteHTTPMatch";

  std::string path_exact, path_prefix, path_regex;
  bool case_insensitive = false;
  std::vector<header_match> header;
  std::vector<query_param_match> query_param;
  string_list methods;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("PathExact", "path_exact", omit_empty), x.path_exact);
    f(field::aliased("PathPrefix", "path_prefix", omit_empty), x.path_prefix);
    f(field::aliased("PathRegex", "path_regex", omit_empty), x.path_regex);
    f(field::aliased("CaseInsensitive", "case_insensitive", omit_empty), x.case_insensitive);
    f(field{"Header", omit_empty}, x.header);
    f(field::aliased("QueryParam", "query_param", omit_empty), x.query_param);
    f(field{"Methods", omit_empty}, x.methods);
  }
  bool operator==(const http_match&) const = default;
};
struct route_match {
  static constexpr std::string_view type_name = "ServiceRouteMatch";

  std::optional<http_match> http;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"HTTP", omit_empty}, x.http);
  }
  bool operator==(const route_match&) const = default;
};
struct route_destination {
  static constexpr std::string_view type_name = "ServiceRouteDestination";

  nanoseconds request_timeout{0}, idle_timeout{0};
  std::string service, service_subset, namespace_name, partition;
  std::string prefix_rewrite;
  std::uint32_t num_retries = 0;
  bool retry_on_connect_failure = false;
  string_list retry_on;
  std::vector<std::uint32_t> retry_on_status_codes;
  std::optional<header_modifiers> request_headers, response_headers;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("RequestTimeout", "request_timeout", omit_empty | duration_text), x.request_timeout);
    f(field::aliased("IdleTimeout", "idle_timeout", omit_empty | duration_text), x.idle_timeout);
    f(field{"Service", omit_empty}, x.service);
    f(field::aliased("ServiceSubset", "service_subset", omit_empty), x.service_subset);
    f(field{"Namespace", omit_empty}, x.namespace_name);
    f(field{"Partition", omit_empty}, x.partition);
    f(field::aliased("PrefixRewrite", "prefix_rewrite", omit_empty), x.prefix_rewrite);
    f(field::aliased("NumRetries", "num_retries", omit_empty), x.num_retries);
    f(field::aliased("RetryOnConnectFailure", "retry_on_connect_failure", omit_empty), x.retry_on_connect_failure);
    f(field::aliased("RetryOn", "retry_on", omit_empty), x.retry_on);
    f(field::aliased("RetryOnStatusCodes", "retry_on_status_codes", omit_empty), x.retry_on_status_codes);
    f(field::aliased("RequestHeaders", "request_headers", omit_empty), x.request_headers);
    f(field::aliased("ResponseHeaders", "response_headers", omit_empty), x.response_headers);
  }
  bool operator==(const route_destination&) const = default;
};
struct service_route {
  std::optional<route_match> match;
  std::optional<route_destination> destination;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Match", omit_empty}, x.match);
    f(field{"Destination", omit_empty}, x.destination);
  }
  bool operator==(const service_route&) const = default;
};

/// Sends a service's requests to other services by path, header, parameter and method.
struct service_router : config_entry {
  static constexpr std::string_view kind_name = "service-router", type_name = "ServiceRouterConfigEntry";

  std::vector<service_route> routes;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Routes", null_if_empty}, x.routes);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
  string_list related_services() const;
};

/// How many of its alternatives a header condition names: it must be one.
template <class Header>
int alternatives_of(const Header& h) {
  return int{h.present} + int{!h.exact.empty()} + int{!h.regex.empty()} + int{!h.prefix.empty()} +
         int{!h.suffix.empty()};
}

} // namespace praetor::config_entries
