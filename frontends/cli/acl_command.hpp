#pragma once

#include "frontends/cli/acl_records.hpp"
#include "frontends/cli/command.hpp"

#include <functional>
#include <string>

namespace praetor::cli {

/// The base of all acl commands.
class acl_command : public command {
public:
  api_flags takes() const override { return api_flags::all; }

protected:
  using printer = void (*)(std::ostream&, const go_json&, bool with_meta);

  void declare_format(flag_set& flags) { flags.add_string("format", format_, "Form of the output {pretty|json}"); }
  void declare_meta(flag_set& flags) {
    flags.add_bool("meta", meta_, "Print the content hash and the indexes as well.");
  }
  /// Prints a record or a list in the requested format. @returns the exit code
  int show(const go_json& value, printer pretty) {
    if (format_ == "json") {
      out() << dump_json(value, "    ") << '\n';
      return 0;
    }
    if (format_ != "pretty") return failed("Unknown format: " + format_);
    pretty(out(), value, meta_);
    out() << '\n';
    return 0;
  }

  /// Deletes a record. @returns the exit code
  int remove(agent_client& client, const acl_kind& kind, const std::string& id);

  static constexpr auto unnamed = "Must specify either the -id or -name parameters";

  std::string format_ = "pretty";
  bool meta_ = false;
};

/// Lists all records of a kind.
class acl_list final : public acl_command {
public:
  /// @param written converts a record for JSON output; null: as the agent sends it
  acl_list(const acl_kind& kind, std::string_view usage, go_json (*written)(const go_json&), printer pretty)
      : kind_(kind), usage_(usage), written_(written), pretty_(pretty) {}

private:
  std::string_view usage() const override { return usage_; }
  void declare(flag_set& flags) override;
  int run() override;

  const acl_kind& kind_;
  std::string_view usage_;
  go_json (*written_)(const go_json&);
  printer pretty_;
};

/// Declares the flags of grants. @param roles whether roles can be linked too
void declare_grants(flag_set& flags, grant_flags& into, bool roles);

} // namespace praetor::cli
