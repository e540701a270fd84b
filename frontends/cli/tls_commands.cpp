#include "frontends/cli/certificate.hpp"
#include "frontends/cli/commands.hpp"
#include "protocol/base/ip_address.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace praetor::cli {

namespace {

constexpr int secret_mode = 0600, public_mode = 0644;

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

/// Creates a new file. @returns the error, if any
std::optional<std::string> write_new(const std::string& path, const std::string& content, int mode) {
  int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return "open " + path + ": " + errno_text(errno);
  std::optional<std::string> wrong;
  for (std::string_view rest = content; !rest.empty() && !wrong;) {
    auto count = ::write(file, rest.data(), rest.size());
    if (count < 0 && errno != EINTR) wrong = "write " + path + ": " + errno_text(errno);
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::close(file) != 0 && !wrong) wrong = "close " + path + ": " + errno_text(errno);
  return wrong;
}

class tls_command : public command {
  api_flags takes() const override { return api_flags::none; }

protected:
  /// Writes both files and reports it; returns the exit code.
  int keep(const certificate& made, const std::string& certificate_file, const std::string& key_file) {
    if (auto wrong = write_new(certificate_file, made.certificate, public_mode)) return failed(*wrong);
    out() << "==> Saved " << certificate_file << '\n';
    if (auto wrong = write_new(key_file, made.key, secret_mode)) return failed(*wrong);
    out() << "==> Saved " << key_file << '\n';
    return 0;
  }
  std::string domain_ = "consul";
};

class tls_ca_create final : public tls_command {
  std::string_view usage() const override {
    return R"(Usage: consul tls ca create [options]

  Makes a certificate authority for TLS between agents: its certificate and its
  key, as files of the working directory.

      $ consul tls ca create
)";
  }
  void declare(flag_set& flags) override {
    flags.add_list("additional-name-constraint", more_domains_,
                   "A domain more that the authority may speak for; only with -name-constraint. May be repeated.");
    flags.add_string("cluster-id", cluster_id_, "ID of the cluster, for a name in the service mesh.");
    flags.add_string("common-name", common_name_, "Common name of the authority.");
    flags.add_int("days", days_, "How many days the authority is valid.");
    flags.add_string("domain", domain_, "Domain of the cluster.");
    flags.add_bool("name-constraint", constrained_,
                   "Let the authority speak for the domain and localhost only, and for what is added.");
  }

  int run() override {
    auto certificate_file = domain_ + "-agent-ca.pem", key_file = domain_ + "-agent-ca-key.pem";
    for (const auto& file : {certificate_file, key_file})
      if (exists(file)) return failed(file + " already exists.");
    auto serial = new_serial_number();
    if (!serial) return failed(serial.error().text);
    certificate_request r;
    r.authority = true;
    r.lifetime = std::chrono::days(days_);
    r.subject = {{"C", "US"},
                 {"ST", "CA"},
                 {"L", "San Francisco"},
                 {"street", "101 Second Street"},
                 {"postalCode", "94105"},
                 {"O", "HashiCorp Inc."},
                 {"CN", common_name_.empty() ? "Consul Agent CA " + *serial : common_name_}};
    if (!cluster_id_.empty()) r.uris = {"spiffe://" + cluster_id_ + "." + domain_};
    if (constrained_) {
      r.permitted_domains = more_domains_;
      r.permitted_domains.insert(r.permitted_domains.end(), {domain_, "localhost"});
    }
    auto made = issue(r, *serial, nullptr);
    if (!made) return failed(made.error().text);
    return keep(*made, certificate_file, key_file);
  }

  std::vector<std::string> more_domains_;
  std::string cluster_id_, common_name_;
  int days_ = 1825;
  bool constrained_ = false;
};

class tls_cert_create final : public tls_command {
  std::string_view usage() const override {
    return R"(Usage: consul tls cert create [options]

  Makes a certificate for an agent, signed by the authority that
  `consul tls ca create` made.

      $ consul tls cert create -server
      $ consul tls cert create -client
)";
  }
  void declare(flag_set& flags) override {
    flags.add_list("additional-dnsname", names_, "A name more for the certificate. May be repeated.");
    flags.add_list("additional-ipaddress", addresses_, "An address more for the certificate. May be repeated.");
    flags.add_string("ca", ca_, "File of the authority's certificate.");
    flags.add_bool("cli", cli_, "Make a certificate for the command line.");
    flags.add_bool("client", client_, "Make a certificate for a client agent.");
    flags.add_int("days", days_, "How many days the certificate is valid.");
    flags.add_string("dc", datacenter_, "Datacenter of the agent.");
    flags.add_string("domain", domain_, "Domain of the cluster.");
    flags.add_string("key", key_, "File of the authority's key.");
    flags.add_string("node", node_, "Name of the server's node, for a name of its own; only with -server.");
    flags.add_bool("server", server_, "Make a certificate for a server.");
  }

  /// Replaces the placeholder by the domain.
  std::string with_domain(std::string file) const {
    constexpr std::string_view mark = "#DOMAIN#";
    if (auto at = file.find(mark); at != file.npos) file.replace(at, mark.size(), domain_);
    return file;
  }

  certificate_request request(const std::string& kind) const {
    certificate_request r;
    auto name = kind + "." + datacenter_ + "." + domain_;
    r.lifetime = std::chrono::days(days_);
    r.subject = {{"CN", name}};
    if (!cli_) {
      r.dns_names = names_;
      r.addresses = addresses_;
      r.addresses.push_back("127.0.0.1");
    }
    if (server_) r.purposes = {"serverAuth", "clientAuth"};
    if (client_) r.purposes = {"clientAuth", "serverAuth"};
    if (!node_.empty()) r.dns_names.push_back(node_ + "." + name);
    r.dns_names.insert(r.dns_names.end(), {name, "localhost"});
    return r;
  }

  int run() override {
    if (ca_.empty()) return failed("Please provide the ca");
    if (key_.empty()) return failed("Please provide the key");
    if (int{server_} + int{client_} + int{cli_} != 1) return failed("Please provide either -server, -client, or -cli");
    if (!node_.empty() && !server_) return failed("-node requires -server");
    for (const auto& address : addresses_)
      if (!ip_address::parse(address)) return failed("\"" + address + "\" is not an IP address");
    std::string kind = server_ ? "server" : client_ ? "client" : "cli";
    auto prefix = datacenter_ + "-" + kind + "-" + domain_ + "-";
    int number = 0;
    auto certificate_file = [&] { return prefix + std::to_string(number) + ".pem"; };
    auto key_file = [&] { return prefix + std::to_string(number) + "-key.pem"; };
    while (exists(certificate_file()) || exists(key_file())) ++number;
    auto ca = read_file(with_domain(ca_));
    if (!ca) return failed("Error reading CA: " + ca.error().text);
    auto key = read_file(with_domain(key_));
    if (!key) return failed("Error reading CA key: " + key.error().text);
    if (server_)
      out() << "==> WARNING: Server Certificates grants authority to become a\n"
               "    server, and so to read all that the cluster keeps, root keys and\n"
               "    tokens included. Leave none on a machine that runs no server, and\n"
               "    guard it as you guard the key of the CA.\n";
    out() << "==> Using " << with_domain(ca_) << " and " << with_domain(key_) << '\n';
    auto serial = new_serial_number();
    if (!serial) return failed(serial.error().text);
    certificate issuer{std::move(*ca), std::move(*key)};
    auto made = issue(request(kind), *serial, &issuer);
    if (!made) return failed(made.error().text);
    return keep(*made, certificate_file(), key_file());
  }

  std::vector<std::string> names_, addresses_;
  std::string ca_ = "#DOMAIN#-agent-ca.pem", key_ = "#DOMAIN#-agent-ca-key.pem", datacenter_ = "dc1", node_;
  int days_ = 365;
  bool server_ = false, client_ = false, cli_ = false;
};

} // namespace

std::unique_ptr<command> make_tls_ca_create() { return std::make_unique<tls_ca_create>(); }
std::unique_ptr<command> make_tls_cert_create() { return std::make_unique<tls_cert_create>(); }

} // namespace praetor::cli
