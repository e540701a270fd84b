#include "protocol/codec/msgpack.hpp"

#include "protocol/base/big_endian.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <nlohmann/json.hpp>

namespace praetor::msgpack {

namespace {

/// A type byte and an integer in network byte order.
template <std::unsigned_integral T>
void put(std::string& out, unsigned char type, T value) {
  std::array<char, 1 + sizeof(T)> bytes{static_cast<char>(type)};
  write_big_endian(bytes.data() + 1, value);
  out.append(bytes.data(), bytes.size());
}

/// The three encodings of a length: in the type byte, in two bytes, in four bytes.
void put_size(std::string& out, std::size_t size, std::size_t short_limit, unsigned char short_type,
              unsigned char type16, unsigned char type32) {
  if (size < short_limit)
    out += static_cast<char>(short_type | size);
  else if (size <= 0xffff)
    put(out, type16, static_cast<std::uint16_t>(size));
  else
    put(out, type32, static_cast<std::uint32_t>(size));
}

} // namespace

void write_nil(std::string& out) { out += '\xc0'; }
void write_boolean(std::string& out, bool value) { out += value ? '\xc3' : '\xc2'; }

void write_unsigned(std::string& out, std::uint64_t value) {
  if (value < 0x80)
    out += static_cast<char>(value);
  else if (value <= 0xff)
    put(out, 0xcc, static_cast<std::uint8_t>(value));
  else if (value <= 0xffff)
    put(out, 0xcd, static_cast<std::uint16_t>(value));
  else if (value <= 0xffffffff)
    put(out, 0xce, static_cast<std::uint32_t>(value));
  else
    put(out, 0xcf, value);
}

void write_signed(std::string& out, std::int64_t value) {
  if (value >= 0)
    write_unsigned(out, static_cast<std::uint64_t>(value));
  else if (value >= -32)
    out += static_cast<char>(value);
  else if (value >= -0x80)
    put(out, 0xd0, static_cast<std::uint8_t>(value));
  else if (value >= -0x8000)
    put(out, 0xd1, static_cast<std::uint16_t>(value));
  else if (value >= -0x80000000ll)
    put(out, 0xd2, static_cast<std::uint32_t>(value));
  else
    put(out, 0xd3, static_cast<std::uint64_t>(value));
}

void write_float(std::string& out, double value) { put(out, 0xcb, std::bit_cast<std::uint64_t>(value)); }
void write_float(std::string& out, float value) { put(out, 0xca, std::bit_cast<std::uint32_t>(value)); }

void write_text(std::string& out, std::string_view text) {
  put_size(out, text.size(), 32, 0xa0, 0xda, 0xdb);
  out += text;
}
void write_list_header(std::string& out, std::size_t size) { put_size(out, size, 16, 0x90, 0xdc, 0xdd); }
void write_map_header(std::string& out, std::size_t size) { put_size(out, size, 16, 0x80, 0xde, 0xdf); }

void write_timestamp(std::string& out, const timestamp& value) {
  std::string bytes(1, '\x01');
  append_big_endian(bytes,
                    static_cast<std::uint64_t>(value.seconds) - static_cast<std::uint64_t>(timestamp::zero_seconds));
  append_big_endian(bytes, static_cast<std::uint32_t>(value.nanos));
  append_big_endian(bytes, static_cast<std::uint16_t>(0xffff)); // UTC
  write_text(out, bytes);
}

namespace {

void write_any(std::string& out, const nlohmann::json& value) {
  using kind = nlohmann::json::value_t;
  switch (value.type()) {
  case kind::object:
    write_map_header(out, value.size());
    for (auto i = value.begin(); i != value.end(); ++i) {
      write_text(out, i.key());
      write_any(out, *i);
    }
    return;
  case kind::array:
    write_list_header(out, value.size());
    for (const auto& element : value) write_any(out, element);
    return;
  case kind::string: return write_text(out, value.get_ref<const std::string&>());
  case kind::boolean: return write_boolean(out, value.get<bool>());
  case kind::number_integer: return write_signed(out, value.get<std::int64_t>());
  case kind::number_unsigned: return write_unsigned(out, value.get<std::uint64_t>());
  case kind::number_float: return write_float(out, value.get<double>());
  case kind::binary: {
    const auto& bytes = value.get_binary();
    return write_text(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  default: return write_nil(out);
  }
}

} // namespace

void write_free_form(std::string& out, const free_form& value) { write_any(out, value.json()); }

namespace detail {

std::vector<packed_member> sort_members(const std::vector<member_entry<codec_member::function>>& table) {
  std::vector<packed_member> members;
  for (const auto& entry : table) {
    if (has(entry.name.flags, no_packed)) continue;
    std::string key(entry.name.packed_name()), packed_key;
    write_text(packed_key, key);
    members.push_back({std::move(key), std::move(packed_key), entry.offset, entry.run()});
  }
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return members;
}

void pack_record(std::string& out, const std::vector<packed_member>& members, const char* object) {
  write_map_header(out, members.size());
  for (const auto& member : members) {
    out += member.packed_key;
    member.run.pack(out, object + member.offset);
  }
}

void unpack_record(reader& in, const std::vector<packed_member>& members, char* object) {
  std::size_t size = 0;
  if (!in.begin_map(size)) return;
  reader::nesting level(in);
  // Writers sort the keys, so the next key is nearly always the successor of the last one.
  auto next = members.begin();
  for (; size > 0 && !in.failed(); --size) {
    std::string_view key;
    if (!in.text(key)) return;
    if (next == members.end() || next->key != key) {
      next = std::lower_bound(members.begin(), members.end(), key,
                              [](const packed_member& member, std::string_view name) { return member.key < name; });
      if (next == members.end() || next->key != key) {
        in.skip();
        continue;
      }
    }
    next->run.unpack(in, object + next->offset);
    ++next;
  }
}

} // namespace detail

} // namespace praetor::msgpack
