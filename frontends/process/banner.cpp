#include "frontends/process/banner.hpp"

#include "actors/followed_release.hpp"
#include "frontends/api/version.hpp"

#include <iomanip>
#include <ostream>

namespace praetor {

namespace {

std::string yes_no(bool value) { return value ? "true" : "false"; }

std::string joined(const string_list& items) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? " " : "") + item;
  return out + "]";
}

} // namespace

void print_banner(std::ostream& out, const config::runtime_config& c, const std::string& node_id) {
  auto line = [&](const char* name, const std::string& value) {
    out << std::setw(22) << std::right << name << ": " << value << "\n";
  };
  out << "==> Starting Consul agent...\n";
  line("Version", "'" + std::string(followed_release) + "'");
  line("Praetor", "'" + std::string(own_version) + "'");
  line("Node ID", "'" + node_id + "'");
  line("Node name", "'" + c.node_name + "'");
  line("Datacenter", "'" + c.datacenter + "' (Segment: '" + (c.server ? "<all>" : "") + "')");
  line("Server", yes_no(c.server) + " (Bootstrap: " + yes_no(c.bootstrap) + ")");
  auto p = [](std::int64_t port) { return std::to_string(port > 0 ? port : -1); };
  // A listener that is configured but not served has no port here.
  bool https = !c.https_addrs.empty() && !c.tls_https.cert_file.empty();
  line("Client Addr", joined(c.client_addrs) + " (HTTP: " + p(c.ports.http) + ", HTTPS: " +
                          p(https ? c.ports.https : 0) + ", gRPC: -1, gRPC-TLS: -1, DNS: " + p(c.ports.dns) + ")");
  line("Cluster Addr", c.advertise_addr_lan + " (LAN: " + p(c.ports.serf_lan) + ", WAN: " + p(c.ports.serf_wan) + ")");
  line("Gossip Encryption", yes_no(!c.encrypt_key.empty()));
  line("Auto-Encrypt-TLS", yes_no(c.auto_encrypt.tls));
  line("ACL Enabled", yes_no(c.acl.enabled));
  if (c.server) line("Reporting Enabled", "false");
  line("ACL Default Policy", c.acl.default_policy);
  auto tls = [](const config::tls_settings& t) { return "Verify Incoming: " + yes_no(t.verify_incoming) + ", "; };
  line("HTTPS TLS", tls(c.tls_https) + "Verify Outgoing: " + yes_no(c.tls_https.verify_outgoing) +
                        ", Min Version: " + c.tls_https.min_version);
  line("gRPC TLS", tls(c.tls_grpc) + "Min Version: " + c.tls_grpc.min_version);
  line("Internal RPC TLS", tls(c.tls_internal_rpc) + "Verify Outgoing: " + yes_no(c.tls_internal_rpc.verify_outgoing) +
                               " (Verify Hostname: " + yes_no(c.tls_internal_rpc.verify_server_hostname) +
                               "), Min Version: " + c.tls_internal_rpc.min_version);
  out << "\n==> Log data will now stream in as it occurs:\n" << std::endl;
}

} // namespace praetor
