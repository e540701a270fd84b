#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/acl/decisions.hpp"
#include "protocol/acl/rules.hpp"
#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/key_parts.hpp"

namespace praetor::state {

namespace {

acl_tables& records(step& s) { return s.tables().acl; }

template <class Record>
void stamp(step& s, Record& record, const std::shared_ptr<const Record>& existing) {
  record.create_index = existing ? existing->create_index : s.index;
  record.modify_index = s.index;
}

/// Fills in the names of linked records. @returns the number of valid links
template <class Find>
expected<std::size_t> resolve(std::vector<acl_link>& links, bool allow_missing, const std::string& owner,
                              const std::string& what, Find find) {
  std::size_t valid = 0;
  for (auto& link : links) {
    if (link.id.empty()) return fail("Encountered a " + owner + " with " + what + " linked by Name in the state store");
    if (auto target = find(link.id)) {
      link.name = target->name;
      ++valid;
    } else if (!allow_missing) {
      return fail("No such " + what + " with ID: " + link.id);
    }
  }
  return valid;
}

template <class Record>
expected<void> whole_identities(const Record& r, const std::string& owner) {
  auto incomplete = [&](const std::string& what) {
    return fail("Encountered a " + owner + " with an empty " + what + " in the state store");
  };
  for (const auto& one : r.service_identities)
    if (one.service_name.empty()) return incomplete("service identity name");
  for (const auto& one : r.node_identities) {
    if (one.node_name.empty()) return incomplete("node identity name");
    if (one.datacenter.empty()) return incomplete("node identity datacenter");
  }
  return {};
}

bool grants_nothing(const acl_token& t, std::size_t valid_links) {
  return valid_links == 0 && t.service_identities.empty() && t.node_identities.empty() && t.templated_policies.empty();
}

/// Whether the compare-and-set condition holds.
bool matches(const acl_token& given, const acl_token_ptr& existing) {
  return given.modify_index == (existing ? existing->modify_index : 0);
}

expected<void> may_replace(const acl_token& t, const acl_token_ptr& existing, const acl_tables& all) {
  if (existing && existing->secret_id != t.secret_id) return fail("The ACL Token SecretID field is immutable");
  if (auto holder = token_with_secret(all, t.secret_id); holder && !equal_fold(holder->accessor_id, t.accessor_id))
    return fail("The ACL Token AccessorID field is immutable");
  return {};
}

expected<void> set_token(step& s, acl_token t, const acl_token_set_request& how) {
  auto& all = records(s);
  if (t.secret_id.empty()) return fail("Missing ACL Token SecretID");
  if (t.accessor_id.empty()) return fail("Missing ACL Token AccessorID");
  if (how.from_replication && t.local) return fail("Cannot replicate local tokens");
  auto existing = token_with_accessor(all, t.accessor_id);
  if (how.cas && !matches(t, existing)) return {};
  auto policies = resolve(t.policies, how.allow_missing_links, "Token", "policy",
                          [&](const std::string& id) { return policy_with_id(all, id); });
  if (!policies) return tl::unexpected(policies.error());
  auto roles = resolve(t.roles, how.allow_missing_links, "Token", "role",
                       [&](const std::string& id) { return role_with_id(all, id); });
  if (!roles) return tl::unexpected(roles.error());
  // Auth methods are only preserved: no token can be created through one, but existing ones may be changed.
  if (!t.auth_method.empty() && !how.from_replication && (!existing || existing->auth_method != t.auth_method))
    return fail("No such auth method with Name: " + t.auth_method);
  if (auto whole = whole_identities(t, "Token"); !whole) return whole;
  if (how.prohibit_unprivileged && grants_nothing(t, *policies + *roles)) return fail("Token has no privileges");
  if (auto fits = may_replace(t, existing, all); !fits) return fits;
  stamp(s, t, existing);
  if (t.hash.bytes.empty()) t.hash = acl::content_hash(t);
  all.tokens.put(s.writer(), std::make_shared<const acl_token>(std::move(t)));
  return {};
}

expected<void> delete_token(step& s, const std::string& accessor) {
  auto existing = token_with_accessor(records(s), accessor);
  if (!existing) return {};
  if (existing->accessor_id == acl::anonymous_accessor)
    return fail("Deletion of the builtin anonymous token is not permitted");
  records(s).tokens.erase(s.writer(), *existing);
  return {};
}

expected<void> set_policy(step& s, acl_policy p) {
  auto& all = records(s);
  if (p.id.empty()) return fail("Missing ACL Policy ID");
  if (p.name.empty()) return fail("Missing ACL Policy Name");
  auto existing = policy_with_id(all, p.id);
  if (const auto* built_in = acl::built_in_policy(p.id); built_in && existing) {
    if (p.rules != built_in->rules)
      return fail("Changing the Rules for the builtin " + built_in->name + " policy is not permitted");
    if (!p.datacenters.empty())
      return fail("Changing the Datacenters of the builtin " + built_in->name + " policy is not permitted");
  }
  if (auto holder = policy_named(all, p.name); holder && !equal_fold(holder->id, p.id))
    return fail("A policy with name " + praetor::quoted(p.name) + " already exists");
  stamp(s, p, existing);
  all.policies.put(s.writer(), std::make_shared<const acl_policy>(std::move(p)));
  return {};
}

expected<void> delete_policy(step& s, const std::string& id) {
  auto existing = policy_with_id(records(s), id);
  if (!existing) return {};
  if (const auto* built_in = acl::built_in_policy(existing->id))
    return fail("Deletion of the builtin " + built_in->name + " policy is not permitted");
  records(s).policies.erase(s.writer(), *existing);
  return {};
}

expected<void> set_role(step& s, acl_role r, bool allow_missing) {
  auto& all = records(s);
  if (r.id.empty()) return fail("Missing ACL Role ID");
  if (r.name.empty()) return fail("Missing ACL Role Name");
  auto existing = role_with_id(all, r.id);
  if (auto holder = role_named(all, r.name); holder && !equal_fold(holder->id, r.id))
    return fail("A role with name " + praetor::quoted(r.name) + " already exists");
  auto policies = resolve(r.policies, allow_missing, "Role", "policy",
                          [&](const std::string& id) { return policy_with_id(all, id); });
  if (!policies) return tl::unexpected(policies.error());
  if (auto whole = whole_identities(r, "Role"); !whole) return whole;
  stamp(s, r, existing);
  all.roles.put(s.writer(), std::make_shared<const acl_role>(std::move(r)));
  return {};
}

expected<void> delete_role(step& s, const std::string& id) {
  auto existing = role_with_id(records(s), id);
  if (!existing) return {};
  records(s).roles.erase(s.writer(), *existing);
  return {};
}

/// Applies a function to each item of a batch, all or none.
template <class Item, class Function>
apply_result each(step& s, const std::vector<Item>& batch, Function function) {
  std::optional<transaction::savepoint> before;
  if (batch.size() > 1) before = s.txn.save();
  for (const auto& item : batch) {
    auto done = function(item);
    if (done) continue;
    if (before) s.txn.roll_back(std::move(*before));
    return apply_result::failure(done.error().text);
  }
  return {};
}

void check_token(const acl_token_ptr& t, first_fault& f) {
  f.need("AccessorID", t->accessor_id);
  f.need("SecretID", t->secret_id);
}

} // namespace

void written_keys(const acl_bootstrap_request& r, key_visitor& visit) { key_parts(r.token, visit); }
void check_rules(const acl_bootstrap_request& r, first_fault& f) {
  f.need("Token.AccessorID", r.token.accessor_id);
  f.need("Token.SecretID", r.token.secret_id);
}

apply_result apply_acl_bootstrap(step& s, acl_bootstrap_request request) {
  if (auto last = index_value(s.tables(), acl_bootstrap_key); last > 0) {
    if (request.reset_index == 0) return apply_result::failure("ACL bootstrap no longer allowed");
    if (request.reset_index != last) return apply_result::failure("Invalid ACL bootstrap reset index");
  }
  if (auto done = set_token(s, std::move(request.token), {}); !done)
    return apply_result::failure("failed inserting bootstrap token: " + done.error().text);
  s.touch(acl_bootstrap_key);
  return {};
}

template <>
record_kind row<command_type::acl_bootstrap>() {
  return {.name = "ACLBootstrap", .command = command<apply_acl_bootstrap>("ACL bootstrap", proposer::server)};
}

void written_keys(const acl_token_set_request& r, key_visitor& visit) {
  for (const auto& t : r.tokens)
    if (t) key_parts(*t, visit);
}
void check_rules(const acl_token_set_request& r, first_fault& f) {
  for (const auto& t : r.tokens) check_token(t, f);
}

apply_result apply_acl_token_set(step& s, acl_token_set_request request) {
  return each(s, request.tokens, [&](const acl_token_ptr& t) -> expected<void> {
    if (!t) return fail("Missing ACL Token SecretID");
    return set_token(s, *t, request);
  });
}

namespace {

/// Computes the hash, which archives of old releases lack.
void restore_token(restoring& in, std::shared_ptr<acl_token> e) {
  if (e->hash.bytes.empty()) e->hash = acl::content_hash(*e);
  restore_into<&acl_tables::tokens>(in, std::move(e));
}

} // namespace

template <>
record_kind row<command_type::acl_token_set>() {
  return {.name = "ACLToken",
          .command = command<apply_acl_token_set>("set of ACL tokens", proposer::server),
          .archive = archived<acl_token, write_table<&acl_tables::tokens>, restore_token>(6)};
}

void written_keys(const acl_token_delete_request&, key_visitor&) {}
void check_rules(const acl_token_delete_request&, first_fault&) {}

apply_result apply_acl_token_delete(step& s, const acl_token_delete_request& request) {
  return each(s, request.token_ids, [&](const std::string& id) { return delete_token(s, id); });
}

template <>
record_kind row<command_type::acl_token_delete>() {
  return {.name = "ACLTokenDelete",
          .command = command<apply_acl_token_delete>("deletion of ACL tokens", proposer::server)};
}

void written_keys(const acl_policy_set_request& r, key_visitor& visit) {
  for (const auto& p : r.policies)
    if (p) key_parts(*p, visit);
}
void check_rules(const acl_policy_set_request& r, first_fault& f) {
  for (const auto& p : r.policies) {
    f.need("ID", p->id);
    f.need("Name", p->name);
    if (auto read = acl::parse_rules(p->rules); !read) f.add("Rules", read.error().text);
  }
}

apply_result apply_acl_policy_set(step& s, acl_policy_set_request request) {
  return each(s, request.policies, [&](const acl_policy_ptr& p) -> expected<void> {
    if (!p) return fail("Missing ACL Policy ID");
    return set_policy(s, *p);
  });
}

template <>
record_kind row<command_type::acl_policy_set>() {
  return {.name = "ACLPolicy",
          .command = command<apply_acl_policy_set>("set of ACL policies", proposer::server),
          .archive = archived_table<&acl_tables::policies>(7)};
}

void written_keys(const acl_policy_delete_request&, key_visitor&) {}
void check_rules(const acl_policy_delete_request&, first_fault&) {}

apply_result apply_acl_policy_delete(step& s, const acl_policy_delete_request& request) {
  return each(s, request.policy_ids, [&](const std::string& id) { return delete_policy(s, id); });
}

template <>
record_kind row<command_type::acl_policy_delete>() {
  return {.name = "ACLPolicyDelete",
          .command = command<apply_acl_policy_delete>("deletion of ACL policies", proposer::server)};
}

void written_keys(const acl_role_set_request& r, key_visitor& visit) {
  for (const auto& role : r.roles)
    if (role) key_parts(*role, visit);
}
void check_rules(const acl_role_set_request& r, first_fault& f) {
  for (const auto& role : r.roles) {
    f.need("ID", role->id);
    f.need("Name", role->name);
  }
}

apply_result apply_acl_role_set(step& s, acl_role_set_request request) {
  return each(s, request.roles, [&](const acl_role_ptr& r) -> expected<void> {
    if (!r) return fail("Missing ACL Role ID");
    return set_role(s, *r, request.allow_missing_links);
  });
}

template <>
record_kind row<command_type::acl_role_set>() {
  return {.name = "ACLRole",
          .command = command<apply_acl_role_set>("set of ACL roles", proposer::server),
          .archive = archived_table<&acl_tables::roles>(8)};
}

void written_keys(const acl_role_delete_request&, key_visitor&) {}
void check_rules(const acl_role_delete_request&, first_fault&) {}

apply_result apply_acl_role_delete(step& s, const acl_role_delete_request& request) {
  return each(s, request.role_ids, [&](const std::string& id) { return delete_role(s, id); });
}

template <>
record_kind row<command_type::acl_role_delete>() {
  return {.name = "ACLRoleDelete",
          .command = command<apply_acl_role_delete>("deletion of ACL roles", proposer::server)};
}

} // namespace praetor::state
