#pragma once

#include "protocol/acl/auth/public_key.hpp"
#include "protocol/types/acl.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace praetor::acl::auth {

/// The Config of a method of type "jwt".
struct jwt_settings {
  string_list supported_algorithms; ///< with discovery only; empty: RS256
  string_list bound_audiences;
  string_map claim_mappings, list_claim_mappings; ///< from a claim or a JSON pointer to a name
  std::string discovery_url, discovery_ca;        ///< OpenID Connect discovery; PEM
  std::string key_set_url, key_set_ca;            ///< JSON Web Key Set; PEM
  string_list public_keys;                        ///< PEM
  std::string bound_issuer;
  /// 0: the default, negative: none.
  nanoseconds expiration_leeway{0}, not_before_leeway{0}, clock_skew_leeway{0};

  template <class F, class Self>
  static void fields(F&& f, Self& s) {
    f(field{"JWTSupportedAlgs"}, s.supported_algorithms);
    f(field{"BoundAudiences"}, s.bound_audiences);
    f(field{"ClaimMappings"}, s.claim_mappings);
    f(field{"ListClaimMappings"}, s.list_claim_mappings);
    f(field{"OIDCDiscoveryURL"}, s.discovery_url);
    f(field{"OIDCDiscoveryCACert"}, s.discovery_ca);
    f(field{"JWKSURL"}, s.key_set_url);
    f(field{"JWKSCACert"}, s.key_set_ca);
    f(field{"JWTValidationPubKeys"}, s.public_keys);
    f(field{"BoundIssuer"}, s.bound_issuer);
    f(field{"ExpirationLeeway"}, s.expiration_leeway);
    f(field{"NotBeforeLeeway"}, s.not_before_leeway);
    f(field{"ClockSkewLeeway"}, s.clock_skew_leeway);
  }
};

/// The Config of a method of type "kubernetes".
struct kubernetes_settings {
  std::string host; ///< a host, host:port, or the URL of the API server
  std::string ca_certificate, service_account_token;

  template <class F, class Self>
  static void fields(F&& f, Self& s) {
    f(field{"Host"}, s.host);
    f(field{"CACert"}, s.ca_certificate);
    f(field{"ServiceAccountJWT"}, s.service_account_token);
  }
};

/// The Config of a method of type "aws-iam".
struct aws_settings {
  string_list bound_principals; ///< ARNs; with entity details, one may end with a wildcard
  bool entity_details = false;  ///< logins carry a signed request for the user or role as well
  string_list entity_tags;      ///< tags of the user or role that become fields
  std::string server_id;        ///< value of a header that logins must have signed
  std::int64_t max_retries = 0; ///< of a request to AWS
  std::string iam_endpoint, sts_endpoint;
  string_list allowed_sts_headers;

  template <class F, class Self>
  static void fields(F&& f, Self& s) {
    f(field{"BoundIAMPrincipalARNs"}, s.bound_principals);
    f(field{"EnableIAMEntityDetails"}, s.entity_details);
    f(field{"IAMEntityTags"}, s.entity_tags);
    f(field{"ServerIDHeaderValue"}, s.server_id);
    f(field{"MaxRetries"}, s.max_retries);
    f(field{"IAMEndpoint"}, s.iam_endpoint);
    f(field{"STSEndpoint"}, s.sts_endpoint);
    f(field{"AllowedSTSHeaderValues"}, s.allowed_sts_headers);
  }
};

using method_settings = std::variant<jwt_settings, kubernetes_settings, aws_settings>;

/// The types of methods, sorted. Consul Enterprise has "oidc" too.
std::span<const std::string_view> method_types();
bool is_method_type(std::string_view type);

/// Reads and checks the Config of a method of a known type, without asking anybody. The errors are Consul's.
expected<method_settings> read_settings(const acl_auth_method& method);

/// The keys of `public_keys`.
expected<std::vector<public_key>> parse_public_keys(const jwt_settings& s);

} // namespace praetor::acl::auth
