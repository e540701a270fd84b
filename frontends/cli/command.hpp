#pragma once

#include "frontends/cli/agent_client.hpp"
#include "frontends/cli/flag_set.hpp"
#include "frontends/cli/streams.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::cli {

/// What a command prints for rejected flags, in addition to the flag set's own output.
enum class refusal { quiet, failed_to_parse_args, repeat_error };

/// The flags for agent and connection that a command accepts.
enum class api_flags : unsigned { none = 0, client = 1, server = 2, ns = 4, partition = 8, all = 15 };
constexpr api_flags operator|(api_flags a, api_flags b) {
  return static_cast<api_flags>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(api_flags set, api_flags one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

/// One invocation of one command.
class command {
public:
  virtual ~command() = default;
  /// The help text before the option blocks; starts with "Usage: ".
  virtual std::string_view usage() const = 0;
  virtual api_flags takes() const { return api_flags::client; }
  virtual refusal on_refusal() const { return refusal::quiet; }
  /// Declares the command's own flags.
  virtual void declare(flag_set&) {}
  /// Runs the command; returns the exit code.
  virtual int run() = 0;

  /// Parses the flags and runs.
  int invoke(const std::vector<std::string>& args, streams io);
  /// The whole help text.
  std::string help();

protected:
  std::ostream& out() { return io_->out; }
  std::ostream& err() { return io_->err; }
  std::istream& in() { return io_->in; }
  /// Prints `message` to the error stream and returns 1.
  int failed(std::string_view message);
  /// Prints `message`, a blank line and the help text; returns 1.
  int misused(std::string_view message);
  const std::vector<std::string>& arguments() const { return flags_.arguments(); }
  /// The client; null after its error was printed.
  agent_client* connect();
  /// The same, with the error for callers that print their own text.
  expected<agent_client*> try_connect();
  client_options options_;

private:
  void declare_all();
  flag_set flags_;
  streams* io_ = nullptr;
  std::unique_ptr<agent_client> client_;
};

/// A row of the command table. A group has no `make`; an unimplemented command has neither `make` nor `usage`.
struct command_entry {
  std::string_view path; ///< "kv put"
  std::string_view synopsis;
  std::unique_ptr<command> (*make)() = nullptr;
  std::string_view usage = {}; ///< the help text of a group
};

/// All of Consul's commands, sorted by path.
std::span<const command_entry> command_table();

/// The value of a DATA argument: "@FILE" is a file's content, "-" standard input, anything else is literal.
expected<std::string> load_data(const std::string& argument, std::istream& in);
/// The content of a file; the error has Go's text: `open X: no such file or directory`.
expected<std::string> read_file(const std::string& path);
/// The error for too many arguments. @param expected the allowed number
std::string too_many_arguments(std::size_t got, std::string_view expected = "1");
/// Go's text of an errno.
std::string errno_text(int code);

} // namespace praetor::cli
