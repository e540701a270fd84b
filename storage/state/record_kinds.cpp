#include "storage/state/record_kinds.hpp"

#include "protocol/base/named_values.hpp"
#include "storage/state/archive_forms.hpp"

#include <algorithm>
#include <array>

namespace praetor::state {

namespace {

using c = command_type;

struct unbuilt_kind {
  command_type type;
  std::string_view name;
  archive_form archive = {};
};

/// The kinds of features that this release does not have. Their records are kept if archives may hold them. A kind that
/// gets a row of its own leaves this list.
constexpr std::array unbuilt_kinds{
    unbuilt_kind{c::legacy_acl, "ACL (Deprecated)"},
    unbuilt_kind{c::prepared_query, "PreparedQuery", carried_along(13)},
    unbuilt_kind{c::area, "Area"},
    unbuilt_kind{c::intention, "Intention", carried_along(15)},
    unbuilt_kind{c::connect_ca_leaf, "ConnectCALeaf"},
    unbuilt_kind{c::config_entry, "ConfigEntry", carried_along(19)},
    unbuilt_kind{c::binding_rule_set, "ACLBindingRule", carried_along(9)},
    unbuilt_kind{c::binding_rule_delete, "ACLBindingRuleDelete"},
    unbuilt_kind{c::auth_method_set, "ACLAuthMethod", carried_along(10)},
    unbuilt_kind{c::auth_method_delete, "ACLAuthMethodDelete"},
    unbuilt_kind{c::federation_state, "FederationState", carried_along(20)},
    unbuilt_kind{c::service_virtual_ip, "ServiceVirtualIP", carried_along(1)},
    unbuilt_kind{c::free_virtual_ip, "FreeVirtualIP", carried_along(2)},
    unbuilt_kind{c::peering_write, "PeeringWrite", carried_along(23)},
    unbuilt_kind{c::peering_delete, "PeeringDelete"},
    unbuilt_kind{c::peering_terminate, "PeeringTerminateByID"},
    unbuilt_kind{c::trust_bundle_write, "PeeringTrustBundleWrite", carried_along(24)},
    unbuilt_kind{c::trust_bundle_delete, "PeeringTrustBundleDelete"},
    unbuilt_kind{c::peering_secrets_write, "PeeringSecretsWrite", carried_along(25)},
    unbuilt_kind{c::log_verifier_checkpoint, "RaftLogVerifierCheckpoint"},
    unbuilt_kind{c::resource_operation, "ResourceOperationType", carried_along(26)},
    unbuilt_kind{c::update_virtual_ip, "UpdateVirtualIPRequestType"},
};

constexpr const unbuilt_kind* find_unbuilt(command_type type) {
  for (const auto& kind : unbuilt_kinds)
    if (kind.type == type) return &kind;
  return nullptr;
}

constexpr auto numbers = named_values<command_type, 256>;

/// The kinds, in the ways that they are looked up.
struct kind_registry {
  std::array<record_kind, numbers.size()> all;
  std::array<const record_kind*, numbers.size()> archived; ///< its first `archived_size`, by place
  std::size_t archived_size = 0;
  std::array<const record_kind*, 256> by_type{};

  kind_registry() : kind_registry(std::make_index_sequence<numbers.size()>()) {}

private:
  template <std::size_t... At>
  explicit kind_registry(std::index_sequence<At...>) : all{row_of<numbers[At]>()...} {
    for (const auto& kind : all) {
      by_type[static_cast<std::uint8_t>(kind.type)] = &kind;
      if (kind.archive.place > 0) archived[archived_size++] = &kind;
    }
    std::sort(archived.begin(), archived.begin() + archived_size,
              [](auto* a, auto* b) { return a->archive.place < b->archive.place; });
  }

  template <command_type Type>
  static record_kind row_of() {
    record_kind out;
    constexpr auto* unbuilt = find_unbuilt(Type);
    if constexpr (unbuilt != nullptr)
      out = {.name = unbuilt->name, .archive = unbuilt->archive};
    else
      out = row<Type>();
    out.type = Type;
    return out;
  }
};

const kind_registry& kinds() {
  static const kind_registry all;
  return all;
}

} // namespace

std::span<const record_kind> record_kinds() { return kinds().all; }

std::span<const record_kind* const> archived_kinds() {
  return std::span(kinds().archived).first(kinds().archived_size);
}

const record_kind* find_kind(std::uint8_t type) { return kinds().by_type[type]; }

const record_kind* find_command(std::uint8_t type) {
  const auto* kind = find_kind(type);
  return kind && kind->command.apply ? kind : nullptr;
}

} // namespace praetor::state
