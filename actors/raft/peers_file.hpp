#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "protocol/raft/machine.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace praetor {

/// Parses the members of `raft/peers.json`: a list of objects with `id`, `address` and, optionally, `non_voter`.
/// @param known the last configuration on this disk, which has each server's storage UUID
/// @param own this server, which must be a voter
expected<raft::configuration> read_peers_file(std::string_view text, const raft::configuration& known,
                                              const raft::identity& own);

/// Manual recovery after a permanent loss of quorum: treats the whole log as committed and replaces it with a snapshot
/// whose members come from the file. Call before any actor runs, then call `restore_state` again.
/// @param found the result of `restore_state`; `view` holds its state
expected<void> recover_peers(const ports& outside, const published_state& view, const raft::initial_state& found,
                             std::string_view text, const raft::identity& own);

/// `restore_state`, preceded by the recovery that an operator's file requests. Reads the file once and removes it.
/// @param file usually <data_dir>/raft/peers.json; empty: none
expected<raft::initial_state> restore_server(const ports& outside, published_state& view,
                                             const std::filesystem::path& file, const std::string& node_id);

} // namespace praetor
