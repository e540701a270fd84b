#include "frontends/api/catalog/catalog_input.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/permissions.hpp"
#include "frontends/api/query_meta.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/types/names.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>
#include <array>

namespace praetor::api::txn_endpoints {

namespace {

constexpr std::size_t most_operations = 128;

// The operations as clients write them.

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

/// A check with its durations under either of the names that clients give them.
struct check_definition_input : health_check_definition {
  nanoseconds interval_duration{0}, timeout_duration{0}, deregister_duration{0};
  static constexpr bool json_lenient = true;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    health_check_definition::fields(f, x);
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
          if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(member)>, health_check_definition>) f(d, member);
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
struct service_input : node_service {
  static constexpr std::string_view type_name = "AgentService", go_type = "api.AgentService";
  std::string content_hash, datacenter, name_space, partition;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    node_service::fields(f, x);
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

// The results as clients read them: unset lists and maps are null here.

template <class Base>
struct with_nulls : Base {
  with_nulls() = default;
  explicit with_nulls(const Base& b) : Base(b) {}

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    Base::fields(
        [&](field d, auto& member) {
          if (d.name == "Tags" || d.name == "Meta" || d.name == "ServiceTags") d.flags = d.flags | null_if_empty;
          f(d, member);
        },
        x);
  }
};
struct result_shape {
  kv_entry_ptr kv;
  node_ptr node;
  std::optional<with_nulls<node_service>> service;
  std::optional<with_nulls<health_check>> check;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"KV", omit_empty}, x.kv);
    f(field{"Node", omit_empty}, x.node);
    f(field{"Service", omit_empty}, x.service);
    f(field{"Check", omit_empty}, x.check);
  }
};
struct response_shape {
  std::optional<std::vector<result_shape>> results;
  std::optional<std::vector<txn_error>> errors;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Results"}, x.results);
    f(field{"Errors"}, x.errors);
  }
};
/// A read's answer says in its body where it comes from.
struct read_response_shape : response_shape {
  query_meta meta;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    response_shape::fields(f, x);
    query_meta::fields(f, x.meta);
  }
};

response_shape shape(const txn_response& r) {
  response_shape out;
  if (!r.errors.empty()) {
    out.errors = r.errors;
    return out;
  }
  out.results.emplace();
  for (const auto& one : r.results) {
    result_shape row;
    row.kv = one.kv;
    row.node = one.node;
    if (one.service) row.service.emplace(*one.service);
    if (one.check) row.check.emplace(*one.check);
    out.results->push_back(std::move(row));
  }
  return out;
}

health_check stored_check(const check_input& in) {
  health_check out = in;
  out.definition = in.definition_input;
  auto take = [](nanoseconds& to, nanoseconds from) {
    if (to.count() == 0) to = from;
  };
  take(out.definition.interval, in.definition_input.interval_duration);
  take(out.definition.timeout, in.definition_input.timeout_duration);
  take(out.definition.deregister_critical_service_after, in.definition_input.deregister_duration);
  if (out.status.empty()) out.status = health_critical;
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
    out.node = txn_node_op{in.node->verb, in.node->node};
    if (out.node->node.datacenter.empty()) out.node->node.datacenter = config.datacenter;
  } else if (in.service) {
    out.service = txn_service_op{in.service->verb, in.service->node, in.service->service};
  } else if (in.check) {
    out.check = txn_check_op{in.check->verb, stored_check(in.check->check)};
    auto& check = out.check->check;
    if (check.check_id.empty() && state::is_record_write(out.check->verb)) check.check_id = check.name;
  }
  return out;
}

bool bad_id(const node& n) { return !n.id.empty() && !is_uuid(n.id); }

/// What no operation may lack, whatever the state is.
std::vector<txn_error> malformed_operations(std::vector<txn_op>& ops) {
  std::vector<txn_error> out;
  auto refuse = [&](std::size_t at, std::string what) {
    out.push_back({static_cast<std::int64_t>(at), std::move(what)});
  };
  for (std::size_t i = 0; i < ops.size(); ++i) {
    auto& op = ops[i];
    if (op.kv && op.kv->entry.key.empty() && op.kv->verb != "delete-tree")
      refuse(i, "Must provide key");
    else if (op.kv && !state::is_kv_verb(op.kv->verb))
      refuse(i, "unknown KV operation: " + op.kv->verb);
    else if (op.node && state::is_record_write(op.node->verb) && op.node->node.name.empty())
      refuse(i, "Must provide node");
    else if (op.node && state::is_record_write(op.node->verb) && bad_id(op.node->node))
      refuse(i, "Bad node ID: uuid string is wrong length");
    else if (op.service && state::is_record_write(op.service->verb)) {
      if (auto whole = complete_service(op.service->service); !whole)
        refuse(i, whole.error().text);
      else if (auto valid = valid_for_kind(op.service->service); !valid)
        refuse(i, valid.error().text);
    }
    auto unknown = [](const std::string& verb) { return verb != "get" && !state::is_record_write(verb); };
    if (op.node && unknown(op.node->verb)) refuse(i, "unknown node operation: " + op.node->verb);
    if (op.service && unknown(op.service->verb)) refuse(i, "unknown service operation: " + op.service->verb);
    if (op.check && unknown(op.check->verb)) refuse(i, "unknown check operation: " + op.check->verb);
  }
  return out;
}

/// The first name or id that no operation may write, if there is one.
std::optional<std::string> fault_in_operations(const std::vector<txn_op>& ops) {
  for (std::size_t i = 0; i < ops.size(); ++i)
    if (auto fault = fault_in_names(ops[i])) return "Operation " + std::to_string(i) + ": " + *fault;
  return {};
}

/// What the token may not do, operation by operation. Reads are not refused but left out of the results.
std::vector<txn_error> denied_operations(const call& c, const std::vector<txn_op>& ops) {
  std::vector<txn_error> out;
  for (std::size_t i = 0; i < ops.size(); ++i)
    if (auto no = refused_write(c, ops[i], ops)) out.push_back({static_cast<std::int64_t>(i), std::move(no->text)});
  return out;
}

/// Takes out of the results what the token may not read.
bool remove_unreadable(const acl::authorizer& who, txn_response& r) {
  return std::erase_if(r.results, [&](const txn_result& one) {
           if (one.kv) return !who.allowed(acl::resource::key, acl::access::read, one.kv->key);
           if (one.node) return !may_read(who, *one.node);
           if (one.service) return !may_read(who, *one.service);
           return one.check && !may_read(who, *one.check);
         }) > 0;
}

void answer_from_state(const call& c, const std::vector<txn_op>& ops) {
  auto response = state::read_transaction(*c.env.state(), ops).value;
  read_response_shape body;
  body.meta.index = 1;
  body.meta.consistency_level.clear();
  body.meta.filtered = remove_unreadable(*c.who, response) && !c.token.empty();
  static_cast<response_shape&>(body) = shape(response);
  body.meta.known_leader = !c.env.view().leader.get()->leader_id.empty();
  auto a = json_answer(c, body, response.errors.empty() ? 200 : 409);
  a.meta.known_leader = body.meta.known_leader;
  a.meta.last_contact = nanoseconds{0};
  respond(c, std::move(a));
}

void read(const call& c, const read_options& options, std::vector<txn_op> ops) {
  auto& leader = c.env.view().leader;
  bool at_once =
      options.mode == consistency::stale || (options.mode == consistency::leader && leader.leads(c.env.now()));
  if (at_once) return answer_from_state(c, ops);
  c.env.handles()->writes.read([c, ops = std::move(ops)](const error* failed) {
    if (!failed) return answer_from_state(c, ops);
    if (!c.env.view().leader.get()->is_leader) return forward(c);
    respond(c, error_answer(*failed));
  });
}

/// What only reads is answered as a read, even if it was never asked.
void respond_refused(const call& c, const std::vector<txn_op>& ops, std::vector<txn_error> faults) {
  bool reads = std::all_of(ops.begin(), ops.end(), [](const txn_op& op) {
    return op.kv && !state::is_kv_write(op.kv->verb) ? true : state::is_read_only({op});
  });
  read_response_shape body;
  body.errors = std::move(faults);
  if (!reads) return respond(c, json_answer(c, static_cast<const response_shape&>(body), 409));
  body.meta.known_leader = false;
  body.meta.consistency_level.clear();
  auto a = json_answer(c, body, 409);
  a.meta.known_leader = false;
  a.meta.last_contact = nanoseconds{0};
  respond(c, std::move(a));
}

/// How many operations a body has, or 0 if it is none. An operation without members takes three bytes of a body and a
/// thousand times as many when it is read, so that the operations of long bodies are counted first.
std::size_t count_operations(std::string_view body) {
  constexpr std::size_t shortest = 2 * most_operations; // bytes of a body that may have too many
  if (body.size() < shortest) return 0;
  auto checked = json::scan(body, false, json::read_options{}.max_depth);
  if (!checked.error.empty()) return 0;
  json::reader in(body.substr(0, checked.end), false, {});
  if (in.kind() != json::value_kind::list || !in.begin_list([] { return std::string(); })) return 0;
  std::size_t count = 0;
  for (; in.next_element(); ++count) in.skip();
  return count;
}

void respond_too_many(const call& c, std::size_t operations) {
  respond_error(c,
                "Transaction contains too many operations (" + std::to_string(operations) + " > " +
                    std::to_string(most_operations) + ")",
                413);
}

void txn(const call& c) {
  auto config = c.env.config();
  if (auto count = count_operations(c.req.body); count > most_operations) return respond_too_many(c, count);
  std::vector<op_input> given;
  json::read_options strict;
  strict.reject_unknown_fields = true;
  strict.root_type = "api.TxnOps";
  if (auto parsed = json::read(c.req.body, given, strict); !parsed)
    return respond_error(c, "Failed to parse body: " + parsed.error().text, 400);
  if (given.size() > most_operations) return respond_too_many(c, given.size());
  std::vector<txn_op> ops;
  for (const auto& one : given) {
    if (one.kv && one.kv->value.bytes.size() > config->kv_max_value_size)
      return respond_error(c,
                           "Value for key " + praetor::quoted(one.kv->key) + " is too large (" +
                               std::to_string(one.kv->value.bytes.size()) + " > " +
                               std::to_string(config->kv_max_value_size) + " bytes)",
                           413);
    if (one.kv || one.node || one.service || one.check) ops.push_back(stored_op(one, *config));
  }
  if (auto fault = fault_in_operations(ops)) return respond_error(c, *fault, 400);
  if (auto malformed = malformed_operations(ops); !malformed.empty())
    return respond_refused(c, ops, std::move(malformed));
  if (auto denied = denied_operations(c, ops); !denied.empty()) return respond_refused(c, ops, std::move(denied));
  if (state::is_read_only(ops)) return read(c, *read_options_of(c), std::move(ops));
  txn_request r;
  r.datacenter = config->datacenter;
  r.ops = std::move(ops);
  propose(c, encode_command(command_type::txn, r), [](const call& c, const state::apply_result& result) {
    auto response = result.txn.value_or(txn_response{});
    (void)remove_unreadable(*c.who, response);
    respond(c, json_answer(c, shape(response), response.errors.empty() ? 200 : 409));
  });
}

constexpr std::array rows{
    route{.method = "PUT",
          .path = "/v1/txn",
          .endpoint = txn,
          .summary = "Carries out operations all or none",
          .checks = {reads_at_once, endpoint_needs(acl::resource::key, acl::access::write, name_source::body),
                     endpoint_needs(acl::resource::node, acl::access::write, name_source::body),
                     endpoint_needs(acl::resource::service, acl::access::write, name_source::body),
                     shows_only(acl::resource::key), shows_only(acl::resource::node),
                     shows_only(acl::resource::service)},
          .body = json_body<std::vector<op_input>>(body_limit::transaction)},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::txn_endpoints
