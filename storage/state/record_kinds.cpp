#include "storage/state/record_kinds.hpp"

#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_records.hpp"
#include "storage/state/command_forms.hpp"

#include <algorithm>
#include <array>

namespace praetor::state {

namespace {

using enum proposer;
using c = command_type;

constexpr archive_form no_archive = {};

/// Kinds without a command or an archive form belong to features that this release does not have. Their records are
/// kept if archives may hold them.
constexpr std::array kinds{
    record_kind{c::register_node,
                "Register",
                command<register_request, apply_register>("registration", agent),
                archived<register_request, write_catalog, restore_registration>(3),
                {"catalog.register", "Milliseconds until a catalog registration was applied."}},
    record_kind{c::deregister,
                "Deregister",
                command<deregister_request, apply_deregister>("deregistration", agent),
                no_archive,
                {"catalog.deregister", "Milliseconds until a catalog deregistration was applied."}},
    record_kind{c::kvs,
                "KVS",
                command<kv_request, apply_kv>("key/value command", server),
                archived_table<&tables::kvs>(11),
                {"kvs.apply", "Milliseconds until a change of the key-value store was applied."}},
    record_kind{c::session,
                "Session",
                command<session_request, apply_session>("session command", server),
                archived_table<&tables::sessions>(5),
                {"session.apply", "Milliseconds until a change of a session was applied."}},
    record_kind{c::legacy_acl, "ACL (Deprecated)"},
    record_kind{c::tombstone, "Tombstone", command<tombstone_request, apply_tombstone>("tombstone command", leader),
                archived<kv_entry, write_tombstones, restore_tombstone>(12)},
    record_kind{c::coordinate_batch, "CoordinateBatchUpdate",
                command<coordinate_batch, apply_coordinates>("batch of coordinates", leader),
                archived<coordinate_batch, write_coordinates, restore_coordinates>(4)},
    record_kind{c::prepared_query, "PreparedQuery", {}, carried_along(13)},
    record_kind{c::txn,
                "Txn",
                command<txn_request, apply_txn>("transaction", server),
                no_archive,
                {"txn.apply", "Milliseconds until a transaction was applied."}},
    record_kind{c::autopilot, "Autopilot",
                command<autopilot_request, apply_autopilot>("autopilot configuration", server),
                archived_table<&tables::autopilot>(14)},
    record_kind{c::area, "Area"},
    record_kind{c::acl_bootstrap, "ACLBootstrap",
                command<acl_bootstrap_request, apply_acl_bootstrap>("ACL bootstrap", server)},
    record_kind{c::intention, "Intention", {}, carried_along(15)},
    record_kind{c::connect_ca, "ConnectCA", command<ca_request, apply_connect>("certificate authority command", leader),
                archived_table<&tables::ca_roots>(16)},
    record_kind{c::ca_provider_state, "ConnectCAProviderState", {}, archived_table<&tables::ca_provider_states>(17)},
    record_kind{c::ca_config, "ConnectCAConfig", {}, archived_table<&tables::ca_config>(18)},
    record_kind{c::index, "Index", {}, archived<index_record, write_indexes, restore_index>(22)},
    record_kind{c::acl_token_set, "ACLToken",
                command<acl_token_set_request, apply_acl_token_set>("set of ACL tokens", server),
                archived<acl_token, write_table<&acl_tables::tokens>, restore_token>(6)},
    record_kind{c::acl_token_delete, "ACLTokenDelete",
                command<acl_token_delete_request, apply_acl_token_delete>("deletion of ACL tokens", server)},
    record_kind{c::acl_policy_set, "ACLPolicy",
                command<acl_policy_set_request, apply_acl_policy_set>("set of ACL policies", server),
                archived_table<&acl_tables::policies>(7)},
    record_kind{c::acl_policy_delete, "ACLPolicyDelete",
                command<acl_policy_delete_request, apply_acl_policy_delete>("deletion of ACL policies", server)},
    record_kind{c::connect_ca_leaf, "ConnectCALeaf"},
    record_kind{c::config_entry, "ConfigEntry", {}, carried_along(19)},
    record_kind{c::acl_role_set, "ACLRole",
                command<acl_role_set_request, apply_acl_role_set>("set of ACL roles", server),
                archived_table<&acl_tables::roles>(8)},
    record_kind{c::acl_role_delete, "ACLRoleDelete",
                command<acl_role_delete_request, apply_acl_role_delete>("deletion of ACL roles", server)},
    record_kind{c::binding_rule_set, "ACLBindingRule", {}, carried_along(9)},
    record_kind{c::binding_rule_delete, "ACLBindingRuleDelete"},
    record_kind{c::auth_method_set, "ACLAuthMethod", {}, carried_along(10)},
    record_kind{c::auth_method_delete, "ACLAuthMethodDelete"},
    record_kind{c::chunking_state, "ChunkingState", {}, {30, write_no_chunks, restore_nothing}},
    record_kind{c::federation_state, "FederationState", {}, carried_along(20)},
    record_kind{c::system_metadata, "SystemMetadata",
                command<system_metadata_request, apply_system_metadata>("system metadata", leader),
                archived_table<&tables::system_metadata>(21)},
    record_kind{c::service_virtual_ip, "ServiceVirtualIP", {}, carried_along(1)},
    record_kind{c::free_virtual_ip, "FreeVirtualIP", {}, carried_along(2)},
    record_kind{c::kind_service_names, "KindServiceNames", {}, {0, nullptr, restore_nothing}}, // derived from services
    record_kind{c::peering_write, "PeeringWrite", {}, carried_along(23)},
    record_kind{c::peering_delete, "PeeringDelete"},
    record_kind{c::peering_terminate, "PeeringTerminateByID"},
    record_kind{c::trust_bundle_write, "PeeringTrustBundleWrite", {}, carried_along(24)},
    record_kind{c::trust_bundle_delete, "PeeringTrustBundleDelete"},
    record_kind{c::peering_secrets_write, "PeeringSecretsWrite", {}, carried_along(25)},
    record_kind{c::log_verifier_checkpoint, "RaftLogVerifierCheckpoint"},
    record_kind{c::resource_operation, "ResourceOperationType", {}, carried_along(26)},
    record_kind{c::update_virtual_ip, "UpdateVirtualIPRequestType"},
    record_kind{c::restore, "Restore", command<restore_request, apply_restore>("piece of a restored archive", leader)},
    record_kind{c::lock_delay,
                "LockDelay",
                {},
                archived<lock_delay, write_lock_delays, restore_into<&tables::lock_delays, lock_delay>>(27)},
    record_kind{c::index_offset,
                "IndexOffset",
                {},
                archived<index_offset_record, write_index_offset, restore_index_offset>(28)},
    record_kind{c::staged_archive,
                "StagedArchive",
                {},
                archived<restore_request, write_staged_archive, restore_staged_archive>(29)},
};

constexpr auto by_type = [] {
  std::array<const record_kind*, 256> out{};
  for (const auto& k : kinds) out[static_cast<std::uint8_t>(k.type)] = &k;
  return out;
}();

constexpr auto is_archived = [](const record_kind& k) { return k.archive.place > 0; };

constexpr auto by_place = [] {
  std::array<const record_kind*, std::count_if(kinds.begin(), kinds.end(), is_archived)> out{};
  auto end = out.begin();
  for (const auto& k : kinds)
    if (is_archived(k)) *end++ = &k;
  std::sort(out.begin(), out.end(), [](auto* a, auto* b) { return a->archive.place < b->archive.place; });
  return out;
}();

} // namespace

std::span<const record_kind> record_kinds() { return kinds; }

std::span<const record_kind* const> archived_kinds() { return by_place; }

const record_kind* find_kind(std::uint8_t type) { return by_type[type]; }

const record_kind* find_command(std::uint8_t type) {
  const auto* kind = find_kind(type);
  return kind && kind->command.apply ? kind : nullptr;
}

} // namespace praetor::state
