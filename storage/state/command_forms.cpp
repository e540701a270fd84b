#include "storage/state/command_forms.hpp"

#include "protocol/mutation.hpp"
#include "storage/state/apply_steps.hpp"

namespace praetor::state {

namespace detail {

void structural_keys::part(std::string_view member, const std::string& text) {
  if (text.find('\0') != std::string::npos)
    fault_.add(member,
               "a zero byte is not allowed in " + praetor::quoted(std::string_view(text).substr(0, longest_name)));
  whole(member, text);
}

void structural_keys::whole(std::string_view member, const std::string& text) {
  if (text.size() > longest_key) fault_.add(member, "longer than " + std::to_string(longest_key) + " bytes");
}

bool passes_over(const first_fault& f) { return f.found() && !mutated(mutation::malformed_entry_applied); }

} // namespace detail

apply_result passed_over(std::string why) {
  auto r = apply_result::failure(std::move(why), detail::bad_request);
  r.unreadable = true;
  return r;
}

apply_result apply(transaction& t, std::uint64_t index, nanoseconds time, command_type type, std::string_view payload) {
  step s{t, index + t.tables().index_offset, time};
  auto number = static_cast<std::uint8_t>(type);
  apply_result result;
  if (const auto* kind = find_command(number))
    result = kind->command.apply(s, payload);
  else if ((number & ignore_unknown_bit) == 0)
    result = passed_over("command type " + std::to_string(number) + " is unknown to this release");
  pass(t, index);
  return result;
}

} // namespace praetor::state
