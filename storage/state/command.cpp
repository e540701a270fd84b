#include "storage/state/command.hpp"

#include "protocol/mutation.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/record_kinds.hpp"

namespace praetor {

namespace {

constexpr int bad_request = 400, forbidden = 403;

tl::unexpected<error> refused(const state::record_kind& kind, const error& why) {
  return tl::unexpected(with_context("Invalid " + std::string(kind.command.noun), why));
}

} // namespace

namespace detail {

expected<void> check_request(command_type type, const void* tag, const void* request) {
  const auto* kind = state::find_command(static_cast<std::uint8_t>(type));
  if (!kind || kind->command.request != tag)
    return fail("a request is not of command type " + std::to_string(static_cast<int>(type)));
  if (auto good = kind->command.check(request); !good) return refused(*kind, good.error());
  return {};
}

expected<void> check_size(std::size_t bytes) {
  if (bytes <= state::largest_command) return {};
  return fail("a command of " + std::to_string(bytes) + " bytes is larger than " +
                  std::to_string(state::largest_command),
              bad_request);
}

} // namespace detail

expected<log_command> check_command(std::string bytes, proposer from) {
  if (bytes.empty()) return fail("a command without any bytes", bad_request);
  auto type = static_cast<std::uint8_t>(bytes[0]);
  const auto* kind = state::find_command(type);
  if (!kind) return fail("command type " + std::to_string(type) + " is unknown", bad_request);
  if (from < kind->command.least && !mutated(mutation::any_kind_from_anybody))
    return fail("Permission denied: " + std::string(kind->command.noun) + " is not for other " +
                    (from == proposer::agent ? "agents" : "servers") + " to propose",
                forbidden);
  if (auto good = detail::check_size(bytes.size()); !good) return tl::unexpected(good.error());
  if (!mutated(mutation::proposal_unchecked))
    if (auto good = kind->command.check_packed(std::string_view(bytes).substr(1)); !good)
      return refused(*kind, good.error());
  return log_command(std::move(bytes));
}

} // namespace praetor
