#include "storage/state/archive_records.hpp"

#include "protocol/acl/content_hash.hpp"
#include "protocol/mutation.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/lookups.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

/// The key of an uninterpreted record: type byte, number (8 bytes, big-endian).
std::string opaque_key(command_type type, std::uint64_t number) {
  std::string out(9, '\0');
  out[0] = static_cast<char>(type);
  for (std::size_t i = 8; i > 0; --i, number >>= 8) out[i] = static_cast<char>(number & 0xff);
  return out;
}

bool write_node(record_writer& out, command_type type, const node& n) {
  auto r = registration_of(n);
  if (!out.put(type, r)) return false;
  auto prefix = tree_prefix({lower_case(n.peer_name), lower_case(n.name)});
  const auto& t = out.tables();
  if (!out.each(t.services, prefix, [&](std::string_view, const service_record_ptr& s) {
        r.service = service_of(s);
        return out.put(type, r);
      }))
    return false;
  r.service = nullptr;
  return out.each(t.checks, prefix, [&](std::string_view, const health_check_ptr& c) {
    r.check = c;
    return out.put(type, r);
  });
}

/// Whether the node of a service or check exists: without it, the record would be missing in the next snapshot.
bool has_node(const tables& t, const register_request& r) {
  bool brings_it = !r.service && !r.check;
  if (!brings_it && !node_named(t, r.peer_name, r.node)) return false;
  auto matches = [&](const health_check& c) { return equal_fold(c.node, r.node); };
  return (!r.check || matches(*r.check)) &&
         std::all_of(r.checks.begin(), r.checks.end(), [&](auto& c) { return matches(*c); });
}

void restore_node(restoring& in, const register_request& r) {
  in.t.nodes.put(in.writer(r.modify_index), std::make_shared<const node>(node_of(r)));
}

void restore_service(restoring& in, const register_request& r) {
  auto record = std::make_shared<service_record>(service_record{r.node, *r.service});
  auto& s = record->service;
  s.peer_name = r.peer_name;
  if (s.peer_name.empty()) {
    in.t.kind_names.set(tree_key({kind_index_name(s.kind), lower_case(s.name)}), {}, in.retired);
    if (auto name = connect_destination(s); !name.empty())
      in.t.kind_names.set(tree_key({"connect-enabled", lower_case(name)}), {}, in.retired);
  }
  in.t.services.put(in.writer(s.modify_index), std::move(record));
}

void restore_check(restoring& in, const health_check& c, const std::string& peer) {
  auto record = std::make_shared<health_check>(c);
  record->peer_name = peer;
  in.t.checks.put(in.writer(c.modify_index), std::move(record));
}

} // namespace

tl::unexpected<error> detail::bad_record(command_type type, const std::string& why) {
  return fail("record of type " + std::to_string(static_cast<int>(type)) + ": " + why);
}

bool write_opaque(record_writer& out, command_type type) {
  auto prefix = static_cast<char>(type);
  return out.each(out.tables().foreign, std::string_view(&prefix, 1),
                  [&](std::string_view, const std::string& bytes) { return out.put_packed(type, bytes); });
}

expected<void> restore_opaque(restoring& in, command_type type, std::string_view bytes) {
  in.t.foreign.set(opaque_key(type, in.built.opaque_count++), std::string(bytes), in.retired);
  return {};
}

bool write_catalog(record_writer& out, command_type type) {
  return out.each(out.tables().nodes, {},
                  [&](std::string_view, const node_ptr& n) { return write_node(out, type, *n); });
}

expected<void> restore_registration(restoring& in, std::shared_ptr<register_request> r) {
  if (!has_node(in.t, *r))
    return fail("it belongs to a node that no record before it has: " + praetor::quoted(r->node));
  if (!r->service && !r->check) restore_node(in, *r);
  if (r->service) restore_service(in, *r);
  if (r->check) restore_check(in, *r->check, r->peer_name);
  for (auto& c : r->checks)
    if (c) restore_check(in, *c, r->peer_name);
  return {};
}

bool write_coordinates(record_writer& out, command_type type) {
  return out.each(out.tables().coordinates, {},
                  [&](std::string_view, const node_coordinate_ptr& c) { return out.put(type, coordinate_batch{c}); });
}

void restore_coordinates(restoring& in, std::shared_ptr<coordinate_batch> batch) {
  for (auto& c : *batch) {
    if (!has_sound_keys(*c)) continue;
    in.t.coordinates.put(in.writer(in.t.last_index), std::move(c));
  }
}

bool write_tombstones(record_writer& out, command_type type) {
  return out.each(out.tables().tombstones, {}, [&](std::string_view key, std::uint64_t index) {
    kv_entry e;
    e.key = key;
    e.modify_index = index;
    return out.put(type, e);
  });
}

void restore_tombstone(restoring& in, std::shared_ptr<kv_entry> e) {
  in.writer(e->modify_index).raise("tombstones");
  in.t.tombstones.set(e->key, e->modify_index, in.retired);
}

bool write_indexes(record_writer& out, command_type type) {
  return out.each(out.tables().indexes, {}, [&](std::string_view key, std::uint64_t value) {
    return out.put(type, index_record{std::string(key), value});
  });
}

void restore_index(restoring& in, std::shared_ptr<index_record> e) {
  if (!mutated(mutation::snapshot_forgets_indexes)) in.built.indexes.emplace_back(lower_case(e->key), e->value);
}

bool write_lock_delays(record_writer& out, command_type type) {
  if (out.scope() == record_scope::exported || mutated(mutation::lock_delay_forgotten_by_snapshot)) return true;
  return out.put_all(type, out.tables().lock_delays);
}

bool write_index_offset(record_writer& out, command_type type) {
  auto offset = out.tables().index_offset;
  return out.scope() == record_scope::exported || offset == 0 || out.put(type, index_offset_record{offset});
}

void restore_index_offset(restoring& in, std::shared_ptr<index_offset_record> e) { in.t.index_offset = e->offset; }

bool write_staged_archive(record_writer& out, command_type type) {
  const auto& staged = out.tables().staged;
  if (out.scope() == record_scope::exported || !staged) return true;
  restore_request piece;
  piece.id = staged->id;
  for (const auto& bytes : staged->pieces) {
    piece.data.bytes = *bytes;
    if (!out.put(type, piece)) return false;
    piece.offset += bytes->size();
  }
  return true;
}

void restore_staged_archive(restoring& in, std::shared_ptr<restore_request> piece) {
  auto next = in.t.staged ? std::make_shared<staged_archive>(*in.t.staged) : std::make_shared<staged_archive>();
  next->id = std::move(piece->id);
  next->size += piece->data.bytes.size();
  next->pieces.push_back(std::make_shared<const std::string>(std::move(piece->data.bytes)));
  in.t.staged = std::move(next);
}

bool write_no_chunks(record_writer& out, command_type type) {
  return out.put_packed(type, "\x81\xa8"
                              "ChunkMap"
                              "\x80");
}

expected<void> restore_nothing(restoring&, command_type, std::string_view) { return {}; }

void restore_token(restoring& in, std::shared_ptr<acl_token> e) {
  if (e->hash.bytes.empty()) e->hash = acl::content_hash(*e);
  restore_into<&acl_tables::tokens>(in, std::move(e));
}

} // namespace praetor::state
