#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct jwt_claim_check {
  static constexpr std::string_view type_name = "IntentionJWTClaimVerification";

  string_list path;
  std::string value;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Path", omit_empty}, x.path);
    f(field{"Value", omit_empty}, x.value);
  }
  bool operator==(const jwt_claim_check&) const = default;
};
struct jwt_provider_reference {
  static constexpr std::string_view type_name = "IntentionJWTProvider";

  std::string name;
  std::vector<jwt_claim_check> verify_claims;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name", omit_empty}, x.name);
    f(field::aliased("VerifyClaims", "verify_claims", omit_empty), x.verify_claims);
  }
  bool operator==(const jwt_provider_reference&) const = default;
};
struct jwt_requirement {
  static constexpr std::string_view type_name = "IntentionJWTRequirement";

  std::vector<jwt_provider_reference> providers;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Providers", omit_empty}, x.providers);
  }
  bool operator==(const jwt_requirement&) const = default;
};

struct header_permission : header_condition {
  static constexpr std::string_view type_name = "IntentionHTTPHeaderPermission";
};
struct http_permission {
  static constexpr std::string_view type_name = "IntentionHTTPPermission";

  std::string path_exact, path_prefix, path_regex;
  std::vector<header_permission> header;
  string_list methods;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("PathExact", "path_exact", omit_empty), x.path_exact);
    f(field::aliased("PathPrefix", "path_prefix", omit_empty), x.path_prefix);
    f(field::aliased("PathRegex", "path_regex", omit_empty), x.path_regex);
    f(field{"Header", omit_empty}, x.header);
    f(field{"Methods", omit_empty}, x.methods);
  }
  bool operator==(const http_permission&) const = default;
};
struct intention_permission {
  std::string action; ///< allow, deny
  std::optional<http_permission> http;
  std::optional<jwt_requirement> jwt;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Action"}, x.action);
    f(field{"HTTP", omit_empty}, x.http);
    f(field{"JWT", omit_empty}, x.jwt);
  }
  bool operator==(const intention_permission&) const = default;
};

/// What one source may do with the destination.
struct source_intention {
  std::string name;
  std::string action; ///< allow, deny; "" with permissions
  std::vector<intention_permission> permissions;
  std::int64_t precedence = 0;
  std::string legacy_id;
  std::string type;
  std::string description;
  string_map legacy_meta;
  std::optional<timestamp> legacy_create_time, legacy_update_time;
  [[no_unique_address]] enterprise_meta enterprise;
  std::string peer, sameness_group;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Action", omit_empty}, x.action);
    f(field{"Permissions", omit_empty}, x.permissions);
    f(field{"Precedence"}, x.precedence);
    f(field::aliased("LegacyID", "legacy_id", omit_empty), x.legacy_id);
    f(field{"Type"}, x.type);
    f(field{"Description", omit_empty}, x.description);
    f(field::aliased("LegacyMeta", "legacy_meta", omit_empty), x.legacy_meta);
    f(field::aliased("LegacyCreateTime", "legacy_create_time", omit_empty), x.legacy_create_time);
    f(field::aliased("LegacyUpdateTime", "legacy_update_time", omit_empty), x.legacy_update_time);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
    f(field{"Peer", omit_empty}, x.peer);
    f(field::aliased("SamenessGroup", "sameness_group", omit_empty), x.sameness_group);
  }
  bool operator==(const source_intention&) const = default;
};

/// Who may use a service. The entry's name is the destination, "*" for all.
struct service_intentions : config_entry {
  static constexpr std::string_view kind_name = "service-intentions", type_name = "ServiceIntentionsConfigEntry";

  std::vector<source_intention> sources;
  std::optional<jwt_requirement> jwt;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Sources", null_if_empty}, x.sources);
    f(field{"JWT", omit_empty}, x.jwt);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;

  bool has_permissions() const;
  /// The names of all JWT providers that it requires.
  string_list providers() const;
};

} // namespace praetor::config_entries
