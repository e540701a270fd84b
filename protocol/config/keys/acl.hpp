#pragma once

#include <string>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct acl_settings {
  bool enabled = false;
  std::string default_policy = "allow";
  std::string down_policy = "extend-cache";
  nanoseconds token_ttl{0}, policy_ttl{0}, role_ttl{0};
  bool enable_key_list_policy = false;
  bool enable_token_replication = false;
  bool enable_token_persistence = false;
  std::string initial_management;
  std::string default_token, agent_token, agent_recovery_token, replication_token;
  std::string config_file_service_registration_token, dns_token;
  bool operator==(const acl_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct acl_section {
  acl_settings acl;
  bool operator==(const acl_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Access control.
template <class Config>
inline constexpr key_row acl[] = {
    {.path = "acl.enabled",
     .kind = k::boolean,
     .member = at<&Config::acl, &acl_settings::enabled>,
     .shown = "ACLsEnabled",
     .doc = "Check the permissions of each request."},
    {.path = "acl.policy_ttl",
     .kind = k::duration,
     .initial = "30s",
     .member = at<&Config::acl, &acl_settings::policy_ttl>,
     .shown = "ACLResolverSettings.ACLPolicyTTL",
     .doc = "How long a client agent caches a policy."},
    {.path = "acl.token_ttl",
     .kind = k::duration,
     .initial = "30s",
     .member = at<&Config::acl, &acl_settings::token_ttl>,
     .shown = "ACLResolverSettings.ACLTokenTTL",
     .doc = "How long a client agent caches a token."},
    {.path = "acl.role_ttl",
     .kind = k::duration,
     .member = at<&Config::acl, &acl_settings::role_ttl>,
     .shown = "ACLResolverSettings.ACLRoleTTL",
     .doc = "How long a client agent caches a role."},
    {.path = "acl.default_policy",
     .kind = k::text,
     .initial = "allow",
     .member = at<&Config::acl, &acl_settings::default_policy>,
     .shown = "ACLResolverSettings.ACLDefaultPolicy",
     .doc = "The decision where no rule applies: `allow` or `deny`."},
    {.path = "acl.down_policy",
     .kind = k::text,
     .initial = "extend-cache",
     .member = at<&Config::acl, &acl_settings::down_policy>,
     .shown = "ACLResolverSettings.ACLDownPolicy",
     .doc = "How a client agent decides while no server answers: `allow`, `deny`, `extend-cache`, `async-cache`."},
    {.path = "acl.enable_key_list_policy",
     .kind = k::boolean,
     .member = at<&Config::acl, &acl_settings::enable_key_list_policy>,
     .shown = "ACLEnableKeyListPolicy",
     .doc = "Require the permission `list` for listing keys."},
    {.path = "acl.enable_token_replication",
     .kind = k::boolean,
     .traits = no_effect,
     .member = at<&Config::acl, &acl_settings::enable_token_replication>,
     .shown = "ACLTokenReplication",
     .doc = "Copy tokens from the primary datacenter."},
    {.path = "acl.enable_token_persistence",
     .kind = k::boolean,
     .member = at<&Config::acl, &acl_settings::enable_token_persistence>,
     .shown = "ACLTokens.EnablePersistence",
     .doc = "Store tokens that are set through the API in the data directory."},
    {.path = "acl.tokens.initial_management",
     .kind = k::text,
     .traits = secret,
     .member = at<&Config::acl, &acl_settings::initial_management>,
     .shown = "ACLInitialManagementToken",
     .doc = "Secret of the token that a new cluster starts with."},
    {.path = "acl.tokens.default",
     .kind = k::text,
     .traits = reloadable | secret,
     .member = at<&Config::acl, &acl_settings::default_token>,
     .shown = "ACLTokens.ACLDefaultToken",
     .doc = "Token of requests without one."},
    {.path = "acl.tokens.agent",
     .kind = k::text,
     .traits = reloadable | secret,
     .member = at<&Config::acl, &acl_settings::agent_token>,
     .shown = "ACLTokens.ACLAgentToken",
     .doc = "Token of the agent's own operations."},
    {.path = "acl.tokens.agent_recovery",
     .kind = k::text,
     .traits = reloadable | secret,
     .member = at<&Config::acl, &acl_settings::agent_recovery_token>,
     .shown = "ACLTokens.ACLAgentRecoveryToken",
     .doc = "Token that may do everything on this agent, even without servers."},
    {.path = "acl.tokens.replication",
     .kind = k::text,
     .traits = reloadable | no_effect | secret,
     .member = at<&Config::acl, &acl_settings::replication_token>,
     .shown = "ACLTokens.ACLReplicationToken",
     .doc = "Token for copying from the primary datacenter."},
    {.path = "acl.tokens.config_file_service_registration",
     .kind = k::text,
     .traits = reloadable | secret,
     .member = at<&Config::acl, &acl_settings::config_file_service_registration_token>,
     .shown = "ACLTokens.ACLConfigFileRegistrationToken",
     .doc = "Token of the services of configuration files."},
    {.path = "acl.tokens.dns",
     .kind = k::text,
     .traits = reloadable | secret,
     .member = at<&Config::acl, &acl_settings::dns_token>,
     .shown = "ACLTokens.ACLDNSToken",
     .doc = "Token of DNS queries."},
};

} // namespace praetor::config::keys
