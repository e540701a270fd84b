#pragma once

#include "frontends/api/reads.hpp"
#include "frontends/api/route.hpp"
#include "protocol/types/acl.hpp"
#include "storage/state/queries_acl.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace praetor::api {

// The checks and answers that the endpoints of access control share.

/// Rows that read (write) records of access control, which the primary datacenter keeps.
inline constexpr route_check may_read_acls = needs(acl::resource::acl, acl::access::read);
inline constexpr route_check may_write_acls = needs(acl::resource::acl, acl::access::write);

/// An answer that has nothing of what was asked for.
rendered_answer missing(unsigned status, std::string text);
/// What is wrong with an id, if anything. @param record "policy"
std::optional<answer> fault_in_id(const call& c, std::string_view id, const std::string& record);

/// Proposes a command; `done` runs with the outcome when it worked. @param failure what a failure's text begins with
void apply_acl(const call& c, expected<log_command> command, std::string failure,
               std::function<void(const call&)> done);

/// A write's answer, from the state that it made.
template <class Find>
void answer_written(const call& c, Find find, std::string_view record) {
  auto written = find(*c.env.state());
  if (!written) return respond_error(c, "Failed to retrieve " + std::string(record) + " after insertion");
  respond(c, json_answer(c, written));
}

} // namespace praetor::api
