#pragma once

#include "frontends/api/reads.hpp"
#include "frontends/api/route.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/types/acl.hpp"
#include "protocol/types/uuid_faults.hpp"
#include "storage/state/queries_acl.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace praetor::api {

/// A record of access control as clients send it. Consul decodes it through an alias that also accepts any text as the
/// hash, and computes the hash itself.
template <class Record>
struct acl_input : Record {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp
  static constexpr std::string_view go_type = std::same_as<Record, acl_token>
                                                  ? "struct { ExpirationTTL interface {}; Hash string; *structs.Alias }"
                                                  : "struct { Hash string; *structs.Alias }";
  std::string given_hash;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    Record::fields(
        [&](field d, auto& member) {
          if (d.name != "Hash") f(d, member);
        },
        x);
    f(field::aliased("", "Hash"), x.given_hash); // outside of the alias: error texts do not name the alias
  }
};

template <class Record>
expected<Record> read_acl(std::string_view body, std::string_view prefix) {
  auto read = read_namespaced<acl_input<Record>>(body, prefix);
  if (!read) return tl::unexpected(std::move(read.error()));
  return Record(std::move(*read));
}

// Checks and answers shared by the endpoints of access control.

/// For rows that read records of access control.
inline constexpr route_check may_read_acls = needs(acl::resource::acl, acl::access::read);
inline constexpr route_check may_write_acls = needs(acl::resource::acl, acl::access::write);

/// The answer for a record that does not exist.
rendered_answer missing(unsigned status, std::string text);
/// The refusal of a malformed id, if it is one. @param record "policy"
std::optional<answer> fault_in_id(const call& c, std::string_view id, const std::string& record,
                                  id_index index = id_index::record);

/// Proposes a command; only a success calls `done`. @param failure the beginning of a failure's text
void apply_acl(const call& c, expected<log_command> command, std::string failure,
               std::function<void(const call&)> done);

/// Answers a write with the record that the new state has.
template <class Find>
void answer_written(const call& c, Find find, std::string_view record) {
  auto written = find(*c.env.state());
  if (!written) return respond_error(c, "Failed to retrieve " + std::string(record) + " after insertion");
  respond(c, json_answer(c, written));
}

} // namespace praetor::api
