#include "protocol/swim/wire.hpp"

#include "protocol/base/big_endian.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/swim/limits.hpp"

namespace praetor::swim {

namespace {

constexpr std::string_view packet_header{"PG\x01", packet_header_size};

template <class Variant>
std::string encode_variant(const Variant& value) {
  std::string out(1, static_cast<char>(value.index()));
  std::visit([&](const auto& body) { msgpack::pack(out, body); }, value);
  return out;
}

/// Reads the body of the alternative with number `kind`; returns false if there is none.
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

/// Reads a list of at most `most` elements with `read_one`, which takes the reader and a new element. Rejects nil
/// elements: one would take a byte here and a whole object in memory.
template <class Element, class Read>
void read_list(msgpack::reader& in, const char* what, std::size_t most, std::vector<Element>& into, Read&& read_one) {
  if (in.at_nil()) return in.skip(); // the encoding of an empty list
  std::size_t size = 0;
  if (!in.begin_list(size)) return;
  if (size > most)
    return in.fail(std::to_string(size) + " " + what + " are more than the limit of " + std::to_string(most));
  for (; size > 0 && !in.failed(); --size) {
    if (in.at_nil()) return in.fail(std::string("one of the ") + what + " is nil");
    into.emplace_back();
    read_one(into.back());
  }
}

/// Reads an element with fields, no longer than a message: measures its bytes before decoding it.
template <class Element>
void read_element(msgpack::reader& in, const char* what, Element& into) {
  auto bytes = in.raw();
  if (in.failed()) return;
  if (bytes.size() > message_limit)
    return in.fail(std::string("one of the ") + what + " has " + std::to_string(bytes.size()) +
                   " bytes, more than the limit of " + std::to_string(message_limit));
  if (auto done = msgpack::unpack(bytes, into); !done) in.fail(done.error().text);
}

void read_name(msgpack::reader& in, std::string& into) {
  std::string_view name;
  if (!in.text(name)) return;
  if (auto good = check_name(name); !good) return in.fail(good.error().text);
  into = name;
}

void read_entry(msgpack::reader& in, node_entry& into) {
  read_element(in, "members", into);
  if (in.failed()) return;
  if (into.condition > node_condition::left)
    return in.fail("member " + shown(into.is.name) + " has no known condition");
  if (auto good = check(into.is); !good && limits_in_force()) in.fail(good.error().text);
}

void read_event(msgpack::reader& in, user_event& into) { read_element(in, "events", into); }

void read_times(msgpack::reader& in, std::map<std::string, lamport_time>& into) {
  if (in.at_nil()) return in.skip();
  std::size_t size = 0;
  if (!in.begin_map(size)) return;
  if (size > member_limit) return in.fail("the times of more members than " + std::to_string(member_limit));
  for (; size > 0 && !in.failed(); --size) {
    std::string name;
    read_name(in, name);
    if (!in.failed()) msgpack::read_value(in, into[std::move(name)]);
  }
}

} // namespace

/// Codec hook: limits lists while reading them. Skips unknown members, as everywhere.
void msgpack_read(msgpack::reader& in, push_pull& into) {
  std::size_t size = 0;
  if (!in.begin_map(size)) return;
  for (; size > 0 && !in.failed(); --size) {
    std::string_view key;
    if (!in.text(key)) return;
    if (key == "j")
      msgpack::read_value(in, into.join);
    else if (key == "n")
      read_list(in, "members", member_limit, into.nodes, [&](node_entry& e) { read_entry(in, e); });
    else if (key == "l")
      msgpack::read_value(in, into.time);
    else if (key == "le")
      msgpack::read_value(in, into.event_time);
    else if (key == "lq")
      msgpack::read_value(in, into.query_time);
    else if (key == "st")
      read_times(in, into.status_times);
    else if (key == "lm")
      read_list(in, "members that left", member_limit, into.left, [&](std::string& name) { read_name(in, name); });
    else if (key == "e")
      read_list(in, "events", event_count_limit, into.events, [&](user_event& e) { read_event(in, e); });
    else
      in.skip();
  }
}

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
    append_big_endian(out, static_cast<std::uint16_t>(m.size()));
    out += m;
  }
  return out;
}

expected<std::vector<message>> decode_packet(std::string_view bytes) {
  if (bytes.size() > packet_limit)
    return fail("it has more than the " + std::to_string(packet_limit) + " bytes that a packet may have");
  if (bytes.substr(0, 2) != packet_header.substr(0, 2)) return fail(describe_foreign(bytes));
  if (bytes.size() < packet_header_size) return fail("it is a packet cut short");
  if (bytes[2] != packet_header[2])
    return fail("it speaks version " + std::to_string(byte_at(bytes, 2)) +
                " of the gossip format; this agent knows version " + std::to_string(byte_at(packet_header, 2)));
  std::vector<message> result;
  std::size_t count = 0; // including unknown kinds
  for (std::size_t at = packet_header_size; at < bytes.size();) {
    if (bytes.size() - at < message_header_size) return fail("it ends within the length of a message");
    std::size_t size = byte_at(bytes, at) << 8 | byte_at(bytes, at + 1);
    at += message_header_size;
    if (bytes.size() - at < size) return fail("it ends within a message");
    if (++count > packet_message_limit)
      return fail("it has more than " + std::to_string(packet_message_limit) + " messages");
    if (size > message_limit)
      return fail("it has a message of " + std::to_string(size) + " bytes, more than the limit of " +
                  std::to_string(message_limit));
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
  if (in.at_nil()) return fail("stream message of kind " + std::to_string(kind) + " is nil");
  if (!read_alternative(in, kind, result)) return fail("stream message of unknown kind " + std::to_string(kind));
  if (in.failed()) return fail("stream message of kind " + std::to_string(kind) + ": " + in.error());
  if (auto* p = std::get_if<ping>(&result))
    if (auto good = check(message(*p)); !good) return tl::unexpected(good.error());
  if (auto* r = std::get_if<refusal>(&result); r && r->text.size() > message_limit) r->text.resize(message_limit);
  return result;
}

std::string describe_foreign(std::string_view bytes) {
  constexpr unsigned last_type = 13, label = 244;
  if (bytes.empty()) return "it is empty";
  auto first = byte_at(bytes, 0);
  // Consul's gossip starts with a message type, the version of its encryption (0 or 1), or a label.
  if (first <= last_type || first == label)
    return "it is Consul's own gossip (first byte " + std::to_string(first) +
           "); Praetor's format is another one, so that the two can't be members of one pool";
  if (first == 'P' && bytes.size() >= 2 && std::string_view("GEFX").find(bytes[1]) != std::string_view::npos)
    return bytes[1] == 'G' || bytes[1] == 'E' ? "it is a gossip packet where a stream's frame is expected"
                                              : "it is a gossip stream's frame where a packet is expected";
  return "it is no gossip of Praetor (first byte " + std::to_string(first) + ", 80 is expected)";
}

} // namespace praetor::swim
