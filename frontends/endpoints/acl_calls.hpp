#pragma once

#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"
#include "protocol/types/acl.hpp"
#include "storage/state/queries_acl.hpp"

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
/// The answer to a write if it may not be made.
std::optional<answer> refused_acl_write(const call& c);
/// Whether the records are kept by another datacenter; then the request has been answered.
bool kept_elsewhere(const call& c);

/// An answer that has nothing of what was asked for.
query_outcome missing(std::uint64_t index, unsigned status, std::string text);
/// What is wrong with an id in a path, if anything. @param record "policy"
expected<void> check_id(std::string_view id, const std::string& record);

/// Finds a record by what stands behind the route's path.
template <class Record>
using find_record = state::result<std::shared_ptr<const Record>> (*)(const state::store&, std::string_view,
                                                                     state::watch_set*);

/// Answers with the record that `find` finds for the rest of the path. @param record "policy"
template <class Record>
void answer_found(const call& c, find_record<Record> find, const std::string& record) {
  auto options = parse_read_options(c);
  if (!options) return respond_read_error(c, options.error());
  answer_read(c, *options, {},
              [find, record, key = std::string(c.rest), how = layout_of(c)](const state::store& s,
                                                                            state::watch_set* watch) -> query_outcome {
                auto found = find(s, key, watch);
                if (found.value) return outcome(how, found.index, found.value);
                return missing(found.index, 404, "Requested " + record + " does not exist: ACL not found");
              });
}
/// The same for who may read access control records, by the record's name or by its id.
template <class Record>
void answer_named(const call& c, find_record<Record> find, const std::string& record) {
  if (may_not_read_acls(c)) return;
  if (c.rest.empty()) return respond_error(c, "Missing " + record + " Name", 400);
  answer_found(c, find, record);
}
template <class Record>
void answer_identified(const call& c, find_record<Record> find, const std::string& record) {
  if (may_not_read_acls(c)) return;
  if (c.rest.empty()) return respond_error(c, "Missing " + record + " ID", 400);
  if (auto good = check_id(c.rest, record); !good) return respond_error(c, good.error().text);
  answer_found(c, find, record);
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

} // namespace praetor::endpoints
