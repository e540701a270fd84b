#include "protocol/acl/content_hash.hpp"

#include <array>
#include <sodium/crypto_generichash_blake2b.h>

namespace praetor::acl {

namespace {

/// Concatenates the hashed content of a token or role.
class content {
public:
  content& add(std::string_view part) {
    bytes_ += part;
    return *this;
  }
  content& add(const std::vector<acl_link>& links) {
    for (const auto& one : links) add(one.id);
    return *this;
  }
  template <class Record>
  content& add_identities(const Record& r) {
    for (const auto& one : r.service_identities) add(one.service_name).add_all(one.datacenters);
    for (const auto& one : r.node_identities) add(one.node_name).add(one.datacenter);
    for (const auto& one : r.templated_policies) {
      add(one.template_id).add(one.template_name);
      if (one.variables) add(one.variables->name);
      add_all(one.datacenters);
    }
    return *this;
  }
  content& add_all(const string_list& parts) {
    for (const auto& one : parts) add(one);
    return *this;
  }
  blob hash() const { return {blake2b_256(bytes_)}; }

private:
  std::string bytes_;
};

} // namespace

std::string blake2b_256(std::string_view bytes) {
  std::array<unsigned char, 32> out{};
  crypto_generichash_blake2b(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                             nullptr, 0);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

blob content_hash(const acl_token& t) {
  return content()
      .add(t.description)
      .add(t.local ? "local" : "global")
      .add(t.policies)
      .add(t.roles)
      .add_identities(t)
      .hash();
}

blob content_hash(const acl_policy& p) {
  return content().add(p.name).add(p.description).add(p.rules).add_all(p.datacenters).hash();
}

blob content_hash(const acl_role& r) {
  return content().add(r.name).add(r.description).add(r.policies).add_identities(r).hash();
}

} // namespace praetor::acl
