#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/config/effects.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

namespace praetor::config {

/// An interface address of this machine.
struct interface_address {
  std::string interface;
  std::string ip;          ///< text form
  int prefix_length = 0;   ///< of its network
  unsigned flags = 0;      ///< a combination of `interface_flags`
  bool is_default = false; ///< the default route leaves through this interface
};

namespace interface_flags {
inline constexpr unsigned up = 1, broadcast = 2, loopback = 4, point_to_point = 8, multicast = 16;
}

/// What loading reads from its environment. Production reads the machine, tests a table.
class environment {
public:
  virtual ~environment() = default;

  struct entry {
    std::string name;          ///< without the directory
    bool is_directory = false; ///< follows links
  };
  enum class path_kind { missing, file, directory };

  virtual path_kind kind_of(const std::string& path) = 0;
  /// The error's text is the operating system's ("permission denied").
  virtual expected<std::string> read_file(const std::string& path) = 0;
  /// Direct children in any order.
  virtual expected<std::vector<entry>> list_directory(const std::string& path) = 0;
  virtual expected<std::vector<interface_address>> interfaces() = 0;
  virtual expected<std::string> hostname() = 0;
  virtual std::optional<std::string> getenv(const std::string& name) = 0;
  /// The maximal number of file descriptors of the process; 0 if unknown.
  virtual std::uint64_t max_file_descriptors() = 0;
};

/// The syntax of an agent flag's value.
enum class flag_kind { boolean, integer, text, duration, text_list, text_map };

/// One flag of the agent command.
struct agent_flag {
  std::string name; ///< without dashes
  std::string key;  ///< the configuration key; empty for flags that steer loading
  flag_kind kind = flag_kind::text;
  std::string help;
  std::string key_of_deprecated = {}; ///< deprecated flags: the flag to use instead
};

/// Every flag of the agent command, sorted by name.
const std::vector<agent_flag>& agent_flags();

/// The error of Go's flag parser for a malformed boolean or integer, or nothing.
std::optional<std::string> fault_in_flag(flag_kind kind, const std::string& text);

/// The sources of a configuration. `flags` keeps the order of the command line; flags that steer loading (-config-file,
/// -config-dir, -config-format, -dev, -hcl) are allowed there too.
struct sources {
  std::vector<std::pair<std::string, std::string>> flags; ///< name without dashes, value as text
  string_list paths;                                      ///< files and directories, in order
  std::string format;                                     ///< "", "hcl" or "json"
  string_list fragments;                                  ///< -hcl texts
  bool dev_mode = false;
};

struct load_result {
  runtime_config config;
  std::vector<std::string> warnings;
  start_values until_restart = {}; ///< their values in the sources, so that a reload can report pending changes
};

/// Reads, merges, validates and converts. The agent prints the error's text after "==> ".
/// @param started_with for a reload: the values that the agent was started with and keeps until its next start. Null:
///   this is a start
expected<load_result> load(const sources& from, environment& env, const start_values* started_with = nullptr);

} // namespace praetor::config
