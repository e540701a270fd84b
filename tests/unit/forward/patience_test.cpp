#include "router_world.hpp"

#include "storage/state/command.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::chrono_literals;

TEST_CASE("a write is waited for as long as rpc_hold_timeout and rpc_client_timeout say together") {
  router_world w(false);
  w.servers({"one"});
  w.link("one", true);
  auto p = std::make_shared<proposal>();
  kv_request write;
  write.op = "set";
  write.entry.key = "k";
  p->command = *encode_command(command_type::kvs, write);
  auto send = [&] {
    caf::anon_send(w.router, propose_atom_v, local<std::shared_ptr<proposal>>{p});
    w.run();
  };
  send();
  REQUIRE(w.calls.size() == 1);
  CHECK(w.calls[0].call->deadline == w.now() + 67s); // the link's timeout
  w.settings(5s);
  send();
  REQUIRE(w.calls.size() == 2);
  CHECK(w.calls[1].call->deadline == w.now() + 12s);
}
