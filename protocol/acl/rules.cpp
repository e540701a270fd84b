#include "protocol/acl/rules.hpp"

#include "protocol/hcl/parse.hpp"
#include "protocol/hcl/value.hpp"
#include "protocol/types/values.hpp"

namespace praetor::acl {

namespace {

using kind = hcl::value::kind;

/// The name of a kind of rules, and how error messages print one of its rules.
struct named_form {
  std::string_view key;
  std::string_view type, label; ///< "ServiceRule" and the name of its label
  bool has_intentions = false;
  bool has_extras = true; ///< printed with a member that only Consul Enterprise fills
};
constexpr std::array<named_form, 8> named_forms{{{"agent", "AgentRule", "Node", false, false},
                                                 {"event", "EventRule", "Event", false, false},
                                                 {"identity", "IdentityRule", "Name", true, true},
                                                 {"key", "KeyRule", "Prefix", false, true},
                                                 {"node", "NodeRule", "Name", false, true},
                                                 {"query", "PreparedQueryRule", "Prefix", false, false},
                                                 {"service", "ServiceRule", "Name", true, true},
                                                 {"session", "SessionRule", "Node", false, false}}};
constexpr std::array<std::string_view, 5> scalar_keys{"acl", "keyring", "mesh", "operator", "peering"};

tl::unexpected<error> unreadable(std::string why) { return fail("Failed to parse ACL rules: " + std::move(why)); }

std::optional<level> level_of(std::string_view text, bool allows_list) {
  if (equal_fold(text, "deny")) return level::deny;
  if (equal_fold(text, "read")) return level::read;
  if (equal_fold(text, "write")) return level::write;
  if (allows_list && equal_fold(text, "list")) return level::list;
  return {};
}

/// A rule's members as written.
struct written_rule {
  std::string name, policy, intentions;
};

std::string shown(const named_form& form, const written_rule& r) {
  auto out = "&acl." + std::string(form.type) + "{" + std::string(form.label) + ":" + praetor::quoted(r.name) +
             ", Policy:" + praetor::quoted(r.policy);
  if (form.has_intentions) out += ", Intentions:" + praetor::quoted(r.intentions);
  if (form.has_extras) out += ", EnterpriseRule:acl.EnterpriseRule{}";
  return out + "}";
}

expected<labelled_rule> checked(const named_form& form, const std::string& key, written_rule r) {
  labelled_rule out;
  auto grants = level_of(r.policy, form.key == "key");
  if (!grants) return fail("Invalid " + key + " policy: " + shown(form, r));
  out.grants = *grants;
  if (!r.intentions.empty()) {
    out.intentions = level_of(r.intentions, false);
    if (!out.intentions) return fail("Invalid " + key + " intentions policy: " + shown(form, r));
  }
  out.name = std::move(r.name);
  return out;
}

expected<std::string> text_of(const std::string& key, const hcl::value& v) {
  if (v.is(kind::text)) return v.text;
  if (v.is(kind::integer) || v.is(kind::real)) return print(v);
  return unreadable("the value of '" + key + "' is no text but " + type_name(v));
}

/// Visits the object, or each object of a list. @returns what is wrong with the value
template <class Visit>
expected<void> each_object(const std::string& key, const hcl::value& v, Visit visit) {
  if (v.is(kind::object)) return visit(v);
  if (!v.is(kind::list)) return unreadable("'" + key + "' needs a name and a block, not " + type_name(v));
  for (const auto& item : v.items)
    if (auto done = each_object(key, item, visit); !done) return done;
  return {};
}

class reader {
public:
  expected<rules> read(const hcl::value& root) {
    for (const auto& [key, v] : root.members)
      if (auto done = read_member(lower_case(key), v); !done) return tl::unexpected(done.error());
    return std::move(out_);
  }

private:
  expected<void> read_member(const std::string& key, const hcl::value& v) {
    for (std::size_t i = 0; i < scalar_keys.size(); ++i)
      if (key == scalar_keys[i]) return read_scalar(key, v, out_.scalars[i]);
    constexpr std::string_view prefix = "_prefix";
    bool is_prefix = key.ends_with(prefix);
    auto bare = std::string_view(key).substr(0, key.size() - (is_prefix ? prefix.size() : 0));
    for (std::size_t i = 0; i < named_forms.size(); ++i) {
      if (bare != named_forms[i].key) continue;
      auto& list = out_.named[i];
      return read_named(named_forms[i], key, v, is_prefix ? list.prefix : list.exact);
    }
    return {};
  }

  expected<void> read_scalar(const std::string& key, const hcl::value& v, std::optional<level>& into) {
    auto text = text_of(key, v);
    if (!text) return tl::unexpected(text.error());
    if (text->empty()) return {};
    into = level_of(*text, false);
    if (!into) return fail("Invalid " + key + " policy: " + praetor::quoted(*text));
    return {};
  }

  expected<void> read_named(const named_form& form, const std::string& key, const hcl::value& v,
                            std::vector<labelled_rule>& into) {
    return each_object(key, v, [&](const hcl::value& labels) -> expected<void> {
      for (const auto& [label, bodies] : labels.members) {
        auto done = each_object(key, bodies, [&](const hcl::value& body) -> expected<void> {
          return read_rule(form, key, label, body, into);
        });
        if (!done) return done;
      }
      return {};
    });
  }

  expected<void> read_rule(const named_form& form, const std::string& key, const std::string& label,
                           const hcl::value& body, std::vector<labelled_rule>& into) {
    written_rule r{label, {}, {}};
    for (const auto& [member, v] : body.members) {
      bool is_policy = equal_fold(member, "policy"),
           is_intentions = form.has_intentions && equal_fold(member, "intentions");
      if (!is_policy && !is_intentions) continue;
      auto text = text_of(member, v);
      if (!text) return tl::unexpected(text.error());
      (is_policy ? r.policy : r.intentions) = std::move(*text);
    }
    auto rule = checked(form, key, std::move(r));
    if (!rule) return tl::unexpected(rule.error());
    into.push_back(std::move(*rule));
    return {};
  }

  rules out_;
};

} // namespace

expected<rules> parse_rules(std::string_view text) {
  if (text.empty()) return rules{};
  auto root = hcl::parse_hcl(text);
  if (!root) return unreadable(root.error().text);
  return reader().read(*root);
}

} // namespace praetor::acl
