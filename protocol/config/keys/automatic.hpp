#pragma once

#include <string>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct auto_encrypt_settings {
  bool tls = false;
  bool allow_tls = false;
  string_list dns_san, ip_san;
  bool operator==(const auto_encrypt_settings&) const = default;
};

struct auto_config_settings {
  bool enabled = false;
  std::string intro_token, intro_token_file;
  string_list server_addresses, dns_sans, ip_sans;
  bool authorization_enabled = false;
  free_form authorization_static;
  bool operator==(const auto_config_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct automatic_section {
  auto_encrypt_settings auto_encrypt;
  auto_config_settings auto_config;
  bool operator==(const automatic_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Configuration and certificates that client agents request from the servers.
template <class Config>
inline constexpr key_row automatic[] = {
    {.path = "auto_config.enabled",
     .kind = k::boolean,
     .member = at<&Config::auto_config, &auto_config_settings::enabled>,
     .shown = "AutoConfig.Enabled",
     .doc = "Let a client agent ask the servers for its configuration."},
    {.path = "auto_config.intro_token",
     .kind = k::text,
     .traits = secret,
     .member = at<&Config::auto_config, &auto_config_settings::intro_token>,
     .shown = "AutoConfig.IntroToken",
     .doc = "Token with which the client agent introduces itself."},
    {.path = "auto_config.intro_token_file",
     .kind = k::text,
     .member = at<&Config::auto_config, &auto_config_settings::intro_token_file>,
     .shown = "AutoConfig.IntroTokenFile",
     .doc = "File with this token."},
    {.path = "auto_config.server_addresses",
     .kind = k::text_list,
     .member = at<&Config::auto_config, &auto_config_settings::server_addresses>,
     .shown = "AutoConfig.ServerAddresses",
     .doc = "Servers to ask."},
    {.path = "auto_config.dns_sans",
     .kind = k::text_list,
     .member = at<&Config::auto_config, &auto_config_settings::dns_sans>,
     .shown = "AutoConfig.DNSSANs",
     .doc = "Further DNS names of the requested certificate."},
    {.path = "auto_config.ip_sans",
     .kind = k::text_list,
     .member = at<&Config::auto_config, &auto_config_settings::ip_sans>,
     .shown = "AutoConfig.IPSANs",
     .doc = "Further IP addresses of the requested certificate."},
    {.path = "auto_config.authorization.enabled",
     .kind = k::boolean,
     .member = at<&Config::auto_config, &auto_config_settings::authorization_enabled>,
     .shown = "AutoConfig.Authorizer.Enabled",
     .doc = "Let a server answer such requests."},
    {.path = "auto_config.authorization.static.allow_reuse",
     .kind = k::boolean,
     .doc = "Accept a token more than once."},
    {.path = "auto_config.authorization.static.claim_assertions",
     .kind = k::text_list,
     .doc = "Expressions that the token's claims have to fulfil."},
    {.path = "auto_config.authorization.static.bound_audiences",
     .kind = k::text_list,
     .doc = "Accepted audiences of a token."},
    {.path = "auto_config.authorization.static.jwt_supported_algs",
     .kind = k::text_list,
     .doc = "Accepted signature algorithms."},
    {.path = "auto_config.authorization.static.jwt_validation_pub_keys",
     .kind = k::text_list,
     .doc = "Public keys that verify tokens."},
    {.path = "auto_config.authorization.static.claim_mappings",
     .kind = k::text_map,
     .doc = "Claims of tokens by the names that assertions use."},
    {.path = "auto_config.authorization.static.list_claim_mappings",
     .kind = k::text_map,
     .doc = "Claims that are lists, by the names that assertions use."},
    {.path = "auto_config.authorization.static.bound_issuer", .kind = k::text, .doc = "Required issuer of a token."},
    {.path = "auto_config.authorization.static.jwks_url",
     .kind = k::text,
     .doc = "URL of the key set that verifies tokens."},
    {.path = "auto_config.authorization.static.jwks_ca_cert",
     .kind = k::text,
     .doc = "Authority for verifying the key set's server."},
    {.path = "auto_config.authorization.static.oidc_discovery_url", .kind = k::text, .doc = "URL of an OIDC provider."},
    {.path = "auto_config.authorization.static.oidc_discovery_ca_cert",
     .kind = k::text,
     .doc = "Authority for verifying the provider."},
    {.path = "auto_config.authorization.static.expiration_leeway",
     .kind = k::duration,
     .doc = "How long a token is accepted after it expires."},
    {.path = "auto_config.authorization.static.not_before_leeway",
     .kind = k::duration,
     .doc = "How long a token is accepted before it is valid."},
    {.path = "auto_config.authorization.static.clock_skew_leeway",
     .kind = k::duration,
     .doc = "Accepted difference between clocks."},
    {.path = "auto_encrypt.tls",
     .kind = k::boolean,
     .member = at<&Config::auto_encrypt, &auto_encrypt_settings::tls>,
     .shown = "AutoEncryptTLS",
     .doc = "Let a client agent ask the servers for its certificate."},
    {.path = "auto_encrypt.allow_tls",
     .kind = k::boolean,
     .member = at<&Config::auto_encrypt, &auto_encrypt_settings::allow_tls>,
     .shown = "AutoEncryptAllowTLS",
     .doc = "Let a server answer such requests."},
    {.path = "auto_encrypt.dns_san",
     .kind = k::text_list,
     .member = at<&Config::auto_encrypt, &auto_encrypt_settings::dns_san>,
     .shown = "AutoEncryptDNSSAN",
     .doc = "Further DNS names of this certificate."},
    {.path = "auto_encrypt.ip_san",
     .kind = k::text_list,
     .member = at<&Config::auto_encrypt, &auto_encrypt_settings::ip_san>,
     .shown = "AutoEncryptIPSAN",
     .doc = "Further IP addresses of this certificate."},
};

} // namespace praetor::config::keys
