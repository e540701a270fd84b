#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "protocol/raft/machine.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace praetor {

/// The members that `raft/peers.json` names: a list of objects with `id`, `address` and, optionally, `non_voter`.
/// @param known the last configuration on this disk: it says which disk each server votes with
/// @param own this server, which has to be among the voters
expected<raft::configuration> read_peers_file(std::string_view text, const raft::configuration& known,
                                              const raft::identity& own);

/// An operator's way out when a majority is lost for good: everything in the log counts as committed, and a snapshot of
/// it with the members of the file takes its place. Before any actor runs, and before `restore_state` is asked again.
/// @param found what `restore_state` returned; `view` holds its state
expected<void> recover_peers(const ports& outside, const published_state& view, const raft::initial_state& found,
                             std::string_view text, const raft::identity& own);

/// `restore_state`, and before that whatever an operator's file asks for. The file is read once and then gone.
/// @param file usually <data_dir>/raft/peers.json; empty: nowhere
expected<raft::initial_state> restore_server(const ports& outside, published_state& view,
                                             const std::filesystem::path& file, const std::string& node_id);

} // namespace praetor
