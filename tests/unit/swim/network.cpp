#include "network.hpp"
#include "protocol/base/fnv.hpp"

#include <algorithm>

namespace praetor::swim::test {

bool network::process::saw(member_change change, const std::string& who) const {
  return std::any_of(events.begin(), events.end(),
                     [&](const auto& e) { return e.second.change == change && e.second.who.name == who; });
}

std::size_t network::process::count(notice::kind_t kind) const {
  return static_cast<std::size_t>(
      std::count_if(notices.begin(), notices.end(), [&](const notice& n) { return n.kind == kind; }));
}

member_status network::process::status_of(const std::string& who) const {
  auto found = m->find(who);
  return found ? found->status : member_status::none;
}

network::network(std::uint64_t seed, settings limits) : limits_(limits), random_(seed) {}

network::process& network::start(const std::string& name, string_map tags, merge_check check,
                                 const std::string& address, const lamport_clocks* seen) {
  ++started_;
  member own;
  own.name = name;
  own.address = "10.0." + std::to_string(started_ / 250) + "." + std::to_string(started_ % 250 + 1);
  own.port = 8301;
  if (!address.empty()) own.address = parse_address(address)->ip, own.port = parse_address(address)->port;
  own.tags = std::move(tags);
  auto p = std::make_unique<process>();
  p->name = name;
  p->address = join_address(own.address, own.port);
  p->random.seed(random_());
  p->m = std::make_unique<machine>(own, limits_, p->random, std::move(check));
  if (seen != nullptr) p->m->restore(*seen);
  p->m->start(now);
  addresses_[p->address] = name;
  auto& result = *p;
  processes_[name] = std::move(p);
  collect();
  return result;
}

void network::start_pool(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) start("n" + std::to_string(i));
  for (std::size_t i = 1; i < count; ++i) (*this)["n" + std::to_string(i)].join({at("n0").address}, {}, now);
  collect();
  run_until(60s, [&] { return agreed(); });
}

void network::kill(const std::string& name) {
  addresses_.erase(at(name).address);
  processes_.erase(name);
}

join_result network::join(const std::string& who, std::vector<std::string> addresses, join_options options) {
  auto token = (*this)[who].join(std::move(addresses), options, now);
  collect();
  run_until(60s, [&] { return at(who).joins.contains(token); });
  return at(who).joins.at(token);
}

network::process* network::by_address(const std::string& address) {
  auto it = addresses_.find(address);
  return it == addresses_.end() ? nullptr : processes_.at(it->second).get();
}

void network::mix(std::string_view bytes) { hash = fnv::of_1a(bytes, hash); }

void network::collect() {
  for (auto& [name, p] : processes_) take(*p);
}

void network::take(process& p) {
  while (p.m->has_output()) {
    auto out = p.m->take_output();
    for (auto& l : out.snapshot_lines) p.lines.push_back(std::move(l));
    for (auto& d : out.packets) deliver(p.address, d.to, std::move(d.bytes));
    for (auto& s : out.streams) carry(p, s);
    for (auto& e : out.member_events) p.events.emplace_back(now, std::move(e));
    for (auto& e : out.user_events) p.user_events.push_back(std::move(e));
    for (auto& q : out.queries) p.queries.push_back(std::move(q));
    for (auto& r : out.replies) p.replies.push_back(std::move(r));
    for (auto c : out.closed_queries) p.closed.insert(c);
    for (auto& j : out.joins) p.joins[j.token] = std::move(j);
    for (auto& c : out.conflicts) p.conflicts.push_back(std::move(c));
    for (auto& n : out.notices) p.notices.push_back(std::move(n));
    if (out.left) p.left = true;
  }
}

void network::deliver(const std::string& from, const std::string& to, std::string bytes) {
  mix(from), mix(to), mix(bytes);
  bool lost = static_cast<double>(random_() % 1'000'000) < loss * 1e6;
  auto delay = latency();
  if (lost || cut.contains(from) || cut.contains(to) || mute.contains(from) || mute.contains(to)) return;
  if (auto* target = by_address(to)) delay += target->slowness;
  at_time(now + delay, [this, from, to, bytes = std::move(bytes)] {
    if (auto* target = by_address(to)) {
      target->m->packet_received(from, bytes, now);
      take(*target);
    }
  });
}

void network::carry(process& from, const stream_request& r) {
  mix(from.address), mix(r.to), mix(r.bytes);
  auto delay = latency();
  auto name = from.name, source = from.address;
  auto answer = [this, name, source, token = r.token](bool whole, const std::string& text) {
    auto it = processes_.find(name);
    if (it == processes_.end() || it->second->address != source) return;
    if (whole)
      it->second->m->stream_answered(token, text, now);
    else
      it->second->m->stream_failed(token, text, now);
    take(*it->second);
  };
  if (cut.contains(source) || cut.contains(r.to)) {
    at_time(now + r.timeout, [answer] { answer(false, "i/o timeout"); });
    return;
  }
  auto* target = by_address(r.to);
  if (target != nullptr) delay += target->slowness;
  auto back = latency() + from.slowness;
  at_time(now + delay, [this, answer, source, to = r.to, bytes = r.bytes, back] {
    auto* receiver = by_address(to);
    if (receiver == nullptr) return answer(false, "connection refused");
    auto reply = receiver->m->stream_received(source, bytes, now);
    take(*receiver);
    at_time(now + back, [answer, reply] { answer(!reply.empty(), reply.empty() ? "EOF" : reply); });
  });
}

void network::run(duration time) {
  run_until(time, [] { return false; });
}

bool network::run_until(duration limit, const std::function<bool()>& condition) {
  auto end = now + limit;
  for (;;) {
    if (condition()) return true;
    auto next = events_.empty() ? time_point::max() : events_.begin()->first;
    process* due = nullptr;
    for (auto& [name, p] : processes_)
      if (auto deadline = p->m->next_deadline(); deadline < next) next = deadline, due = p.get();
    if (next > end) {
      now = end;
      return condition();
    }
    now = std::max(now, next);
    if (due != nullptr) {
      due->m->tick(now);
      take(*due);
    } else {
      auto event = events_.extract(events_.begin());
      event.mapped()();
    }
  }
}

bool network::agreed() const {
  auto everybody = [&](auto&& holds) { return std::all_of(processes_.begin(), processes_.end(), holds); };
  return everybody([&](const auto& p) { return p.second->m->count(member_status::alive) == processes_.size(); }) &&
         everybody([&](const auto& p) {
           return everybody([&](const auto& q) { return p.second->status_of(q.first) == member_status::alive; });
         });
}

} // namespace praetor::swim::test
