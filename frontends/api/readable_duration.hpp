#pragma once

#include "protocol/codec/json_read.hpp"

namespace praetor::api {

/// A duration that is decoded like Consul's `ReadableDuration`: a text without resolving its escapes, anything else as
/// a number.
struct readable_duration {
  nanoseconds value{0};
};
void json_read(praetor::json::reader& in, readable_duration& into);

} // namespace praetor::api
