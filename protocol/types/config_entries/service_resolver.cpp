#include "protocol/types/config_entries/service_resolver.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/filter/syntax.hpp"

namespace praetor::config_entries {

namespace {

constexpr std::string_view needs_partition = "Setting Partition requires Consul Enterprise",
                           needs_namespace = "Setting Namespace requires Consul Enterprise",
                           needs_sameness_group = "Setting SamenessGroup requires Consul Enterprise";

/// @returns what is wrong, or ""
std::string_view fault_of_subset_name(std::string_view name) {
  constexpr std::size_t longest = 63;
  if (name.empty() || name.size() > longest) return "must be non-empty and 63 characters or fewer";
  auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  bool good = name.front() != '-' && name.back() != '-';
  for (char c : name) good = good && inner(c);
  if (good) return {};
  return "must be 63 characters or fewer, begin or end with lower case alphanumeric characters, and contain lower "
         "case alphanumeric characters or '-' in between";
}

std::string_view fault_of_redirect(const resolver_redirect& r) {
  if (!r.peer.empty() && !r.service_subset.empty()) return "Redirect.Peer cannot be set with Redirect.ServiceSubset";
  if (!r.peer.empty() && !r.datacenter.empty()) return "Redirect.Peer cannot be set with Redirect.Datacenter";
  if (!r.service.empty()) return {};
  if (!r.service_subset.empty()) return "Redirect.ServiceSubset defined without Redirect.Service";
  if (!r.peer.empty()) return "Redirect.Peer defined without Redirect.Service";
  return {};
}

expected<void> check_redirect(const service_resolver& e, const resolver_redirect& r) {
  for (auto [set, fault] : {std::pair{!r.partition.empty(), needs_partition},
                            {!r.namespace_name.empty(), needs_namespace},
                            {!r.sameness_group.empty(), needs_sameness_group}})
    if (set) return fail("Redirect: " + std::string(fault));
  if (!e.failover.empty()) return fail("Redirect and Failover cannot both be set");
  if (r.empty()) return fail("Redirect is empty");
  if (auto fault = fault_of_redirect(r); !fault.empty()) return fail(std::string(fault));
  if (r.service == e.name && !e.has_subset(r.service_subset))
    return fail("Redirect.ServiceSubset " + praetor::quoted(r.service_subset) + " is not a valid subset of " +
                praetor::quoted(e.name));
  return {};
}

/// @returns what is wrong, or ""
std::string fault_of_target(const service_resolver& e, const failover_target& t) {
  if (!t.partition.empty()) return std::string(needs_partition);
  if (!t.namespace_name.empty()) return std::string(needs_namespace);
  if (!t.peer.empty() && !t.service_subset.empty()) return "Peer cannot be set with ServiceSubset";
  if (!t.peer.empty() && !t.datacenter.empty()) return "Peer cannot be set with Datacenter";
  if ((t.service.empty() || t.service == e.name) && !e.has_subset(t.service_subset))
    return "ServiceSubset " + praetor::quoted(t.service_subset) + " is not a valid subset of " +
           praetor::quoted(e.name);
  return {};
}

/// @returns what is wrong, or ""
std::string fault_of_failover(const service_resolver& e, const std::string& subset, const resolver_failover& f) {
  if (!f.namespace_name.empty()) return ": " + std::string(needs_namespace);
  if (!f.sameness_group.empty()) return ": " + std::string(needs_sameness_group);
  if (subset != wildcard && (subset.empty() || !e.has_subset(subset))) return ": not a valid subset subset";
  if (f.service.empty() && f.service_subset.empty() && f.datacenters.empty() && f.targets.empty())
    return ": one of Service, ServiceSubset, Namespace, Targets, SamenessGroup, or Datacenters is required";
  if (f.policy && !f.policy->mode.empty()) return ": Setting failover policies requires Consul Enterprise";
  if ((f.service.empty() || f.service == e.name) && !e.has_subset(f.service_subset))
    return ": ServiceSubset " + praetor::quoted(f.service_subset) + " is not a valid subset of " +
           praetor::quoted(f.service);
  if (!f.targets.empty()) {
    if (!f.datacenters.empty()) return ": Targets cannot be set with Datacenters";
    if (!f.service_subset.empty()) return ": Targets cannot be set with ServiceSubset";
    if (!f.service.empty()) return ": Targets cannot be set with Service";
  }
  for (std::size_t i = 0; i < f.targets.size(); ++i)
    if (auto fault = fault_of_target(e, f.targets[i]); !fault.empty()) return ".Targets" + at(i) + ": " + fault;
  for (const auto& dc : f.datacenters)
    if (dc.empty()) return ".Datacenters: found empty datacenter";
  return {};
}

std::string fault_of_policy(const hash_policy& p) {
  if (!p.field_name.empty() && p.field_name != "header" && p.field_name != "cookie" &&
      p.field_name != "query_parameter")
    return praetor::quoted(p.field_name) + " is not a supported field";
  if (p.source_ip && !p.field_name.empty())
    return "A single hash policy cannot hash both a source address and a " + praetor::quoted(p.field_name);
  if (p.source_ip && !p.field_value.empty()) return "A FieldValue cannot be specified when hashing SourceIP";
  if (!p.field_name.empty() && p.field_value.empty())
    return "Field " + praetor::quoted(p.field_name) + " was specified without a FieldValue";
  if (!p.field_value.empty() && p.field_name.empty()) return "FieldValue requires a Field to apply to";
  if (!p.cookie_config) return {};
  if (p.field_name != "cookie") return "cookie_config provided for " + praetor::quoted(p.field_name);
  if (p.cookie_config->session && p.cookie_config->ttl != nanoseconds{0})
    return "a session cookie cannot have an associated TTL";
  return {};
}

expected<void> check_load_balancer(const load_balancer& lb) {
  bool known = lb.policy.empty();
  for (std::string_view policy : {"random", "round_robin", "least_request", "maglev", "ring_hash"})
    known = known || lb.policy == policy;
  if (!known) return fail("Bad LoadBalancer policy: " + praetor::quoted(lb.policy) + " is not supported");
  auto misplaced = [&](std::string_view what) {
    return fail("Bad LoadBalancer configuration. " + std::string(what) +
                " specified for incompatible load balancing policy " + praetor::quoted(lb.policy));
  };
  if (lb.ring_hash_config && lb.policy != "ring_hash") return misplaced("RingHashConfig");
  if (lb.least_request_config && lb.policy != "least_request") return misplaced("LeastRequestConfig");
  if (!lb.is_hash_based() && !lb.hash_policies.empty())
    return fail("Bad LoadBalancer configuration: HashPolicies specified for non-hash-based Policy: " +
                praetor::quoted(lb.policy));
  for (std::size_t i = 0; i < lb.hash_policies.size(); ++i)
    if (auto fault = fault_of_policy(lb.hash_policies[i]); !fault.empty())
      return fail("Bad LoadBalancer HashPolicy" + at(i) + ": " + fault);
  return {};
}

} // namespace

expected<void> service_resolver::validate() const {
  if (name.empty()) return fail("Name is required");
  if (auto good = check_meta(meta).result(); !good) return good;
  for (const auto& [subset, what] : subsets) {
    if (subset.empty()) return fail("Subset defined with empty name");
    if (auto fault = fault_of_subset_name(subset); !fault.empty())
      return fail("Subset " + praetor::quoted(subset) + " is invalid: " + std::string(fault));
    if (what.filter.empty()) continue;
    if (auto parsed = filter::parse(what.filter); !parsed)
      return fail("Filter for subset " + praetor::quoted(subset) +
                  " is not a valid expression: " + parsed.error().text);
  }
  if (!has_subset(default_subset))
    return fail("DefaultSubset " + praetor::quoted(default_subset) + " is not a valid subset");
  if (auto good = check_locality_preference(prioritize_by_locality); !good) return good;
  if (redirect)
    if (auto good = check_redirect(*this, *redirect); !good) return good;
  for (const auto& [subset, f] : failover)
    if (auto fault = fault_of_failover(*this, subset, f); !fault.empty())
      return fail("Bad Failover[" + praetor::quoted(subset) + "]" + fault);
  if (connect_timeout < nanoseconds{0})
    return fail("Bad ConnectTimeout '" + duration_to_text(connect_timeout) + "', must be >= 0");
  if (request_timeout < nanoseconds{0})
    return fail("Bad RequestTimeout '" + duration_to_text(request_timeout) + "', must be >= 0");
  if (load_balancer) return check_load_balancer(*load_balancer);
  return {};
}

string_list service_resolver::related_services() const {
  string_list out;
  auto add = [&](const std::string& service) {
    if (!service.empty()) out.push_back(service);
  };
  if (redirect) add(redirect->service);
  for (const auto& [subset, f] : failover) {
    if (f.targets.empty()) add(f.service);
    for (const auto& target : f.targets)
      if (target.peer.empty()) add(target.service);
  }
  return out;
}

} // namespace praetor::config_entries
