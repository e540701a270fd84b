#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praetor {

/// An HTTP proxy.
struct http_proxy {
  std::string scheme, host, port;
  std::string authorization; ///< value of Proxy-Authorization; empty: omitted
};

/// Selects the proxy of a request: HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment, or their lower-case forms,
/// by the rules of golang.org/x/net/http/httpproxy.
class proxy_rules {
public:
  /// Uses no proxy.
  proxy_rules();
  /// @param variable returns the value of an environment variable, empty if it is not set
  explicit proxy_rules(const std::function<std::string(const char* name)>& variable);
  ~proxy_rules();
  proxy_rules(proxy_rules&&) noexcept;
  proxy_rules& operator=(proxy_rules&&) noexcept;

  /// @param scheme "http" or "https"; host: without brackets; port: numeric
  /// @returns null for a direct connection. Valid as long as the rules.
  const http_proxy* proxy_for(const std::string& scheme, const std::string& host, const std::string& port) const;

private:
  struct exemption;
  bool is_exempt(const std::string& host, const std::string& port) const;
  void exempt(std::string pattern);

  std::unique_ptr<http_proxy> http_, https_; ///< null: none
  std::vector<exemption> exemptions_;        ///< NO_PROXY
  bool nothing_ = false;                     ///< NO_PROXY contains "*"
};

/// The value of an environment variable, empty if it is not set.
std::string environment_variable(const char* name);

/// Why a proxy can't be used; empty if it can. Only http proxies are supported.
std::string refusal(const http_proxy& proxy);
/// The head of a CONNECT request (RFC 9110 9.3.6).
std::string tunnel_request(const http_proxy& proxy, const std::string& host, const std::string& port);
/// Interprets the proxy's response to CONNECT. @param status from the status line, "403 Forbidden"
/// @returns empty if the tunnel is open, otherwise the error in Go's words
std::string tunnel_refusal(unsigned code, const std::string& status);
/// An error of the connection to the proxy, in Go's words.
std::string proxy_error(const std::string& why);

} // namespace praetor
