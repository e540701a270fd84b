#include "protocol/swim/wire.hpp"

#include "protocol/codec/msgpack.hpp"

namespace praetor::swim {

namespace {

constexpr std::string_view packet_header{"PG\x01", packet_header_size};

template <class Variant>
std::string encode_variant(const Variant& value) {
  std::string out(1, static_cast<char>(value.index()));
  std::visit([&](const auto& body) { msgpack::pack(out, body); }, value);
  return out;
}

/// Reads the body of alternative number `kind`; false: there is no such alternative.
template <class Variant, std::size_t Kind = 0>
bool read_alternative(msgpack::reader& in, std::size_t kind, Variant& into) {
  if constexpr (Kind < std::variant_size_v<Variant>) {
    if (kind != Kind) return read_alternative<Variant, Kind + 1>(in, kind, into);
    msgpack::read_value(in, into.template emplace<Kind>());
    return true;
  } else {
    return false;
  }
}

unsigned byte_at(std::string_view bytes, std::size_t place) { return static_cast<unsigned char>(bytes[place]); }

} // namespace

std::string encode(const message& value) { return encode_variant(value); }
std::string encode(const stream_message& value) { return encode_variant(value); }

expected<std::optional<message>> decode_message(std::string_view bytes) {
  if (bytes.empty()) return fail("a message has no kind");
  auto kind = byte_at(bytes, 0);
  msgpack::reader in(bytes.substr(1));
  message result;
  if (!read_alternative(in, kind, result)) return std::nullopt;
  if (in.failed()) return fail("message of kind " + std::to_string(kind) + ": " + in.error());
  return result;
}

std::string compose_packet(const std::vector<std::string>& messages) {
  std::string out(packet_header);
  for (const auto& m : messages) {
    PRAETOR_ASSERT(m.size() <= 0xffff);
    out += static_cast<char>(m.size() >> 8);
    out += static_cast<char>(m.size() & 0xff);
    out += m;
  }
  return out;
}

expected<std::vector<message>> decode_packet(std::string_view bytes) {
  if (bytes.substr(0, 2) != packet_header.substr(0, 2)) return fail(describe_foreign(bytes));
  if (bytes.size() < packet_header_size) return fail("it is a packet cut short");
  if (bytes[2] != packet_header[2])
    return fail("it speaks version " + std::to_string(byte_at(bytes, 2)) +
                " of the gossip format; this agent knows version " + std::to_string(byte_at(packet_header, 2)));
  std::vector<message> result;
  for (std::size_t at = packet_header_size; at < bytes.size();) {
    if (bytes.size() - at < message_header_size) return fail("it ends within the length of a message");
    std::size_t size = byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
    at += message_header_size;
    if (bytes.size() - at < size) return fail("it ends within a message");
    auto decoded = decode_message(bytes.substr(at, size));
    if (!decoded) return tl::unexpected(decoded.error());
    if (*decoded) result.push_back(std::move(**decoded));
    at += size;
  }
  return result;
}

expected<stream_message> decode_stream(std::string_view bytes) {
  if (bytes.empty()) return fail("a stream message has no kind");
  auto kind = byte_at(bytes, 0);
  msgpack::reader in(bytes.substr(1));
  stream_message result;
  if (!read_alternative(in, kind, result)) return fail("stream message of unknown kind " + std::to_string(kind));
  if (in.failed()) return fail("stream message of kind " + std::to_string(kind) + ": " + in.error());
  return result;
}

std::string describe_foreign(std::string_view bytes) {
  constexpr unsigned last_type = 13, label = 244;
  if (bytes.empty()) return "it is empty";
  auto first = byte_at(bytes, 0);
  // Consul's gossip starts with a message type, with the version of its encryption (0 or 1), or with a label.
  if (first <= last_type || first == label)
    return "it is Consul's own gossip (first byte " + std::to_string(first) +
           "); Praetor's format is another one, so that the two can't be members of one pool";
  if (first == 'P' && bytes.size() >= 2 && std::string_view("GEFX").find(bytes[1]) != std::string_view::npos)
    return bytes[1] == 'G' || bytes[1] == 'E' ? "it is a gossip packet where a stream's frame is expected"
                                              : "it is a gossip stream's frame where a packet is expected";
  return "it is no gossip of Praetor (first byte " + std::to_string(first) + ", 80 is expected)";
}

} // namespace praetor::swim
