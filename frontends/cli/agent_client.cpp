#include "frontends/cli/agent_client.hpp"

#include "frontends/cli/command.hpp"
#include "frontends/cli/dial.hpp"
#include "frontends/cli/flag_set.hpp"
#include "frontends/cli/log_line.hpp"
#include "protocol/base/trim.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/types/values.hpp"

#include <charconv>

namespace praetor::cli {

namespace {

void warn_bad_bool(std::ostream& err, const char* name, const std::string& value) {
  auto detail = "strconv.ParseBool: parsing " + praetor::quoted(value) + ": invalid syntax";
  err << log_line("WARN", "consul-api", std::string("could not parse ") + name, {{"error", detail}});
}

/// The flag's value, or else the environment variable's.
std::string choose(const std::optional<std::string>& flag, std::string fallback) { return flag ? *flag : fallback; }

expected<void> apply_address(const std::string& address, endpoint& where) {
  auto mark = address.find("://");
  if (mark == std::string::npos) {
    where.host = address;
    return {};
  }
  auto scheme = address.substr(0, mark), rest = address.substr(mark + 3);
  if (scheme == "unix") {
    where.unix_path = rest;
    where.host = "localhost";
    return {};
  }
  if (scheme == "https")
    where.scheme = "https";
  else if (scheme != "http")
    return fail("Unknown protocol scheme: " + scheme);
  auto slash = rest.find('/');
  where.host = rest.substr(0, slash);
  if (slash != std::string::npos) where.path_prefix = rest.substr(slash);
  return {};
}

void apply_proxy(const std::function<std::string(const char*)>& variable, endpoint& where) {
  if (!where.unix_path.empty()) return;
  auto to = split_host(where);
  proxy_rules rules(variable);
  if (auto* proxy = rules.proxy_for(where.scheme, to.host, to.port)) where.proxy = *proxy;
}

expected<void> apply_token(const client_options& flags, const std::function<std::string(const char*)>& variable,
                           client_settings& settings) {
  settings.token = choose(flags.token, variable("CONSUL_HTTP_TOKEN"));
  auto file = flags.token_file ? *flags.token_file : flags.token ? "" : variable("CONSUL_HTTP_TOKEN_FILE");
  if (file.empty()) return {};
  auto content = read_file(file);
  if (!content) return fail("Error loading token file " + file + " : " + content.error().text);
  if (auto token = trimmed(*content); !token.empty()) settings.token = token;
  return {};
}

} // namespace

expected<client_settings> resolve_client_settings(const client_options& flags,
                                                  const std::function<std::string(const char*)>& variable,
                                                  std::ostream& err) {
  client_settings settings;
  auto boolean = [&](const char* name, bool fallback) {
    auto text = variable(name);
    if (text.empty()) return fallback;
    auto value = parse_bool(text);
    if (!value) warn_bad_bool(err, name, text);
    return value.value_or(fallback);
  };
  auto& where = settings.where;
  if (boolean("CONSUL_HTTP_SSL", false)) where.scheme = "https";
  where.tls.verify = boolean("CONSUL_HTTP_SSL_VERIFY", true);
  where.tls.ca_file = choose(flags.ca_file, variable("CONSUL_CACERT"));
  where.tls.ca_path = choose(flags.ca_path, variable("CONSUL_CAPATH"));
  where.tls.client_cert = choose(flags.client_cert, variable("CONSUL_CLIENT_CERT"));
  where.tls.client_key = choose(flags.client_key, variable("CONSUL_CLIENT_KEY"));
  where.tls.server_name = choose(flags.tls_server_name, variable("CONSUL_TLS_SERVER_NAME"));
  if (auto login = variable("CONSUL_HTTP_AUTH"); !login.empty()) {
    auto colon = login.find(':');
    settings.basic_auth = true;
    settings.basic_user = login.substr(0, colon);
    if (colon != std::string::npos) settings.basic_password = login.substr(colon + 1);
  }
  settings.ns = choose(flags.ns, variable("CONSUL_NAMESPACE"));
  settings.partition = choose(flags.partition, variable("CONSUL_PARTITION"));
  settings.datacenter = flags.datacenter.value_or("");
  settings.stale = flags.stale.value_or(false);
  auto address = choose(flags.http_addr, variable("CONSUL_HTTP_ADDR"));
  if (!address.empty())
    if (auto applied = apply_address(address, where); !applied) return tl::make_unexpected(applied.error());
  apply_proxy(variable, where);
  if (auto applied = apply_token(flags, variable, settings); !applied) return tl::make_unexpected(applied.error());
  return settings;
}

agent_client::agent_client(client_settings settings, std::unique_ptr<http_client> http)
    : settings_(std::move(settings)), http_(std::move(http)) {}

expected<std::unique_ptr<agent_client>> agent_client::open(const client_settings& settings) {
  auto http = http_client::open(settings.where);
  if (!http) return tl::make_unexpected(http.error());
  return std::unique_ptr<agent_client>(new agent_client(settings, std::move(*http)));
}

void agent_client::decorate(http_request& request) const {
  if (!settings_.datacenter.empty()) request.query.emplace("dc", settings_.datacenter);
  if (!settings_.ns.empty()) request.query.emplace("ns", settings_.ns);
  if (!settings_.partition.empty()) request.query.emplace("partition", settings_.partition);
  if (!settings_.token.empty()) request.headers.emplace_back("X-Consul-Token", settings_.token);
  if (settings_.basic_auth)
    request.headers.emplace_back("Authorization",
                                 "Basic " + base64_encode(settings_.basic_user + ":" + settings_.basic_password));
}

expected<http_response> agent_client::raw(http_request request, cancellation* cancel) {
  decorate(request);
  return http_->send(request, cancel);
}

expected<http_response> agent_client::ok(http_request request, cancellation* cancel) {
  auto response = raw(std::move(request), cancel);
  if (response && response->status != 200) return tl::make_unexpected(unexpected_status(*response));
  return response;
}

expected<api_answer> agent_client::json(http_request request, cancellation* cancel) {
  auto response = ok(std::move(request), cancel);
  if (!response) return tl::make_unexpected(response.error());
  auto body = parse_json(response->body);
  if (!body) return tl::make_unexpected(body.error());
  api_answer answer{std::move(*body), 0};
  auto& index = response->headers["x-consul-index"];
  std::from_chars(index.data(), index.data() + index.size(), answer.index);
  return answer;
}

expected<api_answer> agent_client::read(http_request request, cancellation* cancel) {
  if (settings_.stale) request.query["stale"] = "";
  return json(std::move(request), cancel);
}

expected<http_response> agent_client::stream(http_request request, const std::function<bool(std::string_view)>& on_data,
                                             cancellation* cancel) {
  decorate(request);
  auto response = http_->stream(request, on_data, cancel);
  if (response && response->status != 200) return tl::make_unexpected(unexpected_status(*response));
  return response;
}

error unexpected_status(const http_response& response) {
  return {error_code::unexpected_status,
          "Unexpected response code: " + std::to_string(response.status) + " (" + std::string(trimmed(response.body)) +
              ")",
          response.status};
}

bool is_server_error(const error& why) { return why.code == error_code::unexpected_status && why.status / 100 == 5; }

http_request get(std::string path) {
  http_request request;
  request.path = std::move(path);
  return request;
}

http_request put(std::string path, std::string body) {
  http_request request;
  request.method = "PUT";
  request.path = std::move(path);
  request.body = std::move(body);
  return request;
}

http_request put_json(std::string path, const go_json& body) {
  auto request = put(std::move(path), dump_json(body));
  request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

} // namespace praetor::cli
