#include "protocol/mutation.hpp"
#include "storage/state/archive_forms.hpp"

namespace praetor::state {

namespace {

/// The key of an uninterpreted record: type byte, number (8 bytes, big-endian).
std::string opaque_key(command_type type, std::uint64_t number) {
  std::string out(9, '\0');
  out[0] = static_cast<char>(type);
  for (std::size_t i = 8; i > 0; --i, number >>= 8) out[i] = static_cast<char>(number & 0xff);
  return out;
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

// The records of the state as a whole: they have no command.

namespace {

struct index_record {
  std::string key;
  std::uint64_t value = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
    f(field{"Value"}, x.value);
  }
};

struct index_offset_record {
  std::uint64_t offset = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Offset"}, x.offset);
  }
};

bool write_indexes(record_writer& out, command_type type) {
  return out.each(out.tables().indexes, {}, [&](std::string_view key, std::uint64_t value) {
    return out.put(type, index_record{std::string(key), value});
  });
}

void restore_index(restoring& in, std::shared_ptr<index_record> e) {
  if (!mutated(mutation::snapshot_forgets_indexes)) in.built.indexes.emplace_back(lower_case(e->key), e->value);
}

bool write_index_offset(record_writer& out, command_type type) {
  auto offset = out.tables().index_offset;
  return out.scope() == record_scope::exported || offset == 0 || out.put(type, index_offset_record{offset});
}

void restore_index_offset(restoring& in, std::shared_ptr<index_offset_record> e) { in.t.index_offset = e->offset; }

/// Consul stores the chunks of large commands here. This release does not use them.
bool write_no_chunks(record_writer& out, command_type type) {
  return out.put_packed(type, "\x81\xa8"
                              "ChunkMap"
                              "\x80");
}

/// For records derived from others.
expected<void> restore_nothing(restoring&, command_type, std::string_view) { return {}; }

} // namespace

template <>
record_kind row<command_type::index>() {
  return {.name = "Index", .archive = archived<index_record, write_indexes, restore_index>(22)};
}

template <>
record_kind row<command_type::index_offset>() {
  return {.name = "IndexOffset",
          .archive = archived<index_offset_record, write_index_offset, restore_index_offset>(28)};
}

template <>
record_kind row<command_type::chunking_state>() {
  return {.name = "ChunkingState", .archive = {30, write_no_chunks, restore_nothing}};
}

/// Derived from the services.
template <>
record_kind row<command_type::kind_service_names>() {
  return {.name = "KindServiceNames", .archive = {0, nullptr, restore_nothing}};
}

} // namespace praetor::state
