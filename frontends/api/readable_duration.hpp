#pragma once

#include "protocol/codec/json_read.hpp"

namespace praetor::api {

/// A duration as Consul's `ReadableDuration` is read: the text between the quotes as it stands, without its escapes
/// resolved, and whatever is no text as a number.
struct readable_duration {
  nanoseconds value{0};
};
void json_read(praetor::json::reader& in, readable_duration& into);

} // namespace praetor::api
