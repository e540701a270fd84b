#include "actors/ports/remoting_proof.hpp"
#include "processes.hpp"

using namespace praetor;

namespace {

swim::keyring ring(std::initializer_list<char> keys) {
  swim::keyring out;
  for (char key : keys) {
    std::string base64(22, key); // 16 bytes
    auto installed = out.install(base64 + "==");
    REQUIRE(installed);
  }
  return out;
}

std::function<gossip_secret_ptr()> knows(swim::keyring keys, bool demanded = true) {
  auto secret = std::make_shared<const gossip_secret>(gossip_secret{std::move(keys), demanded});
  return [secret] { return secret; };
}

std::string outcome(test_process& from, test_process& to) {
  auto r = from.connect(to.as_server());
  return r ? from.ask(*r, "hello") : r.error().text;
}

hello said_by(const std::string& name) {
  hello h;
  h.id = "id-of-" + name;
  h.name = name;
  h.datacenter = "dc1";
  h.nonce = std::string(nonce_size, name[0]);
  return h;
}

} // namespace

TEST_CASE("a proof holds for one key, one end and one greeting, and for nothing else") {
  proof_context context{said_by("one"), said_by("two"), "binding"};
  auto keys = ring({'A'});
  auto proof = prove_key(keys, connection_end::dialler, context);
  CHECK(proves_key(keys, connection_end::dialler, context, proof));
  CHECK(proves_key(ring({'Q', 'A'}), connection_end::dialler, context, proof));
  CHECK(!proves_key(ring({'Q'}), connection_end::dialler, context, proof));
  CHECK(!proves_key({}, connection_end::dialler, context, proof));
  CHECK(!proves_key(keys, connection_end::acceptor, context, proof)); // not reflected as the other side's own
  CHECK(!proves_key(keys, connection_end::dialler, context, ""));
  CHECK(!proves_key(keys, connection_end::dialler, context, proof.substr(1)));
  auto changed = [&](auto change) {
    auto other = context;
    change(other);
    return proves_key(keys, connection_end::dialler, other, proof);
  };
  CHECK(!changed([](proof_context& c) { c.dialler.server = true; }));
  CHECK(!changed([](proof_context& c) { c.dialler.id = "id-of-another"; }));
  CHECK(!changed([](proof_context& c) { c.dialler.name += "x"; }));
  CHECK(!changed([](proof_context& c) { c.acceptor.nonce[5] ^= 1; }));
  CHECK(!changed([](proof_context& c) { c.acceptor.id = "id-of-another"; }));
  CHECK(!changed([](proof_context& c) { c.channel_binding = "another session"; }));
  // A byte that moves from one text to the next.
  CHECK(!changed([](proof_context& c) {
    c.dialler.name = c.dialler.id.back() + c.dialler.name;
    c.dialler.id.pop_back();
  }));
}

TEST_CASE("with encrypted gossip, only a peer that knows a key of the ring is admitted") {
  test_process one({.name = "one", .secret = knows(ring({'A', 'Q'}))});
  SECTION("the same keys") {
    test_process two({.name = "two", .secret = knows(ring({'A'}))});
    CHECK(outcome(two, one) == "echo hello");
  }
  SECTION("keys under way to the next primary one") {
    test_process two({.name = "two", .secret = knows(ring({'Q', 'A'}))});
    CHECK(outcome(two, one) == "echo hello");
    CHECK(outcome(one, two) == "echo hello");
  }
  SECTION("another key: neither side believes the other") {
    test_process two({.name = "two", .secret = knows(ring({'g'}))});
    CHECK(outcome(two, one).find("the server does not prove that it knows the gossip key") != std::string::npos);
    CHECK(outcome(one, two).find("the server does not prove that it knows the gossip key") != std::string::npos);
  }
  SECTION("no key") {
    test_process two({.name = "two"});
    CHECK(outcome(two, one).find("asks for a proof of the gossip key, and this agent has none (encrypt)") !=
          std::string::npos);
    CHECK(one.links->connections() == 0);
  }
  SECTION("a key that the peer does not have, shown to a side that demands none") {
    test_process two({.name = "two", .secret = knows(ring({'g'}), false)});
    CHECK(outcome(two, one).find("the server refuses this agent, which it says does not prove that it knows the gossip "
                                 "key of this cluster (encrypt)") != std::string::npos);
    CHECK(eventually([&] { return one.log->contain("does not prove that it knows the gossip key"); }));
  }
  SECTION("a cluster under way to encryption") {
    test_process two({.name = "two", .secret = knows(ring({'A'}), false)}), three({.name = "three"});
    CHECK(outcome(three, two) == "echo hello");
    CHECK(outcome(two, one) == "echo hello");
  }
}

TEST_CASE("before the gossip keys are known, nobody is admitted and nobody is asked") {
  test_process one({.name = "one", .secret = [] { return gossip_secret_ptr{}; }}), two({.name = "two"});
  CHECK(outcome(two, one).find("comes while this agent is starting") != std::string::npos);
  CHECK(outcome(one, two).find("this agent is starting") != std::string::npos);
}
