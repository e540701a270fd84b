#include "processes.hpp"

#include <future>
#include <thread>

namespace praetor {

namespace {

rpc_gateway_actor::behavior_type test_gateway(rpc_gateway_actor::pointer self, std::shared_ptr<test_gateway_log> seen) {
  auto handled = [seen](const envelope& e, const peer_identity& from) {
    auto links = seen->links.lock();
    if (links && !seen->stuck) links->handled(from.connection, e.bytes.size());
  };
  return {
      [self, seen, handled](rpc_atom, const envelope& request, const peer_identity& from) -> caf::result<envelope> {
        ++seen->requests;
        handled(request, from);
        {
          std::lock_guard lock(seen->mutex);
          seen->peers.push_back(from);
        }
        envelope answer;
        if (request.kind == 3) return self->make_response_promise<envelope>(); // never answered
        if (request.kind == 2)
          answer.bytes.assign(std::stoul(request.bytes), 'x');
        else
          answer.bytes = "echo " + request.bytes;
        return answer;
      },
      [seen, handled](send_atom, const envelope& message, const peer_identity& from) {
        ++seen->messages;
        handled(message, from);
      },
      [seen](messages::connection_ended m) {
        std::lock_guard lock(seen->mutex);
        seen->departed.push_back(m.connection);
      },
      [](const messages::request_answered&) {},
      [](messages::stream_ready) {},
      [](wake_atom) {},
  };
}

} // namespace

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds bound) {
  auto end = std::chrono::steady_clock::now() + bound;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

void kept_lines::write(log_level, std::string_view, std::string_view message, std::initializer_list<log_field> fields) {
  std::string line(message);
  for (const auto& f : fields) line += " " + std::string(f.key) + "=" + f.value;
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

std::size_t kept_lines::count(const std::string& text) const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l.find(text) != l.npos; }));
}

bool kept_lines::contain(const std::string& text) const { return count(text) > 0; }

std::string kept_lines::all() const {
  std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& l : lines_) out += l + "\n";
  return out;
}

expected<std::shared_ptr<const remoting_tls>> test_process::tls_of(const config::tls_settings& tls, bool server) {
  config::runtime_config c;
  c.server = server;
  c.dns_domain = "consul.";
  c.tls_internal_rpc = tls;
  return make_remoting_tls(c);
}

test_process::test_process(options o) : chosen(std::move(o)) {
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", 2u);
  config.add_message_types<caf::id_block::praetor>();
  prepare_remoting(config);
  system = std::make_unique<caf::actor_system>(config);
  remoting_settings s;
  s.id = "id-of-" + chosen.name;
  s.name = chosen.name;
  s.datacenter = chosen.datacenter;
  s.server = chosen.server;
  s.address = "127.0.0.1";
  s.most_per_address = chosen.most_per_address;
  s.secret = chosen.secret;
  s.server_loss = s.client_loss = chosen.loss;
  auto tls = tls_of(chosen.tls, chosen.server);
  REQUIRE(tls);
  s.tls = *tls;
  auto started = remoting::start(*system, s, log);
  REQUIRE(started);
  links = *started;
  seen->links = links;
  requester = std::make_unique<caf::scoped_actor>(*system, true);
  gateway = system->spawn(test_gateway, seen);
  if (chosen.server) REQUIRE(links->publish(gateway));
}

test_process::~test_process() {
  links->stop();
  requester = nullptr;
  links = nullptr;
  caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
  gateway = nullptr;
  seen = nullptr;
}

known_server test_process::as_server() const {
  known_server s;
  s.id = "id-of-" + chosen.name;
  s.name = chosen.name;
  s.datacenter = chosen.datacenter;
  s.address = "127.0.0.1:" + std::to_string(links->port());
  return s;
}

void test_process::connect(const known_server& to, std::function<void(expected<remote_gateway_actor>)> done) {
  links->connect(to, (*requester)->id(), std::move(done));
}

expected<remote_gateway_actor> test_process::connect(const known_server& to) {
  auto result = std::make_shared<std::promise<expected<remote_gateway_actor>>>();
  auto future = result->get_future();
  connect(to, [result](expected<remote_gateway_actor> r) { result->set_value(std::move(r)); });
  if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready) return fail("connect never ended");
  return future.get();
}

void test_process::tell(const remote_gateway_actor& to, std::string bytes) {
  envelope message;
  message.bytes = std::move(bytes);
  (*requester)->send(to, send_atom_v, std::move(message));
}

peer_identity test_process::first_peer() const {
  std::lock_guard lock(seen->mutex);
  REQUIRE(!seen->peers.empty());
  return seen->peers.front();
}

std::string test_process::ask(const remote_gateway_actor& to, std::string bytes, std::uint16_t kind) {
  envelope request;
  request.kind = kind;
  request.bytes = std::move(bytes);
  std::string out;
  (*requester)
      ->request(to, std::chrono::seconds(20), rpc_atom_v, request)
      .receive([&](envelope& e) { out = std::move(e.bytes); },
               [&](caf::error& e) { out = "error: " + system->render(e); });
  return out;
}

void test_process::reload(const config::tls_settings& tls) {
  remoting_settings s;
  s.tls = *tls_of(tls, chosen.server);
  links->reload(s);
}

} // namespace praetor
