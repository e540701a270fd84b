#include "frontends/api/dns/dns_message.hpp"

#include "protocol/base/big_endian.hpp"
#include "protocol/base/fnv.hpp"

#include <algorithm>

namespace praetor::dns {

namespace {

constexpr std::size_t longest_name = 255;
constexpr int most_pointers = 126; // as many as a name can have labels
constexpr std::size_t pointer_reach = 0x4000;

std::uint8_t u8_at(std::string_view m, std::size_t at) { return static_cast<std::uint8_t>(m[at]); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Copies a name into at most 255 bytes. A pointer leads to a prior name (RFC 1035 4.1.4), so that none leads in a
/// circle.
/// @returns the offset behind the name, nothing if it is malformed
std::optional<std::size_t> copy_name(std::string_view m, std::size_t at, char* out, std::size_t& length) {
  std::optional<std::size_t> behind;
  int pointers = 0;
  auto prior = at; // where the last pointer led, or the name begins
  length = 0;
  while (true) {
    if (at >= m.size()) return std::nullopt;
    std::size_t count = u8_at(m, at);
    if (count >= 0xc0) {
      if (at + 2 > m.size() || ++pointers > most_pointers) return std::nullopt;
      if (!behind) behind = at + 2;
      at = u16_at(m, at) & 0x3fffu;
      if (at >= prior) return std::nullopt;
      prior = at;
      continue;
    }
    if (count > 63 || at + 1 + count > m.size() || length + 1 + count > longest_name) return std::nullopt;
    std::copy_n(m.data() + at, 1 + count, out + length);
    length += 1 + count;
    at += 1 + count;
    if (count == 0) return behind ? behind : at;
  }
}

/// Reads the options of an EDNS record. @returns false if they are malformed
bool read_options(std::string_view data, std::optional<client_subnet>& subnet) {
  constexpr std::uint16_t subnet_option = 8;
  while (!data.empty()) {
    if (data.size() < 4) return false;
    auto code = u16_at(data, 0);
    std::size_t length = u16_at(data, 2);
    if (data.size() < 4 + length) return false;
    auto value = data.substr(4, length);
    data.remove_prefix(4 + length);
    if (code != subnet_option) continue;
    if (value.size() < 4) return false;
    client_subnet s;
    s.family = u16_at(value, 0);
    s.source = u8_at(value, 2);
    value.remove_prefix(4);
    std::size_t widest = s.family == 1 ? 4 : s.family == 2 ? 16 : 0;
    if (s.family > 2 || s.source > widest * 8) return false;
    for (std::size_t i = 0; i < std::min(value.size(), widest); ++i) {
      auto bits = std::clamp<int>(s.source - static_cast<int>(8 * i), 0, 8);
      s.address[i] = static_cast<std::uint8_t>(u8_at(value, i) & (0xff00 >> bits));
    }
    subnet = s;
  }
  return true;
}

} // namespace

std::string lowered(std::string text) {
  lower_in_place(text.data(), text.size());
  return text;
}

struct query_reader {
  static std::optional<std::size_t> question(std::string_view packet, query& q) {
    auto at = copy_name(packet, header_size, q.name_.data(), q.name_length_);
    if (!at) return std::nullopt;
    // A packet may end behind the name or the type: what it does not say is zero.
    q.type = q.klass = 0;
    for (auto* field : {&q.type, &q.klass}) {
      if (*at == packet.size()) break;
      if (*at + 2 > packet.size()) return std::nullopt;
      *field = u16_at(packet, *at);
      *at += 2;
    }
    q.has_question = true;
    return at;
  }

  static bool records(std::string_view packet, std::size_t at, unsigned count, query& q) {
    std::array<char, 256> owner;
    std::size_t length = 0;
    for (; count > 0 && at < packet.size(); --count) { // counts may promise more than there is
      auto behind = copy_name(packet, at, owner.data(), length);
      if (!behind || *behind + 10 > packet.size()) return false;
      at = *behind;
      auto type = u16_at(packet, at);
      std::size_t data = u16_at(packet, at + 8);
      if (at + 10 + data > packet.size()) return false;
      if (type == rr::opt) {
        q.has_edns = true;
        q.udp_size = u16_at(packet, at + 2);
        if (!read_options(packet.substr(at + 10, data), q.subnet)) return false;
      }
      at += 10 + data;
    }
    return true;
  }
};

reading read_query(std::string_view packet, query& q) {
  constexpr std::uint16_t standard = 0, notify = 4;
  if (packet.size() < header_size) return reading::dropped;
  q.id = u16_at(packet, 0);
  q.flags = u16_at(packet, 2);
  q.has_question = q.has_edns = false;
  q.subnet.reset();
  if (q.flags & flag::response) return reading::dropped;
  auto opcode = static_cast<std::uint16_t>((q.flags & flag::opcode) >> 11);
  if (opcode != standard && opcode != notify) return reading::unsupported;
  unsigned answers = u16_at(packet, 6), authorities = u16_at(packet, 8), additionals = u16_at(packet, 10);
  if (u16_at(packet, 4) != 1 || answers > 1 || authorities > 1 || additionals > 2) return reading::malformed;
  if (packet.size() == header_size) return reading::accepted;
  auto at = query_reader::question(packet, q);
  if (!at) return reading::malformed;
  unsigned rest = answers + authorities + additionals;
  if (rest > 0 && !query_reader::records(packet, *at, rest, q)) return reading::malformed;
  return reading::accepted;
}

std::optional<std::size_t> expand_name(std::string_view message, std::size_t offset, std::string& into) {
  std::array<char, 256> buffer;
  std::size_t length = 0;
  auto behind = copy_name(message, offset, buffer.data(), length);
  if (behind) into.append(buffer.data(), length);
  return behind;
}

bool append_labels(std::string& wire, std::string_view dotted) {
  auto before = wire.size();
  while (!dotted.empty()) {
    auto dot = std::min(dotted.find('.'), dotted.size());
    if (dot == 0 || dot > 63) break;
    wire.push_back(static_cast<char>(dot));
    wire.append(dotted.substr(0, dot));
    dotted.remove_prefix(std::min(dot + 1, dotted.size()));
  }
  if (dotted.empty() && wire.size() < longest_name) return true;
  wire.resize(before);
  return false;
}

std::string wire_name(std::string_view dotted) {
  std::string out;
  if (dotted == ".") dotted = {};
  if (!append_labels(out, dotted)) return {};
  out.push_back('\0');
  return out;
}

std::vector<std::string> labels_of(std::string_view wire) {
  constexpr std::string_view special = ". '@;()\"\\";
  std::vector<std::string> out;
  for (std::size_t at = 0; at < wire.size() && wire[at] != 0;) {
    auto count = static_cast<unsigned char>(wire[at]);
    std::string label;
    for (char c : wire.substr(at + 1, count)) {
      auto byte = static_cast<unsigned char>(c);
      if (special.find(c) != special.npos) label.push_back('\\');
      if (byte < ' ' || byte > '~') {
        label.push_back('\\');
        for (unsigned unit : {100u, 10u, 1u}) label.push_back(static_cast<char>('0' + byte / unit % 10));
      } else {
        label.push_back(c);
      }
    }
    out.push_back(std::move(label));
    at += 1u + count;
  }
  return out;
}

void lower_in_place(char* from, std::size_t count) { std::transform(from, from + count, from, lower); }

std::optional<std::size_t> find_suffix(std::string_view name, std::string_view suffix) {
  if (suffix.empty() || name.size() < suffix.size()) return std::nullopt;
  auto start = name.size() - suffix.size();
  for (std::size_t i = 0; i < suffix.size(); ++i)
    if (lower(name[start + i]) != lower(suffix[i])) return std::nullopt;
  // The bytes match; they also have to begin at a label.
  std::size_t at = 0;
  while (at < start) at += 1u + static_cast<unsigned char>(name[at]);
  if (at != start) return std::nullopt;
  return start;
}

void message_writer::begin(bool compress) {
  out_.clear();
  compress_ = compress;
  used_ = 0;
  if (++message_ == 0) {
    std::fill(slots_.begin(), slots_.end(), slot{});
    message_ = 1;
  }
}

bool message_writer::same_name(std::size_t at, std::string_view wire) const {
  while (true) {
    auto count = static_cast<unsigned char>(out_[at]);
    if (count >= 0xc0) {
      at = u16_at(out_, at) & 0x3fffu;
      continue;
    }
    if (static_cast<unsigned char>(wire[0]) != count ||
        std::string_view(out_).substr(at, 1u + count) != wire.substr(0, 1u + count))
      return false;
    if (count == 0) return true;
    wire.remove_prefix(1u + count);
    at += 1u + count;
  }
}

void message_writer::name(std::string_view wire, bool may_point) {
  if (!compress_) return bytes(wire);
  std::array<std::uint8_t, 128> starts; // of the labels
  std::array<std::uint32_t, 128> hashes;
  std::size_t labels = 0;
  for (std::size_t at = 0; wire[at] != 0; at += 1u + static_cast<unsigned char>(wire[at]))
    starts[labels++] = static_cast<std::uint8_t>(at);
  auto hash = fnv::offset<std::uint32_t>;
  std::size_t end = wire.size() - 1;
  for (auto i = labels; i-- > 0; end = starts[i]) {
    hash = fnv::of_1a(wire.substr(starts[i], end - starts[i]), hash);
    hashes[i] = hash;
  }
  auto base = out_.size();
  bytes(wire); // whole at first: its own suffixes are compared with what stands in the buffer
  for (std::size_t i = 0; i < labels; ++i) {
    auto rest = wire.substr(starts[i]);
    auto at = hashes[i] % slot_count;
    while (slots_[at].message == message_ && !(slots_[at].hash == hashes[i] && same_name(slots_[at].offset, rest)))
      at = (at + 1) % slot_count;
    auto& s = slots_[at];
    auto offset = base + starts[i];
    if (s.message == message_) {
      if (!may_point) continue;
      out_.resize(offset);
      return u16(static_cast<std::uint16_t>(0xc000u | s.offset));
    }
    if (offset >= pointer_reach || used_ >= slot_count / 2) continue;
    s = {message_, hashes[i], static_cast<std::uint16_t>(offset)};
    ++used_;
  }
}

void message_writer::add(const record& r, std::string_view question_name, std::uint32_t serial) {
  name(r.owner.empty() ? question_name : std::string_view(r.owner), true);
  u16(r.type);
  u16(1);
  u32(r.ttl);
  auto length_at = size();
  u16(0);
  bytes(r.head);
  if (!r.name.empty()) name(r.name, r.type != rr::srv);
  if (!r.second_name.empty()) name(r.second_name, true);
  if (r.type == rr::soa) {
    u32(serial);
    bytes(std::string_view(r.tail).substr(4));
  } else {
    bytes(r.tail);
  }
  patch_u16(length_at, static_cast<std::uint16_t>(size() - length_at - 2));
}

} // namespace praetor::dns
