#pragma once

#include "protocol/swim/keyring.hpp"
#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::swim {

/// What is asked of every member's key ring, and the query that carries it.
enum class key_operation { install, use, remove, list };
/// `_serf_install-key` and so on.
std::string_view query_name(key_operation operation);
/// Nothing: not a query about keys.
std::optional<key_operation> key_operation_of(std::string_view query_name);

/// Payload of a key query; empty for a list.
std::string key_query_payload(std::string_view base64);

/// One member's answer to a key query.
struct key_answer {
  bool result = false;
  std::string message; ///< why not
  string_list keys;    ///< list: base64
  std::string primary;

  bool operator==(const key_answer&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"r"}, self.result);
    f(field{"m"}, self.message);
    f(field{"k"}, self.keys);
    f(field{"p"}, self.primary);
  }
};

/// Does what a key query asks and returns the payload of the answer.
/// @param changed set to true if the ring is another one now and has to be written down
/// @param limit bytes that the answer may take: a list that does not fit is cut, and says so
std::string answer_key_query(keyring& keys, key_operation operation, std::string_view payload, bool& changed,
                             std::size_t limit = 1024 - 64);

/// All members' answers together.
struct key_tally {
  std::map<std::string, std::string> messages;           ///< by member: what went wrong, or what it had to say
  std::map<std::string, std::size_t> keys, primary_keys; ///< base64: on how many members
  std::size_t nodes = 0, responses = 0, errors = 0;

  /// @param nodes how many members the query went to
  explicit key_tally(std::size_t nodes = 0) : nodes(nodes) {}
  void add(const std::string& member, std::string_view payload);
  /// Everybody has answered.
  bool complete() const { return responses >= nodes; }
  /// Empty: all members did what was asked. Otherwise what to tell the user: `2/3 nodes reported failure`.
  std::string error() const;
};

} // namespace praetor::swim
