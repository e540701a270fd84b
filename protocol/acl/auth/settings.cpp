#include "protocol/acl/auth/settings.hpp"

#include "protocol/acl/auth/weak_decode.hpp"
#include "protocol/base/url.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace praetor::acl::auth {

namespace {

constexpr std::array<std::string_view, 3> types{"aws-iam", "jwt", "kubernetes"};

constexpr std::array<std::string_view, 9> signature_algorithms{"RS256", "RS384", "RS512", "ES256", "ES384",
                                                               "ES512", "PS256", "PS384", "PS512"};

template <class List>
bool contains(const List& list, std::string_view wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

bool has_certificate(std::string_view pem) { return pem.find("-----BEGIN CERTIFICATE-----") != pem.npos; }

/// A name may be the target of one mapping only.
expected<void> check_targets(const std::string& list, const string_map& mappings) {
  std::set<std::string_view> targets;
  for (const auto& [source, target] : mappings)
    if (!targets.insert(target).second)
      return fail(list + " contains multiple mappings for key " + praetor::quoted(target));
  return {};
}

expected<void> check_sources(const jwt_settings& s) {
  auto sources = !s.discovery_url.empty() + !s.public_keys.empty() + !s.key_set_url.empty();
  if (sources != 1)
    return fail("exactly one of 'JWTValidationPubKeys', 'JWKSURL', or 'OIDCDiscoveryURL' must be set for type \"jwt\"");
  constexpr auto unreadable = "could not parse CA PEM value successfully";
  if (s.key_set_url.empty() && !s.key_set_ca.empty())
    return fail("'JWKSCACert' should not be set unless 'JWKSURL' is set");
  if (!s.key_set_ca.empty() && !has_certificate(s.key_set_ca))
    return fail(std::string("error checking JWKSCACert: ") + unreadable);
  if (auto keys = parse_public_keys(s); !keys) return tl::unexpected(std::move(keys.error()));
  if (s.discovery_url.empty() && !s.discovery_ca.empty())
    return fail("'OIDCDiscoveryCACert' should not be set unless 'OIDCDiscoveryURL' is set");
  if (!s.discovery_ca.empty() && !has_certificate(s.discovery_ca))
    return fail(std::string("error checking OIDCDiscoveryCACert: ") + unreadable);
  return {};
}

expected<void> check(const jwt_settings& s) {
  if (auto sound = check_sources(s); !sound) return sound;
  for (const auto& one : s.supported_algorithms)
    if (!contains(signature_algorithms, one)) return fail("Invalid supported algorithm: " + one);
  if (auto sound = check_targets("ClaimMappings", s.claim_mappings); !sound) return sound;
  return check_targets("ListClaimMappings", s.list_claim_mappings);
}

expected<void> check(const kubernetes_settings& s) {
  if (s.host.empty()) return fail("Config.Host is required");
  if (s.ca_certificate.empty()) return fail("Config.CACert is required");
  if (!has_certificate(s.ca_certificate))
    return fail("error parsing kubernetes ca cert: data does not contain any valid RSA or ECDSA certificates");
  if (s.service_account_token.empty()) return fail("Config.ServiceAccountJWT is required");
  if (auto parsed = parse_signed_text(s.service_account_token); !parsed)
    return fail("Config.ServiceAccountJWT is not a valid JWT: " + parsed.error().text);
  return {};
}

expected<void> check_principal(const aws_settings& s, const std::string& arn) {
  auto stars = std::count(arn.begin(), arn.end(), '*');
  if (stars > 0 && !s.entity_details)
    return fail("Must set EnableIAMEntityDetails=true to use wildcards in BoundIAMPrincipalARNs");
  if (stars > 1 || (stars == 1 && !arn.ends_with('*')))
    return fail("Only one wildcard is allowed at the end of the bound IAM principal ARN");
  // arn:partition:service:region:account:resource
  constexpr std::ptrdiff_t least_colons = 5;
  auto service_at = arn.find(':', std::min(arn.find(':') + 1, arn.size()));
  auto service = service_at == arn.npos ? std::string() : arn.substr(service_at + 1);
  bool known = service.starts_with("iam:") || service.starts_with("sts:");
  if (!arn.starts_with("arn:") || std::count(arn.begin(), arn.end(), ':') < least_colons || !known)
    return fail("Invalid principal ARN: " + praetor::quoted(arn));
  return {};
}

expected<void> check_endpoint(const std::string& name, const std::string& url) {
  if (url.empty()) return {};
  auto parsed = parse_url(url);
  if (!parsed) return fail(name + " is invalid: " + parsed.error());
  if (parsed->scheme.empty() || parsed->host_field.empty())
    return fail(name + " is invalid: url is invalid: " + praetor::quoted(url));
  return {};
}

expected<void> check(const aws_settings& s) {
  if (s.bound_principals.empty()) return fail("BoundIAMPrincipalARNs is required and must have at least 1 entry");
  for (const auto& arn : s.bound_principals)
    if (auto sound = check_principal(s, arn); !sound) return sound;
  if (!s.entity_tags.empty() && !s.entity_details)
    return fail("Must set EnableIAMEntityDetails=true to use IAMUserTags");
  if (auto sound = check_endpoint("STSEndpoint", s.sts_endpoint); !sound) return sound;
  return check_endpoint("IAMEndpoint", s.iam_endpoint);
}

template <class Settings>
expected<method_settings> read(const acl_auth_method& method) {
  auto settings = weak_decoder(method.config).decode<Settings>();
  if (!settings) return tl::unexpected(std::move(settings.error()));
  if (auto sound = check(*settings); !sound) return tl::unexpected(std::move(sound.error()));
  return method_settings(std::move(*settings));
}

} // namespace

std::span<const std::string_view> method_types() { return types; }

bool is_method_type(std::string_view type) { return contains(types, type); }

expected<method_settings> read_settings(const acl_auth_method& method) {
  if (method.type == "jwt") return read<jwt_settings>(method);
  if (method.type == "kubernetes") return read<kubernetes_settings>(method);
  if (method.type == "aws-iam") return read<aws_settings>(method);
  return fail("no auth method registered with type: " + method.type);
}

expected<std::vector<public_key>> parse_public_keys(const jwt_settings& s) {
  std::vector<public_key> out;
  for (std::size_t i = 0; i < s.public_keys.size(); ++i) {
    auto key = public_key::of_pem(s.public_keys[i]);
    if (!key)
      return fail("error parsing public key JWTValidationPubKeys[" + std::to_string(i) + "]: " + key.error().text);
    out.push_back(std::move(*key));
  }
  return out;
}

} // namespace praetor::acl::auth
