#include "storage/state/command_kinds.hpp"

#include "protocol/codec/msgpack.hpp"
#include "protocol/mutation.hpp"
#include "storage/state/apply_steps.hpp"
#include "storage/state/command.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/value_limits.hpp"

#include <array>

namespace praetor::state {

namespace {

constexpr int bad_request = 400;

tl::unexpected<error> refuse(const first_fault& f) { return fail(f.text(), bad_request); }

/// Finds keys that the tables can't hold.
class structural_keys : public key_visitor {
public:
  explicit structural_keys(first_fault& f) : fault_(f) {}
  void part(std::string_view member, const std::string& text) override {
    if (text.find('\0') != std::string::npos)
      fault_.add(member,
                 "a zero byte is not allowed in " + praetor::quoted(std::string_view(text).substr(0, longest_name)));
    whole(member, text);
  }
  void whole(std::string_view member, const std::string& text) override {
    if (text.size() > longest_key) fault_.add(member, "longer than " + std::to_string(longest_key) + " bytes");
  }

private:
  first_fault& fault_;
};

/// Finds names that nobody may give.
class checked_names : public key_visitor {
public:
  explicit checked_names(first_fault& f) : fault_(f) {}
  void part(std::string_view member, const std::string& text) override { fault_.check_name(member, text); }
  void whole(std::string_view, const std::string&) override {}

private:
  first_fault& fault_;
};

/// What the tables can't hold, whoever wrote it. Applying an entry asks this, so that servers of all releases have to
/// agree on it: it must never change for a kind that exists.
template <class Request>
first_fault structural_fault(const Request& request) {
  first_fault f;
  check_value<depth_of_check::structure>(request, {}, f);
  structural_keys keys(f);
  if (!f.found()) written_keys(request, keys);
  return f;
}

template <class Request>
expected<void> check_request(const void* untyped) {
  const auto& request = *static_cast<const Request*>(untyped);
  auto f = structural_fault(request);
  checked_names names(f);
  if (!f.found()) written_keys(request, names);
  check_value<depth_of_check::limits>(request, {}, f);
  if (!f.found()) check_rules(request, f);
  if (f.found()) return refuse(f);
  return {};
}

template <class Request>
expected<void> check_packed(std::string_view payload) {
  Request request;
  std::size_t consumed = 0;
  if (auto read = msgpack::unpack(payload, request, &consumed); !read) return fail(read.error().text, bad_request);
  if (consumed != payload.size())
    return fail(std::to_string(payload.size() - consumed) + " bytes follow its end", bad_request);
  return check_request<Request>(&request);
}

/// An entry that changes nothing, and why.
apply_result passed_over(std::string why) {
  auto r = apply_result::failure(std::move(why), bad_request);
  r.unreadable = true;
  return r;
}

template <class Request, auto Apply>
apply_result apply_packed(step& s, std::string_view payload) {
  Request request;
  if (auto read = msgpack::unpack(payload, request); !read) return passed_over(read.error().text);
  if (auto f = structural_fault(request); f.found() && !mutated("malformed_entry_applied"))
    return passed_over(f.text());
  return Apply(s, std::move(request));
}

template <class Request, auto Apply>
constexpr command_kind kind(command_type type, std::string_view name, proposer least) {
  return {type,
          name,
          least,
          &detail::request_tag<Request>,
          &check_request<Request>,
          &check_packed<Request>,
          &apply_packed<Request, Apply>};
}

using enum proposer;
using c = command_type;
constexpr std::array kinds{
    kind<register_request, apply_register>(c::register_node, "registration", agent),
    kind<deregister_request, apply_deregister>(c::deregister, "deregistration", agent),
    kind<kv_request, apply_kv>(c::kvs, "key/value command", server),
    kind<session_request, apply_session>(c::session, "session command", server),
    kind<tombstone_request, apply_tombstone>(c::tombstone, "tombstone command", leader),
    kind<coordinate_batch, apply_coordinates>(c::coordinate_batch, "batch of coordinates", leader),
    kind<txn_request, apply_txn>(c::txn, "transaction", server),
    kind<autopilot_request, apply_autopilot>(c::autopilot, "autopilot configuration", server),
    kind<acl_bootstrap_request, apply_acl_bootstrap>(c::acl_bootstrap, "ACL bootstrap", server),
    kind<ca_request, apply_connect>(c::connect_ca, "certificate authority command", leader),
    kind<acl_token_set_request, apply_acl_token_set>(c::acl_token_set, "set of ACL tokens", server),
    kind<acl_token_delete_request, apply_acl_token_delete>(c::acl_token_delete, "deletion of ACL tokens", server),
    kind<acl_policy_set_request, apply_acl_policy_set>(c::acl_policy_set, "set of ACL policies", server),
    kind<acl_policy_delete_request, apply_acl_policy_delete>(c::acl_policy_delete, "deletion of ACL policies", server),
    kind<acl_role_set_request, apply_acl_role_set>(c::acl_role_set, "set of ACL roles", server),
    kind<acl_role_delete_request, apply_acl_role_delete>(c::acl_role_delete, "deletion of ACL roles", server),
    kind<system_metadata_request, apply_system_metadata>(c::system_metadata, "system metadata", leader),
    kind<restore_request, apply_restore>(c::restore, "piece of a restored archive", leader),
};

constexpr auto by_type = [] {
  std::array<const command_kind*, 256> out{};
  for (const auto& k : kinds) out[static_cast<std::uint8_t>(k.type)] = &k;
  return out;
}();

} // namespace

std::span<const command_kind> command_kinds() { return kinds; }

const command_kind* find_kind(std::uint8_t type) { return by_type[type]; }

apply_result apply(transaction& t, std::uint64_t index, nanoseconds time, command_type type, std::string_view payload) {
  step s{t, index + t.tables().index_offset, time};
  auto number = static_cast<std::uint8_t>(type);
  apply_result result;
  if (const auto* kind = find_kind(number))
    result = kind->apply(s, payload);
  else if ((number & ignore_unknown_bit) == 0)
    result = passed_over("command type " + std::to_string(number) + " is unknown to this release");
  pass(t, index);
  return result;
}

} // namespace praetor::state
