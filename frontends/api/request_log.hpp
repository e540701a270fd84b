#pragma once

#include "frontends/api/environment.hpp"

#include <string>

namespace praetor::api {

/// The request's target for the log: tokens are hidden, and every byte is printable.
std::string logged_url(const request& req);

/// One line per answered request at level debug, and one at level error for an answer that says what went wrong
/// inside.
void log_request(const environment& env, const request& req, const answer& a, steady_time started);

} // namespace praetor::api
