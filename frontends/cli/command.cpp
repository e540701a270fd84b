#include "frontends/cli/command.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace praetor::cli {

namespace {

void declare_client_flags(flag_set& flags, client_options& options) {
  auto add = [&](const char* name, std::optional<std::string>& target, const char* usage) {
    flags.add_optional(name, target, usage, flag_group::client);
  };
  add("http-addr", options.http_addr,
      "The `address` of the agent's HTTP API: HOST:PORT, a URL, or unix:// with a socket's path. Environment: "
      "CONSUL_HTTP_ADDR. Default: http://127.0.0.1:8500. HTTPS is chosen by an https:// address or by "
      "CONSUL_HTTP_SSL=true.");
  add("token", options.token,
      "ACL token that the request is made with. Environment: CONSUL_HTTP_TOKEN. Without one the agent uses its own "
      "default token.");
  add("token-file", options.token_file,
      "File that holds the ACL token; it wins over -token. Environment: CONSUL_HTTP_TOKEN_FILE.");
  add("ca-file", options.ca_file,
      "File with the certificates of the authorities that may vouch for the agent. Environment: CONSUL_CACERT.");
  add("ca-path", options.ca_path, "Directory of such files. Environment: CONSUL_CAPATH.");
  add("client-cert", options.client_cert,
      "File with the certificate to show to an agent that verifies its clients. Environment: CONSUL_CLIENT_CERT.");
  add("client-key", options.client_key, "File with the key of -client-cert. Environment: CONSUL_CLIENT_KEY.");
  add("tls-server-name", options.tls_server_name,
      "Name that the agent's certificate has to carry, if it isn't the host of the address. Environment: "
      "CONSUL_TLS_SERVER_NAME.");
}

void declare_server_flags(flag_set& flags, client_options& options) {
  flags.add_optional("datacenter", options.datacenter,
                     "Datacenter to ask. The default is the one of the agent that answers.", flag_group::server);
  flags.add_optional(
      "stale", options.stale,
      "Let any server answer a read, not only the leader: quicker, but the answer may be old. Writes are "
      "not affected.",
      flag_group::server);
}

} // namespace

void command::declare_all() {
  if (has(takes(), api_flags::client)) declare_client_flags(flags_, options_);
  if (has(takes(), api_flags::server)) declare_server_flags(flags_, options_);
  if (has(takes(), api_flags::ns))
    flags_.add_optional("namespace", options_.ns,
                        "Namespace to work in; only the name `default` exists in this edition.");
  if (has(takes(), api_flags::partition))
    flags_.add_optional("partition", options_.partition,
                        "Admin partition to work in; only the name `default` exists in this edition.");
  declare(flags_);
}

int command::invoke(const std::vector<std::string>& args, streams io) {
  io_ = &io;
  declare_all();
  if (auto failure = flags_.parse(args, io.err)) {
    if (on_refusal() == refusal::failed_to_parse_args) io.err << "Failed to parse args: " << *failure << '\n';
    if (on_refusal() == refusal::repeat_error) io.err << *failure << '\n';
    return 1;
  }
  return run();
}

std::string command::help() {
  if (io_ == nullptr) declare_all();
  return std::string(usage()) + flags_.help_blocks();
}

int command::failed(std::string_view message) {
  err() << message << '\n';
  return 1;
}

int command::misused(std::string_view message) {
  err() << message << "\n\n" << help();
  return 1;
}

expected<agent_client*> command::try_connect() {
  auto variable = [](const char* name) {
    auto value = std::getenv(name);
    return std::string(value ? value : "");
  };
  auto settings = resolve_client_settings(options_, variable, err());
  if (!settings) return tl::make_unexpected(settings.error());
  auto client = agent_client::open(*settings);
  if (!client) return tl::make_unexpected(client.error());
  client_ = std::move(*client);
  return client_.get();
}

agent_client* command::connect() {
  auto client = try_connect();
  if (client) return *client;
  failed("Error connecting to Consul agent: " + client.error().text);
  return nullptr;
}

std::string too_many_arguments(std::size_t got, std::string_view expected) {
  return "Too many arguments (expected " + std::string(expected) + ", got " + std::to_string(got) + ")";
}

std::string errno_text(int code) {
  std::string text = std::strerror(code);
  // Go writes these texts with a lower-case first letter.
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z') text[0] = static_cast<char>(std::tolower(text[0]));
  return text;
}

expected<std::string> read_file(const std::string& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail("open " + path + ": " + errno_text(errno));
  std::string content;
  char block[65536];
  for (;;) {
    auto got = ::read(file, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      int code = errno;
      ::close(file);
      if (got < 0) return fail("read " + path + ": " + errno_text(code));
      return content;
    }
    content.append(block, static_cast<std::size_t>(got));
  }
}

expected<std::string> load_data(const std::string& argument, std::istream& in) {
  if (argument.empty()) return std::string{};
  if (argument[0] == '@') {
    auto content = read_file(argument.substr(1));
    if (!content) return fail("Failed to read file: " + content.error().text);
    return content;
  }
  if (argument == "-") return std::string(std::istreambuf_iterator<char>(in), {});
  return argument;
}

} // namespace praetor::cli
