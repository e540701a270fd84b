#pragma once

#include "actors/rpc/forwarded_request.hpp"
#include "frontends/api/dispatcher.hpp"

#include <memory>

namespace praetor::api {

/// Answers client requests that other agents forward.
class forwarded_requests : public request_server {
public:
  /// Stops answering. Returns once no request is being passed to the endpoints any more.
  virtual void close() = 0;
};
std::shared_ptr<forwarded_requests> make_request_server(environment& env, const dispatcher& requests);

} // namespace praetor::api
