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
query_outcome missing(std::uint64_t index, unsigned status, std::string text);
/// What is wrong with an id, if anything. @param record "policy"
std::optional<answer> fault_in_id(const call& c, std::string_view id, const std::string& record);

/// Finds a record by what stands behind the route's path.
template <class Record>
using find_record = state::result<std::shared_ptr<const Record>> (*)(const state::store&, std::string_view,
                                                                     state::watch_set*);

/// Answers with the record that `find` finds for the rest of the path. @param record "policy"
template <class Record>
void answer_found(const call& c, find_record<Record> find, const std::string& record) {
  answer_read(c, {},
              [find, record, key = std::string(c.rest), how = layout_of(c)](const state::store& s,
                                                                            state::watch_set* watch) -> query_outcome {
                auto found = find(s, key, watch);
                if (found.value) return outcome(how, found.index, found.value);
                return missing(found.index, 404, "Requested " + record + " does not exist: ACL not found");
              });
}
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
