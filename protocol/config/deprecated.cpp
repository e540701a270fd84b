#include <array>

#include "protocol/config/sources.hpp"

namespace praetor::config {

namespace {

using hcl::value;

const value* look_up(const value& tree, std::string_view path) {
  const auto* at = &tree;
  while (at != nullptr) {
    auto dot = path.find('.');
    at = at->find(path.substr(0, dot));
    if (dot == std::string_view::npos) return at;
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

value& slot_at(value& tree, std::string_view path) {
  auto* at = &tree;
  while (true) {
    auto dot = path.find('.');
    at = &(*at)[path.substr(0, dot)];
    if (dot == std::string_view::npos) return *at;
    if (!at->is(value::kind::object)) *at = value::empty_object();
    path.remove_prefix(dot + 1);
  }
}

/// Takes the value at a path out of the tree.
value take(value& tree, std::string_view path) {
  auto dot = path.rfind('.');
  auto* owner = dot == std::string_view::npos ? &tree : const_cast<value*>(look_up(tree, path.substr(0, dot)));
  if (owner == nullptr) return {};
  auto name = dot == std::string_view::npos ? path : path.substr(dot + 1);
  auto* found = owner->find(name);
  if (found == nullptr) return {};
  auto taken = std::move(*found);
  owner->erase(name);
  return taken;
}

void set_unless_set(value& tree, std::string_view path, value v) {
  if (look_up(tree, path) == nullptr) slot_at(tree, path) = std::move(v);
}

struct replacement {
  std::string_view old_key, new_key;
};

constexpr std::array replacements = {
    replacement{"acl.tokens.agent_master", "acl.tokens.agent_recovery"},
    replacement{"acl_agent_master_token", "acl.tokens.agent_recovery"},
    replacement{"acl_agent_token", "acl.tokens.agent"},
    replacement{"acl_token", "acl.tokens.default"},
    replacement{"acl.tokens.master", "acl.tokens.initial_management"},
    replacement{"acl_master_token", "acl.tokens.initial_management"},
    replacement{"acl_replication_token", "acl.tokens.replication"},
    replacement{"enable_acl_replication", "acl.enable_token_replication"},
    replacement{"acl_datacenter", "primary_datacenter"},
    replacement{"acl_default_policy", "acl.default_policy"},
    replacement{"acl_down_policy", "acl.down_policy"},
    replacement{"acl_ttl", "acl.token_ttl"},
    replacement{"acl_enable_key_list_policy", "acl.enable_key_list_policy"},
    replacement{"start_join", "retry_join"},
    replacement{"start_join_wan", "retry_join_wan"},
    replacement{"raft_boltdb", "raft_logstore.boltdb"},
    replacement{"ca_file", "tls.defaults.ca_file"},
    replacement{"ca_path", "tls.defaults.ca_path"},
    replacement{"cert_file", "tls.defaults.cert_file"},
    replacement{"key_file", "tls.defaults.key_file"},
    replacement{"tls_cipher_suites", "tls.defaults.tls_cipher_suites"},
    replacement{"tls_min_version", "tls.defaults.tls_min_version"},
    replacement{"verify_incoming", "tls.defaults.verify_incoming"},
    replacement{"verify_incoming_https", "tls.https.verify_incoming"},
    replacement{"verify_incoming_rpc", "tls.internal_rpc.verify_incoming"},
    replacement{"verify_outgoing", "tls.defaults.verify_outgoing"},
    replacement{"verify_server_hostname", "tls.internal_rpc.verify_server_hostname"},
    replacement{"tls_prefer_server_cipher_suites", ""},
    replacement{"ui", "ui_config.enabled"},
    replacement{"ui_dir", "ui_config.dir"},
    replacement{"ui_content_path", "ui_config.content_path"},
};

/// The old names of TLS versions, known only to the old key.
void modernize_version(value& version, std::vector<std::string>& warnings) {
  constexpr std::array names = {
      replacement{"", "TLS_AUTO"},     replacement{"tls10", "TLSv1_0"}, replacement{"tls11", "TLSv1_1"},
      replacement{"tls12", "TLSv1_2"}, replacement{"tls13", "TLSv1_3"},
  };
  for (const auto& [old_name, new_name] : names)
    if (version.text == old_name) {
      warnings.push_back("'tls_min_version' value '" + version.text + "' is deprecated, please specify '" +
                         std::string(new_name) + "' instead");
      version = value::of(std::string(new_name));
      return;
    }
}

struct enterprise_key {
  std::string_view path, shown_as;
};

constexpr std::array enterprise_keys = {
    enterprise_key{"read_replica", "read_replica (or the deprecated non_voting_server)"},
    enterprise_key{"segment", "segment"},
    enterprise_key{"segments", "segments"},
    enterprise_key{"partition", "partition"},
    enterprise_key{"autopilot.redundancy_zone_tag", "autopilot.redundancy_zone_tag"},
    enterprise_key{"autopilot.upgrade_version_tag", "autopilot.upgrade_version_tag"},
    enterprise_key{"autopilot.disable_upgrade_migration", "autopilot.disable_upgrade_migration"},
    enterprise_key{"dns_config.prefer_namespace", "dns_config.prefer_namespace"},
    enterprise_key{"acl.msp_disable_bootstrap", "acl.msp_disable_bootstrap"},
    enterprise_key{"acl.tokens.managed_service_provider", "acl.tokens.managed_service_provider"},
    enterprise_key{"audit", "audit"},
    enterprise_key{"license_path", "license_path"},
    enterprise_key{"reporting.license.enabled", "reporting.license.enabled"},
};

/// What counts as given: text that is not empty, a list with entries, any other value.
bool is_given(const value* v) {
  if (v == nullptr) return false;
  if (v->is(value::kind::text)) return !v->text.empty();
  if (v->is(value::kind::list)) return !v->items.empty();
  return !v->is(value::kind::null);
}

} // namespace

void replace_deprecated(value& tree, std::vector<std::string>& warnings) {
  for (const auto& [old_key, new_key] : replacements) {
    auto v = take(tree, old_key);
    if (v.is(value::kind::null)) continue;
    auto old_name = "The '" + std::string(old_key) + "' field is deprecated";
    if (new_key.empty()) {
      warnings.push_back(old_name + " and will be ignored.");
      continue;
    }
    if (old_key == "tls_min_version") modernize_version(v, warnings);
    warnings.push_back(old_name + ". Use the '" + std::string(new_key) + "' field instead.");
    if (old_key == "raft_boltdb") {
      auto sync = take(v, "NoFreelistSync");
      if (!sync.is(value::kind::null)) set_unless_set(tree, "raft_logstore.boltdb.no_freelist_sync", std::move(sync));
      continue;
    }
    if (v.is(value::kind::list)) {
      auto& list = slot_at(tree, new_key);
      if (!list.is(value::kind::list)) list = value::empty_list();
      for (auto& item : v.items) list.items.push_back(std::move(item));
      continue;
    }
    set_unless_set(tree, new_key, std::move(v));
    if (old_key == "acl_replication_token") set_unless_set(tree, "acl.enable_token_replication", value::of(true));
    if (old_key == "acl_datacenter") set_unless_set(tree, "acl.enabled", value::of(true));
    // The flat key never reached the gRPC listener.
    if (old_key == "verify_incoming") set_unless_set(tree, "tls.grpc.verify_incoming", value::of(false));
  }
}

void drop_enterprise(value& tree, std::vector<std::string>& warnings) {
  for (const auto& [path, shown_as] : enterprise_keys) {
    if (!is_given(look_up(tree, path))) continue;
    warnings.push_back("\"" + std::string(shown_as) +
                       "\" is a Consul Enterprise configuration and will have no effect");
    if (!path.starts_with("segment")) take(tree, path); // segments are refused later, by name
  }
}

} // namespace praetor::config
