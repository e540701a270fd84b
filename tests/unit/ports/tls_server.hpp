#pragma once

#include "local_server.hpp"

#include <memory>
#include <mutex>
#include <string>

struct ssl_ctx_st;

/// A TLS server with a self-made certificate that reads one request and answers it.
class tls_server {
public:
  /// @param names in the syntax of a certificate extension: "DNS:foo.example,IP:127.0.0.1"
  explicit tls_server(const std::string& names, std::string answer = {});
  const std::string& certificate() const { return certificate_; } ///< PEM
  int port() const { return server_->port(); }
  std::string address() const { return server_->address(); }
  /// What the newest client offered as application protocols (RFC 7301), each with its length before it.
  std::string offered();

private:
  std::shared_ptr<ssl_ctx_st> context_;
  std::string certificate_;
  std::mutex mutex_;
  std::string offered_; // guarded by mutex_
  std::unique_ptr<local_server> server_;
};
