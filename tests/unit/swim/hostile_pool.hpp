#pragma once

#include "protocol/swim/limits.hpp"
#include "protocol/swim/machine.hpp"
#include "protocol/swim/sealing.hpp"
#include "tests/fuzz/choices.hpp"

#include <map>
#include <string>
#include <vector>

namespace praetor::swim::test {

/// One member that receives only what `choices` invents: lying members, strangers, malformed bytes, extreme numbers, in
/// any order with time and with commands to the member itself. Whatever it receives, it survives; and an honest member
/// accepts whatever it sends.
class hostile_pool {
public:
  explicit hostile_pool(fuzz::choices& what) : what_(what), random_(5), m_(own(), small_limits(), random_) {
    m_.start(now_);
    take();
  }

  void run() {
    while (!what_.done() && breach.empty()) {
      ++steps;
      step();
      take();
      check_self();
    }
  }

  std::string breach; ///< empty: no violation
  std::uint64_t steps = 0, packets = 0, joins = 0;
  const machine& victim() const { return m_; }

private:
  static member own() {
    member m;
    m.name = "me", m.address = "10.0.0.1", m.port = 8301;
    m.tags = {{"role", "node"}, {"dc", "dc1"}};
    return m;
  }
  static settings small_limits() {
    auto s = settings::lan();
    s.queue_minimum = 64;
    s.event_buffer = 16;
    s.packet_overhead = sealed_packet_overhead;
    return s;
  }

  void fail(const std::string& text) {
    if (breach.empty()) breach = text + " in step " + std::to_string(steps);
  }

  // ---- what happens ------------------------------------------------------------------------------------------------

  void step() {
    switch (what_.below(12)) {
    case 0: now_ += std::chrono::milliseconds(what_.below(20'000)); return m_.tick(now_);
    case 1: now_ = std::max(now_, std::min(m_.next_deadline(), now_ + std::chrono::hours(1))); return m_.tick(now_);
    case 2: return act();
    case 3: return answer_stream();
    case 4: return hear_stream();
    case 5: return hear_bytes();
    default: return hear_packet();
    }
  }

  void act() {
    switch (what_.below(8)) {
    case 0: m_.join({address(), address()}, {}, now_); break;
    case 1: (void)m_.send_user_event(what_.text(8), what_.text(8), what_.one_in(2), now_); break;
    case 2: {
      query_options how;
      how.wants_acks = true;
      how.relay_factor = 3;
      if (what_.one_in(2)) how.tags["role"] = what_.text(6);
      (void)m_.send_query(what_.text(4), what_.text(8), how, now_);
      break;
    }
    case 3:
      for (auto handle : std::exchange(handles_, {})) (void)m_.respond(handle, what_.text(20), now_);
      break;
    case 4: m_.force_leave(name(), what_.one_in(2), now_); break;
    case 5: (void)m_.update_tags({{"k", what_.text(16)}}, now_); break;
    case 6:
      if (what_.one_in(64)) m_.leave(now_);
      break;
    default: break;
    }
  }

  std::string from() { return address(); }

  void hear_packet() {
    std::vector<std::string> all;
    for (auto n = 1 + what_.below(what_.one_in(16) ? 40 : 3); n > 0; --n) {
      all.push_back(encode(make()));
      if (all.back().size() > 0xffff) all.pop_back();
    }
    hear(compose_packet(all));
  }

  void hear(std::string bytes) {
    for (auto changes = what_.one_in(4) ? what_.below(4) : 0; changes > 0; --changes)
      bytes[what_.below(bytes.size())] = static_cast<char>(what_.below(256));
    m_.packet_received(from(), bytes, now_, what_.one_in(2));
  }

  void hear_bytes() {
    auto bytes = what_.text(64);
    if (what_.one_in(2)) bytes = "PG\x01" + bytes;
    (void)unwrap_packet(keys_, {}, bytes);
    (void)unwrap_frame(keys_, {}, bytes);
    m_.packet_received(from(), bytes, now_);
    take_reply(m_.stream_received(from(), bytes, now_));
  }

  std::string stream_bytes() {
    std::string bytes;
    switch (what_.below(4)) {
    case 0: bytes = encode(stream_message(ping{number32(), name(), name()})); break;
    case 1: bytes = encode(stream_message(ack{number32(), place()})); break;
    default: bytes = encode(stream_message(state())); break;
    }
    for (auto changes = what_.one_in(4) ? what_.below(4) : 0; changes > 0; --changes)
      bytes[what_.below(bytes.size())] = static_cast<char>(what_.below(256));
    return bytes;
  }

  void hear_stream() { take_reply(m_.stream_received(from(), stream_bytes(), now_)); }

  void answer_stream() {
    if (streams_.empty()) return;
    auto token = streams_[what_.below(streams_.size())];
    std::erase(streams_, token);
    if (what_.one_in(4)) return m_.stream_failed(token, "refused", now_);
    m_.stream_answered(token, stream_bytes(), now_);
  }

  // ---- what must hold ----------------------------------------------------------------------------------------------

  void take_reply(const std::string& reply) {
    if (!reply.empty() && !decode_stream(reply)) fail("an answer that an honest member refuses");
  }

  void take() {
    while (m_.has_output()) {
      auto out = m_.take_output();
      packets += out.packets.size();
      for (const auto& p : out.packets) {
        if (p.bytes.size() + sealed_packet_overhead > m_.limits().packet_budget) fail("a packet is too long");
        auto messages = decode_packet(p.bytes);
        if (!messages) return fail("a packet that an honest member refuses: " + messages.error().text);
        for (const auto& each : *messages)
          if (auto good = check(each); !good) fail("passed on: " + good.error().text);
      }
      for (const auto& s : out.streams) {
        streams_.push_back(s.token);
        if (auto sent = decode_stream(s.bytes); !sent)
          fail("a state that an honest member refuses: " + sent.error().text);
      }
      for (const auto& line : out.snapshot_lines)
        if (line.find('\n') != line.npos) fail("a line of two lines");
      for (const auto& n : out.notices)
        if (n.text.size() > 2048) fail("a notice of " + std::to_string(n.text.size()) + " bytes");
      for (const auto& e : out.member_events) joins += e.change == member_change::join;
      for (const auto& q : out.queries) handles_.push_back(q.handle);
      if (streams_.size() > 64) streams_.erase(streams_.begin(), streams_.begin() + 32);
    }
  }

  void check_self() {
    auto clocks = m_.clocks();
    if (clocks.member < clocks_.member || clocks.event < clocks_.event || clocks.query < clocks_.query)
      fail("a clock went back");
    auto far = [](lamport_time t) { return t > (lamport_time{1} << 62); };
    if (far(clocks.member) || far(clocks.event) || far(clocks.query)) fail("a clock is at its end");
    clocks_ = clocks;
    if (!m_.has_left() && m_.own().status != member_status::alive) fail("it does not think itself alive");
    if (!is_valid(m_.coordinate())) fail("its coordinate is none");
  }

  // ---- what is made up ---------------------------------------------------------------------------------------------

  std::string name() {
    switch (what_.below(16)) {
    case 0: return "me";
    case 1: return {};
    case 2: return std::string(name_limit, 'n');
    case 3: return std::string(name_limit + 1, 'n');
    case 4: return "two\nlines";
    case 5: return what_.one_in(8) ? std::string(70'000, 'x') : "y";
    default: return "n" + std::to_string(what_.below(8));
    }
  }
  std::string address() {
    switch (what_.below(12)) {
    case 0: return "10.0.0.1:8301";
    case 1: return "10.0.0.9\nleave:1";
    case 2: return "10.0.0.9:0";
    case 3: return std::string(200, '1') + ":1";
    case 4: return "nonsense";
    default: return "10.1.0." + std::to_string(what_.below(8)) + ":8301";
    }
  }
  std::uint64_t number() {
    auto all = m_.clocks();
    return what_.one_of<std::uint64_t>({0, 1, 2, 3, all.member, all.event, all.query, all.member + 1, all.event + 2,
                                        std::uint64_t{1} << 48, (std::uint64_t{1} << 48) + 1, std::uint64_t{1} << 61,
                                        std::uint64_t{1} << 62, ~std::uint64_t{0} - 1, ~std::uint64_t{0}});
  }
  std::uint32_t number32() {
    return static_cast<std::uint32_t>(what_.one_of<std::uint64_t>({0, 1, 2, 3, 5, 0xffffffff}));
  }
  std::optional<swim::coordinate> place() {
    if (what_.one_in(2)) return {};
    swim::coordinate c;
    auto part = [&] {
      return what_.one_of<double>({0, 0.01, -0.01, 1e300, -1e300, std::numeric_limits<double>::infinity(),
                                   std::numeric_limits<double>::quiet_NaN()});
    };
    if (what_.one_in(8)) c.vec.resize(what_.below(20));
    for (auto& each : c.vec) each = what_.one_in(4) ? part() : 0.01;
    if (what_.one_in(4)) c.error = part(), c.height = part(), c.adjustment = part();
    return c;
  }
  string_map tags() {
    string_map out;
    for (auto n = what_.below(3); n > 0; --n)
      out[what_.text(4)] = what_.one_in(16) ? std::string(600, 't') : what_.text(8);
    if (what_.one_in(4)) out["rc_tm"] = what_.text(8);
    return out;
  }
  alive make_alive() { return {number(), name(), address(), tags(), {}}; }
  user_event event() {
    return {number(), what_.text(4), what_.one_in(32) ? std::string(5000, 'e') : what_.text(4), false};
  }
  query make_query() {
    query q;
    q.time = number(), q.id = number32(), q.source = name(), q.address = address();
    for (auto n = what_.below(3); n > 0; --n) q.nodes.push_back(name());
    for (auto n = what_.below(what_.one_in(16) ? 40 : 2); n > 0; --n)
      q.tags["role" + std::to_string(n)] =
          what_.one_of<const char*>({"", ".*", "(", "((a{100}){100}){100}", "[a-z]+$"});
    q.wants_ack = what_.one_in(2);
    q.relay_factor = static_cast<std::uint8_t>(what_.below(256));
    q.timeout = nanoseconds(what_.one_of<std::int64_t>({0, 1, 1'000'000'000, INT64_MAX, INT64_MIN}));
    q.name = what_.one_of<const char*>({"q", "_serf_install-key", "_serf_list-keys", ""});
    q.payload = what_.text(8);
    return q;
  }
  message make() {
    switch (what_.below(14)) {
    case 0: return ping{number32(), name(), name()};
    case 1: return indirect_ping{number32(), name(), address(), name(), what_.one_in(2)};
    case 2: return ack{number32(), place(), what_.one_in(2) ? std::optional(number()) : std::nullopt};
    case 3: return nack{number32()};
    case 4: return suspect{number(), name(), name()};
    case 5: return dead{number(), name(), name()};
    case 6: return join_intent{number(), name()};
    case 7: return leave_intent{number(), name(), what_.one_in(2)};
    case 8: return event();
    case 9: return make_query();
    case 10: return query_response{number(), number32(), name(), what_.one_in(2), what_.text(8)};
    case 11:
      return relay{address(),
                   what_.one_in(2) ? what_.text(16) : encode(message(query_response{1, 1, name(), false, {}}))};
    default: return make_alive();
    }
  }
  push_pull state() {
    push_pull s;
    s.join = what_.one_in(2);
    for (auto n = what_.below(6); n > 0; --n)
      s.nodes.push_back(
          {make_alive(), static_cast<node_condition>(what_.one_in(32) ? what_.below(256) : what_.below(4))});
    s.time = number(), s.event_time = number(), s.query_time = number();
    for (auto n = what_.below(4); n > 0; --n) s.status_times[name()] = number();
    for (auto n = what_.below(4); n > 0; --n) s.left.push_back(name());
    for (auto n = what_.below(4); n > 0; --n) s.events.push_back(event());
    return s;
  }

  fuzz::choices& what_;
  std::mt19937_64 random_;
  machine m_;
  time_point now_{std::chrono::hours(1)};
  lamport_clocks clocks_;
  std::vector<std::uint64_t> streams_, handles_;
  keyring keys_ = keyring::of_key("pUqJrVyVRj5jsiYEkM/tFQ==").value();
};

} // namespace praetor::swim::test
