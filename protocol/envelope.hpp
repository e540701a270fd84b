#pragma once

#include <caf/meta/type_name.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace praetor {

/// Who is at the other end of a connection: established once, when the connection was made, and stamped onto each
/// message when it is read from it. Nothing that the peer sends afterwards can change it.
struct peer_identity {
  std::uint64_t connection = 0; ///< this process's number of the connection, never used again; 0: none
  std::string id, name, datacenter;
  std::string address;            ///< "ip:port" that it connects from
  std::vector<std::string> names; ///< that its certificate, issued by the configured authority, is valid for
  bool claims_server = false;     ///< the peer says that it is a server
  bool certified_server = false;  ///< its certificate says so: it names a server of the datacenter

  bool operator==(const peer_identity&) const = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_identity& x) {
  return f(caf::meta::type_name("peer_identity"), x.connection, x.id, x.name, x.datacenter, x.address, x.names,
           x.claims_server, x.certified_server);
}

/// One request or answer between processes: its format's version, what it is, and MessagePack.
struct envelope {
  std::uint16_t version = 1;
  std::uint16_t kind = 0;
  std::string bytes;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, envelope& x) {
  return f(caf::meta::type_name("envelope"), x.version, x.kind, x.bytes);
}

} // namespace praetor
