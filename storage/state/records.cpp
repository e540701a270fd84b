#include "storage/state/records.hpp"
#include "protocol/types/fingerprint.hpp"
#include "storage/state/archive_forms.hpp"

namespace praetor::state {

namespace {

constexpr std::uint8_t first_enterprise_type = 64;

struct header {
  std::uint64_t last_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"LastIndex"}, x.last_index);
  }
};

} // namespace

bool for_each_record(const store& s, record_scope scope, const record_visitor& visit) {
  record_writer out(s.tables(), scope, visit);
  for (const auto* kind : archived_kinds())
    if (!kind->archive.write(out, kind->type)) return false;
  return true;
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

state_builder::state_builder(std::uint64_t last_index) { state_.tables.last_index = last_index; }

expected<void> state_builder::add(std::uint8_t type, std::string_view bytes) {
  restoring in(state_);
  if (const auto* kind = find_kind(type); kind && kind->archive.restore)
    return kind->archive.restore(in, kind->type, bytes);
  if ((type & ignore_unknown_bit) != 0) return {};
  if (type >= first_enterprise_type)
    return fail("msg type " + std::to_string(type) + " is a Consul Enterprise log entry. Consul CE cannot restore it");
  return fail("unrecognized msg type " + std::to_string(type));
}

struct tables state_builder::finish() && {
  retired_parts retired;
  for (auto& [key, value] : state_.indexes) state_.tables.indexes.set(key, value, retired);
  return std::move(state_.tables);
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
