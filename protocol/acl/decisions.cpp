#include "protocol/acl/decisions.hpp"

#include <algorithm>

namespace praetor::acl {

namespace {

bool allows(level given, access wanted) {
  switch (given) {
  case level::write: return true;
  case level::list: return wanted != access::write;
  case level::read: return wanted == access::read;
  case level::deny: break;
  }
  return false;
}

std::optional<bool> decided(const std::optional<level>& given, access wanted) {
  if (!given) return {};
  return allows(*given, wanted);
}

/// True if no rule denies it and at least one rule covers every name.
std::optional<bool> allowed_by_all(const named_rules& rules, access wanted) {
  auto everywhere = decided(rules.find_prefix(""), wanted);
  if (everywhere == false) return false;
  bool all = true;
  rules.for_each_below("", [&](level given) { return all = allows(given, wanted); });
  return all ? everywhere : false;
}

/// True if any rule allows it.
std::optional<bool> allowed_by_any(const named_rules& rules, access wanted) {
  bool any = false;
  rules.for_each_below("", [&](level given) { return !(any = allows(given, wanted)); });
  return any ? true : decided(rules.find_prefix(""), wanted);
}

std::optional<named_rule> named_kind(resource what) {
  switch (what) {
  case resource::agent: return named_rule::agent;
  case resource::event: return named_rule::event;
  case resource::identity: return named_rule::identity;
  case resource::key: return named_rule::key;
  case resource::node: return named_rule::node;
  case resource::query: return named_rule::query;
  case resource::service: return named_rule::service;
  case resource::session: return named_rule::session;
  default: return {};
  }
}

/// The intention level implied by a service rule that does not give one.
level implied_intentions(level service) {
  return service == level::read || service == level::write ? level::read : level::deny;
}

/// Merged service rules: their own level and, where a rule gives one, the level of intentions.
struct merged_service {
  level grants;
  std::optional<level> intentions;
};
using merged_services = std::map<std::string, merged_service>;

void merge(merged_services& into, const std::vector<labelled_rule>& rules) {
  for (const auto& r : rules) {
    auto [it, fresh] = into.try_emplace(r.name, merged_service{r.grants, r.intentions});
    if (fresh) continue;
    it->second.grants = std::max(it->second.grants, r.grants);
    it->second.intentions = std::max(it->second.intentions, r.intentions);
  }
}

class token_authorizer final : public authorizer {
public:
  token_authorizer(std::string accessor, std::string id, decisions_ptr policies, bool default_allow)
      : accessor_(std::move(accessor)), id_(std::move(id)), policies_(std::move(policies)),
        default_allow_(default_allow) {}

  bool allowed(resource what, access how, std::string_view name) const override {
    if (policies_)
      if (auto said = policies_->decide(what, how, name)) return *said;
    return default_allow_ && what != resource::acl;
  }
  bool allowed_prefix(resource what, access how, std::string_view prefix) const override {
    if (what != resource::key || how != access::write) return false;
    if (policies_)
      if (auto said = policies_->decide_prefix(prefix)) return *said;
    return default_allow_;
  }
  bool allowed_any(resource what, access how) const override {
    if (policies_)
      if (auto said = policies_->decide_any(what, how)) return *said;
    return default_allow_ && what != resource::acl;
  }
  bool allowed_imported(resource what) const override {
    if (policies_)
      if (auto said = policies_->decide_imported(what)) return *said;
    return default_allow_;
  }
  std::string_view id() const override { return id_; }
  std::string denial(const permission& wanted) const override {
    bool anonymous = accessor_ == anonymous_accessor;
    std::string out = "Permission denied: ";
    out += anonymous ? "anonymous token" : "token with AccessorID '" + accessor_ + "'";
    out += " lacks permission '" + to_text(wanted.what, wanted.how) + "'";
    if (!wanted.name.empty()) out += " on \"" + wanted.name + "\"";
    if (anonymous) out += ". The anonymous token is used implicitly when a request does not specify a token.";
    return out;
  }

private:
  std::string accessor_, id_;
  decisions_ptr policies_;
  bool default_allow_;
};

} // namespace

void named_rules::merge(table& into, const std::string& name, level grants) {
  auto [it, fresh] = into.try_emplace(name, grants);
  if (!fresh) it->second = std::max(it->second, grants);
}

void named_rules::finish() {
  ordered_.clear();
  for (const auto& [prefix, grants] : prefixes_) {
    // In sorted order a prefix precedes all strings that begin with it, so the chain from the previous entry leads to
    // every enclosing prefix.
    int outer = static_cast<int>(ordered_.size()) - 1;
    while (outer >= 0 && !prefix.starts_with(ordered_[static_cast<std::size_t>(outer)].prefix))
      outer = ordered_[static_cast<std::size_t>(outer)].outer;
    ordered_.push_back({prefix, grants, outer});
  }
}

std::optional<level> named_rules::find_prefix(std::string_view name) const {
  auto behind = std::upper_bound(ordered_.begin(), ordered_.end(), name,
                                 [](std::string_view wanted, const nested& one) { return wanted < one.prefix; });
  int at = static_cast<int>(behind - ordered_.begin()) - 1;
  while (at >= 0 && !name.starts_with(ordered_[static_cast<std::size_t>(at)].prefix))
    at = ordered_[static_cast<std::size_t>(at)].outer;
  if (at < 0) return {};
  return ordered_[static_cast<std::size_t>(at)].grants;
}

std::optional<level> named_rules::find(std::string_view name) const {
  if (auto it = exact_.find(name); it != exact_.end()) return it->second;
  return find_prefix(name);
}

decisions::decisions(const std::vector<rules>& policies) {
  merged_services services, service_prefixes;
  for (const auto& p : policies) {
    for (std::size_t i = 0; i < scalars_.size(); ++i) scalars_[i] = std::max(scalars_[i], p.scalars[i]);
    for (std::size_t i = 0; i < named_.size(); ++i) {
      for (const auto& r : p.named[i].exact) named_[i].add_exact(r.name, r.grants);
      for (const auto& r : p.named[i].prefix) named_[i].add_prefix(r.name, r.grants);
    }
    merge(services, p[named_rule::service].exact);
    merge(service_prefixes, p[named_rule::service].prefix);
  }
  for (const auto& [name, s] : services)
    intentions_.add_exact(name, s.intentions.value_or(implied_intentions(s.grants)));
  for (const auto& [name, s] : service_prefixes)
    intentions_.add_prefix(name, s.intentions.value_or(implied_intentions(s.grants)));
  for (auto& one : named_) one.finish();
  intentions_.finish();
}

std::optional<bool> decisions::decide_scalar(scalar_rule kind, access how) const {
  return decided(scalars_[static_cast<std::size_t>(kind)], how);
}

std::optional<bool> decisions::decide(resource what, access how, std::string_view name) const {
  if (auto kind = named_kind(what)) return decided(names(*kind).find(name), how);
  switch (what) {
  case resource::acl: return decide_scalar(scalar_rule::acl, how);
  case resource::keyring: return decide_scalar(scalar_rule::keyring, how);
  case resource::mesh:
  case resource::peering: {
    auto own = decide_scalar(what == resource::mesh ? scalar_rule::mesh : scalar_rule::peering, how);
    return own ? own : decide_scalar(scalar_rule::operator_, how);
  }
  case resource::operator_: return decide_scalar(scalar_rule::operator_, how);
  case resource::intention:
    if (name == "*") return how == access::read ? allowed_by_any(intentions_, how) : allowed_by_all(intentions_, how);
    return decided(intentions_.find(name), how);
  default: return false;
  }
}

std::optional<bool> decisions::decide_prefix(std::string_view prefix) const {
  const auto& keys = names(named_rule::key);
  auto above = decided(keys.find_prefix(prefix), access::write);
  if (above == false) return false;
  bool all = true;
  keys.for_each_below(prefix, [&](level given) { return all = allows(given, access::write); });
  return all ? above : false;
}

std::optional<bool> decisions::decide_any(resource what, access how) const {
  auto kind = named_kind(what);
  return kind ? allowed_by_any(names(*kind), how) : std::nullopt;
}

std::optional<bool> decisions::decide_imported(resource what) const {
  if (allowed_by_any(names(named_rule::service), access::write) == true) return true;
  return allowed_by_all(names(what == resource::node ? named_rule::node : named_rule::service), access::read);
}

authorizer_ptr make_authorizer(std::string accessor, std::string id, decisions_ptr policies, bool default_allow) {
  return std::make_shared<token_authorizer>(std::move(accessor), std::move(id), std::move(policies), default_allow);
}

} // namespace praetor::acl
