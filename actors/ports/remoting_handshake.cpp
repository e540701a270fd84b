#include "actors/ports/remoting_handshake.hpp"

#include "actors/ports/as_tuple.hpp"
#include "actors/ports/remoting_proof.hpp"
#include "protocol/mutation.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace praetor {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// How long, and for how many bytes, to drain a rejected connection.
constexpr auto drain_time = std::chrono::milliseconds(500);
constexpr std::size_t most_drained = 64 << 10;

std::string system_text(int code) { return std::strerror(code); }

/// What ended a TLS handshake, in words.
std::string handshake_failure() {
  auto code = ERR_peek_error();
  if (code != 0 && ERR_GET_LIB(code) == ERR_LIB_SSL) switch (ERR_GET_REASON(code)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST: ERR_clear_error(); return "the other side does not speak TLS";
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      ERR_clear_error();
      return "the connection was closed during the TLS handshake; the other side may have no certificate "
             "(tls.internal_rpc.cert_file)";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      ERR_clear_error();
      return "there is no version of TLS that both sides speak (tls.internal_rpc.tls_min_version)";
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      ERR_clear_error();
      return "there is no cipher suite that both sides use (tls.internal_rpc.tls_cipher_suites)";
    default: break;
    }
  if (code == 0) return "the connection broke during the TLS handshake";
  return "TLS: " + last_tls_error();
}

asio::awaitable<expected<hello>> read_hello(handshake_wire& wire) {
  auto head = co_await wire.read(hello_head_size);
  if (!head) co_return tl::unexpected(head.error());
  auto size = decode_hello_head(*head);
  if (!size) co_return tl::unexpected(size.error());
  auto body = co_await wire.read(*size);
  if (!body) co_return tl::unexpected(body.error());
  co_return decode_hello(*body);
}

/// Sends the peer the reason for its rejection. @returns the same as an error
asio::awaitable<expected<admitted_peer>> turn_away(handshake_wire& wire, const own_side& own, std::string why) {
  auto answer = own.own;
  answer.refusal = why;
  auto bytes = encode_hello(answer);
  if (auto sent = co_await wire.write(bytes); sent) co_await wire.finish();
  co_return fail(std::move(why));
}

/// Performs the TLS handshake, or rejects a plain connection. @returns the reason for rejection; empty: continue
asio::awaitable<expected<std::string>> secure(handshake_wire& wire, const own_side& own) {
  auto first = co_await wire.peek(hello_head_size);
  if (!first) co_return tl::unexpected(first.error());
  auto byte = static_cast<unsigned char>((*first)[0]);
  if (begins_tls(byte)) {
    if (!own.tls->incoming)
      co_return fail("speaks TLS, for which this agent has no certificate (tls.internal_rpc.cert_file)");
    if (auto shaken = co_await wire.shake(own.tls->incoming, {}); !shaken) co_return tl::unexpected(shaken.error());
    if (own.tls->verify_incoming) co_return judge_peer(wire.session(), {});
    co_return std::string();
  }
  if (!begins_hello(byte)) co_return fail(describe_stranger(*first));
  if (own.tls->verify_incoming)
    co_return std::string("speaks without TLS, which tls.internal_rpc.verify_incoming demands here "
                          "(set tls.internal_rpc.verify_outgoing over there)");
  co_return std::string();
}

} // namespace

void handshake_wire::expires_after(std::chrono::milliseconds time) {
  timer_.expires_after(time);
  timer_.async_wait([this, expired = expired_](const boost::system::error_code& cancelled) {
    if (cancelled || *expired) return;
    *expired = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
  });
}

int handshake_wire::release(tls_session& session) {
  timer_.cancel();
  *expired_ = true; // an expired timer must not close the socket later
  session = std::move(session_);
  boost::system::error_code failed;
  auto fd = socket_.release(failed);
  return failed ? -1 : fd;
}

std::string handshake_wire::channel_binding() const {
  if (!session_) return {};
  constexpr std::string_view label = "EXPORTER-praetor-server-rpc";
  std::string out(32, '\0');
  auto exported = SSL_export_keying_material(session_.get(), reinterpret_cast<unsigned char*>(out.data()), out.size(),
                                             label.data(), label.size(), nullptr, 0, 0);
  return exported == 1 ? out : std::string();
}

asio::awaitable<expected<void>> handshake_wire::wait(tcp::socket::wait_type what) {
  if (expired()) co_return fail("took too long to say who it is");
  auto [failed] = co_await socket_.async_wait(what, as_tuple);
  if (expired()) co_return fail("took too long to say who it is");
  if (failed) co_return fail(failed.message());
  co_return expected<void>{};
}

asio::awaitable<expected<void>> handshake_wire::shake(const tls_context& context, const std::string& name) {
  session_ = make_tls_session(context, socket_.native_handle());
  if (!name.empty()) SSL_set_tlsext_host_name(session_.get(), name.c_str());
  for (;;) {
    ERR_clear_error();
    auto done = SSL_do_handshake(session_.get());
    if (done == 1) co_return expected<void>{};
    auto wanted = SSL_get_error(session_.get(), done);
    if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) co_return fail(handshake_failure());
    auto ready = co_await wait(wanted == SSL_ERROR_WANT_READ ? tcp::socket::wait_read : tcp::socket::wait_write);
    if (!ready) co_return tl::unexpected(ready.error());
  }
}

asio::awaitable<expected<void>> handshake_wire::write(const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    auto left = bytes.size() - sent;
    ERR_clear_error();
    auto n = session_ ? SSL_write(session_.get(), bytes.data() + sent, static_cast<int>(left))
                      : ::send(socket_.native_handle(), bytes.data() + sent, left, MSG_NOSIGNAL);
    if (n > 0) {
      sent += static_cast<std::size_t>(n);
      continue;
    }
    auto wanted = tcp::socket::wait_write;
    if (session_) {
      auto problem = SSL_get_error(session_.get(), static_cast<int>(n));
      if (problem == SSL_ERROR_WANT_READ)
        wanted = tcp::socket::wait_read;
      else if (problem != SSL_ERROR_WANT_WRITE)
        co_return fail("the connection broke");
    } else if (errno != EAGAIN && errno != EINTR) {
      co_return fail(system_text(errno));
    }
    if (auto ready = co_await wait(wanted); !ready) co_return tl::unexpected(ready.error());
  }
  co_return expected<void>{};
}

asio::awaitable<expected<std::string>> handshake_wire::read(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t got = 0; got < size;) {
    ERR_clear_error();
    auto n = session_ ? SSL_read(session_.get(), out.data() + got, static_cast<int>(size - got))
                      : ::recv(socket_.native_handle(), out.data() + got, size - got, 0);
    if (n > 0) {
      got += static_cast<std::size_t>(n);
      continue;
    }
    auto wanted = tcp::socket::wait_read;
    if (session_) {
      auto problem = SSL_get_error(session_.get(), static_cast<int>(n));
      if (problem == SSL_ERROR_WANT_WRITE)
        wanted = tcp::socket::wait_write;
      else if (problem != SSL_ERROR_WANT_READ)
        co_return fail("closed the connection before it said who it is");
    } else if (n == 0) {
      co_return fail("closed the connection before it said who it is");
    } else if (errno != EAGAIN && errno != EINTR) {
      co_return fail(system_text(errno));
    }
    if (auto ready = co_await wait(wanted); !ready) co_return tl::unexpected(ready.error());
  }
  co_return out;
}

asio::awaitable<expected<std::string>> handshake_wire::peek(std::size_t most) {
  std::string out(most, '\0');
  for (;;) {
    auto n = ::recv(socket_.native_handle(), out.data(), most, MSG_PEEK);
    if (n > 0) {
      out.resize(static_cast<std::size_t>(n));
      co_return out;
    }
    if (n == 0) co_return fail("closed the connection before it said who it is");
    if (errno != EAGAIN && errno != EINTR) co_return fail(system_text(errno));
    if (auto ready = co_await wait(tcp::socket::wait_read); !ready) co_return tl::unexpected(ready.error());
  }
}

asio::awaitable<void> handshake_wire::finish() {
  expires_after(drain_time);
  ::shutdown(socket_.native_handle(), SHUT_WR);
  std::array<char, 4096> unread;
  for (std::size_t left = most_drained; left > 0;) {
    auto n = ::recv(socket_.native_handle(), unread.data(), unread.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) co_return;
    if (n > 0)
      left -= std::min(left, static_cast<std::size_t>(n));
    else if (auto ready = co_await wait(tcp::socket::wait_read); !ready)
      co_return;
  }
}

namespace {

bool demands_proof(const own_side& own) { return own.secret && own.secret->demanded && !own.secret->keys.empty(); }

/// Verifies the dialler's proof of a gossip key. @returns the reason for rejection; empty: accepted
asio::awaitable<expected<std::string>> take_proof(handshake_wire& wire, const own_side& own,
                                                  const proof_context& said) {
  auto proof = co_await read_hello(wire);
  if (!proof) co_return tl::unexpected(proof.error());
  if (proves_key(own.secret->keys, connection_end::dialler, said, proof->proof) ||
      mutated(mutation::gossip_proof_unchecked))
    co_return std::string();
  co_return std::string("does not prove that it knows the gossip key of this cluster (encrypt)");
}

/// Records the names of an admitted peer's certificate.
void note_certificate(admitted_peer& peer, handshake_wire& wire, const own_side& own, bool judged) {
  if (!wire.session() || !judged) return;
  peer.names = certificate_names(wire.session());
  peer.certified_server = own.tls->verify_server_hostname &&
                          judge_peer(wire.session(), server_name_in(*own.tls, own.own.datacenter)).empty();
}

} // namespace

asio::awaitable<expected<admitted_peer>> admit_peer(handshake_wire& wire, own_side own) {
  auto objection = co_await secure(wire, own);
  if (!objection) co_return tl::unexpected(objection.error());
  if (!objection->empty()) co_return co_await turn_away(wire, own, *objection);
  auto said = co_await read_hello(wire);
  if (!said) co_return co_await turn_away(wire, own, said.error().text);
  if (!said->refusal.empty()) co_return fail("refused to be served: " + said->refusal);
  if (!own.ready) co_return co_await turn_away(wire, own, "comes while this agent is starting");
  if (said->datacenter != own.own.datacenter) {
    auto why = "is of datacenter " + praetor::quoted(said->datacenter) + ", not " + praetor::quoted(own.own.datacenter);
    co_return co_await turn_away(wire, own, std::move(why));
  }
  bool must_prove = own.tls->verify_incoming && own.tls->verify_server_hostname && said->server;
  if (must_prove) {
    auto wrong = judge_peer(wire.session(), server_name_in(*own.tls, own.own.datacenter));
    if (!wrong.empty()) {
      wrong = "says that it is a server, but " + wrong;
      co_return co_await turn_away(wire, own, std::move(wrong));
    }
  }
  proof_context context{*said, own.own, wire.channel_binding()};
  bool demanded = demands_proof(own);
  if (demanded) context.acceptor.nonce = fresh_nonce();
  auto answer = context.acceptor;
  if (!said->nonce.empty() && own.secret && !own.secret->keys.empty())
    answer.proof = prove_key(own.secret->keys, connection_end::acceptor, context);
  auto bytes = encode_hello(answer);
  if (auto sent = co_await wire.write(bytes); !sent) co_return tl::unexpected(sent.error());
  if (demanded) {
    auto wrong = co_await take_proof(wire, own, context);
    if (!wrong) co_return tl::unexpected(wrong.error());
    if (!wrong->empty()) co_return co_await turn_away(wire, own, *wrong);
    auto admitted = encode_hello(own.own);
    if (auto sent = co_await wire.write(admitted); !sent) co_return tl::unexpected(sent.error());
  }
  admitted_peer peer;
  peer.said = std::move(*said);
  note_certificate(peer, wire, own, own.tls->verify_incoming);
  co_return peer;
}

namespace {

/// Checks a server's hello. @returns the fault; empty: none
std::string judge_answer(const hello& said, const known_server& to) {
  if (!said.refusal.empty()) return "the server refuses this agent, which it says " + said.refusal;
  if (!said.server) return "agent " + praetor::quoted(said.name) + " answers there, which is no server";
  if (said.datacenter != to.datacenter)
    return "a server of datacenter " + praetor::quoted(said.datacenter) + " answers there, not of " +
           praetor::quoted(to.datacenter);
  if (!to.id.empty() && said.id != to.id)
    return "server " + praetor::quoted(said.name) + " (" + said.id + ") answers there, not " + to.id;
  return {};
}

/// Proves to the server that this agent has the gossip key, and reads its decision.
asio::awaitable<expected<void>> give_proof(handshake_wire& wire, const own_side& own, const proof_context& context) {
  if (!own.secret || own.secret->keys.empty())
    co_return fail("the server asks for a proof of the gossip key, and this agent has none (encrypt)");
  auto proof = own.own;
  proof.proof = prove_key(own.secret->keys, connection_end::dialler, context);
  auto bytes = encode_hello(proof);
  if (auto sent = co_await wire.write(bytes); !sent) co_return tl::unexpected(sent.error());
  auto verdict = co_await read_hello(wire);
  if (!verdict) co_return fail("the server " + verdict.error().text);
  if (!verdict->refusal.empty()) co_return fail("the server refuses this agent, which it says " + verdict->refusal);
  co_return expected<void>{};
}

} // namespace

asio::awaitable<expected<admitted_peer>> greet_server(handshake_wire& wire, own_side own, known_server to) {
  if (!own.ready) co_return fail("this agent is starting: its gossip keys are not known yet");
  bool verify = own.tls->verify_outgoing;
  if (verify || to.tls) {
    auto name = server_name_in(*own.tls, to.datacenter);
    if (auto shaken = co_await wire.shake(own.tls->outgoing, name); !shaken) co_return tl::unexpected(shaken.error());
    if (verify) {
      auto wrong = judge_peer(wire.session(), own.tls->verify_server_hostname ? name : std::string());
      if (!wrong.empty()) co_return fail("the server " + wrong);
    }
  }
  proof_context context{own.own, {}, wire.channel_binding()};
  bool demanded = demands_proof(own);
  if (demanded) context.dialler.nonce = fresh_nonce();
  auto greeting = encode_hello(context.dialler);
  if (auto sent = co_await wire.write(greeting); !sent) co_return tl::unexpected(sent.error());
  auto said = co_await read_hello(wire);
  if (!said) co_return fail("the server " + said.error().text);
  if (auto wrong = judge_answer(*said, to); !wrong.empty()) co_return fail(std::move(wrong));
  context.acceptor = *said;
  if (demanded && !proves_key(own.secret->keys, connection_end::acceptor, context, said->proof))
    co_return fail("the server does not prove that it knows the gossip key of this cluster (encrypt)");
  if (!said->nonce.empty())
    if (auto admitted = co_await give_proof(wire, own, context); !admitted) co_return tl::unexpected(admitted.error());
  admitted_peer peer;
  peer.said = std::move(*said);
  note_certificate(peer, wire, own, verify);
  co_return peer;
}

} // namespace praetor
