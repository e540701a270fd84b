#include "actors/ports/remoting_tls.hpp"

#include "actors/ports/configured_tls.hpp"
#include "actors/ports/probe_tls.hpp"
#include "actors/ports/tls/certificates.hpp"

#include <openssl/ssl.h>

namespace praetor {

expected<std::shared_ptr<const remoting_tls>> make_remoting_tls(const config::runtime_config& config) {
  const auto& from = config.tls_internal_rpc;
  auto out = std::make_shared<remoting_tls>();
  out->verify_incoming = from.verify_incoming;
  out->verify_server_hostname = from.verify_server_hostname;
  out->verify_outgoing = from.verify_outgoing || from.verify_server_hostname;
  out->domain = config.dns_domain;
  while (out->domain.ends_with('.')) out->domain.pop_back();

  if (out->verify_outgoing && from.ca_file.empty() && from.ca_path.empty())
    return fail("tls.internal_rpc: verify_outgoing needs an authority (ca_file or ca_path)");
  // Certificates are judged after the handshake, with a sentence for the log; and so the other side hears why.
  auto verification = [](bool wanted) { return wanted ? tls_verification::judged : tls_verification::none; };
  auto options = configured_tls(from);
  options.side = tls_side::client;
  options.verification = verification(out->verify_outgoing);
  auto outgoing = make_tls_context(options);
  if (!outgoing) return fail("tls.internal_rpc: " + outgoing.error().text());
  out->outgoing = *outgoing;
  if (from.cert_file.empty()) {
    if (config.server && out->verify_incoming)
      return fail("tls.internal_rpc: verify_incoming needs a certificate of the own (cert_file and key_file)");
    return out;
  }
  options.side = tls_side::listener;
  options.verification = verification(out->verify_incoming);
  options.resumable = false;
  auto incoming = make_tls_context(options);
  if (!incoming) return fail("tls.internal_rpc: " + incoming.error().text());
  out->incoming = *incoming;
  return out;
}

std::string server_name_in(const remoting_tls& tls, const std::string& datacenter) {
  return "server." + datacenter + "." + tls.domain;
}

std::vector<std::string> certificate_names(ssl_st* session) {
  constexpr std::size_t most_names = 16, longest_name = 256; // they are part of each message
  std::vector<std::string> out;
  certificate_ptr certificate(SSL_get1_peer_certificate(session));
  if (!certificate) return out;
  for (auto& name : subject_names(certificate.get())) {
    if (out.size() == most_names) break;
    if (name.type != subject_name::kind::address && name.text.size() <= longest_name)
      out.push_back(std::move(name.text));
  }
  return out;
}

std::string judge_peer(ssl_st* session, const std::string& name) {
  certificate_ptr certificate(SSL_get1_peer_certificate(session));
  if (!certificate) return "shows no certificate";
  auto verdict = SSL_get_verify_result(session);
  if (verdict != X509_V_OK)
    return std::string("shows a certificate that can't be believed: ") + X509_verify_cert_error_string(verdict);
  if (name.empty()) return {};
  if (auto wrong = judge_certificate(session, name); !wrong.empty()) return "shows the wrong certificate: " + wrong;
  return {};
}

} // namespace praetor
