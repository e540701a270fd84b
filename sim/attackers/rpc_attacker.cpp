#include "sim/attackers/rpc_attacker.hpp"

#include "protocol/codec/msgpack.hpp"
#include "sim/attackers/hostile_commands.hpp"
#include "sim/attackers/hostile_raft.hpp"
#include "sim/attackers/hostile_requests.hpp"
#include "storage/state/apply_result.hpp"

#include <array>
#include <limits>

namespace praetor::sim {

namespace {

/// Size of an oversized value, larger than any sensible one, that still fits into an envelope.
constexpr std::size_t oversized = 1 << 20;
/// An attacker drops its connection, with all running requests, after about this many acts.
constexpr unsigned acts_a_connection = 60;
constexpr std::uint64_t highest_number = std::uint64_t{1} << 62;
constexpr auto refusal_of_strangers = 403;

class rpc_attacker final : public client {
public:
  rpc_attacker(siege& where, const attack& what, const repertoire& can)
      : where_(where), world_(where.world), can_(can), pause_(what.pause),
        may_write_(!can.stranger && !where.has_acl()), mark_(where.new_mark(name_of(what.kind), may_write_)),
        raft_mark_(where.new_mark(std::string(name_of(what.kind)) + "-raft", false)), own_{world_.uuid(),
                                                                                           world_.uuid()},
        address_(where.new_machine()) {}

  void start() override {
    where_.when_begun([this] { next(); });
  }

private:
  void next() {
    world_.after(world_.between(duration{0}, 2 * pause_), [this] {
      if (!where_.lab.open) {
        if (line_) line_->close();
        return;
      }
      if (line_ && line_->open())
        act();
      else
        dial();
    });
  }

  peer_identity identity() {
    peer_identity who;
    who.id = own_.id;
    who.name = mark_;
    who.datacenter = "dc1";
    who.address = address_ + ":" + std::to_string(20'000 + world_.below(20'000));
    who.claims_server = can_.as != shown_as::agent;
    switch (can_.as) {
    case shown_as::other_server: {
      auto& posed = where_.any_server();
      who.id = posed.id();
      who.name = posed.options().name;
      break;
    }
    case shown_as::certified:
      who.certified_server = true;
      who.names = {"server.dc1.consul"};
      break;
    case shown_as::other_datacenter: who.datacenter = "dc9"; break;
    case shown_as::nobody: who.id.clear(); break;
    default: break;
    }
    return who;
  }

  void dial() {
    auto& n = where_.any_server();
    target_ = &n;
    must_fail_.clear();
    where_.victims.fabric().lines.dial(
        identity(), n.options().ip + ":8300", [this](std::uint64_t number, const envelope& e) { answered(number, e); },
        [this](loose_line_ptr made) {
          line_ = std::move(made);
          next();
        });
  }

  void act() {
    if (target_->up()) choose();
    if (world_.one_in(acts_a_connection)) line_->close();
    next();
  }

  void choose() {
    switch (world_.below(12)) {
    case 0:
    case 1: return say_raft();
    case 2:
      if (can_.writes) return propose();
      return say_raft();
    case 3:
      if (can_.writes) return ask_as_client();
      return say_raft();
    case 4:
      if (can_.agent_routes) return ask_agent();
      return;
    case 5: return cancel();
    case 6: return send_garbage();
    case 7: return send_much();
    case 8: return send_answers();
    case 9: return replay();
    case 10: return ask_secrets();
    default: return say_last_word();
    }
  }

  // Messages.

  void say_raft() {
    auto source = can_.speaks_as_itself && world_.one_in(2) ? raft_source::own : raft_source::member;
    auto bytes = world_.one_in(10) ? garbage(world_) : hostile_raft_message(where_, *target_, own_, source, raft_mark_);
    // A one-way kind, whoever sends it as a request.
    if (world_.one_in(8)) return ask(rpc_kind::raft, bytes, "a Raft message as a request");
    tell(rpc_kind::raft, std::move(bytes));
  }

  void propose() {
    if (can_.malformed_writes && world_.one_in(3))
      return ask_wrapped(rpc_kind::propose, malformed_command(world_, mark_), "a command that is none");
    bool destroys = !may_write_ && world_.one_in(3);
    auto command = destroys ? destructive_command(where_) : marking_command(world_, mark_);
    // Agents may propose only registrations; all other kinds are reserved for servers or the leader.
    auto kind = static_cast<command_type>(command.at(0));
    bool of_agents = kind == command_type::register_node || kind == command_type::deregister;
    ask_wrapped(rpc_kind::propose, std::move(command), may_write_ && of_agents ? "" : "a command");
  }

  void ask_as_client() {
    if (may_write_) return ask_wrapped(rpc_kind::request, encode_body({"GET", "/v1/kv/attack/x", "", "", ""}), "");
    auto r = client_request(world_, mark_);
    ask_wrapped(rpc_kind::request, encode_body(r), r.method + " " + r.path);
  }

  void ask_agent() {
    auto r = agent_request(world_);
    ask_wrapped(rpc_kind::request, encode_body(r), r.method + " " + r.path);
  }

  void cancel() {
    cancelled_request r;
    r.number = world_.one_in(2) ? where_.overheard_number() : world_.below(64);
    std::string bytes;
    msgpack::pack(bytes, r);
    tell(rpc_kind::cancel, std::move(bytes));
  }

  void send_garbage() {
    envelope e;
    e.kind = static_cast<std::uint16_t>(world_.one_in(3) ? world_.below(65536) : world_.below(12));
    e.version = static_cast<std::uint16_t>(world_.one_in(3) ? world_.below(65536) : 1);
    e.bytes = garbage(world_);
    if (world_.one_in(2)) return line_->message(std::move(e));
    line_->request(new_number(can_.stranger ? "garbage" : ""), std::move(e));
  }

  void send_much() {
    auto much = std::string(oversized, 'x') + mark_;
    if (world_.one_in(3)) return tell(rpc_kind::raft, std::move(much));
    // Longer than any key, query or token.
    constexpr std::array kinds{rpc_kind::token, rpc_kind::dns, rpc_kind::node_records, rpc_kind::request};
    ask_wrapped(kinds[world_.below(kinds.size())], std::move(much), can_.stranger ? "a large request" : "");
  }

  void send_answers() {
    envelope e;
    e.kind = static_cast<std::uint16_t>(world_.one_in(2) ? rpc_kind::refused : rpc_kind::propose);
    state::apply_result good;
    e.bytes = msgpack::pack(good);
    if (world_.one_in(3)) return line_->message(std::move(e));
    if (world_.one_in(2)) return line_->answer(world_.one_in(2) ? world_.below(64) : any_number(), std::move(e));
    e.kind = static_cast<std::uint16_t>(rpc_kind::refused);
    line_->request(new_number("an answer as a request"), std::move(e));
  }

  void replay() {
    if (auto word = where_.overheard(rpc_kind::raft); word && world_.one_in(2)) return tell(rpc_kind::raft, *word);
    if (auto word = where_.overheard(rpc_kind::cancel)) tell(rpc_kind::cancel, *word);
    if (may_write_ || !can_.writes) return; // it would be executed again
    if (auto word = where_.overheard(rpc_kind::propose)) ask(rpc_kind::propose, *word, "another's command");
  }

  void ask_secrets() {
    node_records_request records;
    records.node = "server1";
    records.max_stale = nanoseconds{std::numeric_limits<std::int64_t>::max()};
    switch (world_.below(3)) {
    case 0: {
      bool hidden = can_.stranger || where_.has_acl();
      return ask_wrapped(rpc_kind::node_records, msgpack::pack(records), hidden ? "node records" : "");
    }
    case 1: return ask_wrapped(rpc_kind::token, world_.uuid(), can_.stranger ? "a token" : "");
    default: return ask_wrapped(rpc_kind::log_state, "", can_.stranger ? "the log's state" : "");
    }
  }

  void say_last_word() {
    rpc_request r;
    r.number = 1 + world_.below(64);
    r.hold = std::chrono::hours(24);
    r.body = encode_body({"GET", "/v1/kv/attack/none", "", "index", "1000000000"});
    envelope e;
    e.kind = static_cast<std::uint16_t>(rpc_kind::request);
    msgpack::pack(e.bytes, r);
    line_->last_request(any_number(), std::move(e));
  }

  // Sending.

  std::uint64_t any_number() { return 1 + world_.below(highest_number); }

  /// @param must_fail the request that must be rejected; "": it may be answered
  std::uint64_t new_number(std::string must_fail) {
    auto number = any_number();
    if (!must_fail.empty()) must_fail_[number] = std::move(must_fail);
    return number;
  }
  void tell(rpc_kind kind, std::string bytes) {
    envelope e;
    e.kind = static_cast<std::uint16_t>(kind);
    e.bytes = std::move(bytes);
    line_->message(std::move(e));
  }
  void ask(rpc_kind kind, std::string bytes, std::string must_fail) {
    envelope e;
    e.kind = static_cast<std::uint16_t>(kind);
    e.bytes = std::move(bytes);
    line_->request(new_number(std::move(must_fail)), std::move(e));
  }
  void ask_wrapped(rpc_kind kind, std::string body, std::string must_fail) {
    rpc_request r;
    r.number = world_.one_in(4) ? 0 : world_.below(64);
    r.hops = static_cast<std::uint32_t>(world_.below(4));
    r.hold = world_.one_in(4) ? nanoseconds{std::numeric_limits<std::int64_t>::max()} : nanoseconds{0};
    r.body = std::move(body);
    std::string bytes;
    msgpack::pack(bytes, r);
    ask(kind, std::move(bytes), std::move(must_fail));
  }

  // Receiving.

  void answered(std::uint64_t number, const envelope& e) {
    where_.told(mark_, e.bytes);
    auto asked = must_fail_.extract(number);
    if (asked.empty() || !granted(e)) return;
    where_.find("permission", mark_ + " was granted " + asked.mapped() + " by " + target_->options().name);
  }

  bool granted(const envelope& e) const {
    switch (static_cast<rpc_kind>(e.kind)) {
    case rpc_kind::refused: {
      rpc_refusal why;
      // A stranger must receive no other answer.
      return can_.stranger && msgpack::unpack(e.bytes, why) && why.status != refusal_of_strangers &&
             why.status != 499 && why.status != 503;
    }
    case rpc_kind::propose: {
      state::apply_result result;
      return msgpack::unpack(e.bytes, result) && result.ok();
    }
    case rpc_kind::node_records: {
      node_records found;
      return can_.stranger || (msgpack::unpack(e.bytes, found) && found.node);
    }
    case rpc_kind::request: {
      remote_answer answer;
      return msgpack::unpack(e.bytes, answer) && answer.status < 300;
    }
    default: return true;
    }
  }

  siege& where_;
  sim::world& world_;
  repertoire can_;
  duration pause_;
  bool may_write_;
  std::string mark_;      ///< included in its writes
  std::string raft_mark_; ///< included in its Raft entries, which must never be appended
  raft::identity own_;
  std::string address_;
  node* target_ = nullptr;
  loose_line_ptr line_;
  std::map<std::uint64_t, std::string> must_fail_; ///< by number: requests that must not be granted
};

} // namespace

std::unique_ptr<client> make_rpc_attacker(siege& where, const attack& what, const repertoire& can) {
  return std::make_unique<rpc_attacker>(where, what, can);
}

} // namespace praetor::sim
