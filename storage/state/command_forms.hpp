#pragma once

#include "protocol/codec/msgpack.hpp"
#include "storage/state/command.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/record_kinds.hpp"
#include "storage/state/value_limits.hpp"

#include <type_traits>

namespace praetor::state {

/// The result of an entry that changes nothing, with the reason.
apply_result passed_over(std::string why);

namespace detail {

inline constexpr int bad_request = 400;

/// Finds keys that the tables can't hold.
class structural_keys : public key_visitor {
public:
  explicit structural_keys(first_fault& f) : fault_(f) {}
  void part(std::string_view member, const std::string& text) override;
  void whole(std::string_view member, const std::string& text) override;

private:
  first_fault& fault_;
};

/// Finds invalid names.
class checked_names : public key_visitor {
public:
  explicit checked_names(first_fault& f) : fault_(f) {}
  void part(std::string_view member, const std::string& text) override { fault_.check_name(member, text); }
  void whole(std::string_view, const std::string&) override {}

private:
  first_fault& fault_;
};

/// Rejects what the tables can't hold, whoever wrote it. Applying an entry depends on it, so servers of all releases
/// must agree: it must never change for an existing kind.
template <class Request>
first_fault structural_fault(const Request& request) {
  first_fault f;
  check_value<depth_of_check::structure>(request, {}, f);
  structural_keys keys(f);
  if (!f.found()) written_keys(request, keys);
  return f;
}

/// Whether applying skips an entry with this fault.
bool passes_over(const first_fault& f);

template <class Request>
expected<void> check_typed(const void* untyped) {
  const auto& request = *static_cast<const Request*>(untyped);
  auto f = structural_fault(request);
  checked_names names(f);
  if (!f.found()) written_keys(request, names);
  check_value<depth_of_check::limits>(request, {}, f);
  if (!f.found()) check_rules(request, f);
  if (f.found()) return fail(f.text(), bad_request);
  return {};
}

template <class Request>
expected<void> check_packed(std::string_view payload) {
  Request request;
  std::size_t consumed = 0;
  if (auto read = msgpack::unpack(payload, request, &consumed); !read) return fail(read.error().text, bad_request);
  if (consumed != payload.size())
    return fail(std::to_string(payload.size() - consumed) + " bytes follow its end", bad_request);
  return check_typed<Request>(&request);
}

/// The struct of a command, from the function that applies it.
template <class Apply>
struct request_of;
template <class Request>
struct request_of<apply_result (*)(step&, Request)> {
  using type = std::remove_cvref_t<Request>;
};

template <class Request, auto Apply>
apply_result apply_packed(step& s, std::string_view payload) {
  Request request;
  if (auto read = msgpack::unpack(payload, request); !read) return passed_over(read.error().text);
  if (auto f = structural_fault(request); passes_over(f)) return passed_over(f.text());
  return Apply(s, std::move(request));
}

} // namespace detail

/// The form of a command whose payload is the MessagePack of a Request. Three functions in this namespace are its own:
///
///   apply_result Apply(step&, Request)
///     carries it out.
///   void written_keys(const Request&, key_visitor&)
///     visits the texts that would become keys of tables (key_parts.hpp). What only looks up or removes is left out:
///     such a text finds nothing.
///   void check_rules(const Request&, first_fault&)
///     the rules that the leader checks before it appends a command, beside those that hold for all values
///     (value_limits.hpp). They may change from release to release; applying never asks them.
///
/// @param least the least trusted source that may propose it; commands of agents are authorized by
///   actors/access/proposal_permissions.cpp
template <auto Apply>
constexpr command_form command(std::string_view noun, proposer least) {
  using request = typename detail::request_of<decltype(Apply)>::type;
  return {noun,
          least,
          &praetor::detail::request_tag<request>,
          &detail::check_typed<request>,
          &detail::check_packed<request>,
          &detail::apply_packed<request, Apply>};
}

} // namespace praetor::state
