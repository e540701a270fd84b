#include "storage/state/apply_steps.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/index_table.hpp"

namespace praetor::state {

void step::touch(std::string_view key) { writer().raise(key); }
void step::touch_peer(std::string_view peer, std::string_view rest) { touch(peer_index_key(peer, rest)); }

void pass(transaction& t, std::uint64_t index) { t.tables().last_index = index + t.tables().index_offset; }

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
