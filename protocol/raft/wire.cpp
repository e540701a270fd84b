#include <algorithm>

#include "protocol/codec/msgpack.hpp"
#include "protocol/raft/limits.hpp"
#include "protocol/raft/types.hpp"

namespace praetor::raft {

namespace {

/// A member in the layout of hashicorp/raft, and its storage.
struct packed_server {
  int suffrage = 0; // 0 voter, 1 non-voter
  std::string id;
  std::string address;
  std::string storage;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Suffrage"}, self.suffrage);
    f(field{"ID"}, self.id);
    f(field{"Address"}, self.address);
    f(field{"Storage"}, self.storage);
  }
};

struct packed_configuration {
  std::vector<packed_server> servers;

  template <class F, class Self>
  static void fields(F&& f, Self& self) {
    f(field{"Servers"}, self.servers);
  }
};

constexpr unsigned message_version = 1;

/// Codec hook. Rejects nil and empty IDs: they would take one byte here and a whole object in memory.
void msgpack_read(msgpack::reader& in, packed_configuration& into) {
  std::size_t parts = 0;
  if (!in.begin_map(parts)) return;
  for (; parts > 0 && !in.failed(); --parts) {
    std::string_view key;
    if (!in.text(key)) return;
    if (key != "Servers" || in.at_nil()) {
      in.skip();
      continue;
    }
    std::size_t size = 0;
    if (!in.begin_list(size)) return;
    if (size > server_limit) return in.fail(std::to_string(size) + " servers are too many");
    for (; size > 0 && !in.failed(); --size) {
      into.servers.emplace_back();
      msgpack::read_value(in, into.servers.back());
      if (into.servers.back().id.empty()) in.fail("a server has no ID");
    }
  }
}

} // namespace

std::string encode(const configuration& value) {
  packed_configuration packed;
  for (const auto& s : value.servers) packed.servers.push_back({s.voter ? 0 : 1, s.who.id, s.address, s.who.storage});
  return msgpack::pack(packed);
}

expected<configuration> decode_configuration(std::string_view data) {
  auto packed = msgpack::unpack<packed_configuration>(data);
  if (!packed) return fail("not a Raft configuration: " + packed.error().text);
  configuration result;
  for (auto& s : packed->servers)
    result.servers.push_back({{std::move(s.id), std::move(s.storage)}, std::move(s.address), s.suffrage == 0});
  std::sort(result.servers.begin(), result.servers.end(),
            [](const server& a, const server& b) { return a.who.id < b.who.id; });
  return result;
}

// Codec hooks.

void msgpack_write(std::string& out, const indexed_configuration& value) {
  msgpack::write_list_header(out, 2);
  msgpack::write_unsigned(out, value.index);
  msgpack::write_text(out, encode(value.value));
}

void msgpack_read(msgpack::reader& in, indexed_configuration& value) {
  std::size_t size = 0;
  std::string_view members;
  if (!in.begin_list(size)) return;
  if (size != 2) return in.fail("a configuration has an index and members");
  msgpack::read_value(in, value.index);
  if (!in.text(members)) return;
  if (auto decoded = decode_configuration(members))
    value.value = std::move(*decoded);
  else
    in.fail(decoded.error().text);
}

void msgpack_write(std::string& out, const entry_ptr& value) { msgpack::pack(out, *value); }

void msgpack_read(msgpack::reader& in, entry_ptr& value) {
  entry e;
  msgpack::read_value(in, e);
  if (e.index == 0) in.fail("an entry has no index");
  if (in.failed()) return;
  value = std::make_shared<const entry>(std::move(e));
}

std::string encode(const message& value) {
  std::string out;
  msgpack::write_list_header(out, 6);
  msgpack::write_unsigned(out, message_version);
  msgpack::write_unsigned(out, value.body.index());
  msgpack::pack(out, value.from);
  msgpack::pack(out, value.to);
  msgpack::write_unsigned(out, value.term);
  std::visit([&](const auto& body) { msgpack::pack(out, body); }, value.body);
  return out;
}

namespace {

template <std::size_t Kind = 0>
void read_body(msgpack::reader& in, std::size_t kind, message_body& into) {
  if constexpr (Kind < std::variant_size_v<message_body>) {
    if (kind != Kind) return read_body<Kind + 1>(in, kind, into);
    msgpack::read_value(in, into.emplace<Kind>());
  } else {
    in.fail("unknown kind of Raft message");
  }
}

} // namespace

expected<message> decode_message(std::string_view data) {
  msgpack::reader in(data);
  message result;
  std::size_t size = 0, kind = 0;
  unsigned version = 0;
  if (in.begin_list(size) && size < 6) in.fail("a Raft message has six parts");
  msgpack::read_value(in, version);
  msgpack::read_value(in, kind);
  msgpack::read_value(in, result.from);
  msgpack::read_value(in, result.to);
  msgpack::read_value(in, result.term);
  read_body(in, kind, result.body);
  if (in.failed()) return fail("not a Raft message: " + in.error());
  return result;
}

} // namespace praetor::raft
