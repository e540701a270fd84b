#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct resolver_subset {
  static constexpr std::string_view type_name = "ServiceResolverSubset";

  std::string filter; ///< of /v1/health/service
  bool only_passing = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Filter", omit_empty}, x.filter);
    f(field::aliased("OnlyPassing", "only_passing", omit_empty), x.only_passing);
  }
  bool operator==(const resolver_subset&) const = default;
};

struct resolver_redirect {
  static constexpr std::string_view type_name = "ServiceResolverRedirect";

  std::string service, service_subset, namespace_name, partition, datacenter, peer, sameness_group;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service", omit_empty}, x.service);
    f(field::aliased("ServiceSubset", "service_subset", omit_empty), x.service_subset);
    f(field{"Namespace", omit_empty}, x.namespace_name);
    f(field{"Partition", omit_empty}, x.partition);
    f(field{"Datacenter", omit_empty}, x.datacenter);
    f(field{"Peer", omit_empty}, x.peer);
    f(field{"SamenessGroup", omit_empty}, x.sameness_group);
  }
  bool empty() const { return *this == resolver_redirect{}; }
  bool operator==(const resolver_redirect&) const = default;
};

struct failover_target {
  static constexpr std::string_view type_name = "ServiceResolverFailoverTarget";

  std::string service, service_subset, partition, namespace_name, datacenter, peer;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service", omit_empty}, x.service);
    f(field::aliased("ServiceSubset", "service_subset", omit_empty), x.service_subset);
    f(field{"Partition", omit_empty}, x.partition);
    f(field{"Namespace", omit_empty}, x.namespace_name);
    f(field{"Datacenter", omit_empty}, x.datacenter);
    f(field{"Peer", omit_empty}, x.peer);
  }
  bool operator==(const failover_target&) const = default;
};

struct resolver_failover {
  static constexpr std::string_view type_name = "ServiceResolverFailover";

  std::string service, service_subset, namespace_name;
  string_list datacenters;
  std::vector<failover_target> targets;
  std::optional<failover_policy> policy;
  std::string sameness_group;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service", omit_empty}, x.service);
    f(field::aliased("ServiceSubset", "service_subset", omit_empty), x.service_subset);
    f(field{"Namespace", omit_empty}, x.namespace_name);
    f(field{"Datacenters", omit_empty}, x.datacenters);
    f(field{"Targets", omit_empty}, x.targets);
    f(field{"Policy", omit_empty}, x.policy);
    f(field{"SamenessGroup", omit_empty}, x.sameness_group);
  }
  bool operator==(const resolver_failover&) const = default;
};

struct ring_hash_config {
  std::uint64_t minimum_ring_size = 0, maximum_ring_size = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("MinimumRingSize", "minimum_ring_size", omit_empty), x.minimum_ring_size);
    f(field::aliased("MaximumRingSize", "maximum_ring_size", omit_empty), x.maximum_ring_size);
  }
  bool operator==(const ring_hash_config&) const = default;
};
struct least_request_config {
  std::uint32_t choice_count = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("ChoiceCount", "choice_count", omit_empty), x.choice_count);
  }
  bool operator==(const least_request_config&) const = default;
};
struct cookie_config {
  bool session = false;
  nanoseconds ttl{0};
  std::string path;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Session", omit_empty}, x.session);
    f(field{"TTL", omit_empty}, x.ttl);
    f(field{"Path", omit_empty}, x.path);
  }
  bool operator==(const cookie_config&) const = default;
};
struct hash_policy {
  std::string field_name, field_value;
  std::optional<config_entries::cookie_config> cookie_config;
  bool source_ip = false, terminal = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Field", omit_empty}, x.field_name);
    f(field::aliased("FieldValue", "field_value", omit_empty), x.field_value);
    f(field::aliased("CookieConfig", "cookie_config", omit_empty), x.cookie_config);
    f(field::aliased("SourceIP", "source_ip", omit_empty), x.source_ip);
    f(field{"Terminal", omit_empty}, x.terminal);
  }
  bool operator==(const hash_policy&) const = default;
};
struct load_balancer {
  std::string policy;
  std::optional<config_entries::ring_hash_config> ring_hash_config;
  std::optional<config_entries::least_request_config> least_request_config;
  std::vector<hash_policy> hash_policies;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Policy", omit_empty}, x.policy);
    f(field::aliased("RingHashConfig", "ring_hash_config", omit_empty), x.ring_hash_config);
    f(field::aliased("LeastRequestConfig", "least_request_config", omit_empty), x.least_request_config);
    f(field::aliased("HashPolicies", "hash_policies", omit_empty), x.hash_policies);
  }
  bool is_hash_based() const { return policy == "maglev" || policy == "ring_hash"; }
  bool operator==(const load_balancer&) const = default;
};

/// Says which instances answer for a service: subsets, another service, failover.
struct service_resolver : config_entry {
  static constexpr std::string_view kind_name = "service-resolver", type_name = "ServiceResolverConfigEntry";

  nanoseconds connect_timeout{0}, request_timeout{0};
  std::string default_subset;
  std::map<std::string, resolver_subset> subsets;
  std::optional<resolver_redirect> redirect;
  std::map<std::string, resolver_failover> failover; ///< by subset; "*" for those without an own one
  std::optional<locality_preference> prioritize_by_locality;
  std::optional<config_entries::load_balancer> load_balancer;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("ConnectTimeout", "connect_timeout", omit_empty | duration_text), x.connect_timeout);
    f(field::aliased("RequestTimeout", "request_timeout", omit_empty | duration_text), x.request_timeout);
    head(f, x);
    f(field::aliased("DefaultSubset", "default_subset", omit_empty), x.default_subset);
    f(field{"Subsets", omit_empty}, x.subsets);
    f(field{"Redirect", omit_empty}, x.redirect);
    f(field{"Failover", omit_empty}, x.failover);
    f(field::aliased("PrioritizeByLocality", "prioritize_by_locality", omit_empty), x.prioritize_by_locality);
    f(field::aliased("LoadBalancer", "load_balancer", omit_empty), x.load_balancer);
    tail(f, x);
  }
  expected<void> normalize() { return {}; }
  expected<void> validate() const;
  string_list related_services() const;

  bool has_subset(const std::string& subset) const { return subset.empty() || subsets.contains(subset); }
  /// Whether it says nothing that a service without resolver would not have.
  bool is_default() const {
    return default_subset.empty() && subsets.empty() && !redirect && failover.empty() &&
           connect_timeout == nanoseconds{0} && request_timeout == nanoseconds{0} && !load_balancer &&
           !prioritize_by_locality;
  }
};

} // namespace praetor::config_entries
