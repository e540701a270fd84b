#include "protocol/types/config_entries/request.hpp"

#include "protocol/codec/json_write.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/types/config_entries/kinds.hpp"

namespace praetor {

namespace {

using config_entries::config_entry_ptr;

void write_body(std::string& out, const config_entry_request& r) {
  constexpr std::size_t members = 4;
  msgpack::write_map_header(out, members);
  msgpack::write_text(out, "Datacenter");
  msgpack::write_text(out, r.datacenter);
  msgpack::write_text(out, "Entry");
  config_entries::row_of(*r.entry).pack(out, *r.entry);
  msgpack::write_text(out, "Op");
  msgpack::write_text(out, r.op);
  msgpack::write_text(out, "Token");
  msgpack::write_text(out, r.token);
}

/// Reads an entry whose kind is known. @returns null after an error
std::shared_ptr<config_entries::config_entry> read_entry(msgpack::reader& in, std::string_view kind) {
  const auto* row = config_entries::find_kind(kind);
  if (!row) {
    in.fail("unknown kind of configuration entry " + praetor::quoted(kind));
    return nullptr;
  }
  auto entry = row->make();
  row->unpack(in, *entry);
  if (entry->kind != kind) entry->kind = kind; // some kinds leave it out
  return in.failed() ? nullptr : entry;
}

void read_body(msgpack::reader& in, std::string_view kind, config_entry_request& r) {
  std::size_t size = 0;
  if (!in.begin_map(size)) return;
  msgpack::reader::nesting level(in);
  for (; size > 0 && !in.failed(); --size) {
    std::string_view name;
    if (!in.text(name)) return;
    if (name == "Datacenter")
      msgpack::read_value(in, r.datacenter);
    else if (name == "Op")
      msgpack::read_value(in, r.op);
    else if (name == "Token")
      msgpack::read_value(in, r.token);
    else if (name == "Entry" && !in.at_nil())
      r.entry = read_entry(in, kind);
    else
      in.skip();
  }
}

} // namespace

void msgpack_write(std::string& out, const config_entry_request& r) {
  std::string inner;
  msgpack::write_text(inner, r.entry ? std::string_view(r.entry->kind) : std::string_view());
  if (r.entry) write_body(inner, r);
  msgpack::write_text(out, inner);
}

void msgpack_read(msgpack::reader& in, config_entry_request& r) {
  std::string_view inner;
  if (!in.text(inner)) return;
  msgpack::reader body(inner);
  std::string_view kind;
  if (body.text(kind)) read_body(body, kind, r);
  if (body.failed())
    in.fail(body.error());
  else if (!r.entry)
    in.fail("a write without its configuration entry");
}

void json_write(std::string& out, const config_entry_request& r) {
  out += "{\"Op\":";
  json::write(out, r.op);
  out += ",\"Datacenter\":";
  json::write(out, r.datacenter);
  out += ",\"Entry\":";
  json_write(out, r.entry);
  out += '}';
}

namespace config_entries {

void json_write(std::string& out, const config_entry_ptr& e) {
  if (e)
    row_of(*e).write_json(out, *e);
  else
    out += "null";
}

void msgpack_write(std::string& out, const config_entry_ptr& e) {
  if (!e) return msgpack::write_nil(out);
  msgpack::write_list_header(out, 2);
  msgpack::write_text(out, e->kind);
  row_of(*e).pack(out, *e);
}

void msgpack_read(msgpack::reader& in, config_entry_ptr& e) {
  e = nullptr;
  if (in.at_nil()) return in.skip();
  std::size_t size = 0;
  if (!in.begin_list(size)) return;
  std::string_view kind;
  if (size != 2 || !in.text(kind)) return in.fail("a configuration entry is a list of its kind and its fields");
  e = read_entry(in, kind);
}

} // namespace config_entries

} // namespace praetor
