#pragma once

#include "protocol/raft/types.hpp"
#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace praetor::storage {

/// A member of the Raft configuration in a snapshot.
struct snapshot_server {
  std::int64_t suffrage = 0; ///< 0 voter, 1 non-voter
  std::string id;
  std::string address;
  std::string storage_id; ///< UUID of the member's storage; Consul skips this member

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Suffrage"}, x.suffrage);
    f(field{"ID"}, x.id);
    f(field{"Address"}, x.address);
    f(field{"StorageID", omit_empty}, x.storage_id);
  }
  bool operator==(const snapshot_server&) const = default;
};

struct snapshot_configuration {
  std::vector<snapshot_server> servers;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Servers"}, x.servers);
  }
  bool operator==(const snapshot_configuration&) const = default;
};

/// The content of `meta.json`, in archives and snapshot directories.
struct snapshot_meta {
  std::int64_t version = 1;
  std::string id; ///< `<term>-<index>-<Unix ms>`
  std::uint64_t index = 0;
  std::uint64_t term = 0;
  blob peers; ///< MessagePack array of raw addresses, for readers of the oldest format
  snapshot_configuration configuration;
  std::uint64_t configuration_index = 0;
  std::int64_t size = 0;    ///< bytes of state.bin
  std::int64_t time_ns = 0; ///< timestamp of the entry at `index`; 0: unknown (an archive of Consul)

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Version"}, x.version);
    f(field{"ID"}, x.id);
    f(field{"Index"}, x.index);
    f(field{"Term"}, x.term);
    f(field{"Peers"}, x.peers);
    f(field{"Configuration"}, x.configuration);
    f(field{"ConfigurationIndex"}, x.configuration_index);
    f(field{"Size"}, x.size);
    f(field{"TimeNS", omit_empty}, x.time_ns);
  }
  bool operator==(const snapshot_meta&) const = default;
};

/// The id `<term>-<index>-<ms>`; `now` is Unix time.
std::string snapshot_id(std::uint64_t term, std::uint64_t index, std::chrono::milliseconds now);

/// Converts from and to Raft's metadata.
snapshot_meta from_raft(const raft::snapshot_meta& meta);
raft::snapshot_meta to_raft(const snapshot_meta& meta);

/// The `Peers` value for a configuration.
blob packed_peers(const snapshot_configuration& configuration);

} // namespace praetor::storage
