#include "frontends/api/kv/txn_input.hpp"

#include "frontends/api/call.hpp"
#include "frontends/api/readable_duration.hpp"
#include "protocol/codec/json_read.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>

namespace praetor::api::txn_endpoints {

namespace {

constexpr std::size_t most_operations = 128;

// The operations as clients send them.

struct kv_input {
  static constexpr std::string_view type_name = "KVTxnOp", go_type = "api.KVTxnOp";
  std::string verb, key;
  blob value;
  std::uint64_t flags = 0, index = 0;
  std::string session, name_space, partition;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Key"}, x.key);
    f(field{"Value"}, x.value);
    f(field{"Flags"}, x.flags);
    f(field{"Index"}, x.index);
    f(field{"Session"}, x.session);
    f(field{"Namespace"}, x.name_space);
    f(field{"Partition"}, x.partition);
  }
};

/// A check definition with its durations under either of their two names.
struct check_definition_input : health_check_definition {
  readable_duration readable_interval, readable_timeout, readable_deregister;
  std::optional<nanoseconds> interval_duration, timeout_duration, deregister_duration; ///< these take precedence
  static constexpr bool json_lenient = true;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    health_check_definition::fields(
        [&](field d, auto& member) {
          if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(member)>, nanoseconds>) f(d, member);
        },
        x);
    f(field{"Interval"}, x.readable_interval);
    f(field{"Timeout"}, x.readable_timeout);
    f(field{"DeregisterCriticalServiceAfter"}, x.readable_deregister);
    f(field{"IntervalDuration"}, x.interval_duration);
    f(field{"TimeoutDuration"}, x.timeout_duration);
    f(field{"DeregisterCriticalServiceAfterDuration"}, x.deregister_duration);
  }
};
struct check_input : health_check {
  static constexpr std::string_view type_name = "HealthCheck", go_type = "api.HealthCheck";
  check_definition_input definition_input;
  std::string name_space, partition;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    health_check::fields(
        [&](field d, auto& member) {
          if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(member)>, health_check_definition>)
            if (d.name != "Interval" && d.name != "Timeout") f(d, member);
        },
        x);
    f(field{"Definition"}, x.definition_input);
    f(field{"Namespace"}, x.name_space);
    f(field{"Partition"}, x.partition);
  }
};
struct check_op_input {
  static constexpr std::string_view type_name = "CheckTxnOp", go_type = "api.CheckTxnOp";
  std::string verb;
  check_input check;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Check"}, x.check);
  }
};
struct weights_input {
  static constexpr std::string_view type_name = "AgentWeights", go_type = "api.AgentWeights";
  std::int64_t passing = 0, warning = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Passing"}, x.passing);
    f(field{"Warning"}, x.warning);
  }
};
struct connect_input {
  static constexpr std::string_view type_name = "AgentServiceConnect", go_type = "api.AgentServiceConnect";
  bool native = false;
  free_form sidecar_service;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Native"}, x.native);
    f(field{"SidecarService"}, x.sidecar_service);
  }
};
struct service_input : node_service {
  static constexpr std::string_view type_name = "AgentService", go_type = "api.AgentService";
  weights_input given_weights;
  connect_input given_connect;
  std::string content_hash, datacenter, name_space, partition;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    node_service::fields(
        [&](field d, auto& member) {
          if (d.name != "Weights" && d.name != "Connect") f(d, member);
        },
        x);
    f(field{"Weights"}, x.given_weights);
    f(field{"Connect"}, x.given_connect);
    f(field{"ContentHash"}, x.content_hash);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Namespace"}, x.name_space);
    f(field{"Partition"}, x.partition);
  }
};
struct service_op_input {
  static constexpr std::string_view type_name = "ServiceTxnOp", go_type = "api.ServiceTxnOp";
  std::string verb, node;
  service_input service;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Node"}, x.node);
    f(field{"Service"}, x.service);
  }
};
struct node_input : node {
  static constexpr std::string_view type_name = "Node", go_type = "api.Node";
  std::string partition;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    node::fields(f, x);
    f(field{"Partition"}, x.partition);
  }
};
struct node_op_input {
  static constexpr std::string_view type_name = "NodeTxnOp", go_type = "api.NodeTxnOp";
  std::string verb;
  node_input node;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Verb"}, x.verb);
    f(field{"Node"}, x.node);
  }
};
struct op_input {
  static constexpr std::string_view type_name = "TxnOp", go_type = "api.TxnOp";
  std::optional<kv_input> kv;
  std::optional<node_op_input> node;
  std::optional<service_op_input> service;
  std::optional<check_op_input> check;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"KV"}, x.kv);
    f(field{"Node"}, x.node);
    f(field{"Service"}, x.service);
    f(field{"Check"}, x.check);
  }
};

// Like Consul 1.19, a transaction stores some members of its operations and drops the others.

node stored_node(const node_input& in, const std::string& datacenter) {
  node out;
  out.id = in.id;
  out.name = in.name;
  out.address = in.address;
  out.datacenter = in.datacenter.empty() ? datacenter : in.datacenter;
  out.peer_name = in.peer_name;
  out.tagged_addresses = in.tagged_addresses;
  out.meta = in.meta;
  out.modify_index = in.modify_index;
  return out;
}

proxy_config stored_proxy(const proxy_config& in) {
  proxy_config out;
  out.destination_service_name = in.destination_service_name;
  out.destination_service_id = in.destination_service_id;
  out.local_service_address = in.local_service_address;
  out.local_service_port = in.local_service_port;
  out.local_service_socket_path = in.local_service_socket_path;
  out.mesh_gateway = in.mesh_gateway;
  if (in.transparent_proxy != transparent_proxy_config{}) out.transparent_proxy = in.transparent_proxy;
  return out;
}

node_service stored_service(const service_input& in) {
  node_service out;
  out.id = in.id;
  out.name = in.name;
  out.kind = in.kind;
  out.tags = in.tags;
  out.address = in.address;
  out.meta = in.meta;
  out.port = in.port;
  if (in.given_weights.passing != 0 || in.given_weights.warning != 0)
    out.weights = service_weights{in.given_weights.passing, in.given_weights.warning};
  out.enable_tag_override = in.enable_tag_override;
  out.proxy = stored_proxy(in.proxy);
  out.modify_index = in.modify_index;
  return out;
}

health_check_definition stored_definition(const check_definition_input& in) {
  health_check_definition out;
  out.http = in.http;
  out.tls_server_name = in.tls_server_name;
  out.tls_skip_verify = in.tls_skip_verify;
  out.header = in.header;
  out.method = in.method;
  out.body = in.body;
  out.tcp = in.tcp;
  out.tcp_use_tls = in.tcp_use_tls;
  out.grpc = in.grpc;
  out.grpc_use_tls = in.grpc_use_tls;
  out.os_service = in.os_service;
  out.interval = in.interval_duration.value_or(in.readable_interval.value);
  out.timeout = in.timeout_duration.value_or(in.readable_timeout.value);
  out.deregister_critical_service_after = in.deregister_duration.value_or(in.readable_deregister.value);
  return out;
}

health_check stored_check(const check_input& in) {
  health_check out;
  out.node = in.node;
  out.check_id = in.check_id;
  out.name = in.name;
  out.status = in.status.empty() ? std::string(health_critical) : in.status;
  out.notes = in.notes;
  out.output = in.output;
  out.service_id = in.service_id;
  out.service_name = in.service_name;
  out.service_tags = in.service_tags;
  out.peer_name = in.peer_name;
  out.exposed_port = in.exposed_port;
  out.definition = stored_definition(in.definition_input);
  out.modify_index = in.modify_index;
  return out;
}

txn_op stored_op(const op_input& in, const config::runtime_config& config) {
  txn_op out;
  if (in.kv) {
    txn_kv_op op;
    op.verb = in.kv->verb;
    op.entry.key = in.kv->key;
    op.entry.value = in.kv->value;
    op.entry.flags = in.kv->flags;
    op.entry.session = in.kv->session;
    op.entry.modify_index = in.kv->index;
    out.kv = std::move(op);
  } else if (in.node) {
    out.node = txn_node_op{in.node->verb, stored_node(in.node->node, config.datacenter)};
  } else if (in.service) {
    out.service = txn_service_op{in.service->verb, in.service->node, stored_service(in.service->service)};
  } else if (in.check) {
    out.check = txn_check_op{in.check->verb, stored_check(in.check->check)};
    auto& check = out.check->check;
    if (check.check_id.empty() && state::is_record_write(out.check->verb)) check.check_id = check.name;
  }
  return out;
}

/// The number of operations in a body, or 0 if it is malformed. An operation without members takes three bytes of the
/// body and a thousand times as much memory once decoded, so operations of long bodies are counted before decoding.
std::size_t count_operations(std::string_view body) {
  constexpr std::size_t shortest = 2 * most_operations; // bytes of a body that may have too many operations
  if (body.size() < shortest) return 0;
  auto checked = json::scan(body, false, json::read_options{}.max_depth);
  if (!checked.error.empty()) return 0;
  json::reader in(body.substr(0, checked.end), false, {});
  if (in.kind() != json::value_kind::list || !in.begin_list([] { return std::string(); })) return 0;
  std::size_t count = 0;
  for (; in.next_element(); ++count) in.skip();
  return count;
}

auto too_many(std::size_t operations) {
  return fail("Transaction contains too many operations (" + std::to_string(operations) + " > " +
                  std::to_string(most_operations) + ")",
              413);
}

bool writes(const txn_op& op) {
  if (op.kv) return state::is_kv_write(op.kv->verb);
  return !state::is_read_only({op});
}

} // namespace

expected<transaction> given_transaction(const call& c) {
  auto config = c.env.config();
  if (auto count = count_operations(c.req.body); count > most_operations) return too_many(count);
  std::vector<op_input> given;
  json::read_options strict;
  strict.reject_unknown_fields = true;
  strict.root_type = "api.TxnOps";
  if (auto parsed = json::read(c.req.body, given, strict); !parsed)
    return fail("Failed to parse body: " + parsed.error().text, 400);
  if (given.size() > most_operations) return too_many(given.size());
  transaction out;
  for (const auto& one : given) {
    if (one.kv && one.kv->value.bytes.size() > config->kv_max_value_size)
      return fail("Value for key " + praetor::quoted(one.kv->key) + " is too large (" +
                      std::to_string(one.kv->value.bytes.size()) + " > " + std::to_string(config->kv_max_value_size) +
                      " bytes)",
                  413);
    if (one.kv || one.node || one.service || one.check) out.ops.push_back(stored_op(one, *config));
  }
  out.writes = std::any_of(out.ops.begin(), out.ops.end(), writes);
  return out;
}

free_form operations_schema(int depth) { return schema_of<std::vector<op_input>>(depth); }

} // namespace praetor::api::txn_endpoints
