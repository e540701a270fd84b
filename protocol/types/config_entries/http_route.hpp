#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

/// A condition on a header field or a query parameter.
struct route_value_match {
  std::string match, name, value;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Match"}, x.match);
    f(field{"Name"}, x.name);
    f(field{"Value"}, x.value);
  }
  bool operator==(const route_value_match&) const = default;
};
struct route_header_match : route_value_match {
  static constexpr std::string_view type_name = "HTTPHeaderMatch";
};
struct route_query_match : route_value_match {
  static constexpr std::string_view type_name = "HTTPQueryMatch";
};
struct route_path_match {
  static constexpr std::string_view type_name = "HTTPPathMatch";

  std::string match, value;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Match"}, x.match);
    f(field{"Value"}, x.value);
  }
  bool operator==(const route_path_match&) const = default;
};
struct route_rule_match {
  static constexpr std::string_view type_name = "HTTPMatch";

  std::vector<route_header_match> headers;
  std::string method;
  route_path_match path;
  std::vector<route_query_match> query;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Headers", null_if_empty}, x.headers);
    f(field{"Method"}, x.method);
    f(field{"Path"}, x.path);
    f(field{"Query", null_if_empty}, x.query);
  }
  bool operator==(const route_rule_match&) const = default;
};

struct header_filter {
  static constexpr std::string_view type_name = "HTTPHeaderFilter";

  string_map add;
  string_list remove;
  string_map set;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Add", null_if_empty}, x.add);
    f(field{"Remove", null_if_empty}, x.remove);
    f(field{"Set", null_if_empty}, x.set);
  }
  bool operator==(const header_filter&) const = default;
};
struct url_rewrite {
  static constexpr std::string_view type_name = "URLRewrite";

  std::string path;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Path"}, x.path);
  }
  bool operator==(const url_rewrite&) const = default;
};
struct retry_filter {
  std::uint32_t num_retries = 0;
  string_list retry_on;
  std::vector<std::uint32_t> retry_on_status_codes;
  bool retry_on_connect_failure = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"NumRetries"}, x.num_retries);
    f(field{"RetryOn", null_if_empty}, x.retry_on);
    f(field{"RetryOnStatusCodes", null_if_empty}, x.retry_on_status_codes);
    f(field{"RetryOnConnectFailure"}, x.retry_on_connect_failure);
  }
  bool operator==(const retry_filter&) const = default;
};
struct timeout_filter {
  nanoseconds request_timeout{0}, idle_timeout{0};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"RequestTimeout"}, x.request_timeout);
    f(field{"IdleTimeout"}, x.idle_timeout);
  }
  bool operator==(const timeout_filter&) const = default;
};
/// Belongs to the Enterprise edition: a struct without fields.
struct jwt_filter {
  static constexpr std::string_view type_name = "JWTFilter";

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  bool operator==(const jwt_filter&) const = default;
};
struct route_filters {
  static constexpr std::string_view type_name = "HTTPFilters";

  std::vector<header_filter> headers;
  std::optional<config_entries::url_rewrite> url_rewrite;
  std::optional<config_entries::retry_filter> retry_filter;
  std::optional<config_entries::timeout_filter> timeout_filter;
  std::optional<jwt_filter> jwt;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Headers", null_if_empty}, x.headers);
    f(field{"URLRewrite"}, x.url_rewrite);
    f(field{"RetryFilter"}, x.retry_filter);
    f(field{"TimeoutFilter"}, x.timeout_filter);
    f(field{"JWT"}, x.jwt);
  }
  bool operator==(const route_filters&) const = default;
};
struct response_filters {
  static constexpr std::string_view type_name = "HTTPResponseFilters";

  std::vector<header_filter> headers;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Headers", null_if_empty}, x.headers);
  }
  bool operator==(const response_filters&) const = default;
};

struct route_service {
  static constexpr std::string_view type_name = "HTTPService";

  std::string name;
  std::int64_t weight = 0;
  route_filters filters;
  config_entries::response_filters response_filters;
  [[no_unique_address]] enterprise_meta enterprise;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Weight"}, x.weight);
    f(field{"Filters"}, x.filters);
    f(field{"ResponseFilters"}, x.response_filters);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
  }
  bool operator==(const route_service&) const = default;
};
struct route_rule {
  static constexpr std::string_view type_name = "HTTPRouteRule";

  route_filters filters;
  config_entries::response_filters response_filters;
  std::vector<route_rule_match> matches;
  std::vector<route_service> services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Filters"}, x.filters);
    f(field{"ResponseFilters"}, x.response_filters);
    f(field{"Matches", null_if_empty}, x.matches);
    f(field{"Services", null_if_empty}, x.services);
  }
  bool operator==(const route_rule&) const = default;
};

/// Routes of an API gateway for requests.
struct http_route : config_entry {
  static constexpr std::string_view kind_name = "http-route", type_name = "HTTPRouteConfigEntry";

  std::vector<resource_reference> parents;
  std::vector<route_rule> rules;
  string_list hostnames;
  entry_status status;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Parents", null_if_empty}, x.parents);
    f(field{"Rules", null_if_empty}, x.rules);
    f(field{"Hostnames", null_if_empty}, x.hostnames);
    f(field{"Meta", omit_empty}, x.meta);
    f(field{"Status"}, x.status);
    hash_and_indexes(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
};

} // namespace praetor::config_entries
