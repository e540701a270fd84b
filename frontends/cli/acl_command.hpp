#pragma once

#include "frontends/cli/acl_records.hpp"
#include "frontends/cli/command.hpp"

#include <functional>
#include <string>

namespace praetor::cli {

/// What all acl commands have in common.
class acl_command : public command {
public:
  api_flags takes() const override { return api_flags::all; }

protected:
  using printer = void (*)(std::ostream&, const go_json&, bool with_meta);

  void declare_format(flag_set& flags) { flags.add_string("format", format_, "Form of the output {pretty|json}"); }
  void declare_meta(flag_set& flags) {
    flags.add_bool("meta", meta_, "Print the content hash and the indexes as well.");
  }
  /// Prints a record, or a list, in the form that the flags ask for. @returns the exit code
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

  std::string format_ = "pretty";
  bool meta_ = false;
};

/// Declares the flags of grants. @param roles whether roles can be linked as well
void declare_grants(flag_set& flags, grant_flags& into, bool roles);

} // namespace praetor::cli
