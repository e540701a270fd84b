#include "frontends/simulation/list_command.hpp"

#include "frontends/simulation/command_line.hpp"

#include <nlohmann/json.hpp>

namespace praetor::simulation {

namespace {

constexpr std::size_t text_width = 100, text_indent = 4;

void declare_list_flags(cli::flag_set& flags, command_line& line) {
  flags.add_bool("json", line.as_json, "Print JSON.");
}

} // namespace

int list_command(const std::vector<std::string>& args, cli::streams io) {
  cli::flag_set flags;
  command_line line;
  declare_list_flags(flags, line);
  if (auto fine = parse(flags, line, args, scenario_argument::none); !fine) return refuse(io, "sim list", fine.error());
  auto all = nlohmann::ordered_json::array();
  for (const auto& s : sim::scenarios()) {
    all.push_back({{"name", s.name},
                   {"about", s.about},
                   {"servers", s.who.servers},
                   {"agents", s.who.agents},
                   {"length_ns", s.length.count()}});
    if (!line.as_json) io.out << s.name << "\n" << cli::wrap(s.about, text_width, text_indent);
  }
  if (line.as_json) io.out << all.dump(2) << "\n";
  return all_well;
}

std::string list_help() {
  cli::flag_set flags;
  command_line line;
  declare_list_flags(flags, line);
  return "Usage: praetor sim list [options]\n\n  Lists the scenarios and what each provokes.\n" + flags.help_blocks();
}

} // namespace praetor::simulation
