#pragma once

#include "protocol/base/go_bool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::cli {

/// The blocks of a command's help text.
enum class flag_group { command, client, server };

/// A declared flag. A word in back quotes inside `usage` names the value in help texts, as in Go's flag package.
struct flag_spec {
  std::string name;
  std::string usage;
  std::string type_name;    ///< the value's name unless `usage` has one; empty for a boolean
  std::string default_text; ///< printed with the usage unless empty
  bool is_boolean = false;
  flag_group group = flag_group::command;
  /// Sets the value; returns the error if it is invalid.
  std::function<std::optional<std::string>(const std::string&)> set;
};

/// Command line flags by Go's rules: one or two dashes, `-x=v` or `-x v`, a boolean takes a value only with `=`, and
/// parsing stops at the first non-flag argument or after `--`. Error texts and the usage text are Go's too, because
/// scripts parse them.
class flag_set {
public:
  void add_bool(std::string name, bool& target, std::string usage);
  void add_string(std::string name, std::string& target, std::string usage);
  void add_int(std::string name, int& target, std::string usage);
  void add_uint(std::string name, std::uint64_t& target, std::string usage);
  void add_duration(std::string name, std::chrono::nanoseconds& target, std::string usage);
  /// Repeatable; keeps all values.
  void add_list(std::string name, std::vector<std::string>& target, std::string usage);
  /// Repeatable as `key=value`; the last value of a key wins.
  void add_map(std::string name, std::map<std::string, std::string>& target, std::string usage);
  /// A string that may be unset.
  void add_optional(std::string name, std::optional<std::string>& target, std::string usage,
                    flag_group group = flag_group::command);
  /// The same for other types; errors have the texts of Go's strconv.
  void add_optional(std::string name, std::optional<bool>& target, std::string usage,
                    flag_group group = flag_group::command);
  void add_optional(std::string name, std::optional<std::uint64_t>& target, std::string usage);
  void add_optional(std::string name, std::optional<std::chrono::nanoseconds>& target, std::string usage);
  void add(flag_spec spec);

  /// Parses `args`. Prints an error to `err` together with the usage, and returns its text.
  std::optional<std::string> parse(const std::vector<std::string>& args, std::ostream& err);
  /// The arguments after the flags.
  const std::vector<std::string>& arguments() const { return arguments_; }

  /// The option blocks of a help text, each after a blank line; empty if there are no flags.
  std::string help_blocks() const;

private:
  std::optional<std::string> parse_one(const std::vector<std::string>& args, std::size_t& at, bool& done);
  void print_usage(std::ostream& out) const;

  std::map<std::string, flag_spec, std::less<>> flags_;
  std::vector<std::string> arguments_;
};

/// Wraps `text` at blanks into lines of at most `width` characters, each indented by `indent`.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

} // namespace praetor::cli
