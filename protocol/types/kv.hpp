#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>

namespace praetor {

/// One key of the store (DirEntry).
struct kv_entry {
  std::uint64_t lock_index = 0; ///< how often a session has acquired the key
  std::string key;
  std::uint64_t flags = 0; ///< opaque to the servers
  blob value;
  std::string session; ///< the session that holds the lock, or empty
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"LockIndex"}, x.lock_index);
    f(field{"Key"}, x.key);
    f(field{"Flags"}, x.flags);
    f(field{"Value"}, x.value);
    f(field{"Session", omit_empty}, x.session);
    f(field{"CreateIndex", not_compared}, x.create_index);
    f(field{"ModifyIndex", not_compared}, x.modify_index);
  }
  bool operator==(const kv_entry&) const = default;
};
using kv_entry_ptr = std::shared_ptr<const kv_entry>;

struct session_service_check {
  std::string id, name_space;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Namespace"}, x.name_space);
  }
  bool operator==(const session_service_check&) const = default;
};

/// A session: holds locks and is bound to a node and to checks.
struct session {
  std::string id; ///< UUID
  std::string name;
  std::string node;
  nanoseconds lock_delay{0};
  std::string behavior; ///< "release" or "delete": the fate of its keys when it ends
  std::string ttl;      ///< as the client wrote it; "": none
  string_list node_checks;
  std::vector<session_service_check> service_checks;
  string_list checks; ///< the list of older clients; stored for them, never shown
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Node"}, x.node);
    f(field{"LockDelay"}, x.lock_delay);
    f(field{"Behavior"}, x.behavior);
    f(field{"TTL"}, x.ttl);
    f(field{"NodeChecks"}, x.node_checks);
    f(field{"ServiceChecks", null_if_empty}, x.service_checks);
    f(field{"Checks", no_json}, x.checks);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const session&) const = default;
};
using session_ptr = std::shared_ptr<const session>;

} // namespace praetor
