#include "frontends/api/dns/dns_questions.hpp"

#include "frontends/api/dns/dns_remote.hpp"
#include "frontends/api/dns/dns_scope.hpp"
#include "protocol/base/big_endian.hpp"
#include "protocol/codec/msgpack.hpp"

#include <chrono>

namespace praetor::dns {

namespace {

constexpr std::size_t entry_overhead = 256; // beside its key and records

} // namespace

const answer_set* record_cache::find(std::string_view key) {
  auto* found = kept_.find(key);
  if (!found) return nullptr;
  if (!found->holds->fired()) return &found->set;
  kept_.erase(key);
  return nullptr;
}

const answer_set* record_cache::insert(std::string_view key, answer_set set, std::shared_ptr<state::trigger> holds) {
  auto bytes = key.size() + set.bytes() + entry_overhead;
  return &kept_.insert(key, {std::move(set), std::move(holds)}, bytes).set;
}

questions::questions(question_sources sources, const config::runtime_config& c)
    : sources_(std::move(sources)), writer_(sources_.seed) {
  configure(c);
}

void questions::configure(const config::runtime_config& c) {
  settings_ = lookup_settings(c);
  rules_.compress = !c.dns.disable_compression;
  rules_.enable_truncate = c.dns.enable_truncate;
  rules_.recursion_available = settings_.has_recursors;
  rules_.udp_answer_limit = c.dns.udp_answer_limit;
  cache_.clear();
}

std::uint32_t questions::serial() const {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(sources_.wall_clock()).count());
}

next_hop questions::hop_of(const destination& to) const {
  return sources_.next_hop_of ? sources_.next_hop_of(to) : next_hop::here;
}

const answer_set* questions::kept_set(const acl::authorizer& who) {
  if (who.id() != seen_by_) {
    cache_.clear();
    seen_by_ = who.id();
  }
  // Names under the domain are answered with the domain in the client's letters.
  key_.assign(query_.name());
  auto own = find_suffix(key_, settings_.domain), other = find_suffix(key_, settings_.alt_domain);
  lower_in_place(key_.data(), std::min(own.value_or(key_.size()), other.value_or(key_.size())));
  append_big_endian(key_, query_.type);
  key_.push_back(query_.has_edns ? 'e' : '-');
  return cache_.find(key_);
}

const answer_set* questions::find(const resolved_names* resolved, std::vector<std::string>& unresolved) {
  // What is kept was found in the state of this agent, and counts only while that may answer.
  bool keeps = hop_of(usual_destination(settings_)) == next_hop::here;
  auto who = keeps ? sources_.who() : nullptr;
  if (keeps)
    if (const auto* kept = kept_set(*who)) return kept;
  if (hop_of(destination_of(settings_, query_.name(), query_.type)) == next_hop::server) return nullptr;
  if (!who) who = sources_.who();
  auto store = sources_.state();
  state::watch_set watch;
  auto found = look_up({settings_, *store, *who, &watch, resolved}, query_.name(), query_.type, query_.has_edns);
  unresolved = std::move(found.unresolved);
  auto holds = std::make_shared<state::trigger>();
  if (!keeps || found.foreign || found.used_resolved || watch.subscribe(holds)) {
    scratch_ = std::move(found.set);
    return &scratch_;
  }
  return cache_.insert(key_, std::move(found.set), std::move(holds));
}

outcome questions::answer(std::string_view packet, transport how, const resolved_names* resolved,
                          const remote_reply* told) {
  using action = outcome::action;
  switch (read_query(packet, query_)) {
  case reading::dropped: return {};
  case reading::malformed: return {action::reply, writer_.refuse_packet(query_, rcode::format_error, false), {}, {}};
  case reading::unsupported:
    return {action::reply, writer_.refuse_packet(query_, rcode::not_implemented, true), {}, {}};
  case reading::accepted: break;
  }
  if (!query_.has_question) {
    answer_set refused;
    refused.code = rcode::refused;
    refused.authoritative = false;
    return {action::reply, writer_.write(query_, refused, how, rules_, 0), {}, {}};
  }
  std::vector<std::string> unresolved;
  if (told) unresolved = told->unresolved;
  const auto* set = told ? &told->set : find(resolved, unresolved);
  if (!set) {
    remote_question q(query_, settings_, resolved);
    q.token = sources_.token ? sources_.token() : std::string();
    return {action::ask, {}, {}, msgpack::pack(q)};
  }
  if (set->forward && settings_.has_recursors) return {action::forward, {}, {}, {}};
  if (!unresolved.empty() && !resolved) return {action::resolve, {}, std::move(unresolved), {}};
  return {action::reply, writer_.write(query_, *set, how, rules_, serial()), {}, {}};
}

std::string_view questions::failure(std::string_view packet, transport how) {
  if (read_query(packet, query_) != reading::accepted) return {};
  answer_set failed;
  failed.code = rcode::server_failure;
  failed.authoritative = false;
  auto rules = rules_;
  rules.recursion_available = true;
  return writer_.write(query_, failed, how, rules, 0);
}

std::string address_query(std::uint16_t id, std::string_view host) {
  auto name = wire_name(host);
  if (name.empty()) return {};
  std::string out;
  for (std::uint16_t v :
       {id, flag::recursion_desired, std::uint16_t{1}, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0}})
    append_big_endian(out, v);
  out += name;
  out.append({0, static_cast<char>(rr::a), 0, 1});
  return out;
}

std::vector<record> addresses_in(std::string_view m) {
  std::vector<record> out;
  if (m.size() < header_size) return out;
  std::string skipped;
  std::size_t at = header_size;
  for (unsigned left = u16_at(m, 4); left > 0; --left) {
    skipped.clear();
    auto behind = expand_name(m, at, skipped);
    if (!behind || *behind + 4 > m.size()) return out;
    at = *behind + 4;
  }
  for (unsigned left = u16_at(m, 6); left > 0; --left) {
    record r;
    auto behind = expand_name(m, at, r.owner);
    if (!behind || *behind + 10 > m.size()) return out;
    at = *behind;
    r.type = u16_at(m, at);
    std::size_t length = u16_at(m, at + 8);
    at += 10;
    if (at + length > m.size()) return out;
    if (r.type == rr::cname) {
      if (!expand_name(m, at, r.name)) return out;
    } else {
      r.tail = m.substr(at, length);
    }
    at += length;
    bool whole = (r.type == rr::a && length == 4) || (r.type == rr::aaaa && length == 16) || r.type == rr::cname;
    if (whole) out.push_back(std::move(r));
  }
  return out;
}

std::optional<rcode> rcode_of(std::string_view message) {
  if (message.size() < 12) return std::nullopt;
  return static_cast<rcode>(message[3] & 0x0f);
}

} // namespace praetor::dns
