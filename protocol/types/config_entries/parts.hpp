#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/config_entries/entry.hpp"

#include <optional>

/// Structs that entries of several kinds contain.
namespace praetor::config_entries {

/// When instances that fail requests leave the load balancing.
struct passive_health_check {
  nanoseconds interval{0};
  std::uint32_t max_failures = 0;
  std::optional<std::uint32_t> enforcing_consecutive_5xx, max_ejection_percent;
  std::optional<nanoseconds> base_ejection_time;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Interval", omit_empty}, x.interval);
    f(field::aliased("MaxFailures", "max_failures", omit_empty), x.max_failures);
    f(field::aliased("EnforcingConsecutive5xx", "enforcing_consecutive_5xx", omit_empty), x.enforcing_consecutive_5xx);
    f(field::aliased("MaxEjectionPercent", "max_ejection_percent", omit_empty), x.max_ejection_percent);
    f(field::aliased("BaseEjectionTime", "base_ejection_time", omit_empty), x.base_ejection_time);
  }
  bool operator==(const passive_health_check&) const = default;
};

/// Changes of HTTP header fields.
struct header_modifiers {
  static constexpr std::string_view type_name = "HTTPHeaderModifiers";

  string_map add, set;
  string_list remove;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Add", omit_empty}, x.add);
    f(field{"Set", omit_empty}, x.set);
    f(field{"Remove", omit_empty}, x.remove);
  }
  bool empty() const { return add.empty() && set.empty() && remove.empty(); }
  bool operator==(const header_modifiers&) const = default;
};

struct failover_policy {
  static constexpr std::string_view type_name = "ServiceResolverFailoverPolicy";

  std::string mode;
  string_list regions;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Mode", omit_empty}, x.mode);
    f(field{"Regions", omit_empty}, x.regions);
  }
  bool operator==(const failover_policy&) const = default;
};

struct locality_preference {
  static constexpr std::string_view type_name = "ServiceResolverPrioritizeByLocality";

  std::string mode;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Mode", omit_empty}, x.mode);
  }
  bool operator==(const locality_preference&) const = default;
};

/// A condition on a header field of a request.
struct header_condition {
  std::string name;
  bool present = false;
  std::string exact, prefix, suffix, regex;
  bool invert = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Present", omit_empty}, x.present);
    f(field{"Exact", omit_empty}, x.exact);
    f(field{"Prefix", omit_empty}, x.prefix);
    f(field{"Suffix", omit_empty}, x.suffix);
    f(field{"Regex", omit_empty}, x.regex);
    f(field{"Invert", omit_empty}, x.invert);
  }
  bool operator==(const header_condition&) const = default;
};

/// Another entry, or a section of it, by kind and name.
struct resource_reference {
  std::string kind, name, section_name;
  [[no_unique_address]] enterprise_meta enterprise;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind"}, x.kind);
    f(field{"Name"}, x.name);
    f(field{"SectionName"}, x.section_name);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
  }
  bool operator==(const resource_reference&) const = default;
};

/// What a controller has found out about an entry.
struct condition {
  std::string type, status, reason, message;
  std::optional<resource_reference> resource;
  std::optional<timestamp> last_transition_time;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Type"}, x.type);
    f(field{"Status"}, x.status);
    f(field{"Reason"}, x.reason);
    f(field{"Message"}, x.message);
    f(field{"Resource"}, x.resource);
    f(field{"LastTransitionTime"}, x.last_transition_time);
  }
  bool operator==(const condition&) const = default;
};
struct entry_status {
  static constexpr std::string_view type_name = "Status";

  std::vector<condition> conditions;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Conditions", null_if_empty}, x.conditions);
  }
  bool operator==(const entry_status&) const = default;
};

/// @returns what is wrong, or ""
std::string fault_of(const passive_health_check& check);
expected<void> check_failover_policy(const failover_policy& policy);
/// Refused: it belongs to the Enterprise edition.
expected<void> check_locality_preference(const std::optional<locality_preference>& preference);
expected<void> check_mutual_tls_mode(const std::string& mode);
expected<void> check_tls(const std::string& least_version, const std::string& greatest_version,
                         const string_list& cipher_suites);
expected<void> check_access_logs(const access_logs_config& logs);
fault_list check_extensions(const std::vector<envoy_extension>& extensions);
/// Parents of a route: of kind api-gateway and unique.
expected<void> check_route_parents(const std::vector<resource_reference>& parents);

} // namespace praetor::config_entries
