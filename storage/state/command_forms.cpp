#include "storage/state/command_forms.hpp"

#include "protocol/mutation.hpp"

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

} // namespace praetor::state
