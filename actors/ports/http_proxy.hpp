#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praetor {

/// A server that takes HTTP requests for others.
struct http_proxy {
  std::string scheme, host, port;
  std::string authorization; ///< value of Proxy-Authorization; empty: the field is not sent
};

/// Which requests go through a proxy: HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment, or the same in lower
/// case, by the rules of Go's net/http (golang.org/x/net/http/httpproxy).
class proxy_rules {
public:
  /// No proxy.
  proxy_rules();
  /// @param variable the value of an environment variable, empty if it is not set
  explicit proxy_rules(const std::function<std::string(const char* name)>& variable);
  ~proxy_rules();
  proxy_rules(proxy_rules&&) noexcept;
  proxy_rules& operator=(proxy_rules&&) noexcept;

  /// @param scheme "http" or "https"; host: without brackets; port: in numbers
  /// @returns null if the request goes to the host itself. Valid as long as the rules.
  const http_proxy* proxy_for(const std::string& scheme, const std::string& host, const std::string& port) const;

private:
  struct exemption;
  bool is_exempt(const std::string& host, const std::string& port) const;
  void exempt(std::string pattern);

  std::unique_ptr<http_proxy> http_, https_; ///< null: none
  std::vector<exemption> exemptions_;        ///< NO_PROXY
  bool nothing_ = false;                     ///< NO_PROXY holds "*"
};

/// The value of a variable of this process's environment, empty if it is not set.
std::string environment_variable(const char* name);

/// Why requests cannot go through a proxy; empty if they can. Only http proxies are spoken to.
std::string refusal(const http_proxy& proxy);
/// Asks a proxy for a way to a host: the head of a CONNECT request (RFC 9110 9.3.6).
std::string tunnel_request(const http_proxy& proxy, const std::string& host, const std::string& port);
/// What a proxy's answer to that says. @param status as in the status line, "403 Forbidden"
/// @returns empty if the way is open, else the reason, in Go's words
std::string tunnel_refusal(unsigned code, const std::string& status);
/// An error on the way to the proxy, in Go's words.
std::string proxy_error(const std::string& why);

} // namespace praetor
