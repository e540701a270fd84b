#include "frontends/cli/commands.hpp"
#include "protocol/codec/base64.hpp"

#include <openssl/rand.h>

namespace praetor::cli {

namespace {

/// The Consul release whose behaviour clients can rely on.
constexpr auto followed_release = "1.19.2";
constexpr auto own_version = "0.1.0";
constexpr auto build_date = "1970-01-01T00:00:01Z";

class version final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul version [options]

  Prints the release whose behaviour this program follows, and its own version.
)";
  }
  api_flags takes() const override { return api_flags::none; }
  void declare(flag_set& flags) override { flags.add_string("format", format_, "Form of the output {pretty|json}"); }

  int run() override {
    if (format_ == "pretty") {
      out() << "Consul v" << followed_release << "\nBuild Date " << build_date
            << "\nProtocol 2 spoken by default, understands 2 to 3 (agent will automatically use protocol >2 when "
               "speaking to compatible agents)\nPraetor v"
            << own_version << "\n\n";
      return 0;
    }
    if (format_ != "json") return failed("Unknown format: " + format_);
    go_json document{{"Version", followed_release}, {"Revision", ""}, {"Prerelease", ""}, {"BuildDate", build_date}};
    document["RPC"] = go_json{{"Default", 2}, {"Min", 2}, {"Max", 3}};
    out() << dump_json(document, "   ") << '\n';
    return 0;
  }
  std::string format_ = "pretty";
};

class keygen final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul keygen

  Prints a new random key for the encryption of gossip.
)";
  }
  api_flags takes() const override { return api_flags::none; }

  int run() override {
    unsigned char key[32];
    if (RAND_bytes(key, sizeof key) != 1) return failed("Error reading random data: the generator has no entropy");
    out() << base64_encode({reinterpret_cast<char*>(key), sizeof key}) << '\n';
    return 0;
  }
};

} // namespace

std::unique_ptr<command> make_version() { return std::make_unique<version>(); }
std::unique_ptr<command> make_keygen() { return std::make_unique<keygen>(); }

} // namespace praetor::cli
