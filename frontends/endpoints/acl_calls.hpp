#pragma once

#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"
#include "protocol/types/acl.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace praetor::endpoints {

// What the endpoints of access control begin and end with.

/// Whether access control is off; then the request has been answered.
bool acls_off(const call& c);
/// Whether the token may not read (write) access control records, or access control is off; then the request has been
/// answered.
bool may_not_read_acls(const call& c);
bool may_not_write_acls(const call& c);
/// Whether the records are kept by another datacenter; then the request has been answered.
bool kept_elsewhere(const call& c);

/// An answer that has nothing of what was asked for.
query_outcome missing(std::uint64_t index, unsigned status, std::string text);
/// What is wrong with an id in a path, if anything. @param record "policy"
expected<void> check_id(std::string_view id, const std::string& record);

/// Proposes a command; `done` runs with the outcome when it worked. @param failure what a failure's text begins with
void apply_acl(const call& c, std::string command, std::string failure, std::function<void(const call&)> done);

/// A write's answer, from the state that it made.
template <class Find>
void answer_written(const call& c, Find find, std::string_view record) {
  auto written = find(*c.env.state());
  if (!written) return respond_error(c, "Failed to retrieve " + std::string(record) + " after insertion");
  respond(c, json_answer(c, written));
}

} // namespace praetor::endpoints
