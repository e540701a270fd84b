#pragma once

#include "protocol/acl/auth/identity.hpp"
#include "protocol/acl/auth/key_set.hpp"
#include "protocol/types/outbound.hpp"

#include <functional>
#include <memory>
#include <string>

namespace praetor::acl::auth {

class validator;
using validator_ptr = std::shared_ptr<validator>;

/// Authenticates the callers of one version of an auth method. Asks other servers by `fetch`, and never waits. It may
/// be used by several threads.
class validator {
public:
  using made = std::function<void(expected<validator_ptr>)>;
  using verified = std::function<void(expected<identity>)>;

  virtual ~validator() = default;

  /// Makes one of a method's settings, and asks the servers that these name whether they answer.
  static void make(const acl_auth_method& method, const fetch_function& fetch, made done);

  /// Verifies what a caller presents. @param now since 1970
  virtual void verify(std::string bearer, nanoseconds now, const fetch_function& fetch, verified done) = 0;
};

} // namespace praetor::acl::auth
