#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/connect.hpp"
#include "protocol/types/kv.hpp"

namespace praetor {

/// The first byte of a Raft command and of a snapshot record; the rest is MessagePack of the struct below.
enum class command_type : std::uint8_t {
  register_node = 0,
  deregister = 1,
  kvs = 2,
  session = 3,
  legacy_acl = 4,
  tombstone = 5,
  coordinate_batch = 6,
  prepared_query = 7,
  txn = 8,
  autopilot = 9,
  area = 10,
  acl_bootstrap = 11,
  intention = 12,
  connect_ca = 13,
  ca_provider_state = 14,
  ca_config = 15,
  index = 16,
  acl_token_set = 17,
  acl_token_delete = 18,
  acl_policy_set = 19,
  acl_policy_delete = 20,
  connect_ca_leaf = 21,
  config_entry = 22,
  acl_role_set = 23,
  acl_role_delete = 24,
  binding_rule_set = 25,
  binding_rule_delete = 26,
  auth_method_set = 27,
  auth_method_delete = 28,
  chunking_state = 29,
  federation_state = 30,
  system_metadata = 31,
  service_virtual_ip = 32,
  free_virtual_ip = 33,
  kind_service_names = 34,
  peering_write = 35,
  peering_delete = 36,
  peering_terminate = 37,
  trust_bundle_write = 38,
  trust_bundle_delete = 39,
  peering_secrets_write = 40,
  log_verifier_checkpoint = 41,
  resource_operation = 42,
  update_virtual_ip = 43,
  restore = 100, ///< a chunk of an archive that replaces the state
  // Records of snapshots between servers. They have ignore_unknown_bit.
  lock_delay = 200,
  index_offset = 208,   ///< the offset between indexes and the log
  staged_archive = 209, ///< a chunk of an archive that is being restored
};

/// A server that does not know a command with this bit may skip it.
inline constexpr std::uint8_t ignore_unknown_bit = 128;

/// catalog/register: a node with at most one service and any checks, in one transaction.
struct register_request {
  std::string datacenter;
  std::string id; ///< node id
  std::string node, address;
  string_map tagged_addresses, node_meta;
  std::shared_ptr<const node_service> service;
  std::shared_ptr<const health_check> check;
  std::vector<std::shared_ptr<const health_check>> checks;
  bool skip_node_update = false;
  std::optional<praetor::locality> locality;
  std::string peer_name;
  std::uint64_t create_index = 0, modify_index = 0; ///< accepted from clients and ignored; set in snapshot records
  std::string token;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"ID"}, x.id);
    f(field{"Node"}, x.node);
    f(field{"Address"}, x.address);
    f(field{"TaggedAddresses"}, x.tagged_addresses);
    f(field{"NodeMeta"}, x.node_meta);
    f(field{"Service"}, x.service);
    f(field{"Check"}, x.check);
    f(field{"Checks"}, x.checks);
    f(field{"Locality"}, x.locality);
    f(field{"SkipNodeUpdate"}, x.skip_node_update);
    f(field{"PeerName"}, x.peer_name);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
    f(field{"Token", no_json}, x.token);
  }
};

/// The node that a registration or a snapshot record describes.
node node_of(const register_request& r);
/// The registration of a node alone, with its indexes: its snapshot record.
register_request registration_of(const node& n);

/// catalog/deregister: the named service, else the named check, else the node with all its services and checks.
struct deregister_request {
  static constexpr std::string_view go_type = "struct { Address string; *structs.Alias }", go_embedded = "Alias";
  std::string datacenter, node, address, service_id, check_id, peer_name, token;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Node"}, x.node);
    f(field{"Address", no_packed}, x.address);
    f(field{"ServiceID"}, x.service_id);
    f(field{"CheckID"}, x.check_id);
    f(field{"PeerName"}, x.peer_name);
    f(field{"Token", no_json}, x.token);
  }
};

/// The verbs of a key/value command in the log: set, delete, delete-cas, delete-tree, cas, lock, unlock, and in
/// transactions get, get-or-empty, get-tree, check-session, check-index, check-not-exists.
struct kv_request {
  std::string datacenter;
  std::string op;
  kv_entry entry; ///< for cas verbs ModifyIndex is the index to compare with
  std::string token;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Op"}, x.op);
    f(field{"DirEnt"}, x.entry);
    f(field{"Token", no_json}, x.token);
  }
};

struct session_request {
  std::string datacenter;
  std::string op; ///< "create" or "destroy"
  praetor::session session;
  std::string token;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Op"}, x.op);
    f(field{"Session"}, x.session);
    f(field{"Token", no_json}, x.token);
  }
};

/// Deletes the tombstones up to an index (op "reap").
struct tombstone_request {
  std::string datacenter;
  std::string op = "reap";
  std::uint64_t reap_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Op"}, x.op);
    f(field{"ReapIndex"}, x.reap_index);
  }
};

/// One operation of a transaction; exactly one of the members is set.
struct txn_kv_op {
  std::string verb;
  kv_entry entry;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"DirEnt"}, x.entry);
  }
};
struct txn_node_op {
  std::string verb;
  praetor::node node;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Node"}, x.node);
  }
};
struct txn_service_op {
  std::string verb, node;
  node_service service;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Node"}, x.node);
    f(field{"Service"}, x.service);
  }
};
struct txn_check_op {
  std::string verb;
  health_check check;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Check"}, x.check);
  }
};
struct txn_session_op {
  std::string verb; ///< only "delete", used by the servers themselves
  praetor::session session;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Session"}, x.session);
  }
};
struct txn_op {
  std::optional<txn_kv_op> kv;
  std::optional<txn_node_op> node;
  std::optional<txn_service_op> service;
  std::optional<txn_check_op> check;
  std::optional<txn_session_op> session;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"KV"}, x.kv);
    f(field{"Node"}, x.node);
    f(field{"Service"}, x.service);
    f(field{"Check"}, x.check);
    f(field{"Session"}, x.session);
  }
};
struct txn_request {
  std::string datacenter;
  std::vector<txn_op> ops;
  std::string token;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Ops"}, x.ops);
    f(field{"Token", no_json}, x.token);
  }
};

/// The result of one operation of a transaction; at most one member is set.
struct txn_result {
  kv_entry_ptr kv;
  node_ptr node;
  node_service_ptr service;
  health_check_ptr check;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"KV", omit_empty}, x.kv);
    f(field{"Node", omit_empty}, x.node);
    f(field{"Service", omit_empty}, x.service);
    f(field{"Check", omit_empty}, x.check);
  }
};
struct txn_error {
  std::int64_t op_index = 0;
  std::string what;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"OpIndex"}, x.op_index);
    f(field{"What"}, x.what);
  }
  bool operator==(const txn_error&) const = default;
};
/// Either all operations succeeded (`errors` empty) or nothing was changed.
struct txn_response {
  std::vector<txn_result> results;
  std::vector<txn_error> errors;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Results", null_if_empty}, x.results);
    f(field{"Errors", null_if_empty}, x.errors);
  }
};

/// Changes to the certificate authority (op set-roots, set-config, set-provider-state, delete-provider-state,
/// set-roots-config, increment-provider-serial).
struct ca_request {
  std::string op;
  std::string datacenter;
  std::uint64_t index = 0; ///< compare-and-set on the roots table
  std::vector<ca_root_ptr> roots;
  std::shared_ptr<const ca_configuration> config;
  std::shared_ptr<const ca_provider_state> provider_state;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Op"}, x.op);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Index"}, x.index);
    f(field{"Roots"}, x.roots);
    f(field{"Config"}, x.config);
    f(field{"ProviderState"}, x.provider_state);
  }
};

struct system_metadata_entry {
  std::string key, value;
  std::uint64_t create_index = 0, modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
    f(field{"Value"}, x.value);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const system_metadata_entry&) const = default;
};
struct system_metadata_request {
  std::string datacenter;
  std::string op = "upsert"; ///< or "delete"
  system_metadata_entry entry;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Op"}, x.op);
    f(field{"Entry"}, x.entry);
  }
};

/// The cluster's autopilot settings.
struct autopilot_config {
  bool cleanup_dead_servers = true;
  nanoseconds last_contact_threshold{200'000'000};
  std::uint64_t max_trailing_logs = 250;
  std::uint64_t min_quorum = 0;
  nanoseconds server_stabilization_time{10'000'000'000};
  std::string redundancy_zone_tag;
  bool disable_upgrade_migration = false;
  std::string upgrade_version_tag;
  std::uint64_t create_index = 0, modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"CleanupDeadServers"}, x.cleanup_dead_servers);
    f(field{"LastContactThreshold", duration_text}, x.last_contact_threshold);
    f(field{"MaxTrailingLogs"}, x.max_trailing_logs);
    f(field{"MinQuorum"}, x.min_quorum);
    f(field{"ServerStabilizationTime", duration_text}, x.server_stabilization_time);
    f(field{"RedundancyZoneTag"}, x.redundancy_zone_tag);
    f(field{"DisableUpgradeMigration"}, x.disable_upgrade_migration);
    f(field{"UpgradeVersionTag"}, x.upgrade_version_tag);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const autopilot_config&) const = default;
};
struct autopilot_request {
  std::string datacenter;
  autopilot_config config;
  bool cas = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Config"}, x.config);
    f(field{"CAS"}, x.cas);
  }
};

/// A chunk of an archive's state. The chunks of a restore come in order; the last one replaces the state.
struct restore_request {
  std::string id;           ///< identifies the restore: a chunk with another id at offset 0 discards the previous ones
  std::uint64_t offset = 0; ///< position of `data` in the state's bytes
  blob data;
  bool done = false; ///< `data` is the last chunk

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Offset"}, x.offset);
    f(field{"Data"}, x.data);
    f(field{"Done"}, x.done);
  }
};

} // namespace praetor
