#include "actors/ports/remoting_hello.hpp"

#include "protocol/base/big_endian.hpp"
#include "protocol/codec/msgpack.hpp"

#include <array>

namespace praetor {

namespace {

constexpr std::string_view magic = "PRTR";
constexpr unsigned char tls_record = 0x16;
/// The maximal length of a text in a hello; longer than any node name.
constexpr std::size_t longest_text = 1024;

constexpr std::array<std::string_view, 10> consul_kinds{"RPC",  "Raft",           "multiplexed RPC", "RPC over TLS",
                                                        "RPC",  "a snapshot",     "gossip over TLS", "RPC over TLS",
                                                        "gRPC", "Raft forwarding"};

} // namespace

bool begins_hello(unsigned char first) { return first == static_cast<unsigned char>(magic[0]); }
bool begins_tls(unsigned char first) { return first == tls_record; }

std::string describe_stranger(std::string_view first_bytes) {
  if (first_bytes.empty()) return "says nothing";
  auto first = static_cast<unsigned char>(first_bytes[0]);
  if (first < consul_kinds.size())
    return "speaks Consul's own server RPC (type " + std::to_string(first) + ", " + std::string(consul_kinds[first]) +
           "), which is not understood here: agents of Consul and of Praetor can't form one cluster";
  if (begins_tls(first)) return "speaks TLS";
  for (std::string_view method : {"GET ", "HEAD", "POST", "PUT ", "DELE", "OPTI", "HTTP", "PRI "})
    if (first_bytes.starts_with(method.substr(0, first_bytes.size())))
      return "speaks HTTP; this is the server RPC port";
  return "speaks no server RPC of Praetor";
}

std::string encode_hello(const hello& h) {
  auto body = msgpack::pack(h);
  std::string out(magic);
  append_big_endian(out, static_cast<std::uint32_t>(body.size()));
  return out + body;
}

expected<std::size_t> decode_hello_head(std::string_view head) {
  PRAETOR_ASSERT(head.size() == hello_head_size);
  if (!head.starts_with(magic)) return fail(describe_stranger(head));
  std::size_t length = read_big_endian(head.substr(magic.size()));
  if (length == 0 || length > largest_hello)
    return fail("announces a hello of " + std::to_string(length) + " bytes; the most is " +
                std::to_string(largest_hello));
  return length;
}

expected<hello> decode_hello(std::string_view body) {
  hello h;
  std::size_t consumed = 0;
  if (auto read = msgpack::unpack(body, h, &consumed); !read) return fail("sent a damaged hello: " + read.error().text);
  if (consumed != body.size()) return fail("sent a damaged hello: bytes are left over");
  for (const auto* text : {&h.id, &h.name, &h.datacenter, &h.refusal, &h.nonce, &h.proof})
    if (text->size() > longest_text)
      return fail("sent a damaged hello: a text of " + std::to_string(text->size()) + " bytes");
  if (!h.refusal.empty()) return h;
  if (h.version != hello_version)
    return fail("speaks version " + std::to_string(h.version) + " of the server RPC, this agent version " +
                std::to_string(hello_version));
  if (h.id.empty() || h.name.empty() || h.datacenter.empty())
    return fail("sent a hello without its id, name or datacenter");
  return h;
}

} // namespace praetor
