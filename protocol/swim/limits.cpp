#include "protocol/swim/limits.hpp"

#include "protocol/base/characters.hpp"
#include "protocol/mutation.hpp"
#include "protocol/swim/address.hpp"
#include "protocol/swim/wire.hpp"

#include <algorithm>

namespace praetor::swim {

namespace {

/// The MessagePack size of a text: the type byte holds a length up to 31, two further bytes one up to 65535.
std::size_t encoded_size(std::string_view text) {
  return text.size() + (text.size() < 32 ? 1u : text.size() < 65536 ? 3u : 5u);
}

expected<void> check_each(std::initializer_list<std::string_view> names) {
  for (auto name : names)
    if (auto good = check_name(name); !good) return good;
  return {};
}

struct message_check {
  expected<void> operator()(const ping& p) const {
    if (!p.source.empty())
      if (auto good = check_name(p.source); !good) return good;
    return check_name(p.target);
  }
  expected<void> operator()(const indirect_ping& p) const {
    if (auto good = check_each({p.target, p.source}); !good) return good;
    return check_address(p.address);
  }
  expected<void> operator()(const ack&) const { return {}; } // the coordinate is checked where it is used
  expected<void> operator()(const nack&) const { return {}; }
  expected<void> operator()(const suspect& s) const { return check_each({s.name, s.from}); }
  expected<void> operator()(const alive& a) const { return check(a); }
  expected<void> operator()(const dead& d) const { return check_each({d.name, d.from}); }
  expected<void> operator()(const join_intent& i) const { return check_name(i.name); }
  expected<void> operator()(const leave_intent& i) const { return check_name(i.name); }
  expected<void> operator()(const user_event& e) const { return check(e); }
  expected<void> operator()(const query& q) const {
    if (auto good = check_name(q.source); !good) return good;
    for (const auto& name : q.nodes)
      if (auto good = check_name(name); !good) return good;
    if (q.tags.size() > query_filter_limit)
      return fail("a query filters by " + std::to_string(q.tags.size()) + " tags, more than " +
                  std::to_string(query_filter_limit));
    if (q.relay_factor > relay_limit)
      return fail("a query wants its answers relayed by " + std::to_string(q.relay_factor) + " members, more than " +
                  std::to_string(relay_limit));
    return check_address(q.address);
  }
  expected<void> operator()(const query_response& r) const { return check_name(r.from); }
  expected<void> operator()(const relay& r) const {
    if (r.message.size() > message_limit) return fail("a message to be relayed is too long");
    return check_address(r.address);
  }
};

} // namespace

bool in_reach(std::uint64_t seen, std::uint64_t known) {
  if (seen <= counter_free_range) return true;
  return seen <= known || seen - known <= counter_step;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 64;
  if (text.size() <= most) return praetor::quoted(text);
  return praetor::quoted(text.substr(0, most)) + "... (" + std::to_string(text.size()) + " bytes)";
}

expected<void> check_name(std::string_view name) {
  if (name.empty()) return fail("a member's name is empty");
  if (name.size() > name_limit)
    return fail("the name " + shown(name) + " is longer than " + std::to_string(name_limit) + " bytes");
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return fail("the name " + shown(name) + " has control characters");
  return {};
}

expected<void> check_address(std::string_view address) {
  auto bad = [&](const char* why) { return fail("address " + shown(address) + " " + why); };
  if (address.size() > address_limit) return bad("is too long");
  auto of_address = [](char c) {
    return is_alphanumeric(c) || std::string_view(".:[]%-_").find(c) != std::string_view::npos;
  };
  if (!std::all_of(address.begin(), address.end(), of_address)) return bad("has letters that no IP address has");
  auto parts = parse_address(address);
  if (!parts) return tl::unexpected(parts.error());
  if (parts->port == 0) return bad("has port 0");
  return {};
}

std::size_t encoded_size(const string_map& tags) {
  std::size_t size = 1 + (tags.size() < 16 ? 1u : 3u); // the kind byte and the header of a map
  for (const auto& [key, value] : tags)
    size += encoded_size(std::string_view(key)) + encoded_size(std::string_view(value));
  return size;
}

expected<void> check_tags(const string_map& tags, std::size_t limit) {
  if (encoded_size(tags) <= limit) return {};
  return fail("Encoded length of tags exceeds limit of " + std::to_string(limit) + " bytes");
}

expected<void> check(const alive& a) {
  if (auto good = check_name(a.name); !good) return good;
  if (auto good = check_address(a.address); !good) return fail("member " + shown(a.name) + ": " + good.error().text);
  if (auto good = check_tags(a.tags); !good) return fail("member " + shown(a.name) + ": " + good.error().text);
  return {};
}

expected<void> check(const user_event& e) {
  // The rest of the message is its time and the names of its members.
  if (e.name.size() + e.payload.size() > message_limit)
    return fail("user event " + shown(e.name) + " is longer than a message may be");
  return {};
}

expected<void> check(const message& m) { return std::visit(message_check{}, m); }

bool limits_in_force() { return !mutated(mutation::gossip_limits_off); }

} // namespace praetor::swim
