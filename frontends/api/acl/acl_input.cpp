#include "frontends/api/acl/acl_input.hpp"

#include "protocol/acl/built_in.hpp"
#include "protocol/types/uuid_faults.hpp"
#include "storage/state/queries_acl.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace praetor::api {

namespace {

constexpr std::chrono::seconds shortest_life = std::chrono::minutes(1);
constexpr std::string_view allowed_characters =
    " has an invalid name. Only lowercase alphanumeric characters, '-' and '_' are allowed";

/// Converts links by name to links by id, and removes duplicates.
/// @param ids_too whether links by id have to exist as well
template <class Record, class FindId, class FindName>
expected<void> normalize_links(std::vector<acl_link>& links, const std::string& what, bool ids_too, FindId find_id,
                               FindName find_name) {
  std::vector<acl_link> out;
  std::set<std::string> seen;
  for (auto& link : links) {
    if (link.id.empty()) {
      auto found = find_name(link.name);
      if (!found) return fail("No such ACL " + what + " with name " + praetor::quoted(link.name));
      link.id = found->id;
    } else if (auto fault = ids_too ? fault_in_uuid_key(link.id) : std::nullopt) {
      return fail("Error looking up " + what + " for ID: " + praetor::quoted(link.id) + ": failed acl " + what +
                  " lookup: index error: " + *fault);
    } else if (ids_too && !find_id(link.id)) {
      return fail("No such ACL " + what + " with ID " + praetor::quoted(link.id));
    }
    // The name may change; it is looked up when the link is rendered.
    if (seen.insert(link.id).second) out.push_back({link.id, {}});
  }
  links = std::move(out);
  return {};
}

expected<void> normalize_services(std::vector<acl_service_identity>& all, const std::string& owner, bool local) {
  std::vector<acl_service_identity> out;
  std::map<std::string, std::size_t, std::less<>> places; // positions in `out`, by name
  for (auto& one : all) {
    const auto& name = one.service_name;
    if (name.empty()) return fail("Service identity is missing the service name field on this " + owner);
    if (local && !one.datacenters.empty())
      return fail("Service identity " + praetor::quoted(name) +
                  " cannot specify a list of datacenters on a local token");
    if (!acl::is_identity_name(name))
      return fail("Service identity " + praetor::quoted(name) + std::string(allowed_characters));
    auto [place, fresh] = places.try_emplace(name, out.size());
    if (fresh) out.push_back({name, {}});
    auto& datacenters = out[place->second].datacenters;
    datacenters.insert(datacenters.end(), one.datacenters.begin(), one.datacenters.end());
  }
  for (auto& one : out) {
    std::sort(one.datacenters.begin(), one.datacenters.end());
    one.datacenters.erase(std::unique(one.datacenters.begin(), one.datacenters.end()), one.datacenters.end());
  }
  all = std::move(out);
  return {};
}

expected<void> normalize_nodes(std::vector<acl_node_identity>& all, const std::string& owner) {
  std::vector<acl_node_identity> out;
  std::set<std::pair<std::string, std::string>> seen;
  for (auto& one : all) {
    if (one.node_name.empty()) return fail("Node identity is missing the node name field on this " + owner);
    if (one.datacenter.empty()) return fail("Node identity is missing the datacenter field on this " + owner);
    if (!acl::is_identity_name(one.node_name)) return fail("Node identity" + std::string(allowed_characters));
    if (seen.emplace(one.node_name, one.datacenter).second) out.push_back(std::move(one));
  }
  all = std::move(out);
  return {};
}

/// The error texts of one kind of record.
struct template_errors {
  std::string no_name;
  std::function<std::string(const std::string& name)> unknown;
  std::function<std::string(const std::string& name)> invalid;
};

expected<void> normalize_templates(std::vector<acl_templated_policy>& all, const template_errors& errors) {
  std::vector<acl_templated_policy> out;
  std::set<std::tuple<std::string, bool, std::string>> seen; // template, whether it has variables, the variables
  for (auto& one : all) {
    if (one.template_name.empty()) return fail(errors.no_name);
    const auto* known = acl::find_template(one.template_name);
    if (!known) return fail(errors.unknown(one.template_name));
    one.template_id = known->id;
    if (auto good = acl::check_variables(*known, one); !good)
      return fail(errors.invalid(one.template_name) + good.error().text);
    auto name = one.variables ? one.variables->name : std::string();
    if (seen.emplace(one.template_name, one.variables.has_value(), name).second) out.push_back(std::move(one));
  }
  all = std::move(out);
  return {};
}

template <class Record>
expected<void> normalize_policies(Record& r, const state::store& s, bool ids_too) {
  return normalize_links<acl_policy>(
      r.policies, "policy", ids_too, [&](const std::string& id) { return state::find_policy(s, id, nullptr).value; },
      [&](const std::string& name) { return state::find_policy_by_name(s, name, nullptr).value; });
}

bool is_reserved(const std::string& id) { return id.starts_with(acl::reserved_id_prefix); }

/// Validates an id that the client chose. @param member "AccessorID"
expected<void> check_chosen(const state::store& s, const std::string& id, const std::string& member) {
  auto bad = [&](const std::string& why) { return fail("Invalid Token: " + member + why); };
  if (is_reserved(id))
    return bad(" - UUIDs with the prefix " + praetor::quoted(acl::reserved_id_prefix) + " are reserved");
  if (!is_uuid(id)) return bad(" - not a valid UUID");
  if (!is_free(s, id)) return bad(" is already in use");
  return {};
}

expected<void> settle_expiry(acl_token& t) {
  if (t.expiration_ttl.count() < 0)
    return fail("Token Expiration TTL '" + duration_to_text(t.expiration_ttl) + "' should be > 0");
  if (t.expiration_ttl.count() > 0) {
    if (t.expires()) return fail("Token Expiration TTL and Expiration Time cannot both be set");
    auto behind = timestamp::from_unix(t.expiration_ttl);
    auto nanos = behind.nanos + t.create_time.nanos;
    t.expiration_time = {t.create_time.seconds + behind.seconds + nanos / 1'000'000'000, nanos % 1'000'000'000};
    t.expiration_ttl = nanoseconds{0};
  }
  if (!t.expires()) {
    t.expiration_time.reset();
    return {};
  }
  if (*t.expiration_time < t.create_time) return fail("ExpirationTime cannot be before CreateTime");
  // The difference of the times may overflow nanoseconds.
  if (t.expiration_time->seconds - t.create_time.seconds > shortest_life.count()) return {};
  auto life = t.expiration_time->since_epoch() - t.create_time.since_epoch();
  if (life >= shortest_life) return {};
  return fail("ExpirationTime cannot be less than " + duration_to_text(shortest_life) + " in the future (was " +
              duration_to_text(life) + ")");
}

} // namespace

bool is_free(const state::store& s, const std::string& id) {
  return !state::find_token(s, id, nullptr).value && !state::find_token_by_secret(s, id, nullptr).value;
}

expected<void> normalize(acl_token& t, const state::store& s) {
  auto roles = normalize_links<acl_role>(
      t.roles, "role", true, [&](const std::string& id) { return state::find_role(s, id, nullptr).value; },
      [&](const std::string& name) { return state::find_role_by_name(s, name, nullptr).value; });
  if (!roles) return roles;
  if (auto done = normalize_policies(t, s, true); !done) return done;
  if (auto done = normalize_services(t.service_identities, "token", t.local); !done) return done;
  if (auto done = normalize_nodes(t.node_identities, "token"); !done) return done;
  return normalize_templates(
      t.templated_policies,
      {"templated policy is missing the template name field on this token",
       [](const std::string& name) { return "no such ACL templated policy with Name " + praetor::quoted(name); },
       [](const std::string& name) {
         return "validation error for templated policy " + praetor::quoted(name) + ": ";
       }});
}

expected<void> normalize(acl_role& r, const state::store& s) {
  if (auto done = normalize_policies(r, s, false); !done) return done;
  if (auto done = normalize_services(r.service_identities, "role", false); !done) return done;
  if (auto done = normalize_nodes(r.node_identities, "role"); !done) return done;
  return normalize_templates(
      r.templated_policies,
      {"templated policy is missing the template name field on this role",
       [](const std::string& name) {
         return "templated policy with an invalid templated name: " + name + " for this role";
       },
       [](const std::string&) { return std::string("encountered role with invalid templated policy: "); }});
}

expected<void> complete_new(acl_token& t, const state::store& s, const std::function<std::string()>& new_uuid,
                            nanoseconds now) {
  if (t.accessor_id.empty())
    t.accessor_id = new_uuid();
  else if (auto good = check_chosen(s, t.accessor_id, "AccessorID"); !good)
    return good;
  if (t.secret_id.empty())
    t.secret_id = new_uuid();
  else if (auto good = check_chosen(s, t.secret_id, "SecretID"); !good)
    return good;
  t.create_time = timestamp::from_unix(now);
  if (auto settled = settle_expiry(t); !settled) return settled;
  if (!t.auth_method.empty()) return fail("AuthMethod field is disallowed outside of login");
  return normalize(t, s);
}

expected<void> complete_changed(acl_token& t, const state::store& s, nanoseconds now) {
  if (!is_uuid(t.accessor_id)) return fail("AccessorID is not a valid UUID");
  auto stored = state::find_token(s, t.accessor_id, nullptr).value;
  if (!stored || stored->expired(now)) return fail("Cannot find token " + praetor::quoted(t.accessor_id));
  if (t.secret_id.empty()) t.secret_id = stored->secret_id;
  if (t.secret_id != stored->secret_id) return fail("Changing a token's SecretID is not permitted");
  if (t.local != stored->local) return fail("Cannot toggle local mode of " + t.accessor_id);
  if (t.auth_method.empty()) t.auth_method = stored->auth_method;
  if (t.auth_method != stored->auth_method) return fail("Cannot change AuthMethod of " + t.accessor_id);
  bool moves = t.expiration_ttl.count() != 0 || (t.expires() && t.expiration_time != stored->expiration_time);
  if (moves) return fail("Cannot change expiration time of " + t.accessor_id);
  t.expiration_time = stored->expiration_time;
  t.create_time = stored->create_time;
  return normalize(t, s);
}

} // namespace praetor::api
