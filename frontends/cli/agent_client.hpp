#pragma once

#include "frontends/cli/http_client.hpp"
#include "protocol/codec/go_json.hpp"
#include "protocol/types/error.hpp"

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>

namespace praetor::cli {

/// The client flags of a command line; unset ones fall back to the environment.
struct client_options {
  std::optional<std::string> http_addr, token, token_file, ca_file, ca_path, client_cert, client_key, tls_server_name;
  std::optional<std::string> datacenter, ns, partition;
  std::optional<bool> stale;
};

/// The result of combining flags and environment.
struct client_settings {
  endpoint where;
  std::string token;
  std::string datacenter, ns, partition;
  std::string basic_user, basic_password;
  bool basic_auth = false;
  bool stale = false;
};

/// Combines the environment, read through `variable` (a test's own, or getenv), with the flags, which take precedence.
/// Warnings go to `err`.
expected<client_settings> resolve_client_settings(const client_options& flags,
                                                  const std::function<std::string(const char*)>& variable,
                                                  std::ostream& err);

/// The parsed body of an answer, and the index to block on.
struct api_answer {
  go_json body;
  std::uint64_t index = 0;
};

/// Sends requests to one agent, each with the token, datacenter and namespace of the settings.
class agent_client {
public:
  static expected<std::unique_ptr<agent_client>> open(const client_settings& settings);
  /// A second client with the same settings, for another thread.
  expected<std::unique_ptr<agent_client>> clone() const { return open(settings_); }

  const client_settings& settings() const { return settings_; }

  /// Sends the request unchanged; any status is a valid answer.
  expected<http_response> raw(http_request request, cancellation* cancel = nullptr);
  /// Any status but 200 is the error `Unexpected response code: 404 (BODY)`.
  expected<http_response> ok(http_request request, cancellation* cancel = nullptr);
  /// Parses the body of a 200 answer.
  expected<api_answer> json(http_request request, cancellation* cancel = nullptr);
  /// A read; adds `stale` if the settings say so.
  expected<api_answer> read(http_request request, cancellation* cancel = nullptr);
  expected<http_response> stream(http_request request, const std::function<bool(std::string_view)>& on_data,
                                 cancellation* cancel = nullptr);

private:
  agent_client(client_settings settings, std::unique_ptr<http_client> http);
  void decorate(http_request& request) const;
  client_settings settings_;
  std::unique_ptr<http_client> http_;
};

/// The error for an answer with an unexpected status: error_code::unexpected_status, with that status.
error unexpected_status(const http_response& response);
/// Whether it is the error for a status from 500 to 599. An unreachable agent has sent no answer.
bool is_server_error(const error& why);

http_request get(std::string path);
http_request put(std::string path, std::string body = {});
/// A PUT with a JSON body.
http_request put_json(std::string path, const go_json& body);

} // namespace praetor::cli
