#include "actors/ports/as_tuple.hpp"
#include "actors/ports/docker_host.hpp"
#include "actors/ports/http_answer.hpp"
#include "actors/ports/probe_dial.hpp"
#include "protocol/base/last_bytes.hpp"
#include "protocol/base/url.hpp"
#include "protocol/codec/docker_stream.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/types/catalog.hpp"

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

namespace praetor {

namespace {

namespace asio = boost::asio;

// The bodies of the Docker Engine API (v1.24 and later).

struct exec_settings {
  bool attach_stdin = false, attach_stdout = true, attach_stderr = true, tty = false;
  string_list command;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"AttachStdin"}, x.attach_stdin);
    f(field{"AttachStdout"}, x.attach_stdout);
    f(field{"AttachStderr"}, x.attach_stderr);
    f(field{"Tty"}, x.tty);
    f(field{"Cmd"}, x.command);
  }
};

struct exec_start {
  bool detach = false, tty = true;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Detach"}, x.detach);
    f(field{"Tty"}, x.tty);
  }
};

struct exec_created {
  std::string id;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Id"}, x.id);
  }
};

struct exec_state {
  std::int64_t exit_code = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ExitCode"}, x.exit_code);
  }
};

/// A text as one segment of a path.
std::string path_segment(const std::string& text) { return percent_encoded(text, is_unreserved); }

/// Runs a command in a container: creates the exec, starts it and reads its output, then asks for its exit code.
class docker_attempt final : public network_attempt {
public:
  docker_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener)
      : network_attempt(world, std::move(request), std::move(listener)), output_(request_.output_limit) {}

private:
  static constexpr std::size_t most_of_a_body = 64 << 10; ///< of the answers that are JSON

  struct answer {
    unsigned code = 0;
    std::string body; ///< the tail of it
  };

  asio::awaitable<probe_result> carry_out() override {
    auto host = configured_docker_host();
    if (!host) co_return critical(host.error().text);
    host_ = *host;
    auto exec = co_await create();
    if (!exec) co_return critical(exec.error().text);
    auto started = co_await start_exec(*exec);
    if (!started) co_return critical(started.error().text);
    auto code = co_await inspect(*exec);
    if (!code) co_return critical(code.error().text);
    auto verdict = *code == 0 ? health_passing : *code == 1 ? health_warning : health_critical;
    co_return probe_result{std::string(verdict), output_.text()};
  }

  asio::awaitable<expected<std::string>> create() {
    const auto& d = request_.definition;
    exec_settings settings;
    settings.command = d.script_args;
    auto got = co_await call("POST", "/containers/" + path_segment(d.docker_container_id) + "/exec",
                             json::to_string(settings), nullptr);
    const auto& container = d.docker_container_id;
    auto failed = "create exec failed for container " + container;
    if (!got) co_return fail(failed + ": " + got.error().text);
    if (got->code == 404) co_return fail("create exec failed for unknown container " + container);
    if (got->code == 409) co_return fail("create exec failed since container " + container + " is paused or stopped");
    if (got->code != 201) co_return fail(failed + status_text(*got));
    auto created = json::read<exec_created>(got->body);
    if (!created)
      co_return fail("create exec response for container " + container + " cannot be parsed: " + created.error().text);
    co_return created->id;
  }

  asio::awaitable<expected<void>> start_exec(const std::string& exec) {
    const auto& container = request_.definition.docker_container_id;
    auto failed = "start exec failed for container " + container;
    auto got = co_await call("POST", "/exec/" + path_segment(exec) + "/start", json::to_string(exec_start{}), &output_);
    if (!got) co_return fail(failed + ": " + got.error().text);
    if (got->code == 404) co_return fail(failed + ": invalid exec id " + exec);
    if (got->code == 409) co_return fail("start exec failed since container " + container + " is paused or stopped");
    if (got->code != 200) co_return fail(failed + status_text(*got));
    co_return expected<void>();
  }

  asio::awaitable<expected<std::int64_t>> inspect(const std::string& exec) {
    const auto& container = request_.definition.docker_container_id;
    auto failed = "inspect exec failed for container " + container;
    auto got = co_await call("GET", "/exec/" + path_segment(exec) + "/json", {}, nullptr);
    if (!got) co_return fail(failed + ": " + got.error().text);
    if (got->code == 404) co_return fail(failed + ": invalid exec id " + exec);
    if (got->code != 200) co_return fail(failed + status_text(*got));
    auto state = json::read<exec_state>(got->body);
    if (!state)
      co_return fail("inspect exec response for container " + container + " cannot be parsed: " + state.error().text);
    co_return state->exit_code;
  }

  static std::string status_text(const answer& got) {
    return " with status " + std::to_string(got.code) + ": " + got.body;
  }

  /// One request on a connection of its own. @param output receives the body of an answer with status 200; null: the
  /// answer does
  asio::awaitable<expected<answer>> call(std::string method, std::string path, std::string body, last_bytes* output) {
    auto got = co_await exchange(method, path, std::move(body), output);
    if (got) co_return got;
    // In the words of Go's client, which takes the socket for a host.
    auto host = host_.socket.empty() ? address() : path_segment(host_.socket);
    co_return fail((method == "GET" ? "Get " : "Post ") + praetor::quoted("http://" + host + host_.base_path + path) +
                   ": " + got.error().text);
  }

  std::string address() const { return join_host_port(host_.address.host, host_.address.port); }

  asio::awaitable<expected<answer>> exchange(std::string method, std::string path, std::string body,
                                             last_bytes* output) {
    auto local = !host_.socket.empty();
    auto host = local ? std::string("docker") : address();
    auto message = method + " " + host_.base_path + path + " HTTP/1.1\r\nHost: " + host +
                   "\r\nUser-Agent: Consul Health Check\r\nAccept: application/json\r\nConnection: close\r\n";
    if (!body.empty())
      message += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    message += "\r\n" + body;
    if (local) {
      asio::local::stream_protocol::socket socket(world_.context);
      if (host_.socket.size() >= sizeof(sockaddr_un::sun_path)) co_return fail("the path of the socket is too long");
      auto [refused] = co_await socket.async_connect(asio::local::stream_protocol::endpoint(host_.socket), as_tuple);
      if (refused) co_return fail("dial unix " + host_.socket + ": connect: " + system_error_text(refused));
      co_return co_await converse(socket, std::move(message), output);
    }
    boost::beast::tcp_stream stream(world_.context);
    auto failed = co_await dial(world_, stream, host_.address, request_.timeout);
    if (!failed.empty()) co_return fail(failed);
    co_return co_await converse(stream, std::move(message), output);
  }

  template <class Stream>
  asio::awaitable<expected<answer>> converse(Stream& stream, std::string message, last_bytes* output) {
    co_await asio::async_write(stream, asio::buffer(message), as_tuple);
    http_answer head;
    last_bytes plain(most_of_a_body);
    docker_stream streams;
    std::array<char, 4096> chunk;
    while (!head.is_done()) {
      auto [lost, size] = co_await stream.async_read_some(asio::buffer(chunk), as_tuple);
      std::string piece;
      auto good = head.take({chunk.data(), size}, [&piece](std::string_view bytes) { piece += bytes; });
      if (!good) co_return tl::unexpected(good.error());
      bool is_output = output && head.has_head() && head.code() == 200;
      if (is_output && head.field("content-type") == docker_stream::content_type) piece = streams.take(piece);
      (is_output ? *output : plain).append(piece);
      if (!lost) continue;
      if (head.has_head()) break; // the body ends with the connection, which the daemon may reset
      co_return fail(lost == asio::error::eof ? "EOF" : system_error_text(lost));
    }
    co_return answer{head.code(), std::string(plain.kept())};
  }

  probe_result timed_out() override {
    return critical("Timed out (" + duration_to_text(request_.timeout) + ") running check");
  }

  docker_host host_;
  last_bytes output_;
};

} // namespace

expected<void> find_docker_host() {
  return configured_docker_host().map([](const docker_host&) {});
}

std::shared_ptr<probe_attempt> make_docker_probe(probe_world& world, probe_request request,
                                                 std::shared_ptr<probe_listener> listener) {
  return std::make_shared<docker_attempt>(world, std::move(request), std::move(listener));
}

} // namespace praetor
