#pragma once

#include "frontends/cli/command.hpp"

#include <memory>

namespace praetor::cli {

// One factory per command, for the command table.
std::unique_ptr<command> make_acl_bootstrap();
std::unique_ptr<command> make_acl_set_agent_token();
std::unique_ptr<command> make_acl_token_create();
std::unique_ptr<command> make_acl_token_read();
std::unique_ptr<command> make_acl_token_update();
std::unique_ptr<command> make_acl_token_delete();
std::unique_ptr<command> make_acl_token_list();
std::unique_ptr<command> make_acl_token_clone();
std::unique_ptr<command> make_acl_policy_create();
std::unique_ptr<command> make_acl_policy_read();
std::unique_ptr<command> make_acl_policy_update();
std::unique_ptr<command> make_acl_policy_delete();
std::unique_ptr<command> make_acl_policy_list();
std::unique_ptr<command> make_acl_role_create();
std::unique_ptr<command> make_acl_role_read();
std::unique_ptr<command> make_acl_role_update();
std::unique_ptr<command> make_acl_role_delete();
std::unique_ptr<command> make_acl_role_list();
std::unique_ptr<command> make_acl_template_list();
std::unique_ptr<command> make_acl_template_read();
std::unique_ptr<command> make_acl_template_preview();
std::unique_ptr<command> make_kv_put();
std::unique_ptr<command> make_kv_get();
std::unique_ptr<command> make_kv_delete();
std::unique_ptr<command> make_kv_export();
std::unique_ptr<command> make_kv_import();
std::unique_ptr<command> make_catalog_datacenters();
std::unique_ptr<command> make_catalog_nodes();
std::unique_ptr<command> make_catalog_services();
std::unique_ptr<command> make_members();
std::unique_ptr<command> make_join();
std::unique_ptr<command> make_leave();
std::unique_ptr<command> make_force_leave();
std::unique_ptr<command> make_reload();
std::unique_ptr<command> make_info();
std::unique_ptr<command> make_rtt();
std::unique_ptr<command> make_maint();
std::unique_ptr<command> make_debug();
std::unique_ptr<command> make_event();
std::unique_ptr<command> make_exec();
std::unique_ptr<command> make_keygen();
std::unique_ptr<command> make_version();
std::unique_ptr<command> make_validate();
std::unique_ptr<command> make_services_register();
std::unique_ptr<command> make_services_deregister();
std::unique_ptr<command> make_watch();
std::unique_ptr<command> make_lock();
std::unique_ptr<command> make_monitor();
std::unique_ptr<command> make_keyring();
std::unique_ptr<command> make_raft_list_peers();
std::unique_ptr<command> make_raft_remove_peer();
std::unique_ptr<command> make_raft_transfer_leader();
std::unique_ptr<command> make_autopilot_get_config();
std::unique_ptr<command> make_autopilot_set_config();
std::unique_ptr<command> make_autopilot_state();
std::unique_ptr<command> make_usage_instances();
std::unique_ptr<command> make_snapshot_decode();
std::unique_ptr<command> make_snapshot_inspect();
std::unique_ptr<command> make_snapshot_restore();
std::unique_ptr<command> make_snapshot_save();
std::unique_ptr<command> make_tls_ca_create();
std::unique_ptr<command> make_tls_cert_create();

} // namespace praetor::cli
