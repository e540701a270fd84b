#include "frontends/cli/cli.hpp"

#include "frontends/cli/command.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <map>

namespace praetor::cli {

namespace {

constexpr int exit_unknown_command = 127;

bool is_help_flag(std::string_view arg) { return arg == "-h" || arg == "-help" || arg == "--help"; }
bool is_version_flag(std::string_view arg) { return arg == "-v" || arg == "-version" || arg == "--version"; }

/// The command line, split before any command parses its own flags.
struct invocation {
  bool help = false;
  bool version = false;
  bool flags_before_command = false;
  std::string command; ///< the longest known path, or else the word itself
  std::vector<std::string> args;
};

class program {
public:
  explicit program(const hooks& added) : added_(added) {
    for (auto& entry : command_table()) entries_[std::string(entry.path)] = &entry;
  }

  bool knows(const std::string& path) const { return added_.contains(path) || entries_.contains(path); }

  /// The number of words from `first` that name a command, as many as possible; 0 if none do.
  std::size_t command_words(const std::vector<std::string>& args, std::size_t first) const {
    std::string path;
    std::size_t words = 0;
    for (std::size_t i = first; i < args.size(); ++i) {
      path += (i == first ? "" : " ") + args[i];
      if (knows(path)) words = i - first + 1;
    }
    return words;
  }

  invocation take_apart(const std::vector<std::string>& args) const {
    invocation result;
    bool found = false;
    for (std::size_t i = 0; i < args.size(); ++i) {
      auto& arg = args[i];
      if (arg == "--") break;
      if (is_help_flag(arg)) {
        result.help = true;
        continue;
      }
      if (found) continue;
      if (is_version_flag(arg)) {
        result.version = true;
        continue;
      }
      if (arg.empty()) continue;
      if (arg[0] == '-') {
        result.flags_before_command = true;
        continue;
      }
      found = true;
      result.command = arg;
      if (auto words = command_words(args, i); words > 1) {
        for (std::size_t k = 1; k < words; ++k) result.command += " " + args[i + k];
        i += words - 1;
      }
      result.args.assign(args.begin() + static_cast<std::ptrdiff_t>(i) + 1, args.end());
    }
    return result;
  }

  int run(const std::vector<std::string>& args, streams io) const {
    auto line = take_apart(args);
    if (line.version && line.command.empty()) {
      line.command = "version";
      line.help = false;
      line.flags_before_command = false;
    }
    if (line.help && line.command.empty()) {
      io.out << top_help() << '\n';
      return 0;
    }
    if (!knows(line.command)) {
      io.err << top_help() << '\n';
      return exit_unknown_command;
    }
    if (line.help) {
      io.out << command_help(line.command);
      return 0;
    }
    if (line.flags_before_command) {
      io.err << "Invalid flags before the subcommand. If these flags are for\n"
                "the subcommand, please put them after the subcommand.\n\n"
             << command_help(line.command);
      return 1;
    }
    if (auto hook = added_.find(line.command); hook != added_.end()) return hook->second.run(line.args);
    auto& entry = *entries_.at(line.command);
    if (entry.make) return entry.make()->invoke(line.args, io);
    if (entry.usage.empty())
      io.err << "The command \"" << entry.path << "\" is not available in this version of Praetor.\n";
    else
      io.err << command_help(line.command);
    return 1;
  }

private:
  /// The commands directly below `parent` ("" for the top level), as an aligned list.
  std::string list_below(const std::string& parent) const {
    std::map<std::string, std::string> found;
    auto consider = [&](const std::string& path, std::string_view synopsis) {
      auto prefix = parent.empty() ? "" : parent + " ";
      if (path.compare(0, prefix.size(), prefix) != 0) return;
      auto name = path.substr(prefix.size());
      if (name.empty() || name.find(' ') != std::string::npos) return;
      found[name] = synopsis;
    };
    for (auto& [path, entry] : entries_) consider(path, entry->synopsis);
    for (auto& [path, hook] : added_) consider(path, hook.synopsis);
    std::size_t width = 0;
    for (auto& [name, synopsis] : found) width = std::max(width, name.size());
    std::string list;
    for (auto& [name, synopsis] : found)
      list += "    " + name + std::string(width - name.size() + 4, ' ') + synopsis + "\n";
    return list;
  }

  std::string top_help() const {
    return "Usage: consul [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n" + list_below("");
  }

  std::string command_help(const std::string& path) const {
    if (auto hook = added_.find(path); hook != added_.end()) return ending_in_line_feed(hook->second.help());
    auto& entry = *entries_.at(path);
    if (entry.make) return ending_in_line_feed(entry.make()->help());
    if (!entry.usage.empty())
      return ending_in_line_feed(std::string(entry.usage)) + "\nSubcommands:\n" + list_below(path);
    return "Usage: consul " + path + " [options]\n\n  This command is not available in this version of Praetor.\n";
  }

  static std::string ending_in_line_feed(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text + "\n";
  }

  const hooks& added_;
  std::map<std::string, const command_entry*> entries_;
};

} // namespace

int run(const std::vector<std::string>& args, const hooks& added, streams io) {
  auto code = program(added).run(args, io);
  io.out.flush();
  io.err.flush();
  return code;
}

int run(int argc, char** argv, const hooks& added) {
  // A closed peer is a write error, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  // Consul ignores these signals, so sending them does no harm.
  for (int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGXCPU, SIGXFSZ, SIGIO, SIGPWR})
    std::signal(number, SIG_IGN);
  std::ios::sync_with_stdio(false);
  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  return run(args, added, {std::cin, std::cout, std::cerr});
}

} // namespace praetor::cli
