#pragma once

#include "protocol/acl/auth/validator.hpp"

#include <map>
#include <string>
#include <vector>

/// A method of a type, with a Config in JSON.
praetor::acl_auth_method method_of(const std::string& type, const std::string& config);

/// HTTP servers that answer at once, by URL. An unknown URL fails.
struct fake_servers {
  std::map<std::string, praetor::outbound_reply> replies;
  std::vector<praetor::outbound_request> requests;

  praetor::fetch_function fetch();
  static praetor::outbound_reply json(std::string body);
};

/// The validator of a method, or "error: why".
struct made_validator {
  praetor::acl::auth::validator_ptr validator;
  std::string error;
};
made_validator make_validator(const praetor::acl_auth_method& method, fake_servers& servers);

/// The variables of the identity that a login is verified as, as "name=value name=value", or "error: why".
std::string login(const made_validator& by, const std::string& bearer, fake_servers& servers,
                  std::chrono::seconds now = std::chrono::seconds(1'000'000));
