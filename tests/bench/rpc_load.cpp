#include "actors/ports/remoting.hpp"
#include "actors/rpc/remote_call.hpp"

#include <caf/all.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>

/// Server RPC round trips between two actor systems over loopback, in one process: sequential, then concurrent.
namespace {

using namespace praetor;
using steady = std::chrono::steady_clock;

using weak_links = std::shared_ptr<std::weak_ptr<remoting>>;

rpc_gateway_actor::behavior_type echo(rpc_gateway_actor::pointer, weak_links links) {
  return {
      [links](rpc_atom, const envelope& request, const peer_identity& from) -> caf::result<envelope> {
        if (auto open = links->lock()) open->handled(from.connection, request.bytes.size());
        return request;
      },
      [](send_atom, const envelope&, const peer_identity&) {},
      [](messages::connection_ended) {},
      [](const messages::request_answered&) {},
      [](messages::stream_ready) {},
      [](wake_atom) {},
  };
}

struct side {
  explicit side(const std::string& name, const char* tls_folder) {
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", 2u);
    config.add_message_types<caf::id_block::praetor>();
    prepare_remoting(config);
    system = std::make_unique<caf::actor_system>(config);
    config::runtime_config c;
    c.server = true;
    c.dns_domain = "consul.";
    c.datacenter = "dc1";
    c.node_name = name;
    c.rpc_bind = {"127.0.0.1", 0, {}};
    if (tls_folder) {
      std::string folder = tls_folder;
      c.tls_internal_rpc.ca_file = folder + "/ca.pem";
      c.tls_internal_rpc.cert_file = folder + "/server.pem";
      c.tls_internal_rpc.key_file = folder + "/server.key";
      c.tls_internal_rpc.verify_incoming = c.tls_internal_rpc.verify_outgoing = true;
    }
    auto settings = remoting_settings_of(c, "id-" + name);
    if (!settings) stop(settings.error().text);
    auto started = remoting::start(*system, *settings, std::make_shared<null_logger>());
    if (!started) stop(started.error().text);
    links = *started;
    gateway = system->spawn(echo, std::make_shared<std::weak_ptr<remoting>>(links));
    (void)links->publish(gateway);
  }
  ~side() {
    links->stop();
    caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
  }
  [[noreturn]] static void stop(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
  }

  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::shared_ptr<remoting> links;
  rpc_gateway_actor gateway;
};

struct load {
  remote_gateway_actor to;
  std::string bytes;
  int left, in_flight = 0;
  std::vector<double> microseconds;
  std::promise<void> done;
};

void ask(caf::event_based_actor* self, std::shared_ptr<load> l) {
  envelope request;
  request.bytes = l->bytes;
  --l->left;
  ++l->in_flight;
  self->request(l->to, caf::infinite, rpc_atom_v, std::move(request)).then([=, began = steady::now()](const envelope&) {
    l->microseconds.push_back(std::chrono::duration<double, std::micro>(steady::now() - began).count());
    --l->in_flight;
    if (l->left > 0) return ask(self, l);
    if (l->in_flight > 0) return;
    l->done.set_value();
    self->quit();
  });
}

void run(side& from, const remote_gateway_actor& to, int in_flight, int requests) {
  auto l = std::make_shared<load>();
  l->to = to;
  l->bytes.assign(200, 'x');
  l->left = requests;
  auto ended = l->done.get_future();
  auto began = steady::now();
  from.system->spawn([=](caf::event_based_actor* self) {
    for (int i = 0; i < in_flight; ++i) ask(self, l);
  });
  ended.wait();
  auto seconds = std::chrono::duration<double>(steady::now() - began).count();
  std::sort(l->microseconds.begin(), l->microseconds.end());
  auto at = [&](double part) { return l->microseconds[static_cast<std::size_t>(part * (requests - 1))]; };
  std::printf("%3d in flight: %8.0f requests/s, median %6.0f us, 99 %% %6.0f us\n", in_flight, requests / seconds,
              at(0.5), at(0.99));
}

} // namespace

/// @param argv a folder with ca.pem, server.pem and server.key for TLS; none: plain
int main(int argc, char** argv) {
  const char* folder = argc > 1 ? argv[1] : nullptr;
  side one("one", folder), two("two", folder);
  known_server to;
  to.id = "id-one";
  to.name = "one";
  to.datacenter = "dc1";
  to.address = "127.0.0.1:" + std::to_string(one.links->port());
  std::promise<expected<remote_gateway_actor>> connected;
  two.links->connect(to, [&](expected<rpc_gateway_actor> r) { connected.set_value(std::move(r)); });
  auto gateway = connected.get_future().get();
  if (!gateway) side::stop(gateway.error().text);
  run(two, *gateway, 1, 5000);
  run(two, *gateway, 1, 20000);
  run(two, *gateway, 64, 200000);
  run(two, *gateway, 1024, 200000);
}
