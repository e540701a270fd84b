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

/// An operation on every member's key ring, and the query that carries it.
enum class key_operation { install, use, remove, list };
/// `_serf_install-key` and so on.
std::string_view query_name(key_operation operation);
/// Nothing if it is not a key query.
std::optional<key_operation> key_operation_of(std::string_view query_name);

/// The payload of a key query; empty for a list.
std::string key_query_payload(std::string_view base64);

/// One member's answer to a key query.
struct key_answer {
  bool result = false;
  std::string message; ///< the error
  string_list keys;    ///< for a list: base64
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

/// Executes a key query and returns the payload of the answer.
/// @param changed set to true if the ring changed and has to be saved
/// @param limit the maximal size of the answer in bytes: a longer list is truncated and says so
std::string answer_key_query(keyring& keys, key_operation operation, std::string_view payload, bool& changed,
                             std::size_t limit = 1024 - 64);

/// The combined answers of all members.
struct key_tally {
  std::map<std::string, std::string> messages;           ///< by member: error or message
  std::map<std::string, std::size_t> keys, primary_keys; ///< base64: number of members
  std::size_t nodes = 0, responses = 0, errors = 0;

  /// @param nodes the number of queried members
  explicit key_tally(std::size_t nodes = 0) : nodes(nodes) {}
  void add(const std::string& member, std::string_view payload);
  /// All members have answered.
  bool complete() const { return responses >= nodes; }
  /// Empty if all members succeeded. Otherwise the text for the user: `2/3 nodes reported failure`.
  std::string error() const;
};

} // namespace praetor::swim
