#include "frontends/cli/commands.hpp"
#include "frontends/cli/signal_watch.hpp"

namespace praetor::cli {

namespace {

class monitor final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul monitor [options]

  Prints the agent's log lines as they come, until it is interrupted. The level
  may be finer than the one that the agent itself logs at.
)";
  }
  void declare(flag_set& flags) override {
    flags.add_string("log-level", level_, "Least level of the lines to print.");
    flags.add_bool("log-json", as_json_, "Print the lines as JSON.");
  }

  int run() override {
    cancellation interrupted;
    signal_watch signals({SIGINT, SIGTERM, SIGHUP}, [&](int) { interrupted.cancel(); });
    auto client = connect();
    if (!client) return 1;
    auto request = get("/v1/agent/monitor");
    if (!level_.empty()) request.query["loglevel"] = level_;
    if (as_json_) request.query["logjson"] = "true";
    std::string rest;
    auto print_lines = [&](std::string_view piece) {
      rest += piece;
      for (std::size_t end; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1))
        out() << std::string_view(rest).substr(0, end + 1);
      out().flush();
      return true;
    };
    bool started = false;
    auto done = client->stream(
        std::move(request),
        [&](std::string_view piece) {
          started = true;
          return print_lines(piece);
        },
        &interrupted);
    if (interrupted.cancelled()) return 0;
    if (!done && !started) return failed("Error starting monitor: " + done.error().text);
    if (!rest.empty()) out() << rest << '\n';
    out() << "\nRemote side ended the monitor! This usually means that the\nremote side has exited or crashed.\n";
    return 1;
  }

  std::string level_ = "INFO";
  bool as_json_ = false;
};

} // namespace

std::unique_ptr<command> make_monitor() { return std::make_unique<monitor>(); }

} // namespace praetor::cli
