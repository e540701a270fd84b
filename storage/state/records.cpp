#include "storage/state/records.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/base/big_endian.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/mutation.hpp"
#include "protocol/types/fingerprint.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/table_writes.hpp"
#include "storage/state/value_limits.hpp"

#include <algorithm>
#include <array>

namespace praetor::state {

namespace {

struct header {
  std::uint64_t last_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"LastIndex"}, x.last_index);
  }
};

struct index_record {
  std::string key;
  std::uint64_t value = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
    f(field{"Value"}, x.value);
  }
};

struct lock_delay_entry {
  std::string key;
  std::int64_t end = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
    f(field{"End"}, x.end);
  }
};

struct index_offset_entry {
  std::uint64_t offset = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Offset"}, x.offset);
  }
};

/// The order of the archive. A type without a table of its own is among the foreign records.
constexpr std::array<std::uint8_t, 27> archive_order{32, 33, 0,  6,  3,  17, 19, 23, 25, 27, 2,  5,  7, 9,
                                                     12, 13, 14, 15, 22, 30, 31, 16, 35, 38, 40, 42, 29};

std::string foreign_key(std::uint8_t type, std::uint64_t number) {
  std::string out(1, static_cast<char>(type));
  append_big_endian(out, number);
  return out;
}

/// Hands out the records of one state, until the visitor has had enough.
class record_writer {
public:
  record_writer(const tables& t, record_scope scope, const record_visitor& visit)
      : t_(t), scope_(scope), visit_(visit) {}

  bool write_all() {
    for (auto type : archive_order) {
      if (!write_type(type)) return false;
      if (!table(t_.foreign, std::string_view(reinterpret_cast<const char*>(&type), 1),
                 [&](std::string_view, const std::string& bytes) { return visit_(type, bytes); }))
        return false;
    }
    return true;
  }

private:
  template <class Record>
  bool put(std::uint8_t type, const Record& record) {
    buffer_.clear();
    msgpack::pack(buffer_, record);
    return visit_(type, buffer_);
  }
  template <class Tree, class Visit>
  bool table(const Tree& tree, std::string_view prefix, Visit visit) {
    bool going = true;
    tree.for_each(prefix, nullptr, [&](std::string_view key, const auto& value) { return going = visit(key, value); });
    return going;
  }
  /// A table of pointers to records.
  template <class Tree>
  bool pointers(std::uint8_t type, const Tree& tree) {
    return table(tree, {}, [&](std::string_view, const auto& p) { return put(type, *p); });
  }

  bool write_node(const node& n) {
    register_request r;
    r.id = n.id;
    r.node = n.name;
    r.address = n.address;
    r.datacenter = n.datacenter;
    r.peer_name = n.peer_name;
    r.tagged_addresses = n.tagged_addresses;
    r.node_meta = n.meta;
    r.locality = n.locality;
    r.create_index = n.create_index;
    r.modify_index = n.modify_index;
    if (!put(0, r)) return false;
    auto prefix = tree_prefix({lower_case(n.peer_name), lower_case(n.name)});
    if (!table(t_.services, prefix, [&](std::string_view, const service_record_ptr& s) {
          r.service = service_of(s);
          return put(0, r);
        }))
      return false;
    r.service = nullptr;
    return table(t_.checks, prefix, [&](std::string_view, const health_check_ptr& c) {
      r.check = c;
      return put(0, r);
    });
  }

  bool write_type(std::uint8_t type) {
    switch (static_cast<command_type>(type)) {
    case command_type::register_node:
      return table(t_.nodes, {}, [&](std::string_view, const node_ptr& n) { return write_node(*n); });
    case command_type::coordinate_batch:
      return table(t_.coordinates, {},
                   [&](std::string_view, const node_coordinate_ptr& c) { return put(type, coordinate_batch{c}); });
    case command_type::session: return pointers(type, t_.sessions);
    case command_type::kvs: return pointers(type, t_.kvs);
    case command_type::tombstone:
      return table(t_.tombstones, {}, [&](std::string_view key, std::uint64_t index) {
        kv_entry e;
        e.key = key;
        e.modify_index = index;
        return put(type, e);
      });
    case command_type::acl_token_set: return pointers(type, t_.acl.tokens);
    case command_type::acl_policy_set: return pointers(type, t_.acl.policies);
    case command_type::acl_role_set: return pointers(type, t_.acl.roles);
    case command_type::autopilot: return pointers(type, t_.autopilot);
    case command_type::connect_ca: return pointers(type, t_.ca_roots);
    case command_type::ca_provider_state: return pointers(type, t_.ca_provider_states);
    case command_type::ca_config: return pointers(type, t_.ca_config);
    case command_type::system_metadata: return pointers(type, t_.system_metadata);
    case command_type::index:
      return table(t_.indexes, {}, [&](std::string_view key, std::uint64_t value) {
        return put(type, index_record{std::string(key), value});
      });
    case command_type::chunking_state:
      return write_lock_delays() && write_restoring() &&
             visit_(type, "\x81\xa8"
                          "ChunkMap"
                          "\x80");
    default: return true;
    }
  }

  bool write_lock_delays() {
    if (scope_ == record_scope::exported || mutated("lock_delay_forgotten_by_snapshot")) return true;
    return table(t_.lock_delays, {}, [&](std::string_view key, std::int64_t end) {
      return put(lock_delay_record, lock_delay_entry{std::string(key), end});
    });
  }

  bool write_restoring() {
    if (scope_ == record_scope::exported) return true;
    if (t_.index_offset > 0 && !put(index_offset_record, index_offset_entry{t_.index_offset})) return false;
    if (!t_.staged) return true;
    restore_request piece;
    piece.id = t_.staged->id;
    for (const auto& bytes : t_.staged->pieces) {
      piece.data.bytes = *bytes;
      if (!put(staged_record, piece)) return false;
      piece.offset += bytes->size();
    }
    return true;
  }

  const tables& t_;
  record_scope scope_;
  const record_visitor& visit_;
  std::string buffer_;
};

} // namespace

bool for_each_record(const store& s, record_scope scope, const record_visitor& visit) {
  return record_writer(s.tables(), scope, visit).write_all();
}

bool write_state(const store& s, record_scope scope, const std::function<bool(std::string_view)>& write) {
  if (!write(msgpack::pack(header{s.last_index()}))) return false;
  return for_each_record(s, scope, [&](std::uint8_t type, std::string_view bytes) {
    auto byte = static_cast<char>(type);
    return write({&byte, 1}) && write(bytes);
  });
}

std::uint64_t content_hash(const store& s) {
  fingerprint h;
  write_state(s, record_scope::internal, [&](std::string_view bytes) {
    h.add(bytes);
    return true;
  });
  return h.value();
}

state_builder::state_builder(std::uint64_t last_index) { tables_.last_index = last_index; }

namespace {

/// Puts records into tables as they are, raising the index keys that their indexes imply.
struct restoring {
  tables& t;
  retired_parts retired; // nobody watches yet: dropped

  void raise(std::string_view key, std::uint64_t index) { raise_index(t, retired, key, index); }
  void raise_both(std::string_view peer, std::string_view key, std::uint64_t index) {
    raise(key, index);
    raise(peer_index_key(peer, key), index);
  }

  /// Whether a service or check has its node: one without would be lost from the next snapshot.
  bool has_node(const register_request& r) const {
    bool brings_it = !r.service && !r.check;
    if (!brings_it && !node_named(t, r.peer_name, r.node)) return false;
    auto matches = [&](const health_check& c) { return equal_fold(c.node, r.node); };
    return (!r.check || matches(*r.check)) &&
           std::all_of(r.checks.begin(), r.checks.end(), [&](auto& c) { return matches(*c); });
  }

  expected<void> add(const register_request& r) {
    if (!has_node(r)) return fail("it belongs to a node that no record before it has: " + praetor::quoted(r.node));
    add_node_or_parts(r);
    return {};
  }
  void add_node_or_parts(const register_request& r) {
    if (!r.service && !r.check) {
      auto n = std::make_shared<node>();
      n->id = r.id;
      n->name = r.node;
      n->address = r.address;
      n->datacenter = r.datacenter;
      n->peer_name = r.peer_name;
      n->tagged_addresses = r.tagged_addresses;
      n->meta = r.node_meta;
      n->locality = r.locality;
      n->create_index = r.create_index;
      n->modify_index = r.modify_index;
      raise_both(r.peer_name, "nodes", n->modify_index);
      raise(peer_index_key(r.peer_name, "node." + n->name), n->modify_index);
      put_node(t, retired, std::move(n));
    }
    if (r.service) add_service(r);
    if (r.check) add_check(*r.check, r.peer_name);
    for (auto& c : r.checks)
      if (c) add_check(*c, r.peer_name);
  }
  void add_service(const register_request& r) {
    auto record = std::make_shared<service_record>(service_record{r.node, *r.service});
    auto& s = record->service;
    s.peer_name = r.peer_name;
    auto index = s.modify_index;
    raise_both(s.peer_name, "services", index);
    raise_both(s.peer_name, "service_kind." + std::string(kind_index_name(s.kind)), index);
    raise(peer_index_key(s.peer_name, "service." + s.name), index);
    if (s.peer_name.empty()) {
      t.kind_names.set(tree_key({kind_index_name(s.kind), lower_case(s.name)}), {}, retired);
      if (auto name = connect_destination(s); !name.empty())
        t.kind_names.set(tree_key({"connect-enabled", lower_case(name)}), {}, retired);
    }
    put_service(t, retired, std::move(record));
  }
  void add_check(const health_check& c, const std::string& peer) {
    auto record = std::make_shared<health_check>(c);
    record->peer_name = peer;
    raise_both(peer, "checks", record->modify_index);
    put_check(t, retired, std::move(record));
  }
};

tl::unexpected<error> bad_record(std::uint8_t type, const std::string& why) {
  return fail("record of type " + std::to_string(type) + ": " + why);
}

/// Reads a record and adds it to the state. Nothing is added of what the tables can't hold: an archive with null
/// elements is refused, and a name with a zero byte, which nobody can ask for, is left out.
template <class Record, class Add>
expected<void> read_record(std::uint8_t type, std::string_view bytes, Add add) {
  auto record = std::make_shared<Record>();
  if (auto done = msgpack::unpack(bytes, *record); !done) return bad_record(type, done.error().text);
  first_fault f;
  check_value<depth_of_check::structure>(*record, {}, f);
  if (f.found()) return bad_record(type, f.text());
  if constexpr (has_key_parts<Record>)
    if (!has_sound_keys(*record)) return {};
  if constexpr (std::same_as<decltype(add(std::move(record))), expected<void>>)
    return add(std::move(record));
  else
    add(std::move(record));
  return {};
}

} // namespace

expected<void> state_builder::add(std::uint8_t type, std::string_view bytes) {
  restoring r{tables_, {}};
  auto& t = tables_;
  if (type == lock_delay_record)
    return read_record<lock_delay_entry>(type, bytes,
                                         [&](auto e) { put_lock_delay(t, r.retired, e->key, nanoseconds{e->end}); });
  if (type == index_offset_record)
    return read_record<index_offset_entry>(type, bytes, [&](auto e) { t.index_offset = e->offset; });
  if (type == staged_record)
    return read_record<restore_request>(type, bytes, [&](auto e) {
      auto next = t.staged ? std::make_shared<staged_archive>(*t.staged) : std::make_shared<staged_archive>();
      next->id = std::move(e->id);
      next->size += e->data.bytes.size();
      next->pieces.push_back(std::make_shared<const std::string>(std::move(e->data.bytes)));
      t.staged = std::move(next);
    });
  if ((type & ignore_unknown_bit) != 0) return {};
  switch (static_cast<command_type>(type)) {
  case command_type::register_node:
    return read_record<register_request>(type, bytes, [&](auto e) { return r.add(*e); });
  case command_type::coordinate_batch:
    return read_record<coordinate_batch>(type, bytes, [&](auto e) {
      for (auto& c : *e) {
        if (!has_sound_keys(*c)) continue;
        r.raise("coordinates", t.last_index);
        put_coordinate(t, r.retired, std::move(c));
      }
    });
  case command_type::session:
    return read_record<session>(type, bytes, [&](auto e) {
      r.raise("sessions", e->modify_index);
      put_session(t, r.retired, std::move(e));
    });
  case command_type::kvs:
    return read_record<kv_entry>(type, bytes, [&](auto e) {
      r.raise("kvs", e->modify_index);
      put_kv(t, r.retired, std::move(e));
    });
  case command_type::tombstone:
    return read_record<kv_entry>(type, bytes, [&](auto e) {
      r.raise("tombstones", e->modify_index);
      t.tombstones.set(e->key, e->modify_index, r.retired);
    });
  case command_type::acl_token_set:
    return read_record<acl_token>(type, bytes, [&](auto e) {
      r.raise(acl_tokens_key, e->modify_index);
      if (e->hash.bytes.empty()) e->hash = acl::content_hash(*e);
      put_token(t.acl, r.retired, std::move(e));
    });
  case command_type::acl_policy_set:
    return read_record<acl_policy>(type, bytes, [&](auto e) {
      r.raise(acl_policies_key, e->modify_index);
      put_policy(t.acl, r.retired, std::move(e));
    });
  case command_type::acl_role_set:
    return read_record<acl_role>(type, bytes, [&](auto e) {
      r.raise(acl_roles_key, e->modify_index);
      put_role(t.acl, r.retired, std::move(e));
    });
  case command_type::autopilot:
    return read_record<autopilot_config>(type, bytes, [&](auto e) { t.autopilot.set({}, std::move(e), r.retired); });
  case command_type::connect_ca:
    return read_record<ca_root>(type, bytes, [&](auto e) {
      r.raise("connect-ca-roots", e->modify_index);
      auto id = e->id;
      t.ca_roots.set(id, std::move(e), r.retired);
    });
  case command_type::ca_provider_state:
    return read_record<ca_provider_state>(type, bytes, [&](auto e) {
      r.raise("connect-ca-builtin", e->modify_index);
      auto id = e->id;
      t.ca_provider_states.set(id, std::move(e), r.retired);
    });
  case command_type::ca_config:
    return read_record<ca_configuration>(type, bytes, [&](auto e) { t.ca_config.set({}, std::move(e), r.retired); });
  case command_type::system_metadata:
    return read_record<system_metadata_entry>(type, bytes, [&](auto e) {
      r.raise("system-metadata", e->modify_index);
      auto key = e->key;
      t.system_metadata.set(key, std::move(e), r.retired);
    });
  case command_type::index:
    return read_record<index_record>(type, bytes, [&](auto e) {
      if (!mutated("snapshot_forgets_indexes")) indexes_.emplace_back(lower_case(e->key), e->value);
    });
  case command_type::chunking_state:
  case command_type::kind_service_names: return {}; // the names follow from the services
  default: break;
  }
  if (type >= 64)
    return fail("msg type " + std::to_string(type) + " is a Consul Enterprise log entry. Consul CE cannot restore it");
  if (std::find(archive_order.begin(), archive_order.end(), type) == archive_order.end())
    return fail("unrecognized msg type " + std::to_string(type));
  t.foreign.set(foreign_key(type, foreign_count_++), std::string(bytes), r.retired);
  return {};
}

struct tables state_builder::finish() && {
  retired_parts retired;
  for (auto& [key, value] : indexes_) tables_.indexes.set(key, value, retired);
  return std::move(tables_);
}

expected<struct tables> read_state(std::string_view bytes) {
  header h;
  std::size_t at = 0;
  if (auto done = msgpack::unpack(bytes, h, &at); !done) return fail("header of the snapshot: " + done.error().text);
  state_builder builder(h.last_index);
  while (at < bytes.size()) {
    auto type = static_cast<std::uint8_t>(bytes[at++]);
    msgpack::reader in(bytes.substr(at));
    in.skip();
    if (in.failed()) return fail("record of type " + std::to_string(type) + ": " + in.error());
    if (auto done = builder.add(type, bytes.substr(at, in.consumed())); !done) return tl::unexpected(done.error());
    at += in.consumed();
  }
  return std::move(builder).finish();
}

} // namespace praetor::state
