#include "frontends/cli/commands.hpp"

#include <iterator>

namespace praetor::cli {

namespace {

class snapshot_restore final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul snapshot restore [options] FILE

  Replaces the state of the servers by that of a snapshot file, or of standard
  input if FILE is "-". What has happened since then is lost.

      $ consul snapshot restore backup.snap
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }

  int run() override {
    auto& args = arguments();
    if (args.empty()) return failed("Missing FILE argument");
    if (args.size() > 1) return failed("Too many arguments (expected 1, got " + std::to_string(args.size()) + ")");
    auto client = connect();
    if (!client) return 1;
    auto content = args[0] == "-" ? expected<std::string>(std::string(std::istreambuf_iterator<char>(in()), {}))
                                  : read_file(args[0]);
    if (!content) return failed("Error opening snapshot file: " + content.error().text);
    if (auto done = client->ok(put("/v1/snapshot", std::move(*content))); !done)
      return failed("Error restoring snapshot: " + done.error().text);
    out() << "Restored snapshot\n";
    return 0;
  }
};

} // namespace

std::unique_ptr<command> make_snapshot_restore() { return std::make_unique<snapshot_restore>(); }

} // namespace praetor::cli
