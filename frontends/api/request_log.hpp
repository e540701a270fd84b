#pragma once

#include "frontends/api/environment.hpp"

#include <string>

namespace praetor::api {

/// The request's target for the log: without tokens, printable.
std::string logged_url(const request& req);

/// Logs one line per answered request at level debug, and one at level error for an answer with an internal error.
void log_request(const environment& env, const request& req, const answer& a, steady_time started);

} // namespace praetor::api
