#include "storage/snapshot/snapshot_meta.hpp"

#include "protocol/codec/msgpack.hpp"

#include <algorithm>

namespace praetor::storage {

std::string snapshot_id(std::uint64_t term, std::uint64_t index, std::chrono::milliseconds now) {
  return std::to_string(term) + "-" + std::to_string(index) + "-" + std::to_string(now.count());
}

blob packed_peers(const snapshot_configuration& configuration) {
  auto voter = [](const snapshot_server& one) { return one.suffrage == 0; };
  auto& servers = configuration.servers;
  blob packed;
  msgpack::write_list_header(packed.bytes,
                             static_cast<std::size_t>(std::count_if(servers.begin(), servers.end(), voter)));
  for (auto& one : servers)
    if (voter(one)) msgpack::write_text(packed.bytes, one.address);
  return packed;
}

snapshot_meta from_raft(const raft::snapshot_meta& meta) {
  snapshot_meta result;
  result.id = meta.id;
  result.index = meta.index;
  result.term = meta.term;
  for (auto& one : meta.members.value.servers)
    result.configuration.servers.push_back({one.voter ? 0 : 1, one.who.id, one.address, one.who.storage});
  result.configuration_index = meta.members.index;
  result.peers = packed_peers(result.configuration);
  result.size = static_cast<std::int64_t>(meta.size);
  result.time_ns = meta.time_ns;
  return result;
}

raft::snapshot_meta to_raft(const snapshot_meta& meta) {
  raft::snapshot_meta result;
  result.id = meta.id;
  result.index = meta.index;
  result.term = meta.term;
  result.time_ns = meta.time_ns;
  result.members.index = meta.configuration_index;
  for (auto& one : meta.configuration.servers)
    result.members.value.servers.push_back({{one.id, one.storage_id}, one.address, one.suffrage == 0});
  std::sort(result.members.value.servers.begin(), result.members.value.servers.end(),
            [](const raft::server& a, const raft::server& b) { return a.who.id < b.who.id; });
  result.size = static_cast<std::uint64_t>(std::max<std::int64_t>(meta.size, 0));
  return result;
}

} // namespace praetor::storage
