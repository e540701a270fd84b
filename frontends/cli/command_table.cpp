#include "frontends/cli/commands.hpp"

#include <array>

namespace praetor::cli {

namespace {

constexpr std::string_view kv_usage = R"(Usage: consul kv <subcommand> [options] [args]

  Reads and changes keys and their values.

      $ consul kv put web/limits/connections 5
      $ consul kv get web/limits/connections
      $ consul kv delete web/limits/connections
)";
constexpr std::string_view catalog_usage = R"(Usage: consul catalog <subcommand> [options] [args]

  Shows what is registered: datacenters, nodes and services.
)";
constexpr std::string_view services_usage = R"(Usage: consul services <subcommand> [options] [args]

  Registers services with the agent and takes them away again.
)";
constexpr std::string_view operator_usage = R"(Usage: consul operator <subcommand> [options]

  Tools for those who operate the servers. Some of them can harm a cluster if
  they are used without need.
)";
constexpr std::string_view raft_usage = R"(Usage: consul operator raft <subcommand> [options]

  Shows and changes which servers take part in Raft.
)";
constexpr std::string_view autopilot_usage = R"(Usage: consul operator autopilot <subcommand> [options]

  Shows and changes how servers are looked after automatically.
)";
constexpr std::string_view usage_usage = R"(Usage: consul operator usage <subcommand> [options] [args]

  Counts what a cluster holds.
)";
constexpr std::string_view snapshot_usage = R"(Usage: consul snapshot <subcommand> [options] [args]

  Saves the state of the servers to a file and restores it.
)";
constexpr std::string_view acl_usage = R"(Usage: consul acl <subcommand> [options] [args]

  Works with tokens, policies and roles.
)";
constexpr std::string_view acl_token_usage = "Usage: consul acl token <subcommand> [options] [args]\n";
constexpr std::string_view acl_policy_usage = "Usage: consul acl policy <subcommand> [options] [args]\n";
constexpr std::string_view acl_role_usage = "Usage: consul acl role <subcommand> [options] [args]\n";
constexpr std::string_view acl_auth_usage = "Usage: consul acl auth-method <subcommand> [options] [args]\n";
constexpr std::string_view acl_rule_usage = "Usage: consul acl binding-rule <subcommand> [options] [args]\n";
constexpr std::string_view acl_template_usage = "Usage: consul acl templated-policy <subcommand> [options] [args]\n";
constexpr std::string_view config_usage = "Usage: consul config <subcommand> [options] [args]\n";
constexpr std::string_view connect_usage = "Usage: consul connect <subcommand> [options] [args]\n";
constexpr std::string_view connect_ca_usage = "Usage: consul connect ca <subcommand> [options] [args]\n";
constexpr std::string_view intention_usage = "Usage: consul intention <subcommand> [options] [args]\n";
constexpr std::string_view peering_usage = "Usage: consul peering <subcommand> [options] [args]\n";
constexpr std::string_view resource_usage = "Usage: consul resource <subcommand> [options]\n";
constexpr std::string_view tls_usage = "Usage: consul tls <subcommand> <subcommand> [options]\n";
constexpr std::string_view tls_ca_usage = "Usage: consul tls ca <subcommand> [options]\n";
constexpr std::string_view tls_cert_usage = "Usage: consul tls cert <subcommand> [options]\n";
constexpr std::string_view troubleshoot_usage = "Usage: consul troubleshoot <subcommand> [options]\n";

constexpr command_entry group(std::string_view path, std::string_view synopsis, std::string_view usage) {
  return {path, synopsis, nullptr, usage};
}
constexpr command_entry missing(std::string_view path, std::string_view synopsis) { return {path, synopsis}; }

constexpr auto table = std::to_array<command_entry>({
    group("acl", "Interact with Consul's ACLs", acl_usage),
    group("acl auth-method", "Ways to log in", acl_auth_usage),
    missing("acl auth-method create", "Add an auth method"),
    missing("acl auth-method delete", "Remove an auth method"),
    missing("acl auth-method list", "List auth methods"),
    missing("acl auth-method read", "Show an auth method"),
    missing("acl auth-method update", "Change an auth method"),
    group("acl binding-rule", "What a login is allowed", acl_rule_usage),
    missing("acl binding-rule create", "Add a binding rule"),
    missing("acl binding-rule delete", "Remove a binding rule"),
    missing("acl binding-rule list", "List binding rules"),
    missing("acl binding-rule read", "Show a binding rule"),
    missing("acl binding-rule update", "Change a binding rule"),
    {"acl bootstrap", "Make the first management token", make_acl_bootstrap},
    group("acl policy", "Sets of rules", acl_policy_usage),
    {"acl policy create", "Add a policy", make_acl_policy_create},
    {"acl policy delete", "Remove a policy", make_acl_policy_delete},
    {"acl policy list", "List policies", make_acl_policy_list},
    {"acl policy read", "Show a policy", make_acl_policy_read},
    {"acl policy update", "Change a policy", make_acl_policy_update},
    group("acl role", "Sets of policies", acl_role_usage),
    {"acl role create", "Add a role", make_acl_role_create},
    {"acl role delete", "Remove a role", make_acl_role_delete},
    {"acl role list", "List roles", make_acl_role_list},
    {"acl role read", "Show a role", make_acl_role_read},
    {"acl role update", "Change a role", make_acl_role_update},
    {"acl set-agent-token", "Set the tokens that the agent itself uses", make_acl_set_agent_token},
    group("acl templated-policy", "Policies made from templates", acl_template_usage),
    {"acl templated-policy list", "List the templates", make_acl_template_list},
    {"acl templated-policy preview", "Show the policy that a template makes", make_acl_template_preview},
    {"acl templated-policy read", "Show a template", make_acl_template_read},
    group("acl token", "Secrets and what they allow", acl_token_usage),
    {"acl token clone", "Copy a token", make_acl_token_clone},
    {"acl token create", "Add a token", make_acl_token_create},
    {"acl token delete", "Remove a token", make_acl_token_delete},
    {"acl token list", "List tokens", make_acl_token_list},
    {"acl token read", "Show a token", make_acl_token_read},
    {"acl token update", "Change a token", make_acl_token_update},
    missing("agent", "Runs a Consul agent"),
    group("catalog", "Show what is registered", catalog_usage),
    {"catalog datacenters", "List datacenters", make_catalog_datacenters},
    {"catalog nodes", "List nodes", make_catalog_nodes},
    {"catalog services", "List services", make_catalog_services},
    group("config", "Work with config entries", config_usage),
    missing("config delete", "Remove a config entry"),
    missing("config list", "List the config entries of a kind"),
    missing("config read", "Show a config entry"),
    missing("config write", "Add or change a config entry"),
    group("connect", "Work with the service mesh", connect_usage),
    group("connect ca", "Work with the mesh's certificate authority", connect_ca_usage),
    missing("connect ca get-config", "Show the authority's settings"),
    missing("connect ca set-config", "Change the authority's settings"),
    missing("connect envoy", "Run Envoy as a proxy, or print its bootstrap"),
    missing("connect envoy pipe-bootstrap", "Hand a bootstrap to Envoy"),
    missing("connect expose", "Make a service reachable through a gateway"),
    missing("connect proxy", "Run the built-in proxy"),
    missing("connect redirect-traffic", "Lead a host's traffic through its proxy"),
    {"debug", "Collect an archive for a diagnosis", make_debug},
    {"event", "Send a user event", make_event},
    {"exec", "Run a command on many nodes", make_exec},
    {"force-leave", "Mark a failed member as left", make_force_leave},
    {"info", "Show the agent's inner state", make_info},
    group("intention", "Say which services may talk to which", intention_usage),
    missing("intention check", "Tell whether a connection is allowed"),
    missing("intention create", "Add intentions"),
    missing("intention delete", "Remove an intention"),
    missing("intention get", "Show an intention"),
    missing("intention list", "List intentions"),
    missing("intention match", "Show the intentions about a service"),
    {"join", "Make the agent join a cluster", make_join},
    {"keygen", "Print a new key for gossip", make_keygen},
    {"keyring", "Show and change the keys of gossip", make_keyring},
    group("kv", "Work with keys and values", kv_usage),
    {"kv delete", "Remove keys", make_kv_delete},
    {"kv export", "Print a tree of keys as JSON", make_kv_export},
    {"kv get", "Print values", make_kv_get},
    {"kv import", "Store a tree of keys from JSON", make_kv_import},
    {"kv put", "Store a value", make_kv_put},
    {"leave", "Make the agent leave and end", make_leave},
    {"lock", "Run a command while holding a lock", make_lock},
    missing("login", "Get a token by an auth method"),
    missing("logout", "Destroy a token that login made"),
    {"maint", "Take a node or service out of discovery", make_maint},
    {"members", "List the members of the cluster", make_members},
    {"monitor", "Print the agent's log as it comes", make_monitor},
    group("operator", "Tools for those who run servers", operator_usage),
    group("operator autopilot", "How servers are looked after", autopilot_usage),
    {"operator autopilot get-config", "Show autopilot's settings", make_autopilot_get_config},
    {"operator autopilot set-config", "Change autopilot's settings", make_autopilot_set_config},
    {"operator autopilot state", "Show autopilot's view of the servers", make_autopilot_state},
    group("operator raft", "Which servers take part in Raft", raft_usage),
    {"operator raft list-peers", "List the servers in Raft", make_raft_list_peers},
    {"operator raft remove-peer", "Remove a server from Raft", make_raft_remove_peer},
    {"operator raft transfer-leader", "Hand leadership over", make_raft_transfer_leader},
    group("operator usage", "Counts of what a cluster holds", usage_usage),
    {"operator usage instances", "Count service instances and nodes", make_usage_instances},
    group("peering", "Work with connections to other clusters", peering_usage),
    missing("peering delete", "End a peering"),
    missing("peering establish", "Accept a peering token"),
    missing("peering exported-services", "List services exported to a peer"),
    missing("peering generate-token", "Make a token for another cluster"),
    missing("peering list", "List peerings"),
    missing("peering read", "Show a peering"),
    {"reload", "Make the agent read its configuration again", make_reload},
    group("resource", "Work with generic resources", resource_usage),
    missing("resource apply", "Write a resource"),
    missing("resource apply-grpc", "Write a resource"),
    missing("resource delete", "Remove a resource"),
    missing("resource delete-grpc", "Remove a resource"),
    missing("resource list", "List resources"),
    missing("resource list-grpc", "List resources"),
    missing("resource read", "Show a resource"),
    missing("resource read-grpc", "Show a resource"),
    {"rtt", "Estimate the round trip time between nodes", make_rtt},
    group("services", "Register services with the agent", services_usage),
    {"services deregister", "Take services away from the agent", make_services_deregister},
    missing("services export", "Offer a service to a peer"),
    missing("services exported-services", "List services offered to peers"),
    {"services register", "Register services with the agent", make_services_register},
    group("snapshot", "Save and restore the servers' state", snapshot_usage),
    {"snapshot decode", "Print a snapshot's records as JSON", make_snapshot_decode},
    {"snapshot inspect", "Show what a snapshot holds", make_snapshot_inspect},
    {"snapshot restore", "Restore the state from a file", make_snapshot_restore},
    {"snapshot save", "Save the state to a file", make_snapshot_save},
    group("tls", "Make certificates", tls_usage),
    group("tls ca", "Certificate authorities", tls_ca_usage),
    {"tls ca create", "Make an authority", make_tls_ca_create},
    group("tls cert", "Certificates", tls_cert_usage),
    {"tls cert create", "Make a certificate", make_tls_cert_create},
    group("troubleshoot", "Find faults of the service mesh", troubleshoot_usage),
    missing("troubleshoot ports", "Try the ports of a server"),
    missing("troubleshoot proxy", "Examine a proxy"),
    missing("troubleshoot upstreams", "List a proxy's upstreams"),
    {"validate", "Check configuration files", make_validate},
    {"version", "Print the version", make_version},
    {"watch", "Follow changes", make_watch},
});

} // namespace

std::span<const command_entry> command_table() { return table; }

} // namespace praetor::cli
