#pragma once

#include <functional>
#include <optional>
#include <string>

namespace praetor {

/// Reads a small system file. Nothing if it can't be read.
using system_file_reader = std::function<std::optional<std::string>(const std::string& path)>;

/// The node id derived from the host (`disable_host_node_id = false`): the first 16 bytes of the SHA-512 of its UUID in
/// lower case, which is the mainboard's, or else systemd's machine-id, or else the boot id. Equal on every start,
/// independent of data_dir. Nothing if the machine has no UUID.
std::optional<std::string> node_id_of_host(const system_file_reader& read);

/// The same for this machine.
std::optional<std::string> node_id_of_host();

} // namespace praetor
