#pragma once

#include "protocol/acl/auth/settings.hpp"

#include <map>
#include <string>
#include <variant>

namespace praetor::acl::auth {

// The fields of a caller that the selectors of binding rules see, one struct per type of method.

struct jwt_fields {
  string_map values;                        ///< of ClaimMappings
  std::map<std::string, string_list> lists; ///< of ListClaimMappings

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"value"}, x.values);
    f(field{"list"}, x.lists);
  }
  bool operator==(const jwt_fields&) const = default;
};

struct kubernetes_fields {
  struct account_t {
    std::string space, name, uid;

    template <class F, class Self>
    static void fields(F&& f, Self& x) {
      f(field{"namespace"}, x.space);
      f(field{"name"}, x.name);
      f(field{"uid"}, x.uid);
    }
    bool operator==(const account_t&) const = default;
  };
  account_t account;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"serviceaccount"}, x.account);
  }
  bool operator==(const kubernetes_fields&) const = default;
};

struct aws_fields {
  std::string entity_name, entity_id, account_id, entity_path;
  string_map entity_tags;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"entity_name"}, x.entity_name);
    f(field{"entity_id"}, x.entity_id);
    f(field{"account_id"}, x.account_id);
    f(field{"entity_path"}, x.entity_path);
    f(field{"entity_tags"}, x.entity_tags);
  }
  bool operator==(const aws_fields&) const = default;
};

/// Who a caller is, as the method has verified it.
struct identity {
  std::variant<jwt_fields, kubernetes_fields, aws_fields> selectable;
  std::map<std::string, std::string, std::less<>> variables; ///< for ${...} in names
  bool operator==(const identity&) const = default;
};

/// The identity of nobody, with all the fields and variables that one of this method has. Rules are checked with it.
identity blank_identity(const method_settings& s);

/// What the claims of a verified JSON Web Token say of the caller. The errors are Consul's.
expected<identity> identity_of_claims(const jwt_settings& s, const free_form& claims);

} // namespace praetor::acl::auth
