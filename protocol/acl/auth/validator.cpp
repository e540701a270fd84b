#include "protocol/acl/auth/validator.hpp"

#include "protocol/acl/auth/aws_validator.hpp"
#include "protocol/acl/auth/jwt_validator.hpp"
#include "protocol/acl/auth/kubernetes_validator.hpp"

namespace praetor::acl::auth {

void validator::make(const acl_auth_method& method, const fetch_function& fetch, made done) {
  auto settings = read_settings(method);
  if (!settings) return done(tl::unexpected(std::move(settings.error())));
  if (auto* jwt = std::get_if<jwt_settings>(&*settings))
    return make_jwt_validator(std::move(*jwt), fetch, std::move(done));
  if (auto* kubernetes = std::get_if<kubernetes_settings>(&*settings))
    return done(make_kubernetes_validator(std::move(*kubernetes)));
  done(make_aws_validator(std::move(std::get<aws_settings>(*settings))));
}

} // namespace praetor::acl::auth
