#include "protocol/acl/grants.hpp"

#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"

#include <algorithm>
#include <set>

namespace praetor::acl {

namespace {

class collector {
public:
  explicit collector(const record_source& from) : from_(from) {}

  template <class Record>
  void add_all(const Record& r) {
    for (const auto& link : r.policies)
      if (seen_.insert(link.id).second)
        if (auto found = from_.policy(link.id)) out_.policies.push_back(std::move(found));
    for (const auto& one : r.service_identities) add(synthetic_policy(one));
    for (const auto& one : r.node_identities) add(synthetic_policy(one));
    for (const auto& one : r.templated_policies)
      if (auto made = synthetic_policy(one)) add(std::move(*made));
  }

  void add_role(const std::string& id) {
    auto found = from_.role(id);
    if (!found) return;
    add_all(*found);
    out_.roles.push_back(std::move(found));
  }

  grants take() { return std::move(out_); }

private:
  void add(acl_policy made) {
    // The same rules may apply in different sets of datacenters.
    auto key = made.id;
    for (const auto& dc : made.datacenters) key += '\0' + dc;
    if (seen_.insert(std::move(key)).second)
      out_.policies.push_back(std::make_shared<const acl_policy>(std::move(made)));
  }

  const record_source& from_;
  grants out_;
  std::set<std::string> seen_;
};

} // namespace

grants granted(const acl_token& token, const record_source& from) {
  collector all(from);
  all.add_all(token);
  for (const auto& link : token.roles) all.add_role(link.id);
  return all.take();
}

std::vector<acl_policy_ptr> in_datacenter(std::vector<acl_policy_ptr> policies, std::string_view datacenter) {
  std::erase_if(policies, [&](const acl_policy_ptr& p) {
    const auto& only = p->datacenters;
    return !only.empty() && std::find(only.begin(), only.end(), datacenter) == only.end();
  });
  return policies;
}

std::string key_of(const std::vector<acl_policy_ptr>& policies) {
  std::set<std::string> parts;
  for (const auto& p : policies) parts.insert(p->id + ':' + blake2b_256(p->rules));
  std::string all;
  for (const auto& part : parts) all += part;
  return blake2b_256(all);
}

expected<decisions_ptr> compile(const std::vector<acl_policy_ptr>& policies) {
  std::vector<rules> parsed;
  for (const auto& p : policies) {
    auto read = parse_rules(p->rules);
    if (!read)
      return fail("failed to parse the ACL policies: failed to parse " + praetor::quoted(p->name) + ": " +
                  read.error().text);
    parsed.push_back(std::move(*read));
  }
  return std::make_shared<const decisions>(parsed);
}

} // namespace praetor::acl
