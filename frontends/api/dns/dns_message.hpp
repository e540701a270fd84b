#pragma once

#include "protocol/base/big_endian.hpp"
#include "protocol/types/field.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::dns {

// Messages as they travel (RFC 1035, 2782, 6891, 7871). Domain names are kept in wire form without compression: each
// label after its length, ended by a zero byte.

inline constexpr std::size_t header_size = 12;

/// ASCII letters in lower case, as names are compared (RFC 4343).
std::string lowered(std::string text);

/// Two bytes of a message; fewer if it ends before.
inline std::uint16_t u16_at(std::string_view message, std::size_t at) {
  return static_cast<std::uint16_t>(read_big_endian(message.substr(at, 2)));
}

namespace rr {
inline constexpr std::uint16_t a = 1, ns = 2, cname = 5, soa = 6, ptr = 12, txt = 16, aaaa = 28, srv = 33, opt = 41,
                               axfr = 252, any = 255;
}

enum class rcode : std::uint8_t {
  no_error = 0,
  format_error = 1,
  server_failure = 2,
  name_error = 3,
  not_implemented = 4,
  refused = 5,
};

namespace flag {
inline constexpr std::uint16_t response = 0x8000, authoritative = 0x0400, truncated = 0x0200,
                               recursion_desired = 0x0100, recursion_available = 0x0080, checking_disabled = 0x0010,
                               opcode = 0x7800, zero = 0x0040;
}

/// The network that a client asks for (EDNS client subnet).
struct client_subnet {
  std::uint16_t family = 0; ///< 1 = IPv4, 2 = IPv6
  std::uint8_t source = 0;  ///< length of the prefix
  std::array<std::uint8_t, 16> address{};
};

/// A request, as far as answers depend on it.
struct query {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
  bool has_question = false;
  std::uint16_t type = 0;
  std::uint16_t klass = 0;
  bool has_edns = false;
  std::uint16_t udp_size = 0; ///< of the EDNS record
  std::optional<client_subnet> subnet;

  std::string_view name() const { return {name_.data(), name_length_}; }

private:
  friend struct query_reader;
  std::array<char, 256> name_{};
  std::size_t name_length_ = 0;
};

/// What becomes of a packet.
enum class reading { accepted, dropped, malformed, unsupported };

/// Reads a request. Whatever the bytes are, nothing outside of them is read and it ends.
reading read_query(std::string_view packet, query& into);

/// Appends the name at `offset` in wire form. @returns the offset behind it in the message, nothing if it is malformed.
std::optional<std::size_t> expand_name(std::string_view message, std::size_t offset, std::string& into);

/// Appends dotted text as labels, without the final zero byte. @returns false (and appends nothing) if it is no name.
bool append_labels(std::string& wire, std::string_view dotted);
/// Wire form of a whole dotted name ("a.b" or "a.b."); empty if it is no name.
std::string wire_name(std::string_view dotted);
/// Labels as text, with what is special in master files escaped.
std::vector<std::string> labels_of(std::string_view wire);
/// ASCII letters in lower case; lengths of labels are below 'A'.
void lower_in_place(char* from, std::size_t count);
/// True if the wire name `name` ends in the labels of `suffix`, without regard to case.
/// @returns where the suffix begins
std::optional<std::size_t> find_suffix(std::string_view name, std::string_view suffix);

/// One resource record, encoded except for the compression of its names.
struct record {
  std::string owner; ///< wire name; empty: the name of the question
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;
  std::string head;        ///< data in front of the names
  std::string name;        ///< a domain name in the data
  std::string second_name; ///< the SOA's mailbox
  std::string tail;        ///< data behind the names; an SOA's serial is written when it is sent

  bool operator==(const record&) const = default;
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Owner"}, x.owner);
    f(field{"Type"}, x.type);
    f(field{"TTL"}, x.ttl);
    f(field{"Head"}, x.head);
    f(field{"Name"}, x.name);
    f(field{"SecondName"}, x.second_name);
    f(field{"Tail"}, x.tail);
  }
  /// Bytes on the wire without compression.
  std::size_t size(std::size_t question_name) const {
    return (owner.empty() ? question_name : owner.size()) + 10 + head.size() + name.size() + second_name.size() +
           tail.size();
  }
};

/// Writes messages into a buffer of its own, which is used again for the next one.
class message_writer {
public:
  message_writer() : slots_(slot_count) {}

  void begin(bool compress);
  void u8(std::uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void u16(std::uint16_t v) { append_big_endian(out_, v); }
  void u32(std::uint32_t v) { append_big_endian(out_, v); }
  void bytes(std::string_view v) { out_.append(v); }
  /// @param may_point false for names that must stay whole (RFC 2782); later names may still point into them
  void name(std::string_view wire, bool may_point);
  /// @param serial what an SOA record carries
  void add(const record& r, std::string_view question_name, std::uint32_t serial);
  void patch_u16(std::size_t at, std::uint16_t v) { write_big_endian(out_.data() + at, v); }

  std::size_t size() const { return out_.size(); }
  const std::string& text() const { return out_; }

private:
  struct slot {
    std::uint32_t message = 0; ///< which message it belongs to
    std::uint32_t hash = 0;
    std::uint16_t offset = 0;
  };
  static constexpr std::size_t slot_count = 1 << 13;
  bool same_name(std::size_t offset, std::string_view wire) const;

  std::string out_;
  std::vector<slot> slots_; // where names stand, by the hash of the name
  std::uint32_t message_ = 0;
  std::size_t used_ = 0;
  bool compress_ = true;
};

} // namespace praetor::dns
