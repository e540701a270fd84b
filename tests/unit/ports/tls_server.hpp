#pragma once

#include "local_server.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;

/// Shakes hands over TLS with a certificate that it made itself, reads a request and answers it.
class tls_server {
public:
  /// @param names as in a certificate's extension: "DNS:foo.example,IP:127.0.0.1"
  explicit tls_server(const std::string& names, std::string answer = {});
  const std::string& certificate() const { return certificate_; } ///< PEM
  int port() const { return server_->port(); }
  std::string address() const { return server_->address(); }

private:
  std::shared_ptr<ssl_ctx_st> context_;
  std::string certificate_;
  std::unique_ptr<local_server> server_;
};
