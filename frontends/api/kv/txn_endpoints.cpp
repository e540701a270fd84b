#include "frontends/api/catalog/catalog_input.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/kv/txn_input.hpp"
#include "frontends/api/permissions.hpp"
#include "frontends/api/query_meta.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/types/names.hpp"
#include "protocol/types/uuid_faults.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace praetor::api::txn_endpoints {

namespace {

// The shapes of results. Unset lists and maps are null here.

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
/// The answer to a read has its metadata in the body.
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

std::optional<std::string> fault_in_id(const node& n) { return n.id.empty() ? std::nullopt : fault_in_uuid(n.id); }

/// Validates the operations without the state.
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
    else if (auto fault = op.node && state::is_record_write(op.node->verb) ? fault_in_id(op.node->node) : std::nullopt)
      refuse(i, "Bad node ID: " + *fault);
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

/// The error for the first invalid name or id that an operation writes, if any.
std::optional<std::string> fault_in_operations(const std::vector<txn_op>& ops) {
  for (std::size_t i = 0; i < ops.size(); ++i)
    if (auto fault = fault_in_names(ops[i])) return "Operation " + std::to_string(i) + ": " + *fault;
  return {};
}

/// The errors of malformed operations and of writes without permission, in the order of the operations. Reads without
/// permission are omitted from the results instead.
std::vector<txn_error> refused_operations(const call& c, std::vector<txn_op>& ops) {
  auto out = malformed_operations(ops);
  std::set<std::int64_t> malformed;
  for (const auto& one : out) malformed.insert(one.op_index);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    auto at = static_cast<std::int64_t>(i);
    if (malformed.contains(at)) continue;
    if (auto no = refused_write(c, ops[i], ops)) out.push_back({at, std::move(no->text)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.op_index < b.op_index; });
  return out;
}

/// Removes the results that the token may not read. @returns whether there were any
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

/// Responds with errors. A transaction that only reads also gets the metadata of a read.
void respond_refused(const call& c, bool writes, std::vector<txn_error> faults) {
  read_response_shape body;
  body.errors = std::move(faults);
  if (writes) return respond(c, json_answer(c, static_cast<const response_shape&>(body), 409));
  body.meta.known_leader = false;
  body.meta.consistency_level.clear();
  auto a = json_answer(c, body, 409);
  a.meta.known_leader = false;
  a.meta.last_contact = nanoseconds{0};
  respond(c, std::move(a));
}

std::optional<answer> bad_options_of_reads(const call& c) {
  if (!c.body.value || body_of<transaction>(c).writes) return {};
  return bad_read_options(c);
}

void txn(const call& c) {
  auto& [ops, writes] = body_of<transaction>(c);
  if (auto fault = fault_in_operations(ops)) return respond_error(c, *fault, 400);
  if (auto refused = refused_operations(c, ops); !refused.empty())
    return respond_refused(c, writes, std::move(refused));
  if (!writes) return read(c, *read_options_of(c), std::move(ops));
  txn_request r;
  r.datacenter = c.env.config()->datacenter;
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
          .checks = {reads_body<given_transaction>, bad_options_of_reads,
                     endpoint_needs(acl::resource::key, acl::access::write, name_source::body),
                     endpoint_needs(acl::resource::node, acl::access::write, name_source::body),
                     endpoint_needs(acl::resource::service, acl::access::write, name_source::body),
                     shows_only(acl::resource::key), shows_only(acl::resource::node),
                     shows_only(acl::resource::service)},
          .parameters = {{"stale", parameter::type_t::flag, "any server may answer operations that only read"},
                         {"consistent", parameter::type_t::flag, "the leader confirms its leadership for those"}},
          .body = {media::json, body_limit::transaction, &operations_schema}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::txn_endpoints
