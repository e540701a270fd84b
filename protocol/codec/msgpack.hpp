#pragma once

#include "protocol/codec/member_table.hpp"
#include "protocol/codec/msgpack_reader.hpp"
#include "protocol/codec/shape.hpp"
#include "protocol/types/error.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// MessagePack in Consul's layout, derived from field lists: a struct is a map by packed name, sorted by name; texts
/// and bytes are `raw` of the old specification, integers take the shortest form, empty lists, maps and pointers are
/// nil, durations are nanoseconds, times are Go's binary form. The reader also accepts the newer forms, ignores unknown
/// members and leaves missing members unchanged.
///
/// A type may supply `void msgpack_write(std::string& out, const T& value)` and
/// `void msgpack_read(msgpack::reader& in, T& value)` beside it.
namespace praetor::msgpack {

void write_nil(std::string& out);
void write_boolean(std::string& out, bool value);
void write_unsigned(std::string& out, std::uint64_t value);
void write_signed(std::string& out, std::int64_t value);
void write_float(std::string& out, double value);
void write_float(std::string& out, float value);
void write_text(std::string& out, std::string_view text);
void write_list_header(std::string& out, std::size_t size);
void write_map_header(std::string& out, std::size_t size);
void write_timestamp(std::string& out, const timestamp& value);
void write_free_form(std::string& out, const free_form& value);

/// Appends `value` to `out`.
template <class T>
void pack(std::string& out, const T& value);
template <class T>
std::string pack(const T& value) {
  std::string out;
  pack(out, value);
  return out;
}

/// Reads one value. Callers that reject trailing bytes check `consumed`.
template <class T>
expected<void> unpack(std::string_view bytes, T& into, std::size_t* consumed = nullptr);
template <class T>
expected<T> unpack(std::string_view bytes) {
  T value{};
  if (auto done = unpack(bytes, value); !done) return tl::unexpected(done.error());
  return value;
}

/// Reads the next value of `in`; for msgpack_read hooks.
template <class T>
void read_value(reader& in, T& into);

namespace detail {

template <class T>
concept writes_itself = requires(std::string& out, const T& value) {
  msgpack_write(out, value);
};
template <class T>
concept reads_itself = requires(reader& in, T& value) {
  msgpack_read(in, value);
};

struct codec_member {
  struct both_ways {
    void (*pack)(std::string&, const void*);
    void (*unpack)(reader&, void*);
  };
  using function = both_ways (*)();
  template <class Member>
  static both_ways run() {
    return {[](std::string& out, const void* member) { msgpack::pack(out, *static_cast<const Member*>(member)); },
            [](reader& in, void* member) { msgpack::read_value(in, *static_cast<Member*>(member)); }};
  }
};

/// A member with its encoded key.
struct packed_member {
  std::string key; ///< the packed name
  std::string packed_key;
  std::ptrdiff_t offset;
  codec_member::both_ways run;
};
/// Sorted by key, without members that are never packed.
std::vector<packed_member> sort_members(const std::vector<member_entry<codec_member::function>>& table);

template <class T>
const std::vector<packed_member>& packed_members() {
  static const auto members = sort_members(make_member_table<T, codec_member>());
  return members;
}

void pack_record(std::string& out, const std::vector<packed_member>& members, const char* object);
void unpack_record(reader& in, const std::vector<packed_member>& members, char* object);

template <shape::integer T>
void unpack_integer(reader& in, T& into) {
  wide_integer wide;
  if (!in.integer(wide)) return;
  bool fits;
  if (wide.negative)
    fits = std::is_signed_v<T> &&
           static_cast<std::int64_t>(wide.bits) >= static_cast<std::int64_t>(std::numeric_limits<T>::min());
  else
    fits = wide.bits <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  if (!fits) return in.fail("integer out of range");
  into = static_cast<T>(wide.bits);
}

template <class T>
void unpack_list(reader& in, T& into) {
  std::size_t size = 0;
  if (!in.begin_list(size)) return;
  reader::nesting level(in);
  into.clear();
  // An element takes at least one byte of input, but its object may be much larger: limits the reserve.
  constexpr std::size_t fair_bytes = 4096;
  into.reserve(std::min<std::size_t>(size, fair_bytes / sizeof(typename T::value_type) + 1));
  for (; size > 0 && in.make_room(sizeof(typename T::value_type)); --size) {
    into.emplace_back();
    msgpack::read_value(in, into.back());
  }
}

template <class T>
void unpack_map(reader& in, T& into) {
  std::size_t size = 0;
  if (!in.begin_map(size)) return;
  reader::nesting level(in);
  into.clear();
  for (; size > 0 && in.make_room(object_allowance::map_node_bytes + sizeof(typename T::value_type)); --size) {
    std::string_view key;
    if (!in.text(key)) return;
    msgpack::read_value(in, into[std::string(key)]);
  }
}

} // namespace detail

template <class T>
void pack(std::string& out, const T& value) {
  if constexpr (detail::writes_itself<T>)
    msgpack_write(out, value);
  else if constexpr (shape::text<T>)
    write_text(out, value);
  else if constexpr (shape::boolean<T>)
    write_boolean(out, value);
  else if constexpr (shape::integer<T>) {
    if constexpr (std::is_signed_v<T>)
      write_signed(out, value);
    else
      write_unsigned(out, value);
  } else if constexpr (std::floating_point<T>)
    write_float(out, value);
  else if constexpr (shape::text_enumeration<T>)
    write_text(out, to_text(value));
  else if constexpr (shape::enumeration<T>)
    msgpack::pack(out, static_cast<std::underlying_type_t<T>>(value));
  else if constexpr (shape::duration<T>)
    write_signed(out, value.count());
  else if constexpr (std::same_as<T, timestamp>)
    write_timestamp(out, value);
  else if constexpr (std::same_as<T, blob>) {
    if (value.bytes.empty())
      write_nil(out);
    else
      write_text(out, value.bytes);
  } else if constexpr (std::same_as<T, free_form>)
    write_free_form(out, value);
  else if constexpr (shape::maybe<T>) {
    if (value)
      msgpack::pack(out, *value);
    else
      write_nil(out);
  } else if constexpr (shape::list<T>) {
    if (value.empty()) return write_nil(out);
    write_list_header(out, value.size());
    for (const auto& element : value) msgpack::pack(out, element);
  } else if constexpr (shape::map<T>) {
    if (value.empty()) return write_nil(out);
    write_map_header(out, value.size());
    for (const auto& [key, element] : value) {
      write_text(out, key);
      msgpack::pack(out, element);
    }
  } else if constexpr (shape::record<T>)
    detail::pack_record(out, detail::packed_members<T>(), reinterpret_cast<const char*>(&value));
  else
    static_assert(detail::writes_itself<T>,
                  "no MessagePack form: give the type a field list or a msgpack_write beside it");
}

template <class T>
void read_value(reader& in, T& into) {
  if constexpr (detail::reads_itself<T>)
    return msgpack_read(in, into);
  else {
    if (in.failed()) return;
    if (in.at_nil()) {
      in.skip();
      into = T{};
      return;
    }
    if constexpr (std::same_as<T, std::string>) {
      std::string_view content;
      if (in.text(content)) into = content;
    } else if constexpr (shape::boolean<T>)
      in.boolean(into);
    else if constexpr (shape::integer<T>)
      detail::unpack_integer(in, into);
    else if constexpr (std::floating_point<T>) {
      double value = 0;
      if (in.floating(value)) into = static_cast<T>(value);
    } else if constexpr (shape::text_enumeration<T>) {
      std::string_view name;
      if (in.text(name) && !from_text(name, into)) in.fail("unknown value " + praetor::quoted(name));
    } else if constexpr (shape::enumeration<T>) {
      std::underlying_type_t<T> number{};
      detail::unpack_integer(in, number);
      into = static_cast<T>(number);
    } else if constexpr (shape::duration<T>) {
      std::int64_t count = into.count();
      detail::unpack_integer(in, count);
      into = nanoseconds{count};
    } else if constexpr (std::same_as<T, timestamp>)
      in.time(into);
    else if constexpr (std::same_as<T, blob>) {
      std::string_view content;
      if (in.text(content)) into.bytes = content;
    } else if constexpr (std::same_as<T, free_form>)
      in.any(into);
    else if constexpr (shape::maybe<T>) {
      // An optional lies within its owner, whose size was counted already.
      if constexpr (!shape::is_specialization<T, std::optional>)
        if (!in.make_room(sizeof(shape::pointee_t<T>))) return;
      shape::pointee_t<T> value{};
      msgpack::read_value(in, value);
      if constexpr (shape::is_specialization<T, std::shared_ptr>)
        into = std::make_shared<shape::pointee_t<T>>(std::move(value));
      else
        into = std::move(value);
    } else if constexpr (shape::list<T>)
      detail::unpack_list(in, into);
    else if constexpr (shape::map<T>)
      detail::unpack_map(in, into);
    else if constexpr (shape::record<T>)
      detail::unpack_record(in, detail::packed_members<T>(), reinterpret_cast<char*>(&into));
    else
      static_assert(detail::reads_itself<T>,
                    "no MessagePack form: give the type a field list or a msgpack_read beside it");
  }
}

template <class T>
expected<void> unpack(std::string_view bytes, T& into, std::size_t* consumed) {
  reader in(bytes);
  msgpack::read_value(in, into);
  if (in.failed()) return fail("MessagePack: " + in.error() + " at byte " + std::to_string(in.consumed()));
  if (consumed != nullptr) *consumed = in.consumed();
  return {};
}

} // namespace praetor::msgpack
