#pragma once

#include <functional>
#include <optional>
#include <string>

namespace praetor {

/// Reads a small file of the system. Nothing if it cannot be read.
using system_file_reader = std::function<std::optional<std::string>(const std::string& path)>;

/// The node id that the machine itself stands for (`disable_host_node_id = false`): the first 16 bytes of the SHA-512
/// of its UUID in lower case, which is the mainboard's, else systemd's machine-id, else that of this boot. Equal on
/// every start, and whatever becomes of data_dir. Nothing if the machine names no UUID.
std::optional<std::string> node_id_of_host(const system_file_reader& read);

/// The same of this machine.
std::optional<std::string> node_id_of_host();

} // namespace praetor
