#pragma once

#include "protocol/types/kv.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/table.hpp"

namespace praetor::state {

/// The ids of all checks of a session.
string_list check_ids(const session& s);

/// A key can't be locked until `end`, because a session that held it was invalidated.
struct lock_delay {
  std::string key;
  std::int64_t end = 0; ///< nanoseconds since 1970

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
    f(field{"End"}, x.end);
  }
};
using lock_delay_ptr = std::shared_ptr<const lock_delay>;

struct kv_schema {
  using record = kv_entry;
  static constexpr std::string_view name = "kvs", index_row = "kvs";
  static constexpr auto kind = command_type::kvs;

  static std::string_view key(const kv_entry& e) { return e.key; }
  static std::string by_session(const kv_entry& e); ///< session id, key
  using indexes = index_list<table_index<"session", by_session, index_flags::keys_only>>;
};
void key_parts(const kv_entry& e, key_visitor& visit);

struct session_schema {
  using record = session;
  static constexpr std::string_view name = "sessions", index_row = "sessions";
  static constexpr auto kind = command_type::session;

  static std::string key(const session& s) { return lower_case(s.id); }
  static std::string by_node(const session& s);  ///< node, id
  static string_list by_check(const session& s); ///< node, check id, session id
  using indexes = index_list<table_index<"node", by_node, index_flags::keys_only | index_flags::every_record>,
                             table_index<"check", by_check, index_flags::keys_only>>;
};
void key_parts(const session& s, key_visitor& visit);

struct lock_delay_schema {
  using record = lock_delay;
  static constexpr std::string_view name = "lock_delays";
  static constexpr auto kind = command_type::lock_delay;

  static std::string_view key(const lock_delay& d) { return d.key; }
  static std::string by_end(const lock_delay& d); ///< end (8 bytes, big-endian), key
  using indexes = index_list<table_index<"end", by_end, index_flags::keys_only | index_flags::every_record>>;
};
inline void key_parts(const lock_delay& d, key_visitor& visit) { visit.whole("Key", d.key); }

/// The tables of keys and sessions.
struct session_tables {
  table<kv_schema> kvs;
  table<session_schema> sessions;
  table<lock_delay_schema> lock_delays;
};

} // namespace praetor::state
