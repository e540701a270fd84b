#include "protocol/mutation.hpp"

#ifdef PRAETOR_MUTATIONS

#include <cstdlib>

namespace praetor {

bool mutated(mutation bug) {
  static const std::string_view chosen = [] {
    const char* value = std::getenv("PRAETOR_MUTATION");
    return std::string_view(value != nullptr ? value : "");
  }();
  return chosen == mutation_names[static_cast<std::size_t>(bug)];
}

} // namespace praetor

#endif
